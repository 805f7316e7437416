"""Pages about money's way."""
