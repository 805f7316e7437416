"""Filling in: each cell by itself, compared and set in the database; who comes second is told who was first."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from anju.core.people.scope import Actor, visible_rows
from anju.core.trail import trail
from anju.problems import Problem, Refused
from anju.returns.base import FILL, actor_name, clock_text, find_return, require_return_act, require_state
from anju.returns.forms import spec as forms
from anju.returns.forms.spec import FormColumn, FormSpec
from anju.returns.models import Cell, Change, Line, Return
from anju.returns.queries.values import cell_text, fit_number
from anju.returns.services.opening import cell_as_change
from anju.workbooks.files.typed import read_typed_number

STATES = {label: code for code, label in Cell.STATES.items() if code not in (Cell.NUMBER, Cell.TEXT)}
LARGEST = 10**13  # base units of a cell: a thousand 亿元
LONGEST = 2_000


@dataclass(frozen=True)
class CellEntry:
    """One cell to write. version: the one that was seen, 0 for none. text: a number, a word, a state (未报 无任务 不适用), or "" to clear it."""

    line: str
    column: str
    text: str
    version: int = 0


@dataclass(frozen=True)
class SavedCell:
    line: str
    column: str
    text: str
    state: str
    version: int


@dataclass(frozen=True)
class CellConflict:
    """Somebody else wrote it since: who, when, and what stands. mine: what was to be written."""

    line: str
    column: str
    who: str
    at: datetime
    text: str
    version: int
    mine: str

    @property
    def said(self) -> str:
        return f"{self.who} 已于 {clock_text(self.at)} 填为“{self.text or '空'}”，您填的是“{self.mine or '空'}”。"


@dataclass(frozen=True)
class FillResult:
    """problems: those cells were not written; their `where` begins with the line's name. refused: which cells they are, in the same order."""

    saved: list[SavedCell] = field(default_factory=list)
    conflicts: list[CellConflict] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)
    at: datetime = field(default_factory=timezone.now)


class InvalidCell(ValueError):
    """Why a text will not do, and what to do."""

    def __init__(self, code: str, what: str, fix: str) -> None:
        super().__init__(what)
        self.code, self.what, self.fix = code, what, fix


def cell_fields(text: str, column: FormColumn) -> dict[str, object]:
    """state, value, places, text of a cell that says this. Unfit otherwise."""
    text = text.strip()
    if text in STATES:
        return {"state": STATES[text], "value": None, "places": 0, "text": ""}
    if not text or column.type == "text":
        if len(text) > LONGEST:
            raise InvalidCell(
                "RET-034", f"有 {len(text)} 个字，最多 {LONGEST} 个。", "请写得简短些，长的写在情况说明里。"
            )
        return {"state": Cell.TEXT, "value": None, "places": 0, "text": text}
    if column.type == "choice":
        if text not in column.choices:
            raise InvalidCell("RET-032", f"“{text}”不在可选的写法之内。", f"请写 {'、'.join(column.choices)} 之一。")
        return {"state": Cell.TEXT, "value": None, "places": 0, "text": text}
    if column.type == "date":
        try:
            return {
                "state": Cell.TEXT,
                "value": None,
                "places": 0,
                "text": date.fromisoformat(text.replace("/", "-")).isoformat(),
            }
        except ValueError:
            raise InvalidCell("RET-033", f"“{text}”不是日期。", "请写成 2021-08-20 的样子。") from None
    typed = read_typed_number(text, column.unit)
    if typed.state in STATES.values():  # said in other words: 未上报, 不涉及
        return {"state": typed.state, "value": None, "places": 0, "text": ""}
    try:
        value, places = fit_number(text, typed, column)
    except ValueError as error:
        raise InvalidCell("RET-031", str(error), "请只写数字；没有数的写 未报、无任务 或 不适用。") from None
    if abs(value) > LARGEST:
        raise InvalidCell("RET-031", f"{text} {column.unit}太大。", "请核对单位，是不是把元写成了万元。")
    return {"state": Cell.NUMBER, "value": value, "places": places, "text": ""}


@transaction.atomic
@trail.act("returns.fill")
def fill_cells(*, by: Actor, ret_id: int, changes: Iterable[CellEntry], via: str = "page") -> FillResult:
    """Write cells of a draft (填报). Each is written only where it still stands as the writer saw it; the rest of them are written all the same.

    The same value again is saved, and nothing changes. Refused: ACT-001, RET-012, RET-020 the return is no draft any more, with who and when.
    """
    ret = _shared(by, ret_id)
    require_return_act(by, ret, FILL)
    require_state(ret, Return.DRAFT, doing="填报")
    spec = forms.form_spec(ret.form)
    lines = {line.key: line for line in Line.objects.filter(ret=ret)}
    done = FillResult()
    wanted: dict[tuple[str, str], tuple[CellEntry, dict[str, object]]] = {}
    for put in changes:
        try:
            wanted[put.line, put.column] = put, _check_entry(spec, lines, put)
        except InvalidCell as unfit:
            line, column = lines.get(put.line), spec.by_code.get(put.column)
            where = f"{line.label if line else put.line} “{column.label if column else put.column}”"
            done.problems.append(Problem(unfit.code, where, unfit.what, unfit.fix))
            done.refused.append((put.line, put.column))
    if wanted:
        _write(by, ret, spec, wanted, via, done)
    return done


