"""An annex of a style that says all that a declared table may say (anju/documents/tables)."""

from anju.documents.tables.loading import read_node, read_table
from anju.documents.tables.schema import DeclaredTable
from anju.problems import Refused
from anju.rules.book.tree import YamlNode


def read_annex_table(node: YamlNode) -> DeclaredTable | None:
    """The table under that node; None when it will not do, and then the report has every problem with its line."""
    declared, lines = read_node(node.node)
    try:
        return read_table(declared, node.report.file, lines=lines)
    except Refused as refused:
        for one in refused.problems:
            node.report.add(
                one.code, one.where.line or node.line, f"{node.path} {one.where.field}".strip(), one.what, one.fix
            )
        return None
