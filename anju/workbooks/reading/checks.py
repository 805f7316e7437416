"""Sums down a column, sums along a row, bounds and published ratios, as the map declares them."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from anju import quantities
from anju.problems import ASK, NOTE
from anju.workbooks.reading.maps import GroupRow, MapCheck, MapRows, TableMap, TotalRow

if TYPE_CHECKING:
    from anju.workbooks.reading.cells import DataRow
    from anju.workbooks.reading.values import ReadColumn

Report = Callable[..., None]
MANY = 3  # as many of a kind have one cause
ROUNDED = "不用答复；表上的比率只用来核对，不会入库。"
RoundedPart = tuple[int, int, str]  # base units, those of the last printed place, and the unit as printed


@dataclass
class RunningSum:
    """A running sum of one set of rows: what is known, and whether a row was unknown."""

    value: dict[str, int] = field(default_factory=dict)
    unknown: dict[str, str] = field(default_factory=dict)  # column → the first row that is unknown
    rows: int = 0
    torn: bool = False  # a row that belongs here could not be read: what adds up is anybody's guess

    def add(self, row: "DataRow", names: list[str], blanks: str) -> None:
        self.rows += 1
        for name in names:
            value = row.values.get(name)
            if value is not None:
                self.value[name] = self.value.get(name, 0) + value
            elif name in row.values or blanks == "skip":
                self.unknown.setdefault(name, row.label)


class SumChecker:
    """Takes rows as they come; keeps sums only, so a long file costs nothing."""

    def __init__(
        self, table: TableMap, rules: MapRows, fields: "list[ReadColumn]", report: Report, unsure: Collection[str] = ()
    ) -> None:
        self.table, self.rules, self.report, self.unsure = table, rules, report, unsure
        self.fields = {one.column.name: one for one in fields}
        self.names = [one.column.name for one in fields if not one.column.published or table.form == "items"]
        self.regions = RunningSum()
        self.named: dict[str, RunningSum] = {}  # each total and group row's own values, by each of its names
        self.pending: list[tuple[DataRow, RunningSum]] = []
        self.open: tuple[DataRow, RunningSum] | None = None  # the group whose members stand below it
        self.since = RunningSum()  # region rows since the last total or group
        self.members: dict[str, list[RunningSum]] = {}
        self.parts: list[DataRow] = []
        self.wholes: dict[str, DataRow] = {}  # rows by name, for the parts of them; kept only where the map knows parts
        for group in rules.groups:
            if isinstance(group.members, tuple):
                total = RunningSum()
                self.named[f"members of {group.name[0]}"] = total
                for name in group.members:
                    self.members.setdefault(name, []).append(total)
        # A check over a column that was not found, or whose unit is in doubt, would only repeat that problem on every row.
        known = self.fields.keys() - set(unsure)
        self.ratios = [one for one in fields if one.column.ratio and known.issuperset(one.column.ratio)]
        self.checks = [one for one in table.checks if known.issuperset(one.names)]
        self.far: dict[
            str, list[tuple[str, ReadColumn, str]]
        ] = {}  # ratio column → its cells that are off by orders of magnitude
        self.idle = not (rules.totals or rules.groups or rules.parts or table.checks or self.ratios)

    def add(self, row: "DataRow") -> None:
        if self.idle:
            return
        blanks = self.table.blanks
        self._along(row)
        if self.rules.parts and row.kind != "part":
            self.wholes[row.label] = row
        if row.kind == "region":
            self.regions.add(row, self.names, blanks)
            self.since.add(row, self.names, blanks)
            if self.open:
                self.open[1].add(row, self.names, blanks)
            for total in self.members.get(row.label, ()):
                total.add(row, self.names, blanks)
            return
        if row.kind == "part":
            self.parts.append(row)
            return
        own = RunningSum()
        own.add(row, self.names, blanks)
        for name in row.rule.name:
            self.named[name] = own
        if isinstance(row.rule, GroupRow):
            if row.rule.members == "above":
                self.pending.append((row, self.since))
                self.open = None
            elif row.rule.members == "below":
                self.open = (row, RunningSum())
                self.pending.append(self.open)
            else:
                self.pending.append((row, self.named[f"members of {row.rule.name[0]}"]))
                self.open = None
        else:
            self.pending.append((row, self.regions))
            self.open = None
        self.since = RunningSum()

    def lose(self, label: str = "") -> None:
        """A row with numbers was refused: the sums it belongs to stay undecided. label: the row's name, when it stood already."""
        if label in self.named:
            return  # a total or group again: no part of any sum
        ours = self.members.get(label, ()) if label else [running for sums in self.members.values() for running in sums]
        for running in (self.regions, self.since, *([self.open[1]] if self.open else []), *ours):
            running.torn = True

    def finish(self) -> None:
        for cells in self.far.values():
            self._far(cells)
        for row in self.parts:
            self._part(row)
        for row, parts in self.pending:
            total = parts
            if isinstance(row.rule, TotalRow) and row.rule.of:
                total = RunningSum()
                for name in row.rule.of:
                    if part := self.named.get(name):
                        total.rows += 1
                        for key, value in part.value.items():
                            total.value[key] = total.value.get(key, 0) + value
                        total.unknown.update(dict.fromkeys(part.unknown, name))
            if total.rows and not total.torn:
                self._down(row, total)

    def _down(self, row: "DataRow", parts: RunningSum) -> None:
        rule: TotalRow | GroupRow = row.rule  # type: ignore[assignment]
        for name in self.names:
            if name in rule.except_ or name in parts.unknown or name not in parts.value:
                continue
            column, known, added = self.fields[name], row.values.get(name), parts.value[name]
            if known is None:
                if added and name not in row.values:
                    cell = row.cell(name, column.letter)
                    self.report(
                        "WB-043",
                        cell,
                        column.text,
                        f"“{row.label}”这一格空白，下面各行加起来是 {_text(added, column)}。",
                        "请补填合计，或确认原表本来就空白。",
                        ASK,
                    )
            elif known != added:
                self.report(
                    "WB-041",
                    row.cell(name, column.letter),
                    column.text,
                    f"“{row.label}”是 {_text(known, column)}，各行加起来是 {_text(added, column)}，相差 {_text(known - added, column)}。",
                    "请核对合计和各行；漏了行的请补上，错行的请移回。",
                    rule.level,
                )

    def _part(self, row: "DataRow") -> None:
        """A part is never more than its whole."""
        whole = self.wholes.get(row.whole)
        for name in self.names:
            part, all_of_it = row.values.get(name), whole.values.get(name) if whole else None
            if part is not None and all_of_it is not None and part > all_of_it and name in self.fields:
                column = self.fields[name]
                self.report(
                    "WB-044", row.cell(name, column.letter), column.text,
                    f"“{row.label}”是 {_text(part, column)}，大于“{row.whole}”的 {_text(all_of_it, column)}。",
                    "请核对两行。", row.rule.level,  # type: ignore[union-attr]
                )  # fmt: skip

    def _along(self, row: "DataRow") -> None:
        for check in self.checks:
            if check.small:
                self._bound(row, check)
            elif check.left:
                self._sides(row, check)
            elif check.mean:
                self._mean(row, check)
            else:
                self._parts(row, check)
        for ratio in self.ratios:
            self._ratio(row, ratio)

    def _value(self, row: "DataRow", name: str) -> int | None:
        if name in row.values:
            return row.values[name]
        return 0 if self.table.blanks == "zero" else None

    def _parts(self, row: "DataRow", check: MapCheck) -> None:
        parts = [self._value(row, name) for name in check.parts]
        total = row.values.get(check.total)
        if total is None or None in parts or not any(name in row.values for name in check.parts):
            return
        column, added = self.fields[check.total], sum(parts)  # type: ignore[arg-type]
        cell = row.cell(check.total, column.letter)
        left = total - added
        names = "、".join(self.fields[name].text for name in check.parts)
        if left and (left < 0 or not check.remainder):
            self.report(
                "WB-042", cell, column.text,
                f"“{row.label}”是 {_text(total, column)}，分项（{names}）之和是 {_text(added, column)}，相差 {_text(left, column)}。{check.why}",
                "请核对总数和各分项；分项本来不全的，请在对照表这条校验写 remainder: true。", check.level,
            )  # fmt: skip
        elif left:
            self.report(
                "WB-046", cell, column.text,
                f"“{row.label}”有 {_text(left, column)} 没有归入任何分项（总数 {_text(total, column)}，分项和 {_text(added, column)}）。{check.why}",
                "请确认这一部分确实不属于各分项。", ASK,
            )  # fmt: skip

    def _sides(self, row: "DataRow", check: MapCheck) -> None:
        """Two sums of columns that must be equal; a blank side, or one with an unknown in it, says nothing."""
        sides = []
        for names in (check.left, check.right):
            values = [(-1 if name[0] == "-" else 1, self._value(row, name.removeprefix("-"))) for name in names]
            if any(value is None for _, value in values) or not any(
                name.removeprefix("-") in row.values for name in names
            ):
                return
            sides.append(sum(sign * (value or 0) for sign, value in values))
        if sides[0] != sides[1]:
            name = check.left[0].removeprefix("-")
            column = self.fields[name]
            left, right = (_text(side, column) for side in sides)
            self.report(
                "WB-042", row.cell(name, column.letter), column.text,
                f"“{row.label}”的{self._sum_text(check.left)}是 {left}，{self._sum_text(check.right)}是 {right}，"
                f"相差 {_text(sides[0] - sides[1], column)}。{check.why}",
                "请核对两边的各列。", check.level,
            )  # fmt: skip

    def _sum_text(self, names: tuple[str, ...]) -> str:
        """“甲＋乙－丙”, in the words of the sheet's head."""
        text = "".join(("－" if name[0] == "-" else "＋") + self.fields[name.removeprefix("-")].text for name in names)
        return f"“{text.removeprefix('＋')}”"

    def _mean(self, row: "DataRow", check: MapCheck) -> None:
        """A mean, rounded to the decimals that it is printed with."""
        value, parts = row.values.get(check.value), [self._value(row, name) for name in check.mean]
        known = [part for part in parts if part is not None]
        if value is None or len(known) < len(parts) or not any(name in row.values for name in check.mean):
            return
        step = max(1, row.steps.get(check.value, 0))
        mean = quantities.divide_half_up(sum(known), step * len(known)) * step
        if mean != value:
            column = self.fields[check.value]
            names = "、".join(self.fields[name].text for name in check.mean)
            self.report(
                "WB-042", row.cell(check.value, column.letter), column.text,
                f"“{row.label}”是 {_text(value, column)}，{names} 的平均是 {_text(mean, column)}。{check.why}",
                "请核对平均数和各列。", check.level,
            )  # fmt: skip

    def _bound(self, row: "DataRow", check: MapCheck) -> None:
        small, large = row.values.get(check.small), row.values.get(check.large)
        if small is not None and large is not None and small > large:
            lower, upper = self.fields[check.small], self.fields[check.large]
            self.report(
                "WB-044", row.cell(check.small, lower.letter), lower.text,
                f"“{row.label}”是 {_text(small, lower)}，大于“{upper.text}”的 {_text(large, upper)}。{check.why}",
                "请核对两列。", check.level,
            )  # fmt: skip

    def _ratio(self, row: "DataRow", column: "ReadColumn") -> None:
        name = column.column.name
        printed = row.printed.get(name)
        top, bottom = (row.values.get(key) for key in column.column.ratio)  # type: ignore[union-attr]
        if printed is None or bottom is None:
            return
        top = 0 if top is None and self.table.blanks == "zero" and column.column.ratio[0] not in row.values else top  # type: ignore[index]
        if top is None:
            return
        flaw = ratio_flaw(*printed, top, bottom, column.unit)
        added = row.padded.get(name, 0)
        if not flaw or (
            added and not ratio_flaw(printed[0] // 10**added, printed[1] - added, top, bottom, column.unit)
        ):
            return
        steps = [row.steps.get(key, 0) for key in column.column.ratio]  # type: ignore[union-attr]
        units = [self.fields[key].unit for key in column.column.ratio]  # type: ignore[union-attr]
        if within := rounding_note(*printed, (top, steps[0], units[0]), (bottom, steps[1], units[1]), unit=column.unit):
            self.report(
                "WB-047", row.cell(name, column.letter), column.text, f"“{row.label}”{flaw}{within}", ROUNDED, NOTE
            )
            return
        misfit = (row.cell(name, column.letter), column, f"“{row.label}”{flaw}")
        if _is_hundredfold(*printed, top, bottom, column.unit):
            self.far.setdefault(name, []).append(misfit)
        else:
            self._off(*misfit)

    def _far(self, cells: "list[tuple[str, ReadColumn, str]]") -> None:
        """A unit that slipped spoils every ratio of the column: one cause, told once."""
        if len(cells) < MANY:
            for misfit in cells:
                self._off(*misfit)
            return
        cell, column, flaw = cells[0]
        self._off(
            cell,
            column,
            f"这一列有 {len(cells)} 行都差 100 倍以上，像是这一列或它的分子、分母单位写错了。第一处：{flaw}",
        )

    def _off(self, cell: str, column: "ReadColumn", flaw: str) -> None:
        self.report("WB-045", cell, column.text, flaw, "请核对分子、分母和比率；表上的比率只用来核对，不会入库。", ASK)


def _is_hundredfold(printed: int, places: int, top: int, bottom: int, unit: str) -> bool:
    """Whether a printed ratio and top ÷ bottom are a hundred times apart."""
    stated, expected = abs(printed * bottom), abs(top * (100 if unit == "%" else 1) * 10**places)
    return 0 < stated * 100 <= expected or 0 < expected * 100 <= stated


def rounding_note(printed: int, places: int, top: RoundedPart, bottom: RoundedPart, unit: str) -> str:
    """Whether the printed ratio can come out of the numbers from which top and bottom were rounded (2.84万 is anything from 2.835万 to
    2.845万): then the sentence that says so, else ""."""
    if (top[1] <= 1 and bottom[1] <= 1) or not bottom[2]:
        return ""  # counted one by one
    times = (100 if unit == "%" else 1) * 10**places
    small = [2 * value - max(step, 0) for value, step, _ in (top, bottom)]
    large = [2 * value + max(step, 0) for value, step, _ in (top, bottom)]
    if small[0] < 0 or small[1] <= 0:
        return ""
    least = quantities.divide_half_up(small[0] * times, large[1])
    if not least <= printed <= quantities.divide_half_up(large[0] * times, small[1]):
        return ""
    coarse = max((top[1], top[2]), (bottom[1], bottom[2]))[1]
    return f"相差在{coarse[0] if coarse[:1] in ('万', '亿') else '印出的末'}位舍入之内。"


def last_step(places: int, unit: str) -> int:
    """Base units of the last printed place; 0 where it is finer than one."""
    return quantities.unit_of_measure(unit).factor // 10**places


def ratio_flaw(printed: int, places: int, top: int, bottom: int, unit: str) -> str:
    """What does not agree between a printed ratio and top ÷ bottom; '' when they agree at the printed decimals."""
    shown = quantities.scaled_text(printed, places) + unit
    if bottom == 0:
        return f"分母是 0，却印着 {shown}。"
    times = 100 if unit == "%" else 1
    right = quantities.divide_half_up(top * times * 10**places, bottom)
    if right == printed:
        return ""
    text = f"印的是 {shown}，按分子分母算是 {quantities.scaled_text(right, places)}{unit}。"
    cut = abs(top * times * 10**places) // abs(bottom)
    if cut == abs(printed):
        return text + "原表像是截尾，没有四舍五入。"
    if unit == "%" and quantities.divide_half_up(top * 10**places, bottom) == printed:
        return text + "像是填了小数，没有设成百分比格式。"
    return text


def sum_flaw(printed: int, places: int, added: int, unit: str) -> str:
    """The same for a printed sum."""
    factor = quantities.unit_of_measure(unit).factor
    right = quantities.divide_half_up(added * 10**places, factor)
    if right == printed:
        return ""
    text = f"印的是 {quantities.scaled_text(printed, places)}{unit}，各分项加起来是 {quantities.in_unit(added, unit, places)}{unit}。"
    return text + ("原文像是截尾，没有四舍五入。" if abs(added) * 10**places // factor == abs(printed) else "")


def _text(base: int, column: "ReadColumn") -> str:
    """Base units in the column's unit, with as many decimals as it takes."""
    return quantities.exact_text(base, column.unit) + column.unit.replace("point", "分")
