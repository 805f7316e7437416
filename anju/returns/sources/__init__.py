"""What a form's lines are filled from: ledgers, targets and figures."""
