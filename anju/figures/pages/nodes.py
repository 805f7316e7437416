"""Gaps to the nodes of a plan as pages show them: a bullet bar per county with a tick for the year and one for the node, and the words."""

from collections.abc import Sequence
from datetime import date

from anju.core.pages.layout.charts import Chart
from anju.core.pages.layout.sheets import Sheet, SheetCell, SheetColumn, SheetRow
from anju.core.wording import period_label, read_day
from anju.figures.pages.comparison import chart_number, count_in_words
from anju.figures.queries.nodes import NodeGap, NodeGaps, YearNodes


def node_name(one: NodeGaps) -> str:
    """9月30日节点（棚户区改造开工任务100%）"""
    return f"{one.node.on.month}月{one.node.on.day}日节点（{one.whole.target.name}{one.goal}）"


def gap_words(gap: NodeGap) -> str:
    """还差40, 已达到 — or what is missing."""
    if gap.shortfall.known:
        return f"还差{gap.shortfall.text(None, None, True)}" if gap.shortfall.exact else "已达到"
    return gap.actual.state_text if not gap.actual.known else gap.need.why or gap.need.state_text


def gap_text(gap: NodeGap, unit: str, places: int) -> str:
    """60 / 80，还差20; 应完成 40，未报"""
    need = gap.need.text(unit, places, True)
    return (
        f"{gap.actual.text(unit, places, True)} / {need}，{gap_words(gap)}"
        if gap.actual.known
        else f"应完成 {need}，{gap_words(gap)}"
    )


def node_headline(one: NodeGaps, noun: str, named: bool = True) -> str:
    """What the node's picture shows, in a sentence. named: with the node itself, where nothing else says which it is."""
    this = node_name(one) if named else ""
    if one.behind:
        said = f"{count_in_words(len(one.behind))}个{noun}没有达到{this}"
        return said + (f"，另有{count_in_words(len(one.unknown))}个未报" if one.unknown else "")
    if one.unknown:
        return f"{count_in_words(len(one.unknown))}个{noun}未报，能否达到{this}还不知道"
    if one.parts and all(gap.reached for gap in one.parts if gap.asked):
        return f"有任务的{noun}都已达到{this}"
    return this


def nodes_headline(nodes: YearNodes, noun: str) -> str:
    """The finding of the next node: how long it is until then, how much is left, how many places are behind. "" when there is none."""
    coming = [one for one in nodes.next if one.behind or one.whole.reached is False]
    if not coming:
        return ""
    first = max(coming, key=lambda one: len(one.behind))
    left, days = first.whole.shortfall, (first.node.on - nodes.on).days
    said = [f"距{first.node.on.month}月{first.node.on.day}日节点{f'还有{days}天' if days else '只剩当日'}"]
    if left.known:
        said.append(
            f"{first.whole.actual.name}还差{left.text(None, None, True)}{left.unit}"
            if left.exact
            else f"{first.whole.actual.name}总数已达到"
        )
    if first.behind:
        said.append(f"{count_in_words(len(first.behind))}个{noun}没有达到")
    return "，".join(said)


def node_charts(nodes: Sequence[NodeGaps], noun: str) -> list[Chart]:
    return [node_chart(number, one, noun) for number, one in enumerate(nodes) if any(gap.asked for gap in one.parts)]


def node_chart(serial: int, one: NodeGaps, noun: str) -> Chart:
    asked = [gap for gap in one.parts if gap.asked]
    unit = one.whole.target.unit if one.whole.target.known else asked[0].target.unit
    places = max([gap.actual.places for gap in asked if gap.actual.known] + [gap.need.places for gap in asked])
    rows = [
        {
            "name": gap.region.name,
            "actual": chart_number(gap.actual, unit, places),
            "target": chart_number(gap.target, unit, places),
            "node": chart_number(gap.need, unit, places),
            "short": gap.reached is False,
            "text": gap_text(gap, unit, places),
            "brief": gap_words(gap),
        }
        for gap in asked
    ]
    as_of = f"，完成数为{period_label(one.as_of)}" if one.as_of else ""
    sub = f"{one.whole.actual.name}，{unit}{as_of}；长竖线为年度任务，短竖线为{one.node.on.month}月{one.node.on.day}日应完成数，还差多的在前"
    return Chart("bullet", node_headline(one, noun), sub, node_sheet(f"node-{serial}", one), {"rows": rows})


def node_sheet(id: str, one: NodeGaps) -> Sheet:
    """The same as a table, the whole first."""
    unit = one.whole.target.unit
    columns = [
        SheetColumn("区划"),
        *(SheetColumn(label, unit=unit) for label in ("年度任务", "应完成", "完成", "还差")),
    ]
    made = Sheet(id, columns, caption=node_name(one), css="cards")
    for number_, gap in enumerate((one.whole, *one.parts)):
        figures = ((gap.target, "年度任务"), (gap.need, "应完成"), (gap.actual, "完成"), (gap.shortfall, "还差"))
        cells = [SheetCell(figure=figure, unit=unit, label=f"{label}（{unit}）") for figure, label in figures]
        made.rows.append(
            SheetRow([SheetCell(text=gap.region.name), *cells], css="" if number_ or not one.parts else "total")
        )
    return made


def lapsed_sentences(nodes: YearNodes) -> list[str]:
    """A sentence for each node that binds no one."""
    return [
        f"{node_name(one)}早于{one.node.number}的印发日{read_day(one.node.issued_on)}，不溯及既往，只作对照。"
        for one in nodes.lapsed
    ]


def reference_day(end: date, today: date) -> date:
    """The day from which a period is looked at: its last, or today while it still runs."""
    return min(end, today)
