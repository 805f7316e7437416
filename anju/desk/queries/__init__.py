"""What the home page tells of progress."""
