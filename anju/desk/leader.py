"""The leader's page: what is done, what is late, what is at risk — each a finding with its figures."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from anju.core.models import Region
from anju.core.scope import Operator
from anju.core.templatetags.anju import period_label
from anju.desk import compare
from anju.desk.charts import Chart
from anju.desk.compare import Pair
from anju.desk.layout import TOPICS, topic_of
from anju.figures import queries as figures
from anju.figures.figure import Figure
from anju.figures.models import CurrentFigure, Measure

NOUNS = {"province": "省（区、市）", "city": "市", "county": "县（市、区）"}


@dataclass(frozen=True)
class Progress:
    """One measure that has a target: of the region, and of each of its parts. calibre_name: that of the actual figure."""

    measure: Measure
    target: Measure
    whole: Pair
    parts: list[Pair]
    calibre_name: str = ""

    @property
    def name(self) -> str:
        """With its calibre: what is said in one calibre need not hold in another."""
        return f"{self.measure.name}（{self.calibre_name}）" if self.calibre_name else self.measure.name

    @property
    def short(self) -> list[Pair]:
        return [pair for pair in compare.by_gap(self.parts) if pair.short]

    @property
    def masked(self) -> bool:
        """The whole has reached its target and a part has not: the sum hides it."""
        return self.whole.comparable and not self.whole.short and bool(self.short)

    @property
    def waiting(self) -> bool:
        """Asked for, and nothing was reported of it yet."""
        return self.whole.target.known and not self.whole.actual.known and not any(pair.actual.known for pair in self.parts)


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
    progress: list[Progress] = field(default_factory=list)
    calibres: list[TwoCalibres] = field(default_factory=list)

    @property
    def behind(self) -> list[Progress]:
        """What has not reached its target, as a whole or somewhere: where most are behind first."""
        found = [one for one in self.progress if one.short or one.whole.short]
        return sorted(found, key=lambda one: (not one.whole.short, -len(one.short)))

    @property
    def waiting(self) -> list[Progress]:
        return [one for one in self.progress if one.waiting]

    @property
    def heading(self) -> str:
        """The finding: the first target's outcome, and what is worst."""
        when = period_label(self.period)
        told = [one for one in self.progress if one.whole.comparable and one.whole.target.exact]
        said = []
        if told:
            one = told[0]
            said.append(f"{when}{one.measure.name}{one.whole.actual.text(None, None, True)}{one.whole.actual.unit}，完成{one.whole.rate.text()}%")
        elif self.waiting:
            one = self.waiting[0]
            said.append(f"{when}{one.target.name}{one.whole.target.text(None, None, True)}{one.whole.target.unit}，尚未报送完成数")
        if self.behind:
            worst = self.behind[0]
            count = len(worst.short)
            said.append(f"{compare.counted(count)}个{self.noun}{worst.name}未达目标" if count else f"{worst.name}未达目标")
        elif told:
            said.append("有完成数的各项都已达到目标")
        return "；".join(said) or f"{self.region.name}{when}还没有目标和完成数"

    def charts(self) -> list[Chart]:
        """A bullet bar per part for what is behind somewhere, the worst first; the main target where all is well."""
        chosen = [one for one in self.behind if len(one.parts) > 1] or [one for one in self.progress if comparable(one)][:1]
        return [self.chart(number, one) for number, one in enumerate(chosen[:4])]

    def chart(self, number: int, one: Progress) -> Chart:
        finding = compare.finding(one.name, one.parts, self.noun)
        sub = f"{one.name}与目标，{one.whole.unit}，{self.region.name}{period_label(self.period)}；竖线为目标，按差额排序"
        return compare.bullet(f"gap-{number}", one.parts, finding, sub)


def comparable(one: Progress) -> bool:
    return sum(pair.comparable for pair in one.parts) > 1


def summary(user: Operator, region: Region, below: list[Region], period: str, names: Mapping[str, str]) -> Summary:
    """Every measure with a target that has figures here, compared; and every figure with two calibres that differ. names: of the calibres."""
    catalogue = figures.measures(user)
    listed = [region, *below]
    ids = {one.pk for one in listed} & user.region_ids
    keys = set(CurrentFigure.objects.filter(region_id__in=ids, period=period).values_list("measure_id", "calibre_id").distinct())
    calibres: dict[str, list[str]] = {}
    for code, calibre in sorted(keys):
        calibres.setdefault(code, []).append(calibre)
    kinds = {one.kind for one in below if one.kind != Region.Kind.PSEUDO}
    made = Summary(region, period, NOUNS.get(kinds.pop(), "单位") if len(kinds) == 1 else "单位")
    # Parts (其中) repeat what their whole says: only wholes are told to a leader.
    wanted = [one for one in catalogue.values() if one.target_of_id and not one.of_id and one.code in calibres]
    topics = list(TOPICS)
    wanted.sort(key=lambda one: topics.index(topic) if (topic := topic_of(one.code)) in topics else len(topics))
    codes = {f"{one.code}:{name}" for one in wanted for name in calibres[one.code]}
    codes |= {f"{one.target_of_id}:{name}" for one in wanted for name in calibres.get(one.target_of_id, [""])}
    several = [code for code, names in calibres.items() if len(names) > 1 and not catalogue[code].target_of_id]
    codes |= {f"{code}:{name}" for code in several for name in calibres[code]}
    if not codes:
        return made
    found = figures.figures(user, codes, listed, [period])
    for target in wanted:
        measure = catalogue[target.target_of_id]
        asked = f"{target.code}:{calibres[target.code][-1]}"
        for name in calibres.get(measure.code, [""]):
            done = f"{measure.code}:{name}"
            pairs = [Pair(found(done, one), found(asked, one)) for one in listed]
            made.progress.append(Progress(measure, target, pairs[0], [p for p in pairs[1:] if p.actual.known or p.target.known], names.get(name, name)))
    for code in several:
        first, second = calibres[code][:2]
        for one in listed:
            a, b = found(f"{code}:{first}", one), found(f"{code}:{second}", one)
            if a.known and b.known and a.exact != b.exact:
                made.calibres.append(TwoCalibres(a, b, compare.apart(a, b)))
    return made
