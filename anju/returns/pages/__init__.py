"""Pages of returns: what is due, the return as the form on paper, its acts."""
