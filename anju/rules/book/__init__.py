"""A rulebook (规则书) as records: read from YAML, checked, its parameters on a day, its formulas lowered to typed nodes."""
