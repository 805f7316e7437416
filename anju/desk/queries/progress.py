"""The leader's page: what is done, what is late, what is at risk — each a finding with its figures."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache

from django.utils.functional import cached_property

from anju import periods
from anju.core.models.region import Region
from anju.core.pages.layout.charts import Chart
from anju.core.people.scope import Actor
from anju.core.regions.levels import level_noun
from anju.core.wording import period_label
from anju.figures.figure import Figure
from anju.figures.models import CurrentFigure, Measure
from anju.figures.pages import comparison
from anju.figures.pages.comparison import TargetComparison
from anju.figures.pages.topics import TOPICS, topic_of
from anju.figures.queries import changes, current, latest

Catalogue = Mapping[str, Measure]  # by code, in its order
Reports = Callable[[str], list[tuple[str, str]]]  # of a year: measure, period


@dataclass(frozen=True)
class PartialReport:
    """A period that some of the parts have reported, and others have not yet."""

    period: str
    known: int
    asked: int
    kind: str  # of the measure

    def __str__(self) -> str:
        return f"{period_label(self.period, self.kind)}已报{self.known}/{self.asked}"


@dataclass(frozen=True)
class MeasureProgress:
    """One measure that has a target: of the region, and of each of its parts. calibre_name: that of the actual figure.

    newer: a later period than that of the figures, which is not complete yet.
    """

    measure: Measure
    target: Measure
    whole: TargetComparison
    parts: list[TargetComparison]
    calibre_name: str = ""
    newer: PartialReport | None = None

    @property
    def name(self) -> str:
        """With its calibre: what is said in one calibre need not hold in another."""
        return f"{self.measure.name}（{self.calibre_name}）" if self.calibre_name else self.measure.name

    @cached_property
    def short(self) -> list[TargetComparison]:
        return [pair for pair in comparison.sort_by_gap(self.parts) if pair.short]

    @property
    def masked(self) -> bool:
        """The whole has reached its target and a part has not: the sum hides it."""
        return self.whole.comparable and not self.whole.short and bool(self.short)

    @property
    def reported(self) -> tuple[int, int]:
        """Of the places that were asked how many have reported, and how many not."""
        asked = [pair for pair in self.parts if pair.target.known and pair.target.exact]
        known = sum(pair.actual.known for pair in asked)
        return known, len(asked) - known

    @property
    def partly(self) -> bool:
        """Some places have reported, not all: the sum is not known yet."""
        return self.whole.target.known and not self.whole.actual.known and all(self.reported)

    @property
    def waiting(self) -> bool:
        """Asked for, and nothing was reported of it yet."""
        return (
            self.whole.target.known
            and not self.whole.actual.known
            and not any(pair.actual.known for pair in self.parts)
        )


@dataclass(frozen=True)
class TwoCalibres:
    """The same measure counted in two ways gives two numbers."""

    first: Figure
    second: Figure
    gap: Figure


@dataclass
class Summary:
    region: Region
    period: str
    noun: str
    progress: list[MeasureProgress] = field(default_factory=list)
    calibres: list[TwoCalibres] = field(default_factory=list)

    @property
    def behind(self) -> list[MeasureProgress]:
        """What has not reached its target, as a whole or somewhere: where most are behind first."""
        short = [one for one in self.progress if one.short or one.whole.short]
        return sorted(short, key=lambda one: (not one.whole.short, -len(one.short)))

    @property
    def waiting(self) -> list[MeasureProgress]:
        return [one for one in self.progress if one.waiting]

    @property
    def heading(self) -> str:
        """The finding: the first target's outcome, and what is worst."""
        when = period_label(self.period)
        compared = [one for one in self.progress if one.whole.comparable and one.whole.target.exact]
        sentences = []
        if compared:
            one = compared[0]
            sentences.append(
                f"{period_label(one.whole.actual.period, one.measure.kind)}{one.measure.name}{one.whole.actual.text(None, None, True)}{one.whole.actual.unit}，完成{one.whole.rate.text()}%"
            )
        elif partly := next((one for one in self.progress if one.partly), None):
            known, left = partly.reported
            sentences.append(
                f"{when}{partly.measure.name}{comparison.count_in_words(known)}个{self.noun}已报，{comparison.count_in_words(left)}个未报"
            )
        elif self.waiting:
            one = self.waiting[0]
            sentences.append(
                f"{when}{one.target.name}{one.whole.target.text(None, None, True)}{one.whole.target.unit}，尚未报送完成数"
            )
        if self.behind:
            worst = self.behind[0]
            count = len(worst.short)
            sentences.append(
                f"{comparison.count_in_words(count)}个{self.noun}{worst.name}未达目标"
                if count
                else f"{worst.name}未达目标"
            )
        elif compared:
            sentences.append("有完成数的各项都已达到目标")
        return "；".join(sentences) or f"{self.region.name}{when}还没有目标和完成数"

    def charts(self, shown: Collection[str] = ()) -> list[Chart]:
        """A bullet bar per part for what is behind somewhere, the worst first; the main target where all is well. shown: by another picture."""
        chosen = [one for one in self.behind if len(one.parts) > 1] or [
            one for one in self.progress if is_comparable(one)
        ][:1]
        chosen = [one for one in chosen if one.measure.code not in shown]
        return [self.chart(number, one) for number, one in enumerate(chosen[:4])]

    def chart(self, number: int, progress: MeasureProgress) -> Chart:
        finding = comparison.comparison_headline(progress.name, progress.parts, self.noun)
        sub = f"{progress.name}与目标，{progress.whole.unit}，{self.region.name}{period_label(progress.whole.actual.period, progress.measure.kind)}；竖线为目标，按差额排序"
        return comparison.bullet_chart(f"gap-{number}", progress.parts, finding, sub)


