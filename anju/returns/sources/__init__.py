"""What a form's lines are filled from: the ledgers."""
