"""Reading and writing real Excel tables by map files. Knows no business; pure Python, below every room but problems and quantities."""
