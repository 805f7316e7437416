"""A return read whole: its cells, last period's, the ledger's, facts from elsewhere, and everything its formulas say. A few statements each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache, partial
from typing import Any

from django.db import connection

from anju import periods
from anju.core.people.scope import Operator, visible
from anju.returns.forms import calendar
from anju.returns.forms import spec as forms
from anju.returns.forms.book import compiled
from anju.returns.forms.spec import TOTAL, Across, Column, Spec
from anju.returns.models import Line, Return
from anju.returns.queries.values import Stood, Values, exact
from anju.returns.sources import ledgers
from anju.returns.sources.figures import Numbers, base_in
from anju.rules.engine.outcome import Run
from anju.rules.engine.running import quickest

CELLS = 'SELECT ret_id, line, "column", state, value, places, text, version, via FROM returns_cell WHERE ret_id = ANY(%s)'  # the fields of Stood


@lru_cache(maxsize=16)
def _found(digest: str, on: date, rows: tuple[tuple[tuple[str, Any], ...], ...]) -> Run:
    """The same numbers under the same form say the same: a return is looked at again and again between two changes."""
    return quickest(compiled(forms.known(digest)), [dict(row) for row in rows], on=on, key="key")


def nearby(user: Operator, ret: Return, codes: set[str], period_names: set[str]) -> list[Return]:
    """Returns of these forms and periods of the same region, every serial, in order."""
    rows = visible(Return.objects.filter(region_id=ret.region_id, form__code__in=codes, period__in=period_names), user)
    return list(rows.select_related("form").defer("form__spec").order_by("serial"))


def spoken(rows: list[Return]) -> dict[tuple[str, str], Return]:
    """The return that speaks for each form and period: of its serials the last that was submitted, otherwise the last."""
    return {(row.form.code, row.period): row for row in sorted(rows, key=lambda row: row.state in Return.SUBMITTED)}


def same_end(period: str) -> list[str]:
    """Periods of every kind that end on the same day: 2021-09 and 2021-Q3."""
    end = periods.end(period)
    ends = (
        (1, f"{end:%Y-%m}"),
        (3, f"{end.year}-Q{end.month // 3}"),
        (6, f"{end.year}-H{end.month // 6}"),
        (12, str(end.year)),
    )
    names = [name for months, name in ends if end.month % months == 0]
    return [period, *(name for name in names if name != period)]


def values_of(rets: list[Return]) -> dict[int, Values]:
    """Lines and cells of several returns: two statements."""
    ids = [ret.pk for ret in rets]
    lines: dict[int, list[Line]] = {pk: [] for pk in ids}
    cells: dict[int, list[Stood]] = {pk: [] for pk in ids}
    if ids:
        for line in Line.objects.filter(ret_id__in=ids).order_by("order", "id"):
            lines[line.ret_id].append(line)
        with connection.cursor() as cursor:  # the most rows that a page reads: by hand in a fifth of the time
            cursor.execute(CELLS, [ids])
            for ret_id, *cell in cursor:
                cells[ret_id].append(Stood._make(cell))
    return {ret.pk: Values(forms.of(ret.form), lines[ret.pk], cells[ret.pk]) for ret in rets}


@dataclass
class Reading:
    """last, ago: what the last period and the same one a year ago say. ledger_*: what the ledger says up to the cut-off day."""

    user: Operator
    ret: Return
    spec: Spec
    now: Values
    last_ret: Return | None = None
    last: Values | None = None
    ago: Values | None = None
    ledger_numbers: dict[tuple[str, str], int] = field(default_factory=dict)
    ledger_texts: dict[tuple[str, str], str] = field(default_factory=dict)
    elsewhere: dict[str, int | Mapping[str, int]] = field(default_factory=dict)
    corrected_by: Return | None = None

    # -- before

    def comparable(self, column: Column) -> bool:
        """Has the last period a word to say? Not of what counts from January when it lies in another year."""
        last = self.last_ret
        return last is not None and not (
            column.since_january and periods.year(last.period) != periods.year(self.ret.period)
        )

    def before(self, which: Values | None, line: str, column: Column) -> int | None:
        if (
            which is None
            or column.code not in which.spec.by_code
            or (which is self.last and not self.comparable(column))
        ):
            return None
        return which.number(line, column.code) if line == TOTAL or line in which.lines else None

    def ledger(self, line: str, column: Column) -> int | None:
        """None where the ledger has no such number; of the line of sums the sum when it knows them all."""
        if line != TOTAL:
            return self.ledger_numbers.get((line, column.code))
        if not (column.source and column.source.event) or not column.sum:
            return None
        wanted = [key for key in self.now.lines if self.now.has(key, column)]
        found = [self.ledger_numbers.get((key, column.code)) for key in wanted]
        return sum(found) if found and None not in found else None

    # -- rows for the rulebook

    def _row(self, line: str) -> dict[str, Any]:
        inputs, found = self.book.inputs, {"key": line}
        if "row" in inputs:
            found["row"] = "合计" if line == TOTAL else self.now.lines[line].label
        if "month" in inputs:
            found["month"] = periods.end(self.ret.period).month
        for name, column, say in self._asked:
            value = say(line, column)
            if value is not None and column.type == "number":
                found[name] = exact(value, column.unit)
            elif value and self._fits(column, value):
                found[name] = value
        for fact in self.spec.across:
            value = self.elsewhere.get(fact.name)
            value = value.get(line) if isinstance(value, Mapping) else value
            if fact.name in inputs and value is not None:
                found[fact.name] = exact(value, fact.unit)
        return found

    @cached_property
    def _asked(self) -> list[tuple[str, Column, Callable[[str, Column], int | str | None]]]:
        """What the book asks of the columns: the name of its input, the column, and who says it of a line."""
        numbers = {
            "": self._own,
            "last_": partial(self.before, self.last),
            "ago_": partial(self.before, self.ago),
            "ledger_": self.ledger,
        }
        texts = {
            "": lambda line, column: self.now.text(line, column.code),
            "last_": lambda line, column: self.last and self.last.text(line, column.code),
        }
        return [
            (f"{prefix}{column.code}", column, say) for column in self.spec.columns
            for prefix, say in (numbers if column.type == "number" else texts).items() if f"{prefix}{column.code}" in self.book.inputs
        ]  # fmt: skip

    def _own(self, line: str, column: Column) -> int | None:
        return self.now.number(line, column.code) if not column.formula and self.now.has(line, column) else None

    @staticmethod
    def _fits(column: Column, text: str) -> bool:
        return not column.choices or text in column.choices

    @cached_property
    def book(self) -> Any:
        return compiled(self.spec)

    @cached_property
    def keys(self) -> list[str]:
        """Lines in order, then the line of sums of a form of a ledger's lines."""
        return [*self.now.lines, *([TOTAL] if self.spec.rows.ledger and self.now.lines else [])]

    @cached_property
    def result(self) -> Run:
        return _found(self.ret.form.digest, self.ret.cut_off, tuple(tuple(self._row(key).items()) for key in self.keys))

    @cached_property
    def _row_of(self) -> dict[str, Any]:
        return {row.key: row for row in self.result.rows}

    def row(self, line: str) -> Any:
        return self._row_of[line]

    def computed(self, line: str, code: str) -> str:
        """A computed column's text; "" where it cannot be had."""
        return self.row(line).text(code) if line in self._row_of and self.now.has(line, self.spec.by_code[code]) else ""


