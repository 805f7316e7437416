"""A comparison as tables and pictures. Every count leads to its rows."""

from collections.abc import Callable
from typing import Any

from anju.core.models.region import Region
from anju.core.pages.layout.charts import Chart
from anju.core.pages.layout.sheets import Sheet, SheetCell, SheetColumn, SheetRow
from anju.rules.comparison.sides import AFTER, BEFORE, DECISIONS, PASSED, REFUSED, ComparedValue
from anju.rules.comparison.summary import BARS, EFFECTS, GAIN, LOSE, SAME, Bar, Comparison, Tally
from anju.rules.comparison.telling import own_text, own_unit, signed_text, sum_text, sum_unit
from anju.runs.queries.comparisons import KeptComparison

BLANK = "（空）"
MOST_GROUPS, MOST_BARS = 200, 12  # groups in a table, in a picture
Leads = Callable[
    ..., str
]  # the address of the rows that are so: effect=, before=, after=, by=, value=, bar=, reason=, side=
CHANGED = {"subsidy": ("多发", "少发"), "rent": ("多收", "少收")}


def row_noun(kept: KeptComparison) -> str:
    """What is counted: 户 where a row is a household, else 行."""
    row = kept.question.after.book.row
    return "户" if row.startswith("household") else "人" if row.startswith("person") else "行"


def headline(kept: KeptComparison, done: Comparison) -> str:
    """改后多发 3.50 万元：受益 587 户，受损 208 户，说不清 61 户."""
    noun, total = row_noun(kept), done.total
    counts = [f"受益 {total.gain:,} {noun}", f"受损 {total.lose:,} {noun}"]
    counts += [f"说不清 {total.unclear:,} {noun}"] if total.unclear else []
    lead = f"改后{change_words(kept, done, total.change)}：" if done.value and total.change is not None else ""
    return lead + "，".join(counts)


def change_words(kept: KeptComparison, done: Comparison, change: int | None) -> str:
    value = done.value
    if value is None or change is None:
        return ""
    more, less = CHANGED.get(kept.question.after.book.kind, ("合计增加", "合计减少"))
    if value.unit not in ("fen", "万元", "元"):
        more, less = "合计增加", "合计减少"
    unit = sum_unit(value, change)
    return (
        f"{more if change > 0 else less} {sum_text(abs(change), value, unit)} {unit}"
        if change
        else f"{value.label}合计不变"
    )


def total_sheet(kept: KeptComparison, done: Comparison, leads: Leads) -> Sheet:
    """Who gains, who loses, and what it comes to."""
    noun, total, value = row_noun(kept), done.total, done.value
    columns = [SheetColumn("得失"), SheetColumn(noun + "数")]
    unit = ""
    if value:
        unit = sum_unit(value, total.before, total.after)
        columns.append(SheetColumn("变化合计", unit=unit))
    sheet = Sheet("total", columns, caption="得失")
    sums = {GAIN: total.gained, LOSE: total.lost, SAME: 0}
    counts = (total.gain, total.lose, total.same, total.unclear)
    for effect, count in enumerate(counts):
        cells = [SheetCell(text=EFFECTS[effect]), count_cell(count, leads(effect=effect))]
        if value:
            change = sums.get(effect)
            note = "有一边算不出，不进合计" if change is None else ""
            cells.append(SheetCell(text="" if change is None else signed_text(change, value, unit), css="n", note=note))
        sheet.rows.append(SheetRow(cells))
    cells = [SheetCell(text="合计"), count_cell(total.rows, leads())]
    if value and total.change is not None:
        cells.append(SheetCell(text=signed_text(total.change, value, unit), css="n"))
    sheet.rows.insert(0, SheetRow(cells, css="total"))
    return sheet


def count_cell(count: int, href: str, label: str = "") -> SheetCell:
    return SheetCell(text=f"{count:,}", css="n", href=href if count else "", label=label)


def group_names(done: Comparison) -> dict[str, str]:
    """Values that are codes of regions, with the region's name."""
    values = {
        name for found in done.groups.values() for name, _ in found if name and name.isascii() and name.isdecimal()
    }
    codes = {value for value in values if len(value) == 6}
    return (
        dict(Region.objects.filter(code__in=codes).order_by("valid_until").values_list("code", "name")) if codes else {}
    )


def group_sheet(
    kept: KeptComparison, done: Comparison, column: str, names: dict[str, str], leads: Leads
) -> Sheet:  # fmt: skip
    value, found = done.value, done.groups[column][:MOST_GROUPS]
    counted = [SheetColumn(name) for name in (row_noun(kept) + "数", *EFFECTS)]
    columns = [SheetColumn(column), *counted]
    unit = ""
    if value:
        unit = sum_unit(value, *(number for _, tally in found for number in (tally.before, tally.after)))
        label = f"{value.label}合计"
        columns.append(
            SheetColumn(label, children=tuple(SheetColumn(name, unit=unit) for name in (BEFORE, AFTER, "变化")))
        )
    sheet = Sheet(f"by-{done_place(done, column)}", columns, caption=f"按{column}")
    for name, tally in found:
        own = {"by": column} | ({"value": name} if name is not None else {})
        counts = (tally.gain, tally.lose, tally.same, tally.unclear)
        cells = [SheetCell(text=shown_group(name, names)), count_cell(tally.rows, leads(**own))]
        cells += [count_cell(count, leads(effect=effect, **own)) for effect, count in enumerate(counts)]
        cells += sum_cells(tally, value, unit)
        sheet.rows.append(SheetRow(cells))
    return sheet