def is_comparable(progress: MeasureProgress) -> bool:
    return sum(pair.comparable for pair in progress.parts) > 1


def reported_periods(user: Actor, catalogue: Catalogue, region: Region) -> Reports:
    """For which periods of a year the region, its parts or theirs reported a number, of every whole that has a target. Asked once a year."""
    below = latest.children_of(user, [region])
    places = [one.pk for one in (region, *below, *latest.children_of(user, below))]
    wanted = {one.target_of_id for one in catalogue.values() if one.target_of_id and not one.of_id}
    return cache(lambda year: latest.reported_periods(user, places, wanted, year))


def summarise_progress(
    user: Actor,
    catalogue: Catalogue,
    reports: Reports,
    region: Region,
    below: list[Region],
    period: str,
    names: Mapping[str, str],
    on: date,
) -> Summary:
    """Every measure with a target that has figures here, compared; and every figure with two calibres that differ. names: of the calibres.

    What was done is the period's own figure or else the latest of its year up to that day; it stands against the period's target or the year's.
    """
    listed = [region, *below]
    # Parts (其中) repeat what their whole says: only wholes are told to a leader.
    whole_targets = [one for one in catalogue.values() if one.target_of_id and not one.of_id]
    codes_of_targets = {code for one in whole_targets for code in (one.code, one.target_of_id)} | {
        one.code for one in catalogue.values() if one.calibres
    }
    known = reported_measures(user, codes_of_targets, listed, period[:4]) | {
        (code, "", then) for code, then in reports(period[:4])
    }  # of the parts' a sum can be made
    calibres: dict[str, list[str]] = {}
    candidates: dict[str, set[str]] = {}
    for code, calibre, then in sorted(known):
        if then != period and (periods.spans_years(period) or periods.spans_years(then)):
            continue  # a plan stands by itself
        measure = catalogue[code]
        if (
            then not in (period, period[:4])
            if measure.target_of_id
            else then != period and periods.period_end(then) > on
        ):
            continue
        if calibre not in calibres.setdefault(code, []):
            calibres[code].append(calibre)
        candidates.setdefault(code, set()).add(then)
    when, newer = choose_periods(user, catalogue, candidates, calibres, region, period)
    summary = Summary(region, period, level_noun(below))
    wanted = [one for one in whole_targets if one.code in calibres]
    topics = list(TOPICS)
    wanted.sort(key=lambda one: topics.index(topic) if (topic := topic_of(one.code)) in topics else len(topics))
    codes = {f"{one.code}:{name}" for one in wanted for name in calibres[one.code]}
    codes |= {f"{one.target_of_id}:{name}" for one in wanted for name in calibres.get(one.target_of_id, [""])}
    several = [code for code, names in calibres.items() if len(names) > 1 and not catalogue[code].target_of_id]
    codes |= {f"{code}:{name}" for code in several for name in calibres[code]}
    if not codes:
        return summary
    figures = current.current_figures(user, codes, listed, {period, *when.values(), *newer.values()})

    def read(code: str, one: Region) -> Figure:
        return figures(code, one, when.get(code.partition(":")[0], period))

    for target in wanted:
        measure = catalogue[target.target_of_id]
        asked = f"{target.code}:{calibres[target.code][-1]}"
        for name in calibres.get(measure.code, [""]):
            done = f"{measure.code}:{name}"
            pairs = [TargetComparison(read(done, one), read(asked, one)) for one in listed]
            parts = [p for p in pairs[1:] if p.actual.known or p.target.known]
            later = newer.get(measure.code)
            report = (
                partial_report(parts, lambda one, code=done, then=later: figures(code, one, then), later)
                if later
                else None
            )
            summary.progress.append(MeasureProgress(measure, target, pairs[0], parts, names.get(name, name), report))
    for code in several:
        first, second = calibres[code][:2]
        for one in listed:
            a, b = read(f"{code}:{first}", one), read(f"{code}:{second}", one)
            if a.known and b.known and a.exact != b.exact:
                summary.calibres.append(TwoCalibres(a, b, comparison.figure_distance(a, b)))
    return summary


