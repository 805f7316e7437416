"""Running books: bind, run, keep. What-if and replay keep nothing."""
