"""Pages of rulebooks and of what they say of a region."""
