"""Reading and writing real Excel tables by map files. Knows no business; pure Python, below every room but problems and quantities."""

from .cells import Cell, Reading
from .context import Context, context_row
from .maps import TableMap, load_map
from .marking import mark
from .reading import find_map, read, stream
from .writing import LEFT, UP, Printed, template, write_table

__all__ = [
    "LEFT", "UP", "Cell", "Context", "Printed", "Reading", "TableMap",
    "context_row", "find_map", "load_map", "mark", "read", "stream", "template", "write_table",
]  # fmt: skip
