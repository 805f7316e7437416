"""Reading and writing real Excel tables by map files. Knows no business; pure Python, below every room but problems and quantities."""

from anju.workbooks.cells import Cell, Reading
from anju.workbooks.context import Context, context_row
from anju.workbooks.maps import TableMap, load_map
from anju.workbooks.marking import mark
from anju.workbooks.reading import find_map, read, stream
from anju.workbooks.writing import LEFT, UP, Printed, template, write_table

__all__ = [
    "LEFT", "UP", "Cell", "Context", "Printed", "Reading", "TableMap",
    "context_row", "find_map", "load_map", "mark", "read", "stream", "template", "write_table",
]  # fmt: skip
