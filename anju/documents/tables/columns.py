"""A table's columns as they stand for one paper: heads filled in, repeated ones spread out, each with the way it is printed."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from anju import periods
from anju.core.wording import period_label
from anju.documents.layout.annex import UNIT, AnnexColumn
from anju.documents.tables.schema import Column, DeclaredTable, Members, walk
from anju.documents.text.printing import FigureFormat
from anju.documents.text.wording import fill_placeholders
from anju.figures.models import Measure
from anju.figures.queries.current import catalogue
from anju.problems import Problem, Refused
from anju.quantities import ALIASES, UNITS

NO_PERIOD = ""


@dataclass(frozen=True)
class Leaf:
    """One column. unit, places: of the column or of a head above it; unit "" is each row's own. member: of the dimension it stands for."""

    spec: Column
    head: AnnexColumn
    code: str = ""
    calibre: str = ""
    figure: str = ""
    unit: str = ""
    places: int = 0
    said_places: bool = False
    member: str = ""
    dimension: str = ""

    @property
    def key(self) -> str:
        return self.spec.key

    def show(self, unit: str = "") -> str:
        """How a figure of it is printed in a row with that unit of its own."""
        if self.spec.show:
            return self.spec.show
        unit = self.unit or unit
        if self.spec.figure and not unit and not self.said_places:
            return ""  # as it is
        if unit == "%":
            return f"% {self.places if self.said_places else 1}"
        return (
            f"{unit} upto {self.places}"
            if unit and not self.spec.formula and not self.spec.change
            else f"{unit} {self.places}".strip()
        )


def bind_columns(
    table: DeclaredTable, period: str, options: Mapping[str, Any], unit: str
) -> tuple[tuple[AnnexColumn, ...], list[Leaf]]:
    """The heads as a tree, and the columns in order."""
    leaves: list[Leaf] = []
    context = _Heads(period, dict(options), {one.key: one for one in walk(table.columns) if one.key}, leaves)
    return tuple(context.bind(table.columns, unit, table.places, said=False, above=None)), leaves


@dataclass
class _Heads:
    period: str
    options: dict[str, Any]
    by_key: dict[str, Column]
    leaves: list[Leaf]

    def bind(
        self, columns: Iterable[Column], unit: str, places: int, *, said: bool, above: tuple[str, str] | None
    ) -> Iterator[AnnexColumn]:
        for spec in columns:
            for words, member in self._items(spec):
                here = self.options | words
                head = fill_placeholders(self._head(spec), self.period, here).strip()
                named = UNIT.search(head)
                said_unit = ALIASES.get(named[1], named[1]) if named else ""
                own = spec.unit or (said_unit if said_unit in UNITS else unit)
                most, told = (spec.places, True) if spec.places is not None else (places, said)
                inner = (member, spec.members.dimension) if spec.members and member else above
                if spec.columns:
                    outer, self.options = self.options, here
                    below = tuple(self.bind(spec.columns, own, most, said=told, above=inner))
                    self.options = outer
                    if not head:
                        yield from below  # a level that says nothing
                    elif below:
                        yield AnnexColumn(head, optional=spec.optional, columns=below)
                    continue
                code = fill_placeholders(spec.code, self.period, here)
                calibre = fill_placeholders(spec.calibre, self.period, here)
                column = AnnexColumn(head, code=code or spec.key, calibre=calibre, optional=spec.optional)
                rate = self._is_rate(spec, code)
                shown = "%" if rate and not spec.unit else own
                figure = fill_placeholders(spec.figure, self.period, here)
                leaf = Leaf(spec, column, code, calibre, figure, unit=shown, places=most, said_places=told)
                if inner:
                    leaf = replace(leaf, member=inner[0], dimension=inner[1])
                self.leaves.append(leaf)
                yield column

    def _items(self, spec: Column) -> Iterator[tuple[dict[str, str], str]]:
        """What its placeholders mean each time, and the member of the dimension that it stands for."""
        if spec.each:
            yield from ((words, "") for words in item_words(self.options.get(spec.each, ())))
        elif spec.members:
            yield from (({"item": name, "item_name": name}, name) for name in member_names(spec.members))
        else:
            yield {}, ""

    def _head(self, spec: Column) -> str:
        """A comparison says with what: 增长（%） → 增长（比2020年8月，%）."""
        if not spec.change or "{earlier" in spec.head:
            return spec.head.replace("{earlier}", self._earlier(spec) if spec.change else "")
        named = UNIT.search(spec.head)
        stem, unit = (spec.head[: named.start()], f"，{named[1]}") if named and named[1] in UNITS else (spec.head, "")
        return f"{stem}（比{self._earlier(spec)}{unit}）"

    def _earlier(self, spec: Column) -> str:
        of = self.by_key[spec.change.of] if spec.change else None
        measure = catalogue().get(of.code) if of else None
        return period_label(
            earlier_period(self.period, spec.change.against) if spec.change else "", measure.kind if measure else ""
        )

    @staticmethod
    def _is_rate(spec: Column, code: str) -> bool:
        if spec.side == "rate" or (spec.change and spec.change.as_ == "growth"):
            return True
        measure = catalogue().get(code)
        return bool(measure and measure.kind == Measure.Kind.RATIO and not spec.show)


