"""What the members of a row (the persons of a household) come to, before the row itself is judged."""
