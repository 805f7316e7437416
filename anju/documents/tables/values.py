"""What stands in a table's cells before anything is computed of them: measures in one reading, a ledger's records in a few."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from anju import periods as calendar
from anju.core import ledgers
from anju.core.models.region import Region
from anju.core.regions import tree
from anju.documents.tables.columns import Leaf, earlier_period, member_code, resolve_period
from anju.documents.tables.rows import EMPTY, SUBTOTAL, RowPlace, RowSubject, find_measure
from anju.figures.figure import NUMBER, UNREPORTED, Figure, ratio_figure, total_figure
from anju.figures.models import Measure
from anju.figures.queries import current
from anju.figures.queries.current import catalogue
from anju.figures.queries.standing import FiguresUpTo, StandingFigures, under
from anju.problems import Problem, Refused
from anju.quantities import to_base, unit_of_measure


@dataclass(frozen=True)
class TableValue:
    """What is in a cell. cited: the figure has a reference to print; one that has none is printed as bare digits."""

    figure: Figure | None = None
    text: str = ""
    cited: bool = True


@dataclass(frozen=True)
class Asked:
    """A measure's figure that a cell asks for. period "": the latest up to the table's day."""

    code: str
    calibre: str
    region: Region
    period: str


class TableValues:
    """Everything that the rows and columns ask for: as a paper of each period tells it (figures/queries/standing.py), read once a period."""

    def __init__(self, place: RowPlace, rows: Sequence[RowSubject], leaves: Sequence[Leaf]) -> None:
        self.place = place
        self.parent = place.region.parent
        asked = [one for row in rows for leaf in leaves for one in self._asked_for(row, leaf)]
        self.records = read_records(place, rows, leaves)
        last = [one for one in asked if not one.period]
        self.up_to = FiguresUpTo(place.user, self._columns(last), regions_of(last), place.period) if last else None
        self.looked_back = {leaf.spec.change.against for leaf in leaves if leaf.spec.change}
        self.asked: dict[str, list[Asked]] = defaultdict(list)
        for one in asked:
            period = one.period or self._newest(one)
            for when in {*([one.period] if one.period else ()), *(earlier_period(period, k) for k in self.looked_back)}:
                self.asked[when].append(one)
        self.standing: dict[str, StandingFigures] = {}
        tasks = [code for code in {asked_of(find_measure(one.code)) for one in asked} if code]
        years = {calendar.target_period(one.period or place.period) for one in asked}
        self.tasks = current.current_figures(place.user, tasks, regions_of(asked), years)

    def _columns(self, asked: Iterable[Asked]) -> list[str]:
        return list(dict.fromkeys(under(one.code, self._calibre(one)) for one in asked))

    @staticmethod
    def _calibre(asked: Asked) -> str:
        """The one asked for, of a measure that is published under it."""
        measure = find_measure(asked.code)
        return asked.calibre if measure.is_computed or current.accepts_calibre(measure, asked.calibre) else ""

    def _newest(self, asked: Asked) -> str:
        """The period of what stood last up to the table's day; the table's own where there is nothing."""
        newest = self.up_to.newest(under(asked.code, self._calibre(asked))) if self.up_to else ""
        return newest or self.place.period

    def _asked_for(self, row: RowSubject, leaf: Leaf) -> list[Asked]:
        if leaf.spec.text == "until" and row.code and not row.until:
            return [Asked(row.code, row.calibre, row.region, row.period)]
        one = self.measure_of(row, leaf)
        if one is None:
            return []
        if row.kind == SUBTOTAL:
            return [replace(one, region=region) for region in row.members]
        return [one]

    def measure_of(self, row: RowSubject, leaf: Leaf) -> Asked | None:
        """The measure's figure that the cell is; None for a cell that is something else, or nothing."""
        spec = leaf.spec
        if (
            row.kind == EMPTY
            or row.item
            or spec.text
            or spec.figure
            or spec.formula
            or spec.rank
            or spec.change
            or spec.record
            or (spec.given and not (spec.code or spec.side))
        ):
            return None
        code = (
            leaf.code
            if leaf.code and not spec.side
            else row.code
            if spec.side in ("", "value")
            else row.sides.get(spec.side, "")
        )
        for dimension, member in (row.pair, (leaf.dimension, leaf.member)):
            measure = catalogue().get(code)
            if code and member and not (measure and measure.member == member):
                code = member_code(code, dimension, member)
        if not code:
            return None
        find_measure(code)
        said = resolve_period(spec.period, row.period, self.place.options)
        region = row.region
        if spec.region == "parent":
            region = self.parent or region
        elif spec.region != "own":
            region = tree.find_region(self.place.user, spec.region, calendar.period_end(row.period))
        return Asked(code, leaf.calibre or (row.calibre if not leaf.code else ""), region, said)

    def figure(self, asked: Asked) -> Figure:
        """What the sentences of a paper would print for it, of its period or as it stood last."""
        calibre = self._calibre(asked)
        if not asked.period and self.up_to:
            return self.up_to(asked.code, asked.region, calibre)
        if asked.period not in self.standing:
            every = self.asked[asked.period]
            self.standing[asked.period] = StandingFigures(
                self.place.user, self._columns(every), regions_of(every), asked.period
            )
        return self.standing[asked.period](asked.code, asked.region, calibre)

    def value(self, row: RowSubject, leaf: Leaf) -> TableValue:
        """What is in the cell; nothing for one that is computed of others."""
        if leaf.spec.text and row.kind != EMPTY:
            return TableValue(text=self._text(row, leaf))
        if leaf.spec.record:
            return self.records.get((row.ledger, row.item, leaf.key or leaf.head.head), TableValue())
        if leaf.spec.figure:
            return self._named(row, leaf.figure)
        asked = self.measure_of(row, leaf)
        if asked is not None:
            figure = self._subtotal(row, asked) if row.kind == SUBTOTAL else self.figure(asked)
            if figure.known or not leaf.spec.given:
                return TableValue(figure)
        if leaf.spec.given and leaf.spec.given in row.given:
            return TableValue(given_figure(row, leaf), cited=False)
        return TableValue(self.figure(asked)) if asked is not None and row.kind != SUBTOTAL else TableValue()

    def _named(self, row: RowSubject, name: str) -> TableValue:
        """A figure that the style of papers around the table knows by name."""
        if self.place.names is None:
            raise Refused(Problem("DOC-113", f"名称 {name}", "只有文书样式里的表才有名称。", "请改写 code。"))
        if row.kind in (SUBTOTAL, EMPTY):
            return TableValue()
        figure = self.place.names(name, row.region, row.listed)
        return (
            TableValue(figure)
            if isinstance(figure, Figure)
            else TableValue(text=str(getattr(figure, "words", figure) or ""))
        )

    def asked_period(self, row: RowSubject, leaf: Leaf) -> str:
        """The period that a cell speaks of."""
        asked = self.measure_of(row, leaf)
        return row.period if asked is None else asked.period or self._newest(asked)

    def earlier_value(self, row: RowSubject, leaf: Leaf, against: str) -> TableValue:
        """The same cell of an earlier period."""
        asked = self.measure_of(row, leaf)
        if asked is None or row.kind == SUBTOTAL:
            return TableValue()
        return TableValue(
            self.figure(replace(asked, period=earlier_period(asked.period or self._newest(asked), against)))
        )

    def _subtotal(self, row: RowSubject, asked: Asked) -> Figure:
        """Over those that said anything; a rate is that of the sums."""
        measure = find_measure(asked.code)
        figures = [self.figure(replace(asked, region=region)) for region in row.members]
        return total_of(self.counted(figures, measure), measure, partial=False)

    def counted(self, figures: Sequence[Figure], measure: Measure) -> list[Figure]:
        """Those that a sum waits for: of a task, who was given one or reported; where nobody was given one, everybody."""
        if not (code := asked_of(measure)):
            return list(figures)
        tasked = {
            one.region.pk for one in figures if self.tasks(code, one.region, calendar.target_period(one.period)).value
        }
        told = [one for one in figures if one.region.pk in tasked or one.known or one.observation_id is not None]
        return told if tasked else list(figures)

    def _text(self, row: RowSubject, leaf: Leaf) -> str:
        figure_unit = {"point": "分", "1": ""}.get(row.unit, row.unit)
        return {
            "name": row.label, "unit": figure_unit, "period": row.period, "region": row.region.name, "none": "", "number": "",
            "until": row.until or spoken_day(self.newest_period(row)),
        }[leaf.spec.text]  # fmt: skip

    def newest_period(self, row: RowSubject) -> str:
        """The period of the row's own figure."""
        if not row.code:
            return row.period
        for calibre in (row.calibre, ""):
            if self.up_to and (newest := self.up_to.newest(under(row.code, calibre))):
                return newest
        figure = self.figure(Asked(row.code, row.calibre, row.region, row.period))
        return figure.period if figure.known and not find_measure(row.code).target_of_id else row.period


