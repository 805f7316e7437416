"""What was received, handed on, and what is left."""
