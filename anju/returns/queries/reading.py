"""A return read whole: its cells, last period's, the ledger's, facts from elsewhere, and everything its formulas say. A few statements each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache, partial
from typing import Any

from django.db import connection

from anju import periods
from anju.core.people.scope import Actor, visible_rows
from anju.returns.forms import calendar
from anju.returns.forms import spec as forms
from anju.returns.forms.book import compile_form
from anju.returns.forms.spec import TOTAL, CrossFact, FormColumn, FormSpec
from anju.returns.models import Line, LockedPage, Return
from anju.returns.queries.values import ReturnValues, StoredCell, rulebook_text
from anju.returns.sources import ledgers
from anju.returns.sources.figures import RegionNumbers, figure_in_base_units
from anju.rules.engine.outcome import RunOutcome
from anju.rules.engine.running import run_quickest

CELLS = 'SELECT ret_id, line, "column", state, value, places, text, version, via FROM returns_cell WHERE ret_id = ANY(%s)'  # the fields of Stood


@lru_cache(maxsize=16)
def _check_outcome(digest: str, on: date, rows: tuple[tuple[tuple[str, Any], ...], ...]) -> RunOutcome:
    """The same numbers under the same form say the same: a return is looked at again and again between two changes."""
    return run_quickest(compile_form(forms.known_spec(digest)), [dict(row) for row in rows], on=on, key="key")


def related_returns(user: Actor, ret: Return, codes: set[str], period_names: set[str]) -> list[Return]:
    """Returns of these forms and periods of the same region, every serial, in order."""
    rows = visible_rows(
        Return.objects.filter(region_id=ret.region_id, form__code__in=codes, period__in=period_names), user
    )
    return list(rows.select_related("form").defer("form__spec").order_by("serial"))


def speaking_returns(rows: list[Return]) -> dict[tuple[str, str], Return]:
    """The return that speaks for each form and period: of its serials the last that was submitted, otherwise the last."""
    known = [row for row in rows if row.state != Return.VOID]
    return {(row.form.code, row.period): row for row in sorted(known, key=lambda row: row.state in Return.SUBMITTED)}


def locked_content(user: Actor, ret: Return) -> dict[str, Any] | None:
    """What was kept of a locked return's page."""
    if ret.state != Return.LOCKED:
        return None
    return visible_rows(LockedPage.objects.filter(ret=ret), user).values_list("content", flat=True).first()


def periods_with_same_end(period: str) -> list[str]:
    """Periods of every kind that end on the same day: 2021-09 and 2021-Q3."""
    end = periods.period_end(period)
    ends = (
        (1, f"{end:%Y-%m}"),
        (3, f"{end.year}-Q{end.month // 3}"),
        (6, f"{end.year}-H{end.month // 6}"),
        (12, str(end.year)),
    )
    names = [name for months, name in ends if end.month % months == 0]
    return [period, *(name for name in names if name != period)]


def read_values(rets: list[Return]) -> dict[int, ReturnValues]:
    """Lines and cells of several returns: two statements."""
    ids = [ret.pk for ret in rets]
    lines: dict[int, list[Line]] = {pk: [] for pk in ids}
    cells: dict[int, list[StoredCell]] = {pk: [] for pk in ids}
    if ids:
        for line in Line.objects.filter(ret_id__in=ids).order_by("order", "id"):
            lines[line.ret_id].append(line)
        with connection.cursor() as cursor:  # the most rows that a page reads: by hand in a fifth of the time
            cursor.execute(CELLS, [ids])
            for ret_id, *cell in cursor:
                cells[ret_id].append(StoredCell._make(cell))
    return {ret.pk: ReturnValues(forms.form_spec(ret.form), lines[ret.pk], cells[ret.pk]) for ret in rets}


