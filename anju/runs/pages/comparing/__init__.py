"""试算一群人: what is asked, what came of it, and the rows behind each number."""
