"""Reading a workbook through a map file: its head, its rows, its numbers, its sums."""
