"""A room as small as one can be, with something of each kind: benches (长椅) in a region."""