def regions_of(asked: Iterable[Asked]) -> list[Region]:
    return list({one.region.pk: one.region for one in asked}.values())


def spoken_day(period: str) -> str:
    """2021-08 → 8月31日: the day up to which a period counts."""
    day = calendar.period_end(period)
    return f"{day.year}年{day.month}月{day.day}日"


def asked_of(measure: Measure) -> str:
    """The measure of the task that this one does, or is the rate of; "" when there is none."""
    every = catalogue()
    if measure.kind == Measure.Kind.RATIO:
        below = measure.denominator_id or ""
        return below if below and every[below].target_of_id else ""
    return next((one.code for one in every.values() if one.target_of_id == measure.code and not one.of_id), "")


def total_of(figures: Sequence[Figure], measure: Measure | None, *, partial: bool) -> Figure:
    """The sum of a column: unknown while a part is, unless it may be partial. Of a rate that of its two sums; of an average none."""
    if measure is not None and measure.kind == Measure.Kind.RATIO:
        both = [one for one in figures if one.known] if partial else []  # both sides of the same places
        top, bottom = (_side_total(both or figures, side, partial) for side in (0, 1))
        return replace(ratio_figure(top, bottom, measure.places or 0), name=measure.name)
    if measure is not None and not measure.adds:
        return replace(
            figures[0],
            code="",
            value=None,
            fraction=None,
            state=UNREPORTED,
            parts=(),
            observation_id=None,
            why=f"{measure.name}不能相加",
        )
    return _sum(figures, partial)


