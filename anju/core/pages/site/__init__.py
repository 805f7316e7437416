"""Pages of the whole site: the search, the guides."""
