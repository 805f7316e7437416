"""The leader's tasks at a glance: a bullet and a trend for each, and a map of the parts. Figures are those of `progress`; here they are laid out."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

from django.utils.functional import cached_property

from anju import periods
from anju.core.models.region import Region
from anju.core.people.scope import Actor
from anju.core.wording import period_label
from anju.desk.queries.maps import Placing, place_parts
from anju.desk.queries.progress import MeasureProgress, Reports
from anju.figures.figure import Figure
from anju.figures.pages.comparison import TargetComparison, count_in_words
from anju.figures.queries import current
from anju.figures.queries.nodes import NodeGaps
from anju.figures.tasks import tasks as year_tasks

TASKS = 5
FULL = 1000  # the width of a bar's drawing
MET, SHORT, UNKNOWN = "met", "short", "unknown"
SIGNS = {MET: "✓", SHORT: "▼", UNKNOWN: "？"}
SHADES = (25, 50, 75, 100)  # percent of the target, where a shade of the map ends: of the picture only, no rule
LEGEND = (
    ("shade-4", "完成"), ("shade-3", "75%以上"), ("shade-2", "50%以上"), ("shade-1", "25%以上"), ("shade-0", "不到25%"),
    ("shade-unknown", "未报"), ("shade-none", "无任务"),
)  # fmt: skip
TILE, GAP = 120, 6
TREND_WIDTH, TREND_HEIGHT = 160, 40


@dataclass
class TaskBullet:
    """One task. node: the node that it is measured against, if there is one; against its target else."""

    task: MeasureProgress
    node: NodeGaps | None = None
    trend: list[Figure] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.task.measure.name

    @property
    def pair(self) -> TargetComparison:
        return self.task.whole

    @property
    def state(self) -> str:
        """Whether what is asked by now is reached."""
        reached = self.node.whole.reached if self.node else None if not self.pair.comparable else not self.pair.short
        return UNKNOWN if reached is None else MET if reached else SHORT

    @property
    def word(self) -> str:
        """▼ 9月30日节点差50套 — what the colour says, for who does not see it."""
        if self.node:
            name, left = f"{self.node.node.on.month}月{self.node.node.on.day}日节点", self.node.whole.shortfall
            text = f"差{left.text(None, None, True)}{left.unit}" if left.known and left.exact else "已达到"
            return f"{SIGNS[self.state]} {name}{'未报' if self.state == UNKNOWN else text}"
        if self.state == UNKNOWN:
            known, left_count = self.task.reported
            return f"{SIGNS[UNKNOWN]} 已报{known}/{known + left_count}" if known else f"{SIGNS[UNKNOWN]} 未报"
        return (
            f"{SIGNS[self.state]} 已完成"
            if self.state == MET
            else f"{SIGNS[SHORT]} 差{self.pair.gap_text()}{self.pair.unit}"
        )

    @property
    def rate(self) -> str:
        return f"{self.pair.rate.text()}%" if self.pair.rate.known else "—"

    @cached_property
    def scale(self) -> Fraction:
        """What the whole width of the bar stands for."""
        return max(Fraction(side.exact or 0) for side in (self.pair.actual, self.pair.target)) or Fraction(1)

    @property
    def width(self) -> int:
        return self._at(self.pair.actual)

    @property
    def mark(self) -> int:
        """Where the target stands."""
        return min(self._at(self.pair.target), FULL - 6)

    @property
    def node_mark(self) -> int | None:
        need = self.node.whole.need if self.node else None
        return min(self._at(need), FULL - 6) if need is not None and need.known else None

    def _at(self, figure: Figure) -> int:
        return max(int((figure.exact or 0) * FULL / self.scale), 0)

    @property
    def behind(self) -> str:
        """两个县未达：东县、西县"""
        short = self.task.short
        names = "、".join(pair.actual.region.name for pair in short[:3]) + ("等" if len(short) > 3 else "")
        return f"{count_in_words(len(short))}个未达目标：{names}" if short else ""

    @cached_property
    def points(self) -> str:
        """The trend as the points of a line: months from left to right, from nothing up to the most."""
        known = [(number, one) for number, one in enumerate(self.trend) if one.known]
        if len(known) < 2:
            return ""
        top = max((Fraction(one.exact or 0) for _, one in known), default=Fraction(0)) or Fraction(1)
        last = len(self.trend) - 1
        places = [
            (
                4 + number * (TREND_WIDTH - 8) // last,
                TREND_HEIGHT - 4 - int(Fraction(one.exact or 0) * (TREND_HEIGHT - 8) / top),
            )
            for number, one in known
        ]
        return " ".join(f"{x},{y}" for x, y in places)

    @property
    def trend_text(self) -> str:
        """2026年1—7月105 → 2026年1—8月150"""
        known = [one for one in self.trend if one.known]
        return (
            " → ".join(f"{period_label(one.period)}{one.text(None, None, True)}" for one in (known[0], known[-1]))
            if len(known) > 1
            else ""
        )


def task_bullets(
    user: Actor,
    progress: Sequence[MeasureProgress],
    nodes: Sequence[NodeGaps],
    reports: Reports,
    region: Region,
    on: date,
) -> list[TaskBullet]:
    """The first tasks that have a target here, each once: the year's own (tasks.yaml) in their order, then others; no rates."""
    chosen: dict[str, TaskBullet] = {}
    order = [task["actual"] for task in year_tasks().values()]
    counted = [one for one in progress if not one.measure.is_computed]
    for one in sorted(
        counted, key=lambda one: order.index(one.measure.code) if one.measure.code in order else len(order)
    ):
        if one.measure.code not in chosen and one.whole.target.known and one.whole.target.exact and len(chosen) < TASKS:
            node = next((node for node in nodes if node.node.actual_id == one.measure.code), None)
            chosen[one.measure.code] = TaskBullet(one, node)
    reported: dict[str, list[str]] = {}
    for code, period in reports(str(on.year)):
        if code in chosen and len(period) > 4 and periods.period_end(period) <= on and not periods.spans_years(period):
            reported.setdefault(code, []).append(period)
    every = {period for some in reported.values() for period in some}
    figures = current.current_figures(user, list(reported), [region], every) if reported else None
    for code, some in reported.items():
        ordered = sorted(some, key=lambda one: (periods.period_end(one), len(one)))
        chosen[code].trend = [figures(code, region, period) for period in ordered] if figures else []
    return list(chosen.values())


