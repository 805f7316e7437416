"""What the ledger publishes to the figures, and which projects a published figure was counted from."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils import timezone

from anju import periods
from anju.core.models.region import Region
from anju.core.people.permissions import require_permission
from anju.core.people.scope import Actor, visible_rows
from anju.core.regions import tree as places
from anju.core.trail import trail
from anju.figures.models import CurrentFigure, Measure, Source
from anju.figures.services.publications import PublishedFigure, publish_figures
from anju.problems import Problem, Refused
from anju.projects.base import ADJUST, require_own_region
from anju.projects.queries.counts import Counted, MeasureCount, count_regions, counted_measures
from anju.quantities import exact_text

FROM_LEDGER = (Source.Kind.LEDGER,)


@dataclass
class PublishedCounts:
    """What a publication did. source: None when all of it stood already. differs: figures that somebody else reported, left as they are."""

    source: Source | None
    differs: list[Problem]
    unknown: list[Problem]


@transaction.atomic
@trail.act("projects.publish_counts")
def publish_counts(*, by: Actor, region: Region, period: str) -> PublishedCounts:
    """Count the projects of a region and all below it since January, and publish the sums of each level (发布台账统计数).

    Only over what the ledger itself published: a figure that a return, an import or a correction brought stays, and is told where it differs.
    A count that is unknown is not published, and its projects are named. Refused: PROJ-037 a period that has not begun.
    """
    require_own_region(by, region)
    require_permission(by, ADJUST, region.pk, f"{region.name} 台账统计数")
    until = min(periods.period_end(period), timezone.localdate())
    since = date(until.year, 1, 1)
    if str(until.year) != periods.period_year(period):
        raise Refused(Problem("PROJ-037", f"{region.name} {period}", "这个期间还没有开始。", "请核对期间。"))
    regions = [region, *places.descendant_regions(by, region)]
    found = count_regions(by, regions, since=since, until=until)
    sums = _with_below(regions, found)
    stands = _standing_values(by, [one for one in regions if one.pk in sums], period)
    catalogue = Measure.objects.in_bulk(list(counted_measures()))
    told = PublishedCounts(None, [], [])
    rows = []
    for one in regions:
        for code, count in sums.get(one.pk, {}).items():
            measure, there = catalogue.get(code), stands.get((one.pk, code))
            if measure is None:
                continue
            where = f"{one.name} {period} “{measure.name}”"
            if count.value is None:
                told.unknown.append(
                    Problem(
                        "PROJ-038",
                        where,
                        f"有 {len(count.missing)} 个项目算不出。",
                        "请补齐这些项目的计划户数、小区数等。",
                    )
                )
            elif there is not None and there[0] not in FROM_LEDGER:
                if there[1] != count.value:
                    what = f"台账是 {exact_text(count.value, measure.unit)} {measure.unit}，已报的数不同，没有改动。"
                    told.differs.append(Problem("PROJ-039", where, what, "请核对台账和报表；报表有误的走更正。"))
            else:
                text = exact_text(count.value, measure.unit)
                cited = f"项目台账 {since}至{until}，{len(count.parts)} 个项目"
                rows.append(
                    PublishedFigure(
                        code,
                        one,
                        period,
                        count.value,
                        measure.unit,
                        len(text.partition(".")[2]),
                        shown=text,
                        cited=cited,
                    )
                )
    title = f"{region.name}项目台账统计 {period}"
    content = json.dumps(
        {
            "since": str(since),
            "until": str(until),
            "counts": {one.code: _parts_by_measure(found.get(one.pk, {})) for one in regions if one.pk in found},
        },
        separators=(",", ":"),
    ).encode()
    told.source = publish_figures(
        by=by,
        kind=Source.Kind.LEDGER,
        title=title,
        region=region,
        period=period,
        rows=rows,
        reason="项目台账更新",
        origin="ledger",
        content=content,
    )
    if told.source is not None:
        after = {
            "source": told.source.pk,
            "figures": len(rows),
            "differs": len(told.differs),
            "unknown": len(told.unknown),
        }
        digest = hashlib.sha256(content).hexdigest()
        trail.describe(obj=trail.Subject.of(told.source, title), after=after, region_id=region.pk, digest=digest)
    return told


def _parts_by_measure(counts: Mapping[str, MeasureCount]) -> dict[str, list[tuple[int, int]]]:
    return {code: one.parts for code, one in counts.items()}


def _with_below(regions: list[Region], found: Counted) -> dict[int, dict[str, MeasureCount]]:
    """Each region's own counts and those of all below it, added up."""
    by_id = {one.pk: one for one in regions}
    sums: dict[int, dict[str, MeasureCount]] = {}
    for pk, counts in found.items():
        here: int | None = pk
        while here is not None and here in by_id:
            mine = sums.setdefault(here, {})
            for code, one in counts.items():
                total = mine.setdefault(code, MeasureCount())
                total.parts += one.parts
                total.missing += one.missing
                total.value = None if total.value is None or one.value is None else total.value + one.value
            here = by_id[here].parent_id
    return sums


def _standing_values(by: Actor, regions: list[Region], period: str) -> dict[tuple[int, str], tuple[str, int | None]]:
    """(region, measure) → what kind of source brought what stands, and its value."""
    rows = visible_rows(CurrentFigure.objects.all(), by).filter(
        region_id__in=[one.pk for one in regions], period=period, measure_id__in=list(counted_measures()), calibre_id=""
    )
    return {
        (pk, code): (kind, value)
        for pk, code, kind, value in rows.values_list("region_id", "measure_id", "observation__source__kind", "value")
    }
