"""What the names of a style come to, for a user, a region and a period."""
