"""What returns and ledgers publish: many figures of one act at once, each with what it came from, over what stood before."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection, transaction

from anju.core.models.region import Region
from anju.core.people.scope import Actor
from anju.figures.figure import NUMBER, STATES
from anju.figures.models import Measure, Source
from anju.figures.services import bulk
from anju.figures.services.changes import announce_changes
from anju.figures.stored_numbers import placement_problem, unit_families
from anju.problems import Problem, Refused
from anju.quantities import unit_of_measure


@dataclass(frozen=True)
class PublishedFigure:
    """One figure. value: base units, None with another state. shown: as it is written there; cited: what it was made of."""

    measure: str
    region: Region
    period: str
    value: int | None
    unit: str
    places: int = 0
    state: str = NUMBER
    calibre: str = ""
    sheet: str = ""
    shown: str = ""
    cited: str = ""


@transaction.atomic
def publish_figures(
    *, by: Actor, kind: str, title: str, region: Region, period: str, rows: Sequence[PublishedFigure], reason: str, origin: str = "",
    content: bytes | None = None,
) -> Source | None:  # fmt: skip
    """Store what differs from what stands; the source, or None when all of it stands already. The act that publishes leaves the trail row.

    reason: of what replaces an earlier value. origin: the act, as "return:12".
    content: what it was counted from, kept with the source. Nothing is typed here, so a misfit is a flaw of the form or book.
    Refused: FIG-012, FIG-013, FIG-015, FIG-019 with every misfit, FIG-042 when somebody wrote one of them meanwhile.
    """
    known = Measure.objects.in_bulk({row.measure for row in rows})
    problems = []
    for row in rows:
        where = f"{title} {row.region.name} {row.period} “{row.measure}”"
        measure = known.get(row.measure)
        if row.region.pk not in by.region_ids:
            raise Region.DoesNotExist(f"没有区划 {row.region.code}")
        if measure is None:
            problems.append(
                Problem("FIG-012", where, f"没有统计指标 {row.measure}。", "请核对代码，或在指标目录中补上。")
            )
        elif flaw := placement_problem(measure, row.calibre, where):
            problems.append(flaw)
        elif unit_of_measure(row.unit).family not in unit_families(measure):
            problems.append(
                Problem(
                    "FIG-015",
                    where,
                    f"单位“{row.unit}”与“{measure.name}”的单位“{measure.unit}”不是一类。",
                    "请核对列和指标。",
                )
            )
    if problems:
        raise Refused(*problems)
    if not rows:
        return None
    with connection.cursor() as cursor:
        bulk.stage_rows(cursor, (_row(at, row) for at, row in enumerate(rows)))
        new, changed, _ = bulk.settle_rows(cursor, None, adds=False)
        if not new + changed:
            return None
        source = Source.objects.create(
            kind=kind, title=title, map_id=origin, region=region, period=period, by=by.key, content=content
        )
        stored, stands = bulk.store_observations(cursor, source.pk, by.key, reason)
    if stored != stands:
        raise Refused(Problem("FIG-042", title, f"发布期间有 {stored - stands} 个数被别人改动。", "请再办一次。"))
    if changed:
        announce_changes(by)
    return source


def _row(at: int, row: PublishedFigure) -> bulk.StagingRow:
    shown = row.shown if row.state == NUMBER else STATES[row.state]
    return bulk.StagingRow(
        n=at,
        measure_id=row.measure,
        calibre_id=row.calibre,
        region_id=row.region.pk,
        period=row.period,
        state=row.state,
        value=row.value if row.state == NUMBER else None,
        unit=row.unit,
        places=row.places,
        sheet=row.sheet,
        raw=shown,
        cited=row.cited,
    )
