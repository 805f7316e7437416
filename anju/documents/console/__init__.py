"""Commands of the room that have a file of their own, and what they share."""