# -- the map ----------------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class MapPart:
    """A place of the map: how it is filled, what stands on it, where."""

    pair: TargetComparison
    x: int
    y: int
    outline: str = ""

    @property
    def region(self) -> Region:
        return self.pair.actual.region

    @property
    def shade(self) -> str:
        """shade-0 … shade-4 by the rate, the last from the whole target on; hatched where nothing can be told."""
        if not self.pair.target.known or not self.pair.target.exact:
            return "shade-none"
        if not self.pair.comparable:
            return "shade-unknown"
        share = Fraction(self.pair.actual.exact or 0) * 100 / Fraction(self.pair.target.exact)
        return f"shade-{sum(share >= step for step in SHADES)}"

    @property
    def text(self) -> str:
        if not self.pair.target.known or not self.pair.target.exact:
            return "无任务"
        return f"{self.pair.rate.text()}%" if self.pair.rate.known else self.pair.actual.state_text


@dataclass(frozen=True)
class CountyMap:
    title: str
    parts: list[MapPart]
    placing: Placing
    width: int
    height: int

    @property
    def approval(self) -> str:
        return self.placing.shapes.approval if self.placing.shapes else ""

    @property
    def problems(self) -> list[Any]:
        return self.placing.problems


def county_map(task: MeasureProgress | None, region: Region) -> CountyMap | None:
    """The parts of a region filled by how far they are with one task; none where there are no parts to compare."""
    if task is None or len(task.parts) < 2:
        return None
    placing = place_parts(region, [pair.actual.region for pair in task.parts])
    title = f"{task.measure.name}完成率，{period_label(task.whole.actual.period)}"
    if shapes := placing.shapes:
        parts = [
            MapPart(pair, *shapes.centres[pair.actual.region.code], shapes.outlines[pair.actual.region.code])
            for pair in task.parts
        ]
        return CountyMap(title, parts, placing, 1000, shapes.height)
    size = TILE + GAP
    parts = [
        MapPart(pair, column * size, row * size)
        for pair in task.parts
        for column, row in [placing.tiles[pair.actual.region.code]]
    ]
    return CountyMap(title, parts, placing, placing.columns * size - GAP, placing.rows * size - GAP)
