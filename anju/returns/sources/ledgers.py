"""What the ledgers say for a return up to its cut-off day, whichever ledgers its form names."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from anju import periods
from anju.core.ledgers import Item, Ledger, ledger
from anju.core.models.region import Region
from anju.core.people.scope import Actor
from anju.problems import Place, Problem, Refused
from anju.returns.forms.spec import CellSource, FormColumn, FormSpec

Filled = tuple[FormColumn, CellSource]  # a column that is filled from a ledger, and how


def counting_start(source: CellSource, period: str) -> date | None:
    """The day from which an event counts; None: ever since."""
    first = periods.period_bounds(period)[0]
    return {"all": None, "year": first.replace(month=1, day=1), "period": first}[source.since]


def key_of(of: Ledger, item: int) -> str:
    """The key of an item's line."""
    return f"{of.initial}{item}"


def lines(user: Actor, spec: FormSpec, region: Region, until: date) -> list[Item]:
    """The items that a return of a form with a ledger's lines has, as of its cut-off day."""
    rows, of = spec.rows, ledger(spec.rows.ledger)
    return of.lines(user, region, rows.kinds or of.kinds(), until.replace(month=1, day=1), until)


@dataclass
class EventSums:
    """Events of a ledger's items up to a day, by the day from which they count; and what was ever recorded, which tells nothing from unknown."""

    since: Mapping[date | None, Mapping[int, Mapping[str, int]]]

    def value(self, source: CellSource, start: date | None, item: int) -> int | None:
        key = f"{source.event}:{source.mode}" if source.mode else source.event
        found = self.since[start].get(item, {}).get(key)
        if found is None and source.event in self.since[None].get(item, {}):
            return 0  # such things were recorded of it, but none of this year or this mode
        return found

    def region(self, source: CellSource, start: date | None, items: Collection[Item]) -> int | None:
        """Of a line that is no item's: all items of these kinds added up; None when nothing was ever recorded of any."""
        values = [self.value(source, start, one.id) for one in items if not source.kinds or one.kind in source.kinds]
        known = [value for value in values if value is not None]
        return sum(known) if known else None


def event_sums(
    user: Actor, of: Ledger, columns: Sequence[Filled], period: str, items: Collection[int], until: date, after: date | None = None
) -> EventSums:  # fmt: skip
    """One statement a beginning, and one for all. columns: of this ledger. after: only what happened later than that day."""
    asked = [counting_start(source, period) for _, source in columns if source.event]
    starts = dict.fromkeys([None, *asked])
    if not items or not asked:
        return EventSums({start: {} for start in starts})
    later = after + timedelta(days=1) if after else None
    wanted = {start: max((day for day in (start, later) if day), default=None) for start in starts}
    return EventSums({start: of.sums(user, items, day, until) for start, day in wanted.items()})


def of_items(
    user: Actor, spec: FormSpec, period: str, items: Mapping[str, int], until: date
) -> Iterator[tuple[str, FormColumn, int | str]]:
    """What the form's ledger says of each line that is an item's: (line, column, value), known ones only. items: line → item.

    A number is in base units."""
    columns = by_ledger(spec).get(spec.rows.ledger, [])
    if not columns:
        return
    of, ids = ledger(spec.rows.ledger), list(items.values())
    spoken = {event for event, happening in of.known_events().items() if happening.text}
    found = event_sums(user, of, columns, period, ids, until)
    names = list(dict.fromkeys(source.field for _, source in columns if source.field))
    fields = of.fields(user, ids, names) if names else {}
    texts = {event: of.texts(user, ids, event, until) for event in spoken & {source.event for _, source in columns}}
    for key, item in items.items():
        for column, source in columns:
            value: int | str | None
            if source.field:
                value = fields.get(item, {}).get(source.field)
                value = value if column.type == "number" or value is None else str(value)
            elif source.event in texts:
                value = texts[source.event].get(item)
            else:
                value = found.value(source, counting_start(source, period), item)
            if value is not None and value != "":
                yield key, column, value


def of_region(
    user: Actor, spec: FormSpec, region: Region, period: str, until: date
) -> Iterator[tuple[FormColumn, int]]:
    """What the ledgers say of a form whose lines are no items': the sums of the region and below, known ones only."""
    for code, columns in by_ledger(spec).items():
        of = ledger(code)
        starts = [start for _, source in columns if (start := counting_start(source, period))]
        items = of.lines(user, region, of.kinds(), min(starts, default=until.replace(month=1, day=1)), until)
        found = event_sums(user, of, columns, period, [item.id for item in items], until)
        for column, source in columns:
            value = found.region(source, counting_start(source, period), items) if source.event else None
            if value is not None:
                yield column, value


def by_ledger(spec: FormSpec) -> dict[str, list[Filled]]:
    """The columns that are filled from ledgers, by the ledger's code."""
    found: dict[str, list[Filled]] = {}
    for column in spec.columns:
        if column.source and column.source.ledger:
            found.setdefault(column.source.ledger, []).append((column, column.source))
    return found


# -- a form's words about ledgers ---------------------------------------------------------------------------------------------


def check(spec: FormSpec) -> None:
    """Refused RET-005 with everything that the form asks and its ledgers do not have; ROOM-004 for a ledger that no room has."""
    wrong = [*_rows(spec), *(one for column in spec.columns for one in _column(spec, column))]
    if wrong:
        fix = "请照《怎样写一张报表》（docs/forms.md）核对名称。"
        raise Refused(*(Problem("RET-005", where, what, fix) for where, what in wrong))


def _rows(spec: FormSpec) -> Iterator[tuple[Place, str]]:
    if spec.rows.ledger:
        of, where = ledger(spec.rows.ledger), Place.of(f"表 {spec.code} 行", "rows")
        yield from ((where, f"{of.label}没有“{kind}”这一类。") for kind in spec.rows.kinds if kind not in of.kinds())


def _column(spec: FormSpec, column: FormColumn) -> Iterator[tuple[Place, str]]:
    source, where = column.source, Place.of(f"表 {spec.code} 列", column.code)
    if source is None or not source.ledger:
        return
    of = ledger(source.ledger)
    if spec.rows.ledger and source.ledger != spec.rows.ledger:
        yield where, f"这张表的行取自台账 {spec.rows.ledger}，列不能取自另一个台账 {source.ledger}。"
        return
    yield from ((where, f"{of.label}没有“{kind}”这一类。") for kind in source.kinds if kind not in of.kinds())
    if source.field:
        if source.field not in of.known_fields():
            yield where, f"{of.label}没有字段“{source.field}”。"
        elif column.type == "number" and of.known_fields()[source.field] == "text":
            yield where, f"字段“{source.field}”不是数。"
        return
    happening = of.known_events().get(source.event)
    if happening is None:
        yield where, f"{of.label}没有事项“{source.event}”。"
    elif happening.text == (column.type == "number"):
        yield where, f"事项“{source.event}”{'没有数量，列不能是数' if happening.text else '是数量，列应为数'}。"
    else:
        known = ("", *happening.modes)
        yield from (
            (where, f"事项“{source.event}”没有方式“{mode}”。")
            for mode in (source.mode or "", source.rest)
            if mode not in known
        )


def named(spec: FormSpec, otherwise: str) -> str:
    """What one of the form's lines is called (项目名称); the other word where the form names its lines."""
    return f"{ledger(spec.rows.ledger).label}名称" if spec.rows.ledger else otherwise
