"""The project library as a workbook, out and back."""
