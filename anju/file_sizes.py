"""How large a file may be that somebody brings, by what it is, in bytes, and the one way to refuse a larger one. Below every room."""

from anju.problems import Place, Problem

WORKBOOK = 200 << 20  # any workbook that is read
IMPORTED = 50 << 20  # a workbook that comes by a page; a command takes any
PAPER = 20 << 20  # a paper that is looked through
COMPARED = IMPORTED  # rows that are compared by a page; a command takes any
OFFLINE = 20 << 20  # an offline workbook of a return
EXPORTED = 20 << 20  # what another system exports, to be compared
MARKED = 20 << 20  # openpyxl holds a workbook fifty times its size; of a larger one only the list of problems is made
SCAN = 30 << 20  # a stamped return
EVIDENCE = 20 << 20  # a photograph, a receipt, what shows that something was done


def too_large(size: int, limit: int, *, code: str, where: Place | str, fix: str, what: str = "") -> list[Problem]:
    """The problem of a file of so many bytes, or none. what: unless it is to be told with its size and the limit."""
    if size <= limit:
        return []
    return [Problem(code, where, what or f"文件有 {megabytes(size)} 兆，上限是 {megabytes(limit)} 兆。", fix)]


def megabytes(size: int) -> int:
    return size >> 20
