"""From a Word file to a bound paper and a style: every number of a paper is held against the ledger, a person confirms, the rest follows."""