def done_place(done: Comparison, column: str) -> int:
    return list(done.groups).index(column)


def sum_cells(tally: Tally, value: ComparedValue | None, unit: str) -> list[SheetCell]:
    if value is None or tally.before is None or tally.after is None or tally.change is None:
        return []
    texts = [
        sum_text(tally.before, value, unit),
        sum_text(tally.after, value, unit),
        signed_text(tally.change, value, unit),
    ]
    return [SheetCell(text=text, css="n") for text in texts]


def shown_group(name: str | None, names: dict[str, str]) -> str:
    return BLANK if name is None else names.get(name, name)


def decision_sheet(done: Comparison, leads: Leads) -> Sheet | None:
    """From which decision to which; None where no conditions decide."""
    if set(done.decisions) <= {(PASSED, PASSED)}:
        return None
    order = (PASSED, 1, REFUSED)
    columns = [SheetColumn(f"{BEFORE}＼{AFTER}"), *(SheetColumn(DECISIONS[after]) for after in order)]
    sheet = Sheet("decisions", columns, caption="判定")
    for before in order:
        cells = [SheetCell(text=DECISIONS[before])]
        cells += [
            count_cell(done.decisions.get((before, after), 0), leads(before=before, after=after)) for after in order
        ]
        sheet.rows.append(SheetRow(cells))
    return sheet


def reason_sheets(kept: KeptComparison, done: Comparison, leads: Leads) -> list[tuple[str, Sheet]]:
    """Who passes now and what had stood against them; who does not any more and why."""
    noun, sheets = row_noun(kept), []
    for side, title, head, listed, moved in (
        (0, "由不符合变为符合的，原来因为", f"{BEFORE}不符合的条件", done.admitted, (REFUSED, PASSED)),
        (1, "由符合变为不符合的，改后因为", f"{AFTER}不符合的条件", done.turned_away, (PASSED, REFUSED)),
    ):
        if listed:
            sheet = Sheet(f"reasons-{side}", [SheetColumn(head), SheetColumn(f"{noun}数")], caption=title)
            for label, count in listed:
                href = leads(before=moved[0], after=moved[1], reason=label, side=side)
                sheet.rows.append(SheetRow([SheetCell(text=label), count_cell(count, href)]))
            sheets.append((title, sheet))
    return sheets


def distribution_chart(kept: KeptComparison, done: Comparison, leads: Leads) -> Chart | None:
    """How the changes are spread, from those who get most less to those who get most more."""
    value, noun = done.value, row_noun(kept)
    if value is None or not done.bars:
        return None
    unit = own_unit(value)
    columns = [SheetColumn("变化", unit=unit), SheetColumn(f"{noun}数"), SheetColumn("合计", unit=unit)]
    sheet = Sheet("spread", columns, caption="变化的分布")
    rows: list[dict[str, Any]] = []
    for bar in done.bars:
        name = bar_name(bar, done.width, value)
        gains = (bar.place > 0) != value.less_is_better
        rows.append({"name": name, "actual": str(bar.rows), "text": f"{bar.rows:,}{noun}", "strong": gains})
        total = signed_text(bar.total, value, "元" if value.unit == "fen" else unit)
        sheet.rows.append(
            SheetRow([SheetCell(text=name), count_cell(bar.rows, leads(bar=bar.place)), SheetCell(text=total, css="n")])
        )
    most = max(done.bars, key=lambda bar: bar.rows)
    title = f"变化最多见的是每{noun}{bar_name(most, done.width, value)}{unit}"
    sub = f"每{noun}{value.label}的变化（{unit}），受益的为蓝；不变的{done.total.same:,}{noun}、说不清的{done.total.unclear:,}{noun}不在图上"
    return Chart("bars", title, sub, sheet, {"rows": rows})


def bar_name(bar: Bar, width: int, value: ComparedValue) -> str:
    """多 200—400; the outermost 多 2,000 以上. What lies on an edge belongs to the lower one."""
    place = abs(bar.place)
    low, high = own_text((place - 1) * width, value), own_text(place * width, value)
    return f"{'多' if bar.place > 0 else '少'} {low}{' 以上' if place > BARS else f'—{high}'}"


def balance_chart(
    kept: KeptComparison, done: Comparison, column: str, names: dict[str, str], sheet: Sheet
) -> Chart | None:
    """Those who gain to the right, those who lose to the left, group by group."""
    noun = row_noun(kept)
    found = sorted(done.groups[column], key=lambda one: (-(one[1].gain + one[1].lose), one[0] or ""))[:MOST_BARS]
    if not any(tally.gain or tally.lose for _, tally in found):
        return None
    rows = [
        {
            "name": shown_group(name, names), "gain": str(tally.gain), "lose": str(-tally.lose),
            "gain_text": f"{tally.gain:,}" if tally.gain else "", "lose_text": f"{tally.lose:,}" if tally.lose else "",
        }
        for name, tally in found
    ]  # fmt: skip
    worst = max(found, key=lambda one: one[1].lose)
    title = (
        f"{shown_group(worst[0], names)}受损的最多，{worst[1].lose:,}{noun}" if worst[1].lose else "各组都没有受损的"
    )
    rest = len(done.groups[column]) - len(found)
    sub = f"按{column}，{noun}数；右边受益，左边受损{f'；另有{rest}组见表' if rest > 0 else ''}"
    return Chart("balance", title, sub, sheet, {"rows": rows}, open=True)
