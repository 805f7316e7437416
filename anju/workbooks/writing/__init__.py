"""Writing tables with heads of several rows, empty forms, and marks in a workbook sent back."""
