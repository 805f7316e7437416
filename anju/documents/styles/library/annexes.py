"""What can be told of a style's annexes before any figure is read: every name of a column and of a row is known."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from anju.documents.styles import sources
from anju.documents.styles.language.schema import AnnexSpec, Style
from anju.documents.styles.library.scopes import FIGURE, LIST, WORD, Scope, base_list, item_scope
from anju.documents.tables.schema import DeclaredTable, each_names, walk

if TYPE_CHECKING:
    from anju.documents.styles.library.checking import StyleCheck

OWN = "="  # before a name of the style, where else a measure's code stands


def check_annex(check: "StyleCheck", annex: AnnexSpec) -> None:
    where = f"annexes“{annex.name}”"
    check.condition(annex.when, annex.line, where, check.top)
    known = sources.paper_annexes()
    if annex.source and annex.source not in known:
        fix = f"可写：{'、'.join(known) or '（没有）'}。"
        check.wrong(annex.line, where, f"没有“{annex.source}”这种附表。", fix)
    if annex.set != "parts" and annex.set not in check.style.sets:
        check.unknown(annex.line, where, annex.set, check.style.sets, "区划的集合")
    _columns(check, annex.declaration.get("columns", ()), annex.line, where)
    if annex.table:
        scope = check.enter(annex.repeat, annex.line, where, check.top) if annex.repeat else check.top
        _table(check, annex.table, annex.line, where, scope)


def _columns(check: "StyleCheck", columns: Iterable[Mapping[str, object]], line: int, where: str) -> None:
    for column in columns:
        code, each = str(column.get("code", "")), str(column.get("each", ""))
        if each and each not in check.style.options:
            check.unknown(line, where, each, check.style.options, "选项")
        if code.startswith(OWN):
            _name(check, code.removeprefix(OWN), line, where, check.top)
        below = column.get("columns", ())
        _columns(check, below if isinstance(below, list) else (), line, where)


def _name(check: "StyleCheck", name: str, line: int, where: str, scope: Scope) -> None:
    """A figure of the style; list.member.name, list.member.list.name: each list and the name are there."""
    line = _line_of(check, name, line)
    path = name.split(".")
    if len(path) == 1:
        if scope.get(name) != FIGURE:
            check.unknown(line, where, name, check.style.figures, "数")
        return
    if len(path) not in (3, 4):
        check.wrong(line, where, f"“{name}”不是名称。", "请写 名称、名单.项.名称，或 名单.项.里面的名单.名称。")
        return
    for one in (path[0], *path[2:-1]):
        if check.kind(one, scope) != LIST:
            check.unknown(line, where, one, [key for key, kind in scope.items() if kind == LIST], "名单")
            return
        scope = scope | check.members(one, scope)
    known = list_keys(check.style, path[0])
    if known and "{" not in path[1] and path[1] not in known:
        check.unknown(line, where, path[1], known, f"项（名单“{path[0]}”里）")
    if scope.get(path[-1]) not in (FIGURE, WORD):
        check.unknown(line, where, path[-1], [key for key, kind in scope.items() if kind == FIGURE], "数")


def _line_of(check: "StyleCheck", name: str, line: int) -> int:
    """Where the annex that begins on that line names it."""
    rows = check.style.content.decode("utf-8", "replace").splitlines()[line - 1 :]
    return line + next((number for number, row in enumerate(rows) if name in row), 0)


def list_keys(style: Style, name: str, seen: tuple[str, ...] = ()) -> list[str]:
    """What the members of a list are called in list.member.name, where the style itself says who they are."""
    name = base_list(style, name)
    spec = style.lists.get(name)
    if spec is None or name in seen:
        return []
    if spec.of == "tasks":
        return [str(row.get("task", "")) for row in spec.rows]
    if spec.of == "rows":
        return [str(row.get("key", number)) for number, row in enumerate(spec.rows, 1)]
    return list_keys(style, spec.of, (*seen, name))


def _table(check: "StyleCheck", table: DeclaredTable, line: int, where: str, scope: Scope) -> None:
    """A table that brings its rows: its names are the style's, of the members that its rows are, or of the one that it is repeated for."""
    style = check.style
    told: dict[str, str] = {}
    for block in table.blocks:
        if block.set is not None and block.set not in style.sets:
            check.unknown(line, where, block.set, style.sets, "区划的集合")
        if block.list is not None and check.kind(block.list, check.top) != LIST:
            check.unknown(line, where, block.list, style.lists, "名单")
        elif block.list is not None:
            told |= item_scope(style, block.list)
    for column in walk(table.columns):
        if column.figure and told.get(column.figure) not in (FIGURE, WORD):
            _name(check, column.figure, line, where, scope)
    for each in each_names(table.columns):
        if each not in style.options and check.kind(each, scope) != LIST:
            check.unknown(line, where, each, [*style.lists, *style.options], "名单或选项")
