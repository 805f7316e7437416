"""Reading targets: what is in force on a day, what binds, and how a document divides its total."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from anju import periods as calendar
from anju.core.models.region import Region
from anju.core.people.scope import Actor
from anju.core.regions.levels import LEVELS
from anju.figures.figure import SHARE, Figure, total_figure, with_exact_value
from anju.figures.models import Measure, Observation, TargetDocument
from anju.figures.queries.current import current_figures, difference_figure, observation_figure


@dataclass(frozen=True)
class Target:
    """A target in force (目标任务). due: the last day of its period. binding: False when that day lies before the document itself."""

    figure: Figure
    observation: Observation
    document: TargetDocument | None
    effective_on: date | None
    due: date
    additions: tuple[Figure, ...] = ()  # 追加, each as its document printed it, the oldest first
    why: str = ""  # why it binds no one, or not yet

    @property
    def binding(self) -> bool:
        return not self.why

    @property
    def scope_note(self) -> str:
        return self.observation.scope_note

    @property
    def level(self) -> str:
        """The level that set it, as people call it; "" when no document is known."""
        return self.document.get_level_display() if self.document else ""


def targets_in_force(user: Actor, region: Region, period: str, on: date | None = None) -> list[Target]:
    """Targets of that period and the nodes (节点) within it, of every level, as in force on a day (all that are known without one).

    A node dated before its document binds no one backwards: it is listed, and why it does not bind.
    """
    calendar.period_bounds(period)
    if region.pk not in user.region_ids:
        return []
    measures = {one.pk: one for one in Measure.objects.exclude(target_of=None)}
    after = period[:-1] + chr(
        ord(period[-1]) + 1
    )  # what begins with the period lies before it: an index knows where that ends
    rows = list(
        Observation.objects.filter(
            region=region, period__gte=period, period__lt=after, measure__in=list(measures), undone=None
        ).order_by("id")
    )
    rows = [row for row in rows if row.period == period or not calendar.spans_years(row.period)]
    for row in rows:
        row.measure, row.region = measures[row.measure_id], region
    documents = TargetDocument.objects.in_bulk({row.document_id for row in rows if row.document_id})
    chains: dict[tuple, list[Observation]] = {}
    for row in rows:
        chains.setdefault((row.measure.order, row.measure_id, row.calibre_id, row.period), []).append(row)
    current = (
        current_figures(user, [f"{key[1]}:{key[2]}" for key in chains], [region], {key[3] for key in chains})
        if chains
        else None
    )
    result = []
    for (_, code, calibre, when), chain in sorted(chains.items()):
        in_force = [row for row in chain if on is None or (since := _effective(row, documents)) is None or since <= on]
        row = in_force[-1] if in_force else chain[0]
        figure = observation_figure(row)
        if row.state == SHARE or row is chain[-1]:
            figure = current(code, region, when, calibre)
        document = documents.get(row.document_id)
        why = "" if in_force else f"自 {_effective(row, documents)} 起施行"
        if document and document.issued_on and calendar.period_end(when) < document.issued_on:
            why = f"节点 {calendar.period_end(when)} 早于文件印发日 {document.issued_on}，不溯及既往"
        additions = tuple(_line(one) for one in in_force if one.increment is not None)
        result.append(
            Target(
                figure=figure,
                observation=row,
                document=document,
                effective_on=_effective(row, documents),
                due=calendar.period_end(when),
                additions=additions,
                why=why,
            )
        )
    return result


def _effective(row: Observation, documents: dict[int, TargetDocument]) -> date | None:
    """None when no date is known: then it counts from the beginning."""
    document = documents.get(row.document_id)
    return row.effective_on or (document.effective_on if document else None)


@dataclass(frozen=True)
class Division:
    """One measure of a document: its total divided among parts.

    remainder: what is not handed out yet (未分解; negative: more handed out than there is). above: the target of the level above, if known.
    extra: what this document sets beyond it (加码), never an error; None when it sets no more, or no level above is known.
    """

    code: str
    name: str
    period: str
    calibre: str
    whole: Figure | None
    parts: tuple[Figure, ...]
    handed_out: Figure | None
    remainder: Figure | None
    above: Figure | None = None
    extra: Figure | None = None

    @property
    def balanced(self) -> bool | None:
        """None when the document states no total for it, or parts are unknown."""
        return None if self.remainder is None or self.remainder.exact is None else self.remainder.exact == 0


@dataclass(frozen=True)
class Decomposition:
    document: TargetDocument
    divisions: tuple[Division, ...]

    def __call__(self, code: str, period: str | None = None, calibre: str | None = None) -> Division:
        """KeyError when the document does not set that measure."""
        for one in self.divisions:
            if one.code == code and period in (None, one.period) and calibre in (None, one.calibre):
                return one
        raise KeyError(code)


def find_target_document(user: Actor, number: str, region: Region | None = None) -> TargetDocument:
    """By its number. TargetDocument.DoesNotExist outside the user's regions."""
    found = (
        TargetDocument.objects.select_related("region")
        .filter(number=number, **({"region": region} if region else {}))
        .get()
    )
    if found.region_id not in user.region_ids:
        raise TargetDocument.DoesNotExist(f"没有文件 {number}")
    return found