def _side_total(rates: Sequence[Figure], side: int, partial: bool) -> Figure:
    return replace(_sum([one.parts[side] for one in rates], partial), name=rates[0].parts[side].name)


def _sum(figures: Sequence[Figure], partial: bool) -> Figure:
    chosen = [one for one in figures if one.known] if partial else list(figures)
    if len(chosen) == 1:
        return chosen[0]
    return replace(total_figure(chosen or figures), code="")


def given_figure(row: RowSubject, leaf: Leaf) -> Figure:
    """A value that the declaration gives, with who says so."""
    said = row.given[leaf.spec.given]
    whole, _, decimals = said.value.partition(".")
    unit = said.unit or leaf.unit or "1"
    value = to_base(int(whole + decimals), len(decimals), unit)
    return Figure("", leaf.head.head, row.region, row.period, state=NUMBER, value=value, unit=unit, places=len(decimals), family=unit_of_measure(unit).family,
                  why=said.source)  # fmt: skip


def read_records(
    place: RowPlace, rows: Sequence[RowSubject], leaves: Sequence[Leaf]
) -> dict[tuple[str, int, str], TableValue]:
    """Fields and sums of every ledger's records that have a row, a few statements a ledger."""
    by_ledger: dict[str, list[RowSubject]] = defaultdict(list)
    for row in rows:
        if row.item:
            by_ledger[row.ledger].append(row)
    wanted = [leaf for leaf in leaves if leaf.spec.record]
    values: dict[tuple[str, int, str], TableValue] = {}
    for name, mine in by_ledger.items():
        values |= _ledger_values(place, name, {row.item: row for row in mine}, wanted)
    return values


def _ledger_values(
    place: RowPlace, name: str, rows: Mapping[int, RowSubject], leaves: Sequence[Leaf]
) -> dict[tuple[str, int, str], TableValue]:
    source = ledgers.ledger(name)
    fields, events = source.known_fields(), source.known_events()
    if wrong := [
        one
        for one in leaves
        if (rec := one.spec.record)
        and ((rec.field and rec.field not in fields) or (rec.event and rec.event not in events))
    ]:
        told = "、".join(one.head.head for one in wrong)
        raise Refused(
            Problem(
                "DOC-113",
                f"栏“{told}”",
                f"台账“{source.label}”没有这样的字段或事项。",
                f"字段：{'、'.join(fields)}；事项：{'、'.join(events)}。",
            )
        )
    first, last = calendar.period_bounds(place.period)
    since = {"year": first.replace(month=1, day=1), "period": first, "all": None}
    read = source.fields(
        place.user, rows, {one.spec.record.field for one in leaves if one.spec.record and one.spec.record.field}
    )
    sums = {
        word: source.sums(place.user, rows, since[word], last)
        for word in {one.spec.record.since for one in leaves if one.spec.record and one.spec.record.event}
    }
    values: dict[tuple[str, int, str], TableValue] = {}
    for leaf in leaves:
        if (record := leaf.spec.record) is None:
            continue
        spoken = (
            source.texts(place.user, rows, record.event, last) if record.event and events[record.event].text else None
        )
        for item, row in rows.items():
            said: int | str | None
            if spoken is not None:
                said = spoken.get(item, "")
            elif record.event:
                said = (
                    sums[record.since]
                    .get(item, {})
                    .get(f"{record.event}:{record.mode}" if record.mode else record.event)
                )
            else:
                said = read.get(item, {}).get(record.field)
            values[name, item, leaf.key or leaf.head.head] = record_value(row, leaf, said)
    return values


def record_value(row: RowSubject, leaf: Leaf, said: int | str | None) -> TableValue:
    """A number in base units, or words."""
    if isinstance(said, str):
        return TableValue(text=said, cited=False)
    unit = leaf.unit or "1"
    family = unit_of_measure(unit).family
    blank = Figure(
        "",
        leaf.head.head,
        row.region,
        row.period,
        unit=unit,
        family=family,
        kind="flow",
        places=leaf.places,
        why="台账没有记",
    )
    if said is None:
        return TableValue(blank, cited=False)
    return TableValue(replace(blank, state=NUMBER, value=said, why=""), cited=False)
