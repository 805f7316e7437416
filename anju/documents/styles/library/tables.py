"""The annexes of a style as they are written: a table of columns, or all that a declared table may say (anju/documents/tables)."""

from typing import TYPE_CHECKING, Any

from anju.documents.styles.language.schema import AnnexSpec
from anju.documents.tables.loading import read_node, read_table
from anju.documents.tables.schema import DeclaredTable
from anju.problems import Refused
from anju.rules.book.tree import YamlNode

if TYPE_CHECKING:
    from anju.documents.styles.library.loading import StyleLoader

ANNEX = ("name", "title", "corner", "unit", "note", "places", "columns", "needs", "when", "from", "rows", "set", "keep_empty", "prune", "table", "repeat")  # fmt: skip


def read_annex(loader: "StyleLoader", node: YamlNode) -> AnnexSpec:
    loader.count("annexes", node)
    known = node.fields(ANNEX, ("name",))
    source = known["from"].text() if "from" in known else ""
    if not source and "table" not in known and not {"title", "columns"} <= set(known):
        node.wrong("DOC-070", "附表没有写 title 和 columns。", "请写标题和各栏；由房间提供的附表写 from。")
    if "repeat" in known and "table" not in known:
        node.wrong("DOC-070", "写了 repeat（名单里一项一张）的附表没有写 table。", "请把标题、各栏写在 table 下面。")
    declaration: dict[str, Any] = {}
    for key in ("title", "corner", "unit", "note"):
        if key in known:
            declaration[key] = known[key].text()
    if "places" in known:
        declaration["places"] = known["places"].integer() or 0
    if "needs" in known:
        declaration["needs"] = [one.text() for one in known["needs"].elements()]
    if "columns" in known:
        declaration["columns"] = [read_column(loader, one) for one in known["columns"].elements()]
    return AnnexSpec(
        known["name"].text() if "name" in known else "",
        node.line,
        declaration,
        when=loader.condition(known["when"]) if "when" in known else None,
        source=source,
        rows=known["rows"].choice(("parts", "targets")) if "rows" in known else "parts",
        set=loader.word(known["set"]) if "set" in known else "parts",
        keep_empty=loader.flag(known, "keep_empty", False),
        prune=known["prune"].choice(("all", "optional", "never")) if "prune" in known else "all",
        table=read_annex_table(known["table"]) if "table" in known else None,
        repeat=loader.word(known["repeat"]) if "repeat" in known else "",
    )


def read_column(loader: "StyleLoader", node: YamlNode) -> dict[str, Any]:
    """As layout/annex.py declares it; figure: a name of the style instead of a measure's code."""
    loader.count("columns", node)
    known = node.fields(
        ("head", "code", "figure", "calibre", "show", "places", "optional", "each", "columns"), ("head",)
    )
    found: dict[str, Any] = {}
    for key in ("head", "code", "calibre", "each"):
        if key in known:
            found[key] = known[key].text()
    if "figure" in known:
        found["code"] = f"={known['figure'].text()}"
    if "show" in known:
        found["show"] = loader.show(known["show"])
    if "places" in known:
        found["places"] = known["places"].integer() or 0
    if "optional" in known:
        found["optional"] = loader.flag(known, "optional", False)
    if "columns" in known:
        found["columns"] = [read_column(loader, one) for one in known["columns"].elements()]
    elif "code" not in found:
        node.wrong("DOC-070", "这一栏没有写 code（指标）或 figure（名称），下面也没有栏。", "请补上。")
    return found


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