def read(user: Operator, ret: Return) -> Reading:
    """ret with its form and region."""
    spec = forms.of(ret.form)
    inputs = compiled(spec).inputs
    before = calendar.last(spec, ret.period)
    year_ago = calendar.year_ago(spec, ret.period) if any(name.startswith("ago_") for name in inputs) else ""
    codes = {fact.form for fact in spec.across if fact.form and fact.name in inputs}
    rows = nearby(
        user,
        ret,
        {spec.code, *codes},
        {name for name in (ret.period, before, year_ago, *(same_end(ret.period) if codes else ())) if name},
    )
    chosen = spoken(rows)
    last, ago = chosen.get((spec.code, before)), chosen.get((spec.code, year_ago))
    others = [row for row in chosen.values() if row.form.code in codes and row.period in same_end(ret.period)]
    all_values = values_of(list({one.pk: one for one in (ret, last, ago, *others) if one is not None}.values()))
    made = Reading(user, ret, spec, all_values[ret.pk], last, last and all_values[last.pk], ago and all_values[ago.pk])
    made.corrected_by = next((row for row in rows if row.corrects_id == ret.pk), None)
    _ledgers(made)
    _elsewhere(made, {row.form.code: all_values[row.pk] for row in others})
    return made


def _ledgers(made: Reading) -> None:
    """The ledgers as they stand on the cut-off day: of each line that is an item's, or of the region's lines."""
    user, ret, spec = made.user, made.ret, made.spec
    if spec.rows.ledger:
        items = {line.key: line.item for line in made.now.lines.values() if line.item}
        found = ledgers.of_items(user, spec, ret.period, items, ret.cut_off)
    else:
        of_region = ledgers.of_region(user, spec, ret.region, ret.period, ret.cut_off)
        found = ((key, column, value) for column, value in of_region for key in made.now.lines)
    for key, column, value in found:
        if made.now.has(key, column):
            if isinstance(value, str):
                made.ledger_texts[key, column.code] = value
            else:
                made.ledger_numbers[key, column.code] = value


def _elsewhere(made: Reading, others: dict[str, Values]) -> None:
    user, ret, spec = made.user, made.ret, made.spec
    facts = [fact for fact in spec.across if fact.name in made.book.inputs]
    numbers = Numbers(
        user, ret.region, ret.period,
        {("target", f.target, f.calibre) for f in facts if f.target} | {("measure", f.measure, f.calibre) for f in facts if f.measure},
    ) if any(not f.column for f in facts) else None  # fmt: skip
    for fact in facts:
        value = _fact(made, fact, numbers, others)
        if value is not None:
            made.elsewhere[fact.name] = value


def others_of(user: Operator, ret: Return, codes: set[str]) -> dict[str, Values]:
    """Other forms' returns of the same region whose period ends on the same day."""
    chosen = spoken(nearby(user, ret, codes, set(same_end(ret.period)))) if codes else {}
    found = values_of(list(chosen.values()))
    return {code: found[row.pk] for (code, _), row in chosen.items()}


def _fact(
    made: Reading, fact: Across, numbers: Numbers | None, others: dict[str, Values]
) -> int | dict[str, int] | None:
    if fact.target and numbers:
        return base_in(numbers.target(fact.target, fact.calibre), fact.unit)
    if fact.measure and numbers:
        return base_in(numbers.measure(fact.measure, fact.calibre), fact.unit)
    values = others.get(fact.form) if fact.form else made.now
    if values is None or fact.column not in values.spec.by_code:
        return None
    if fact.same:
        found = {key: values.number(key, fact.column) for key in values.lines}
        return {key: value for key, value in found.items() if value is not None}
    return (
        values.number(fact.line, fact.column)
        if fact.line in values.lines
        else values.total(fact.column, fact.where)
        if not fact.line
        else None
    )