def choose_periods(
    user: Actor,
    catalogue: Catalogue,
    candidates: Mapping[str, Collection[str]],
    calibres: Mapping[str, Sequence[str]],
    region: Region,
    period: str,
) -> tuple[dict[str, str], dict[str, str]]:
    """Of each measure the period to be told, and a nearer one that is not complete yet: what was done is told of the nearest complete period."""
    ordered: dict[str, list[str]] = {}
    for code, known in candidates.items():
        left = list(known)
        ordered[code] = []
        while left:
            nearest = left[0]
            for one in left[1:]:
                nearest = nearest_period(period, nearest, one)
            ordered[code].append(nearest)
            left.remove(nearest)
    done = {f"{code}:{calibres[code][0]}": some for code, some in ordered.items() if not catalogue[code].target_of_id}
    complete = {key.partition(":")[0]: then for key, then in latest.complete_periods(user, done, region).items()}
    when = {code: some[0] for code, some in ordered.items()} | complete
    return when, {code: some[0] for code, some in ordered.items() if some[0] != when[code]}


def partial_report(parts: Sequence[TargetComparison], read: Callable[[Region], Figure], period: str) -> PartialReport:
    """How many of the parts that were asked, or else that reported before, have reported for that period."""
    asked = [one for one in parts if one.target.known and one.target.exact] or [
        one for one in parts if one.actual.known
    ]
    return PartialReport(
        period, sum(read(one.actual.region).known for one in asked), len(asked), asked[0].actual.kind if asked else ""
    )


def reported_measures(
    user: Actor, codes: Collection[str], listed: Sequence[Region], year: str
) -> set[tuple[str, str, str]]:
    """(measure, calibre, period) of a year that any of these regions has, of these measures."""
    ids = {one.pk for one in listed} & user.region_ids
    rows = CurrentFigure.objects.filter(
        region_id__in=ids, measure_id__in=codes, period__gte=year, period__lt=str(int(year) + 1)
    )  # an index knows where a year ends
    return set(rows.values_list("measure_id", "calibre_id", "period").distinct())


def nearest_period(period: str, first: str, second: str) -> str:
    """Of two periods the one asked for, or else the later; of two that end on one day the longer."""
    if period in (first, second):
        return period
    return max(first, second, key=lambda one: (periods.period_end(one), -len(one)))


@dataclass(frozen=True)
class ReportIncrease:
    """What a report added to the one before it (自年初累计 less 自年初累计)."""

    now: Figure
    before: Figure
    more: Figure

    @property
    def fell(self) -> bool:
        return bool(self.more.known and self.more.exact < 0)


def report_increases(
    user: Actor, catalogue: Catalogue, reports: Reports, region: Region, on: date
) -> list[ReportIncrease]:
    """The latest report of the year against the one before it, for every whole that has a target; what did not move is left out."""
    by_measure: dict[str, list[str]] = {}
    order = {code: at for at, code in enumerate(catalogue)}
    for code, period in sorted(reports(str(on.year)), key=lambda one: (order[one[0]], one[1])):
        if periods.period_end(period) <= on and not periods.spans_years(period):
            by_measure.setdefault(code, []).append(period)
    last: dict[str, list[str]] = {}
    for code, known in by_measure.items():
        by_end = {
            periods.period_end(one): one for one in sorted(known, key=len)
        }  # of two that end on one day one is enough
        if len(by_end) > 1:
            last[code] = [by_end[day] for day in sorted(by_end)[-2:]]
    if not last:
        return []
    figures = current.current_figures(user, last, [region], {one for pair in last.values() for one in pair})
    pairs = [tuple(figures(code, region, period) for period in (now, before)) for code, (before, now) in last.items()]
    increases = [ReportIncrease(now, before, changes.added_since(now, before)) for now, before in pairs]
    return [one for one in increases if one.more.known and one.more.exact and _of_the_same(one.now, one.before)]


def _of_the_same(*sums: Figure) -> bool:
    """Sums are compared when the same places are in them: who has not reported yet makes no decrease."""
    return len({frozenset(part.region.code for part in one.parts) for one in sums if one.parts}) < 2
