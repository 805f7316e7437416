"""Actual against target: gaps, their order, their words. Pure arithmetic on figures; what is late or bad, rulebooks say."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from django.utils.functional import cached_property  # functools' takes a lock at each first use

from anju.core.pages.layout.charts import Chart
from anju.core.pages.layout.sheets import Sheet, SheetCell, SheetColumn, SheetRow
from anju.figures.figure import NO_TASK, Figure, ratio_figure
from anju.figures.queries.current import difference_figure
from anju.quantities import divide_half_up, scaled_text, unit_of_measure

NUMERALS = "零一两三四五六七八九十"


def count_in_words(number: int) -> str:
    """两个县, 十二个县: small counts in words, as a headline has them."""
    return NUMERALS[number] if number <= 10 else str(number)


def figure_distance(first: Figure, second: Figure) -> Figure:
    """How far two figures are apart, without a sign: which is the larger their texts show."""
    return difference_figure(
        max(first, second, key=lambda one: one.exact), (min(first, second, key=lambda one: one.exact),), "相差"
    )


@dataclass(frozen=True)
class TargetComparison:
    """What was done and what was asked, for one region."""

    actual: Figure
    target: Figure

    @property
    def comparable(self) -> bool:
        return self.actual.known and self.target.known

    @cached_property
    def gap(self) -> int | Fraction:
        """How much more was done than asked, of a pair that can be compared: without fractions where there are none, which is most."""
        done, asked = self.actual, self.target
        return (
            done.value - asked.value if done.fraction is None and asked.fraction is None else done.exact - asked.exact
        )

    @cached_property
    def short(self) -> bool:
        return self.comparable and self.gap < 0

    @cached_property
    def rate(self) -> Figure:
        return ratio_figure(self.actual, self.target, 1)

    @property
    def unit(self) -> str:
        return self.target.unit if self.target.known else self.actual.unit

    @property
    def places(self) -> int:
        return (
            max(side.places for side in (self.actual, self.target) if side.known)
            if self.actual.known or self.target.known
            else 0
        )

    def gap_text(self) -> str:
        """The difference in the shown unit, without its sign: 27."""
        gap = abs(self.gap)
        scaled = divide_half_up(gap.numerator * 10**self.places, gap.denominator * unit_of_measure(self.unit).factor)
        return scaled_text(scaled, self.places, grouping=True)

    @cached_property
    def words(self) -> str:
        """423 / 450，差 27 — or what is missing."""
        actual = self.actual.text(self.unit, self.places, True) or self.actual.state_text
        if not self.target.known or (self.target.exact == 0 and self.actual.known and self.actual.exact != 0):
            return f"{actual}，{'目标为 0' if self.target.known else '无任务' if self.target.state == NO_TASK else '没有目标数'}"
        target = self.target.text(self.unit, self.places, True)
        if not self.actual.known:
            return f"{actual} / {target}"
        if not self.gap:
            return f"{actual} / {target}"
        return f"{actual} / {target}，{'差' if self.short else '超'} {self.gap_text()}"


def sort_by_gap(pairs: Iterable[TargetComparison]) -> list[TargetComparison]:
    """Furthest behind first; then those that have no comparison, in their own order."""
    listed = list(pairs)
    known = sorted((pair for pair in listed if pair.comparable), key=lambda pair: pair.gap)
    return known + [pair for pair in listed if not pair.comparable and (pair.actual.known or pair.target.known)]


def chart_number(figure: Figure, unit_name: str, places: int) -> str | None:
    return figure.text(unit_name, places) or None


def comparison_sheet(id: str, pairs: list[TargetComparison], unit_name: str, first: str = "县区") -> Sheet:
    """The table behind a bullet chart."""
    counted_in = [SheetColumn(label, unit=unit_name) for label in ("目标", "完成", "差额")]
    columns = [SheetColumn(first), *counted_in, SheetColumn("完成率")]
    rows = []
    for pair in pairs:
        gap = ("−" if pair.short else "+" if pair.gap else "") + pair.gap_text() if pair.comparable else ""
        cells = [
            SheetCell(text=pair.actual.region.name),
            SheetCell(figure=pair.target, unit=unit_name),
            SheetCell(figure=pair.actual, unit=unit_name),
            SheetCell(text=gap, css="n"),
            SheetCell(text=f"{pair.rate.text()}%" if pair.rate.known else "", css="n", note=pair.rate.why),
        ]
        rows.append(SheetRow(cells))
    return Sheet(id, columns, rows, caption="目标与完成")


def bullet_chart(id: str, pairs: Iterable[TargetComparison], title: str, sub: str) -> Chart:
    """A bullet bar per region, furthest behind first, the target as a tick."""
    ordered = [
        pair for pair in sort_by_gap(pairs) if pair.target.exact or pair.actual.exact
    ]  # nothing asked and nothing done: nothing to draw
    unit_name = next((pair.unit for pair in ordered if pair.comparable), ordered[0].unit if ordered else "")
    places = max((pair.places for pair in ordered), default=0)
    rows: list[dict[str, Any]] = [
        {
            "name": pair.actual.region.name,
            "actual": chart_number(pair.actual, unit_name, places),
            "target": chart_number(pair.target, unit_name, places),
            "node": None,
            "short": pair.short,
            "text": pair.words,
            "brief": pair.words.split("，")[0].replace(" ", ""),
        }
        for pair in ordered
    ]
    return Chart("bullet", title, sub, comparison_sheet(id, ordered, unit_name), {"rows": rows})


def comparison_headline(measure: str, pairs: list[TargetComparison], noun: str = "县（市、区）") -> str:
    """两个县（市、区）租赁补贴发放户数未达目标 — or that all did. noun: what the parts are called."""
    short = [pair for pair in pairs if pair.short]
    asked = [pair for pair in pairs if pair.target.known and pair.target.exact]
    if short:
        return f"{count_in_words(len(short))}个{noun}{measure}未达目标" if len(pairs) > 1 else f"{measure}未达目标"
    if asked and all(pair.comparable for pair in asked):
        return f"有任务的{noun}{measure}都已达到目标"
    return f"{measure}：目标与完成"


def ranking_chart(id: str, figures: Iterable[Figure], title: str, sub: str) -> Chart:
    """Places by one figure, the highest first, the unknown last and said to be so."""
    listed = sorted((one for one in figures if one.known), key=lambda one: one.exact, reverse=True)
    rows = [
        {"name": one.region.name, "actual": one.text(), "text": one.text(None, None, True), "strong": True}
        for one in listed
    ]
    sheet = Sheet(id, [SheetColumn("区划"), SheetColumn("数值", unit=listed[0].unit if listed else "")], caption=title)
    sheet.rows = [SheetRow([SheetCell(text=one.region.name), SheetCell(figure=one)]) for one in listed]
    return Chart("bars", title, sub, sheet, {"rows": rows})