@dataclass
class ReadReturn:
    """last, ago: what the last period and the same one a year ago say. ledger_*: what the ledger says up to the cut-off day.

    corrected_by: its correction, given up ones aside. locked_page: what was kept of it at the lock; None before it, and of what was
    locked before there was such a thing.
    """

    user: Actor
    ret: Return
    spec: FormSpec
    now: ReturnValues
    last_ret: Return | None = None
    last: ReturnValues | None = None
    ago: ReturnValues | None = None
    ledger_numbers: dict[tuple[str, str], int] = field(default_factory=dict)
    ledger_texts: dict[tuple[str, str], str] = field(default_factory=dict)
    elsewhere: dict[str, int | Mapping[str, int]] = field(default_factory=dict)
    corrected_by: Return | None = None
    locked_page: dict[str, Any] | None = None

    # -- before

    def comparable(self, column: FormColumn) -> bool:
        """Has the last period a word to say? Not of what counts from January when it lies in another year."""
        last = self.last_ret
        return last is not None and not (
            column.since_january and periods.period_year(last.period) != periods.period_year(self.ret.period)
        )

    def before(self, which: ReturnValues | None, line: str, column: FormColumn) -> int | None:
        if (
            which is None
            or column.code not in which.spec.by_code
            or (which is self.last and not self.comparable(column))
        ):
            return None
        return which.number(line, column.code) if line == TOTAL or line in which.lines else None

    def ledger(self, line: str, column: FormColumn) -> int | None:
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
            found["month"] = periods.period_end(self.ret.period).month
        for name, column, say in self._asked:
            value = say(line, column)
            if value is not None and column.type == "number":
                found[name] = rulebook_text(value, column.unit)
            elif value and self._fits(column, value):
                found[name] = value
        for fact in self.spec.across:
            value = self.elsewhere.get(fact.name)
            value = value.get(line) if isinstance(value, Mapping) else value
            if fact.name in inputs and value is not None:
                found[fact.name] = rulebook_text(value, fact.unit)
        return found

    @cached_property
    def _asked(self) -> list[tuple[str, FormColumn, Callable[[str, FormColumn], int | str | None]]]:
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

    def _own(self, line: str, column: FormColumn) -> int | None:
        return self.now.number(line, column.code) if not column.formula and self.now.has(line, column) else None

    @staticmethod
    def _fits(column: FormColumn, text: str) -> bool:
        return not column.choices or text in column.choices

    @cached_property
    def book(self) -> Any:
        return compile_form(self.spec)

    @cached_property
    def keys(self) -> list[str]:
        """Lines in order, then the line of sums of a form of a ledger's lines."""
        return [*self.now.lines, *([TOTAL] if self.spec.rows.ledger and self.now.lines else [])]

    @cached_property
    def result(self) -> RunOutcome:
        return _check_outcome(
            self.ret.form.digest, self.ret.cut_off, tuple(tuple(self._row(key).items()) for key in self.keys)
        )

    @cached_property
    def _row_of(self) -> dict[str, Any]:
        return {row.key: row for row in self.result.rows}

    def row(self, line: str) -> Any:
        return self._row_of[line]

    def computed(self, line: str, code: str) -> str:
        """A computed column's text; "" where it cannot be had."""
        return self.row(line).text(code) if line in self._row_of and self.now.has(line, self.spec.by_code[code]) else ""


def read_return(user: Actor, ret: Return) -> ReadReturn:
    """ret with its form and region."""
    spec = forms.form_spec(ret.form)
    inputs = compile_form(spec).inputs
    before = calendar.last_period(spec, ret.period)
    year_ago = calendar.period_year_ago(spec, ret.period) if any(name.startswith("ago_") for name in inputs) else ""
    codes = {fact.form for fact in spec.across if fact.form and fact.name in inputs}
    rows = related_returns(
        user,
        ret,
        {spec.code, *codes},
        {
            name
            for name in (ret.period, before, year_ago, *(periods_with_same_end(ret.period) if codes else ()))
            if name
        },
    )
    chosen = speaking_returns(rows)
    last, ago = chosen.get((spec.code, before)), chosen.get((spec.code, year_ago))
    others = [
        row for row in chosen.values() if row.form.code in codes and row.period in periods_with_same_end(ret.period)
    ]
    all_values = read_values(list({one.pk: one for one in (ret, last, ago, *others) if one is not None}.values()))
    made = ReadReturn(
        user=user,
        ret=ret,
        spec=spec,
        now=all_values[ret.pk],
        last_ret=last,
        last=last and all_values[last.pk],
        ago=ago and all_values[ago.pk],
    )
    made.corrected_by = next((row for row in rows if row.corrects_id == ret.pk and row.state != Return.VOID), None)
    made.locked_page = locked_content(user, ret)
    _ledgers(made)
    if made.locked_page is None:
        _elsewhere(made, {row.form.code: all_values[row.pk] for row in others})
    else:
        made.elsewhere = made.locked_page["elsewhere"]
    return made


def _ledgers(made: ReadReturn) -> None:
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


def _elsewhere(made: ReadReturn, others: dict[str, ReturnValues]) -> None:
    user, ret, spec = made.user, made.ret, made.spec
    facts = [fact for fact in spec.across if fact.name in made.book.inputs]
    numbers = RegionNumbers(
        user, ret.region, ret.period,
        {("target", f.target, f.calibre) for f in facts if f.target} | {("measure", f.measure, f.calibre) for f in facts if f.measure},
    ) if any(not f.column for f in facts) else None  # fmt: skip
    for fact in facts:
        value = _fact(made, fact, numbers, others)
        if value is not None:
            made.elsewhere[fact.name] = value


def other_forms_values(user: Actor, ret: Return, codes: set[str]) -> dict[str, ReturnValues]:
    """Other forms' returns of the same region whose period ends on the same day."""
    chosen = (
        speaking_returns(related_returns(user, ret, codes, set(periods_with_same_end(ret.period)))) if codes else {}
    )
    found = read_values(list(chosen.values()))
    return {code: found[row.pk] for (code, _), row in chosen.items()}


def _fact(
    made: ReadReturn, fact: CrossFact, numbers: RegionNumbers | None, others: dict[str, ReturnValues]
) -> int | dict[str, int] | None:
    if fact.target and numbers:
        return figure_in_base_units(numbers.target(fact.target, fact.calibre), fact.unit)
    if fact.measure and numbers:
        return figure_in_base_units(numbers.measure(fact.measure, fact.calibre), fact.unit)
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
