"""Nodes of a plan (节点): how much of a target is wanted by a day, and how far a place is from it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction

from anju import periods
from anju.core.models.region import Region
from anju.core.people.scope import Actor, visible_rows
from anju.core.regions import tree
from anju.core.regions.levels import LEVELS
from anju.figures.figure import DerivedFigure, Figure, derive_figure
from anju.figures.models import Measure, Node, Observation, TargetDocument
from anju.figures.queries.current import FigureMapping, catalogue, current_figures
from anju.figures.queries.latest import LatestFigures, latest_figures
from anju.figures.references import NodeReference
from anju.problems import Problem, Refused
from anju.quantities import unit_of_measure


def _sides(code: str, where: str) -> tuple[Measure, Measure]:
    """The target and what is counted against it; of an actual figure, the target that its rate is taken of."""
    asked = Measure.objects.filter(pk=code).select_related("target_of").first()
    if asked and asked.target_of and not asked.target_of.is_computed:
        return asked, asked.target_of
    rates = Measure.objects.filter(
        numerator=asked, denominator__target_of__isnull=False, denominator__of=None
    ).select_related("denominator")
    found = {rate.denominator for rate in rates} if asked else set()
    if len(found) != 1:
        raise Refused(
            Problem(
                "FIG-071",
                f"{where}“{code}”",
                "找不到它唯一对应的目标任务。",
                "请写目标指标，或有完成率的完成指标，例如 shanty.start.target。",
            )
        )
    return found.pop(), asked


def node_goal(node: Node) -> str:
    """What it asks, in words: 80%, 1200套."""
    if node.value is not None:
        return f"{node.value // unit_of_measure(node.target.unit).factor}{node.target.unit}"
    percent = Fraction(100 * node.numerator, node.denominator)
    return f"{percent}%" if percent.denominator == 1 else f"{node.numerator}/{node.denominator}"


@dataclass(frozen=True)
class NodeGap:
    """How far one region is from a node. need: what the node asks; shortfall: 还差, 0 when it is reached; unknown while a side is unknown."""

    region: Region
    target: Figure
    actual: Figure
    need: DerivedFigure
    shortfall: DerivedFigure

    @property
    def reached(self) -> bool | None:
        """None when it cannot be told."""
        return None if not (self.need.known and self.actual.known) else self.actual.exact >= self.need.exact

    @property
    def asked(self) -> bool:
        return bool(self.need.known and self.need.exact)


@dataclass(frozen=True)
class NodeGaps:
    """A node with the gaps of the region and its parts, the widest first. why: why it binds no one; as_of: the period of what was done."""

    node: Node
    whole: NodeGap
    parts: tuple[NodeGap, ...]
    as_of: str
    why: str = ""

    @property
    def binding(self) -> bool:
        return not self.why

    @property
    def goal(self) -> str:
        return node_goal(self.node)

    @property
    def share(self) -> DerivedFigure:
        return node_share(self.node, self.whole)

    @property
    def behind(self) -> list[NodeGap]:
        return [gap for gap in self.parts if gap.reached is False]

    @property
    def unknown(self) -> list[NodeGap]:
        """Asked for, and what was done is not known."""
        return [gap for gap in self.parts if gap.asked and gap.reached is None]


@dataclass
class YearNodes:
    """The nodes of a year as seen from a day. coming: from that day on; passed: before it, judged as they stood on their own day."""

    on: date
    coming: list[NodeGaps] = field(default_factory=list)
    passed: list[NodeGaps] = field(default_factory=list)

    @property
    def next(self) -> list[NodeGaps]:
        """Those of the next day that binds; one day may ask for several things."""
        binding = [one for one in self.coming if one.binding]
        return [one for one in binding if one.node.on == binding[0].node.on]

    @property
    def last(self) -> list[NodeGaps]:
        """Those of the last day that has passed."""
        binding = [one for one in self.passed if one.binding]
        return [one for one in binding if one.node.on == binding[-1].node.on]

    @property
    def lapsed(self) -> list[NodeGaps]:
        """Those that bind no one, and say why."""
        return [one for one in (*self.passed, *self.coming) if not one.binding]


def year_nodes(
    user: Actor, region: Region, on: date, parts: Sequence[Region] | None = None, complete: bool = False
) -> YearNodes:
    """The nodes of that year that bind a region, with its gap and its parts'. What was done: the latest figures reported by that day, or up to
    the node's own day where that is earlier; complete: of the last period that all who are counted have reported. A node dated before its
    document binds no one."""
    made = YearNodes(on)
    rows = list(visible_rows(Node.objects.filter(region=region, on__year=on.year), user))
    if not rows:
        return made
    known = catalogue()
    for row in rows:
        row.target, row.actual = known[row.target_id], known[row.actual_id]
    listed = [region, *(tree.child_regions(user, region, on) if parts is None else parts)]
    targets = _targets(user, rows, listed, str(on.year))
    done: dict[date, LatestFigures] = {}
    for node in rows:
        day = min(periods.last_reported_day(on), node.on)
        if day not in done:
            done[day] = latest_figures(user, {row.actual_id for row in rows}, listed, day, complete)
        as_of = done[day].period(node.actual_id)
        seen = min(day, periods.period_end(as_of)) if complete and as_of else day  # its reference means the same figure
        gaps = [_measure_gap(node, one, targets(node, one), done[day](node.actual_id, one), seen) for one in listed]
        asked = [gap for gap in gaps[1:] if gap.target.observation_id is not None]
        why = (
            f"节点 {node.on} 早于文件印发日 {node.issued_on}，不溯及既往"
            if node.issued_on and node.on < node.issued_on
            else ""
        )
        found = NodeGaps(node, gaps[0], tuple(sort_by_shortfall(asked)), as_of, why)
        (made.coming if node.on >= on else made.passed).append(found)
    return made


def node_share(node: Node, whole: NodeGap) -> DerivedFigure:
    """What the node asks, as a figure: 80 %, or the number itself."""
    said = f"{node.number}规定的节点（{node.on}）"
    if node.value is not None:
        return derive_figure(whole.need, said, Fraction(node.value), (), NodeReference(node.pk), said)
    percent = Fraction(100 * node.numerator, node.denominator)
    return derive_figure(
        whole.need, said, percent * unit_of_measure("%").factor, (), NodeReference(node.pk), said,
        unit="%", family="%", places=0 if percent.denominator == 1 else 1, assumed=False,
    )  # fmt: skip


def sort_by_shortfall(gaps: Iterable[NodeGap]) -> list[NodeGap]:
    """The widest gap first, what cannot be told last."""
    return sorted(
        gaps,
        key=lambda gap: (not gap.shortfall.known, -(gap.need.exact - gap.actual.exact) if gap.shortfall.known else 0),
    )


def _measure_gap(node: Node, region: Region, target: Figure, actual: Figure, day: date) -> NodeGap:
    ref = NodeReference(node.pk, region.code)
    if node.value is not None:
        wanted = Fraction(node.value) if region.pk == node.region_id else None
    elif target.exact is not None:
        wanted = _up(target.exact * Fraction(node.numerator, node.denominator), target)
    else:
        wanted = None
    share = node_goal(node)
    need = derive_figure(
        target, f"{target.name}（{node.on}节点）", wanted, (target,), ref,
        f"{target.name} × {share}，有零头的进一" if node.value is None else f"{node.number}规定的数量", period=str(node.on),
        substituted=f"{target.text(None, None, True)}{target.unit} × {share}" if node.value is None and target.known else "",
    )  # fmt: skip
    if wanted is None and node.value is not None:
        need = replace(need, missing=(), why="节点按总数下达，没有分解")
    gap = None if wanted is None or actual.exact is None else max(Fraction(0), wanted - actual.exact)
    told = f"{need.text(None, None, True)} − {actual.text(need.unit, None, True)}" if gap is not None else ""
    shortfall = derive_figure(
        need, f"{actual.name}距{node.on}节点还差", gap, (need, actual), replace(ref, day=str(day)),
        f"{need.name} − {actual.name}，已达到的为 0", period=actual.period, substituted=told, places=max(need.places, actual.places if actual.known else 0),
    )  # fmt: skip
    return NodeGap(region, target, actual, need, shortfall)


def _up(exact: Fraction, like: Figure) -> Fraction:
    """Up to a whole unit, in the decimals that the target was printed with: 0.2 of a dwelling is a dwelling."""
    step = max(1, unit_of_measure(like.unit).factor // 10**like.places)
    return Fraction(-(-exact.numerator // (exact.denominator * step)) * step)


class _Targets:
    """The targets of the year by level, as in force on a day: an addition made after a node does not reach back to it."""

    def __init__(self, found: FigureMapping, later: dict[tuple, list[tuple[date, Fraction]]], year: str) -> None:
        self.found, self.later, self.year = found, later, year

    def __call__(self, node: Node, region: Region) -> Figure:
        order = dict.fromkeys((node.get_level_display(), "", *reversed(LEVELS)))
        every = [self.found(node.target_id, region, self.year, level) for level in order]
        figure = next((one for one in every if one.observation_id is not None), every[1])
        added = sum(
            (
                more
                for since, more in self.later.get((node.target_id, region.pk, figure.calibre), ())
                if since > node.on
            ),
            Fraction(0),
        )
        return replace(figure, value=figure.value - int(added), fraction=None) if added and figure.known else figure


def _targets(user: Actor, rows: list[Node], listed: list[Region], year: str) -> _Targets:
    codes = {row.target_id for row in rows}
    found = current_figures(user, [f"{code}:{level}" for code in codes for level in ("", *LEVELS)], listed, [year])
    ids = {one.pk for one in listed} & user.region_ids
    added = Observation.objects.filter(
        region_id__in=ids, period=year, measure_id__in=codes, increment__isnull=False, undone=None
    )
    papers = TargetDocument.objects.in_bulk({row.document_id for row in added})
    later: dict[tuple, list[tuple[date, Fraction]]] = {}
    for row in added:
        paper = papers.get(row.document_id)
        if since := row.effective_on or (paper and paper.effective_on):
            later.setdefault((row.measure_id, row.region_id, row.calibre_id), []).append(
                (since, Fraction(row.increment))
            )
    return _Targets(found, later, year)


def node_figure(user: Actor, pk: int, region: Region | None = None, day: date | None = None) -> DerivedFigure:
    """What a reference to a node means: its share; what it asks of a region; with a day, how much is left on it. LookupError: not there."""
    row = visible_rows(Node.objects.filter(pk=pk), user).select_related("region").first()
    if row is None:
        raise LookupError(f"node {pk}")
    told = year_nodes(user, row.region, day or row.on)
    gaps = next((one for one in (*told.coming, *told.passed) if one.node.pk == pk), None)
    if gaps and region is None:
        return gaps.share
    gap = next((one for one in (gaps.whole, *gaps.parts) if one.region.pk == region.pk), None) if gaps else None
    if gap is None:
        raise LookupError(f"node {pk}")
    return gap.shortfall if day else gap.need
