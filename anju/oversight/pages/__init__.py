"""Pages of oversight: the dispatch."""
