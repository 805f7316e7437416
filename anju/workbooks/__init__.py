"""Reading and writing real Excel tables by map files. Knows no business; pure Python, below every room but problems and quantities."""

from .cells import Cell, Reading
from .maps import TableMap, load_map
from .reading import find_map, read, stream

__all__ = ["Cell", "Reading", "TableMap", "find_map", "load_map", "read", "stream"]
