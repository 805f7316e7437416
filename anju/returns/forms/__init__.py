"""Forms (报表) as data: their YAML read and checked, their formulas as one rulebook, their calendar."""