def _shared(by: Actor, ret_id: int) -> Return:
    """The return, held as a draft while its cells are written: others may write too, a hand-in waits."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM returns_return WHERE id = %s FOR SHARE", [ret_id])
    return find_return(by, ret_id)


def _check_entry(spec: FormSpec, lines: dict[str, Line], put: CellEntry) -> dict[str, object]:
    line, column = lines.get(put.line), spec.by_code.get(put.column)
    if line is None or column is None:
        raise InvalidCell("RET-030", "没有这一格。", "行或列可能已变，请刷新。")
    if not spec.fillable(column, put.line, line.facts):
        why = (
            "由系统算出"
            if column.formula or (put.line in spec.by_key and spec.by_key[put.line].computed)
            else "不由这里填写"
        )
        raise InvalidCell("RET-030", f"这一格{why}。", "请改它所依据的数；台账里的请在台账里改。")
    return cell_fields(put.text, column)


FIELDS = ("state", "value", "places", "text")


def _write(by: Actor, ret: Return, spec: FormSpec, wanted: dict, via: str, done: FillResult) -> None:
    """One update and one insert for all cells; what neither wrote was somebody else's."""
    keys = sorted(wanted)
    before = {
        (cell.line, cell.column): cell for cell in _cells(ret, keys).select_for_update().order_by("id")
    }  # two batches at once wait in turn
    same = {key for key, (_, said) in wanted.items() if _says_the_same(before.get(key), said)}
    todo = [key for key in keys if key not in same]
    written: set[tuple[str, str]] = set()
    if todo:
        columns = [[key[0] for key in todo], [key[1] for key in todo], [wanted[key][0].version for key in todo]]
        columns += [[wanted[key][1][name] for key in todo] for name in FIELDS]
        source = "unnest(%s::text[], %s::text[], %s::int[], %s::text[], %s::bigint[], %s::int[], %s::text[]) AS w(line, col, seen, state, value, places, text)"
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE returns_cell AS c SET state = w.state, value = w.value, places = w.places, text = w.text, version = c.version + 1,"
                f' via = %s, by = %s, at = now() FROM {source} WHERE c.ret_id = %s AND c.line = w.line AND c."column" = w.col'
                ' AND c.version = w.seen RETURNING c.line, c."column"',
                [via, by.key, *columns, ret.pk],
            )
            written |= set(cursor.fetchall())
            cursor.execute(
                'INSERT INTO returns_cell AS c (ret_id, region_id, line, "column", state, value, places, text, version, via, by, at)'
                f" SELECT %s, %s, w.line, w.col, w.state, w.value, w.places, w.text, 1, %s, %s, now() FROM {source} WHERE w.seen = 0"
                ' ON CONFLICT (ret_id, line, "column") DO NOTHING RETURNING c.line, c."column"',
                [ret.pk, ret.region_id, via, by.key, *columns],
            )
            written |= set(cursor.fetchall())
    after = {(cell.line, cell.column): cell for cell in _cells(ret, keys)}
    changes = []
    for key, (put, said) in wanted.items():
        cell, column = after.get(key), spec.by_code[key[1]]
        text = cell_text(cell, column)
        if key in written:
            old = before.get(key)
            changes.append(Change(
                ret=ret, region_id=ret.region_id, line=key[0], column=key[1], version=cell.version,
                before=cell_as_change(old) if old else None, after=cell_as_change(cell), via=via, by=by.key,
            ))  # fmt: skip
        if key in written or _says_the_same(cell, said):
            done.saved.append(SavedCell(*key, text, cell.state if cell else Cell.TEXT, cell.version if cell else 0))
        else:
            done.conflicts.append(CellConflict(*key, actor_name(cell.by), cell.at, text, cell.version, put.text))
    Change.objects.bulk_create(changes, batch_size=2_000)
    if changes:  # which cells and what stood before is in the changes, which nobody can alter either
        trail.describe(obj=ret, after={"cells": len(changes), "via": via}, region_id=ret.region_id)


def _cells(ret: Return, keys: list[tuple[str, str]]) -> QuerySet[Cell]:
    return Cell.objects.filter(ret=ret, line__in={line for line, _ in keys}, column__in={column for _, column in keys})


def _says_the_same(cell: Cell | None, said: dict[str, object]) -> bool:
    """Does it say so already? A blank that was never written says nothing too."""
    if cell is None:
        return said["state"] == Cell.TEXT and not said["text"]
    return all(getattr(cell, name) == said[name] for name in ("state", "value", "text"))


@transaction.atomic
@trail.act("returns.note")
def write_explanation(*, by: Actor, ret_id: int, text: str, before: str) -> Return:
    """Write the explanation (情况说明). before: what the writer saw; another one standing means somebody was faster."""
    ret = find_return(by, ret_id)
    require_return_act(by, ret, FILL)
    require_state(ret, Return.DRAFT, doing="改情况说明")
    text = text.strip()
    if not visible_rows(Return.objects.filter(pk=ret.pk, note=before, state=Return.DRAFT), by).update(note=text):
        now = find_return(by, ret_id)
        if now.note != text:
            raise Refused(Problem("RET-035", f"{ret} 情况说明", "别人刚改过。", "请刷新，看了现在的写法再改。"))
        return now
    ret.note = text
    trail.describe(obj=ret, before=before, after=text, region_id=ret.region_id)
    return ret
