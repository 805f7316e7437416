"""What can be said of a rulebook without running it on anybody's data: what can never happen in it, and what its examples do not show."""
