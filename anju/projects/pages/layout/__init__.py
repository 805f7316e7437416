"""How projects are laid out: markup of the list and the table, pictures."""
