"""From ledgers, figures and files to the rows that a book runs over."""