def read_decomposition(user: Actor, of: TargetDocument) -> Decomposition:
    """How a document divides each of its totals, within itself and its own level only: the lines of other documents do not enter."""
    rows = Observation.objects.filter(document=of, undone=None, measure__target_of__isnull=False)
    newest = {
        (row.measure.order, row.measure_id, row.period, row.calibre_id, row.region.order, row.region_id): row
        for row in rows.select_related("measure", "region").order_by("id")
        if row.region_id in user.region_ids
    }
    groups: dict[tuple, list[Observation]] = {}
    for key, row in sorted(newest.items()):
        groups.setdefault(key[:4], []).append(row)
    above = _above(user, of, groups)
    return Decomposition(of, tuple(_divide(of, key, group, above.get(key)) for key, group in groups.items()))


def _divide(of: TargetDocument, key: tuple, group: list[Observation], above: Figure | None) -> Division:
    whole = next((row for row in group if row.region_id == of.region_id), None)
    parts = tuple(_line(row) for row in group if row is not whole)
    printed = _line(whole) if whole else None
    handed_out = total_figure(parts, region=of.region) if parts else None
    remainder = difference_figure(printed, parts, "未分解") if printed and parts else None
    extra = None
    if whole and above and above.exact is not None:
        stands = observation_figure(
            whole
        )  # all that is in force, additions included: an addition alone is not compared with a year's target
        if stands.exact is not None and stands.exact > above.exact:
            extra = replace(difference_figure(stands, (above,), "加码"), calibre=stands.calibre)
    measure = group[0].measure
    return Division(
        code=key[1],
        name=measure.name,
        period=key[2],
        calibre=key[3],
        whole=printed,
        parts=parts,
        handed_out=handed_out,
        remainder=remainder,
        above=above,
        extra=extra,
    )


def _above(user: Actor, of: TargetDocument, keys: Iterable[tuple]) -> dict[tuple, Figure]:
    """The nearest higher level's target of the same region, measure and period."""
    higher = LEVELS[: LEVELS.index(of.get_level_display())][::-1]
    keys = list(keys)
    if not higher or not keys:
        return {}
    codes = {key[1] for key in keys}
    found = current_figures(
        user, [f"{code}:{level}" for code in codes for level in higher], [of.region], {key[2] for key in keys}
    )
    result = {}
    for key in keys:
        set_above = (found(key[1], of.region, key[2], level) for level in higher)
        first = next((one for one in set_above if one.observation_id is not None), None)
        if first is not None and key[3] not in higher:
            result[key] = first
    return result


def _line(row: Observation) -> Figure:
    """What the document printed: of an addition the addition, not the sum in force."""
    figure = observation_figure(row)
    if row.increment is None:
        return figure
    return replace(with_exact_value(figure, Fraction(row.increment)), fraction=None)
