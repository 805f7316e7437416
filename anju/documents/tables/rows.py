"""A table's rows: what each one is about, before anything is looked up."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from anju import periods as calendar
from anju.core import ledgers
from anju.core.models.region import Region
from anju.core.people.scope import Actor
from anju.core.regions import tree
from anju.core.wording import period_label
from anju.documents.layout.annex import order_parts
from anju.documents.tables.columns import member_code, member_names, resolve_period
from anju.documents.tables.schema import MOST_ROWS, DeclaredTable, Given, GivenLine, Group, MeasureRow, Rows
from anju.documents.text.wording import fill_placeholders
from anju.figures.models import Measure
from anju.figures.queries.current import catalogue
from anju.figures.tasks import tasks
from anju.problems import Problem, Refused
from anju.quantities import ALIASES, UNITS

PART = "其中："
DATA, WHOLE, INSIDE, SUBTOTAL, TOTAL, EMPTY = "data", "whole", "inside", "subtotal", "total", "empty"
NOWHERE = "none"


@dataclass(frozen=True)
class RowSubject:
    """What a row is about. kind: data rows alone are summed, ranked, filtered; inside is a 其中 of the row above.

    code: the row's own measure; sides: of its task (target, actual, rate). pair: dimension and member it stands for. members: regions that a
    sub-total is of. level: how deep it is indented. listed: the member of a style's list that it is.
    """

    label: str
    region: Region
    period: str
    kind: str = DATA
    code: str = ""
    calibre: str = ""
    unit: str = ""
    until: str = ""
    sides: Mapping[str, str] = field(default_factory=dict)
    pair: tuple[str, str] = ("", "")
    ledger: str = ""
    item: int = 0
    given: Mapping[str, Given] = field(default_factory=dict)
    members: tuple[Region, ...] = ()
    group: str = ""
    level: int = 0
    listed: Any = None

    @property
    def text(self) -> str:
        return f"{'　' * self.level}{PART if self.kind == INSIDE else ''}{self.label}"


@dataclass(frozen=True)
class RowPlace:
    """Who asks, where, when, with which options. names, sets, lists: what the style of papers around it knows by name: figures of a region or of a
    member of a list, regions, the members of a list (name, unit, region, member)."""

    user: Actor
    region: Region
    period: str
    options: Mapping[str, Any]
    names: Callable[[str, Region, Any], Any] | None = None
    sets: Callable[[str], Iterable[Region]] | None = None
    lists: Callable[[str], Iterable[tuple[str, str, Region, Any]]] | None = None


def gather_rows(place: RowPlace, table: DeclaredTable) -> list[RowSubject]:
    """Every row of every block, in order. Refused DOC-115 when there are too many."""
    rows = [row for block in table.blocks for row in READERS[_kind(block)](place, block)]
    if len(rows) > MOST_ROWS:
        raise Refused(
            Problem(
                "DOC-115", f"表“{table.title}”", f"有 {len(rows)} 行，最多 {MOST_ROWS} 行。", "请缩小范围，分成几张表。"
            )
        )
    return rows


def _kind(block: Rows) -> str:
    return next(name for name in READERS if getattr(block, name) is not None)


def _regions(place: RowPlace, block: Rows) -> Iterator[RowSubject]:
    on = calendar.period_end(place.period)
    own, said = place.region, block.regions

    def row(region: Region, kind: str = DATA, level: int = 0, group: str = block.group) -> RowSubject:
        return RowSubject(region.name, region, place.period, kind, level=level, group=group)

    if isinstance(said, tuple):
        yield from (
            row(tree.find_region(place.user, fill_placeholders(code, place.period, dict(place.options)), on))
            for code in said
        )
        return
    if said == "own":
        yield row(own)
        return
    parts = _parts(place, said or "below", on)
    if block.whole == "first" and said != "siblings":
        yield row(own, WHOLE)
    groups = _groups(place, block)
    by_code, grouped = {part.code: part for part in parts}, set()
    for group in groups:
        members = tuple(by_code[code] for code in group.regions if code in by_code)
        grouped |= {member.code for member in members}
        yield RowSubject(group.total, own, place.period, SUBTOTAL, members=members)
        yield from (row(member, group=group.label) for member in members)
    base = len(tree.region_path(own))
    for part in parts:
        if part.code not in grouped:
            yield row(part, level=max(0, len(tree.region_path(part)) - base - 1) if said == "deep" else 0)
    if block.whole == "last" and said != "siblings":
        yield row(own, WHOLE)


def _parts(place: RowPlace, said: str, on: Any) -> list[Region]:
    user, region = place.user, place.region
    if said == "below":
        found = tree.child_regions(user, region, on)
    elif said == "siblings":
        found = tree.child_regions(user, region.parent, on) if region.parent else [region]
    elif said == "deep":
        return list(_deep(user, region, on))
    else:
        found = [one for one in tree.descendant_regions(user, region, on) if one.kind == said]
    return order_parts(found, place.options.get("order", ()))


def _deep(user: Actor, region: Region, on: Any) -> Iterator[Region]:
    for part in tree.child_regions(user, region, on):
        yield part
        yield from _deep(user, part, on)


def _groups(place: RowPlace, block: Rows) -> Sequence[Group]:
    if isinstance(block.groups, str):
        return [Group.model_validate(one) for one in place.options.get(block.groups, ())]
    return block.groups


def _set(place: RowPlace, block: Rows) -> Iterator[RowSubject]:
    if place.sets is None:
        raise Refused(Problem("DOC-113", f"区划的集合 {block.set}", "只有文书样式里的表才有集合。", "请改写 regions。"))
    for region in place.sets(block.set or ""):
        yield RowSubject(region.name, region, place.period, group=block.group)


def _list(place: RowPlace, block: Rows) -> Iterator[RowSubject]:
    if place.lists is None:
        raise Refused(
            Problem("DOC-113", f"名单 {block.list}", "只有文书样式里的表才有名单。", "请改写 regions、lines。")
        )
    for label, unit, region, member in place.lists(block.list or ""):
        own = ALIASES.get(unit, unit)
        yield RowSubject(
            label, region, place.period, unit=own if own in UNITS else "", group=block.group, listed=member
        )


def _tasks(place: RowPlace, block: Rows) -> Iterator[RowSubject]:
    said = tasks() if block.tasks == "all" else block.tasks or ()
    if unknown := [code for code in said if code not in tasks()]:
        raise Refused(
            Problem("DOC-113", f"任务 {'、'.join(unknown)}", "没有这项任务。", f"可以写 {'、'.join(tasks())}。")
        )
    for code in said:
        task = tasks()[code]
        sides = {side: task[side] for side in ("actual", "target", "rate")}
        yield RowSubject(
            task["name"],
            place.region,
            place.period,
            code=task["actual"],
            unit=task["unit"],
            sides=sides,
            group=block.group,
        )


def _measures(place: RowPlace, block: Rows) -> Iterator[RowSubject]:
    for said in block.measures or ():
        row = MeasureRow(code=said) if isinstance(said, str) else said
        yield _measure_row(
            place, row.code, row.name, INSIDE if row.inside else DATA, block, calibre=row.calibre, unit=row.unit
        )


def _measure_row(place: RowPlace, code: str, name: str, kind: str, block: Rows, **more: Any) -> RowSubject:
    measure = find_measure(code)
    more["unit"] = more.get("unit") or measure.unit
    return RowSubject(
        name or measure.name,
        place.region,
        place.period,
        kind,
        code=code,
        sides=sides_of(measure),
        group=block.group,
        **more,
    )


def find_measure(code: str) -> Measure:
    """Refused DOC-113 when the catalogue has none of that code."""
    measure = catalogue().get(code)
    if measure is None:
        raise Refused(Problem("DOC-113", f"指标 {code}", "指标目录里没有这个指标。", "请用 anju figures list 查代码。"))
    return measure


def sides_of(measure: Measure) -> dict[str, str]:
    """The measures that say what was asked of this one, and at what rate it was done."""
    every = catalogue().values()
    target = next((one.code for one in every if one.target_of_id == measure.code and not one.of_id), "")
    rate = next((one.code for one in every if one.numerator_id == measure.code and one.denominator_id == target), "")
    return {"actual": measure.code, "target": target, "rate": rate}


def _periods(place: RowPlace, block: Rows) -> Iterator[RowSubject]:
    year, said = place.period[:4], block.periods
    if said == "months":
        last = calendar.period_end(place.period).month
        found = [f"{year}-{month:02}" for month in range(1, last + 1)]
    elif said == "quarters":
        found = [f"{year}-Q{quarter}" for quarter in range(1, (calendar.period_end(place.period).month + 2) // 3 + 1)]
    elif said == "this-and-last":
        found = [resolve_period(one, place.period, place.options) for one in ("same-last-year", "own")]
    else:
        found = [resolve_period(one, place.period, place.options) for one in said or ()]
    yield from (RowSubject(period_label(one), place.region, one, group=block.group) for one in found)


def _members(place: RowPlace, block: Rows) -> Iterator[RowSubject]:
    if (members := block.members) is None:
        return
    names = member_names(members)
    whole = find_measure(members.of)

    def total() -> RowSubject:
        return RowSubject(
            "合计",
            place.region,
            place.period,
            WHOLE,
            code=members.of,
            unit=whole.unit,
            sides=sides_of(whole),
            group=block.group,
        )

    if block.whole == "first":
        yield total()
    for name in names:
        code = member_code(members.of, members.dimension, name)
        yield RowSubject(name, place.region, place.period, code=code, unit=whole.unit, pair=(members.dimension, name),
                         sides=sides_of(find_measure(code)), group=block.group)  # fmt: skip
    if block.whole == "last":
        yield total()


def _records(place: RowPlace, block: Rows) -> Iterator[RowSubject]:
    if (said := block.ledger) is None:
        return
    source = ledgers.ledger(said.name)
    if unknown := [kind for kind in said.kinds if kind not in source.kinds()]:
        raise Refused(
            Problem(
                "DOC-113",
                f"台账“{source.label}”的种类 {'、'.join(unknown)}",
                "没有这个种类。",
                f"可以写 {'、'.join(source.kinds())}。",
            )
        )
    first, last = calendar.period_bounds(place.period)
    kinds = said.kinds or tuple(source.kinds())
    for item in source.lines(place.user, place.region, kinds, first.replace(month=1, day=1), last):
        if all(item.facts.get(name, "") in allowed for name, allowed in said.where.items()):
            yield RowSubject(item.label, place.region, place.period, ledger=said.name, item=item.id, group=block.group)


def _lines(place: RowPlace, block: Rows) -> Iterator[RowSubject]:
    for line in block.lines or ():
        yield _line_row(place, line, block)


def _line_row(place: RowPlace, line: GivenLine, block: Rows) -> RowSubject:
    on = calendar.period_end(place.period)
    label = fill_placeholders(line.label, place.period, dict(place.options))
    if line.region == NOWHERE:
        return RowSubject(label, place.region, place.period, EMPTY, group=block.group)
    region = place.region if line.region == "own" else tree.find_region(place.user, line.region, on)
    period = resolve_period(line.period, place.period, place.options)
    measure = find_measure(line.code) if line.code else None
    sides = (sides_of(measure) if measure else {}) | {
        name: getattr(line, name) for name in ("target", "actual", "rate") if getattr(line, name)
    }
    for code in sides.values():
        if code:
            find_measure(code)
    unit = line.unit or (measure.unit if measure else "")
    kind = WHOLE if line.whole else INSIDE if line.inside else DATA
    return RowSubject(
        label, region, period or place.period, kind, code=line.code or sides.get("actual", ""), calibre=line.calibre,
        unit=unit, until=line.until, sides=sides, given=line.given, group=block.group,
    )  # fmt: skip


READERS: Mapping[str, Any] = {
    "regions": _regions, "set": _set, "list": _list, "tasks": _tasks, "measures": _measures, "periods": _periods, "members": _members, "ledger": _records, "lines": _lines,
}  # fmt: skip