def item_words(items: Any) -> Iterator[dict[str, str]]:
    """{item} and {item_name} of each value of an option; of a member of a list each of its words: {item_unit}."""
    if isinstance(items, Mapping):
        yield from ({"item": str(item), "item_name": str(name)} for item, name in items.items())
        return
    for number, one in enumerate(items, 1):
        if isinstance(one, Mapping):
            key = str(one.get("key", number))
            yield {"item_name": key} | {f"item_{name}": str(word) for name, word in one.items()} | {"item": key}
        else:
            yield {"item": str(one), "item_name": str(one)}


def member_names(members: Members) -> list[str]:
    """The members of a dimension in the catalogue's order. Refused DOC-113 when there is none."""
    known = [
        one.member for one in catalogue().values() if one.of_id == members.of and one.dimension == members.dimension
    ]
    names = [name for name in dict.fromkeys(known) if not members.only or name in members.only]
    if not names:
        raise Refused(
            Problem(
                "DOC-113",
                f"指标 {members.of} 的“{members.dimension}”",
                "指标目录里没有这样的分项。",
                "请核对 of、dimension 和 only。",
            )
        )
    return names


def member_code(code: str, dimension: str, member: str) -> str:
    """The part of that measure for the member; "" when it has none."""
    return next(
        (
            one.code
            for one in catalogue().values()
            if one.of_id == code and one.member == member and one.dimension == dimension
        ),
        "",
    )


def earlier_period(period: str, against: str) -> str:
    """The period before, or the same one of the year before. Refused DOC-114 where there is none (of a day, the one before)."""
    if against == "same-last-year":
        shifted = f"{int(period[:4]) - 1}{period[4:]}"
        return f"{shifted[:4]}-02-28" if shifted.endswith("-02-29") else shifted
    year, rest = int(period[:4]), period[5:]
    if not rest:
        return str(year - 1)
    if rest[0] in "HQ":
        number, most = int(rest[1]), 2 if rest[0] == "H" else 4
        return f"{year}-{rest[0]}{number - 1}" if number > 1 else f"{year - 1}-{rest[0]}{most}"
    if len(rest) == 2:
        return f"{year}-{int(rest) - 1:02}" if int(rest) > 1 else f"{year - 1}-12"
    raise Refused(Problem("DOC-114", f"期间 {period}", "某一天没有“上期”。", "请写具体期间，或用 same-last-year。"))


def resolve_period(said: str, period: str, options: Mapping[str, Any]) -> str:
    """The period that a word means; "" for the latest one, which the ledger knows."""
    if said == "own":
        return period
    if said == "latest":
        return NO_PERIOD
    if said in ("last", "same-last-year"):
        return earlier_period(period, said)
    if said.startswith("year"):
        return str(int(period[:4]) - int(said[5:] or 0)) if len(said) > 4 else period[:4]
    text = fill_placeholders(said, period, dict(options))
    periods.period_bounds(text)
    return text


def unit_of(show: str, figure_unit: str) -> str:
    return FigureFormat.of(show).unit or figure_unit
