"""Fixing a set of projects (项目清单) as it stands."""

from datetime import date

from django.db import connection, transaction

from anju.core.models.region import Region
from anju.core.people.permissions import require_permission
from anju.core.people.scope import Actor
from anju.core.regions.tree import below
from anju.core.trail import trail
from anju.problems import Place, Problem, Refused
from anju.projects.base import ADJUST, STANDING, future_day_problems, require_own_region
from anju.projects.fields import BUILT
from anju.projects.models import Cohort


@transaction.atomic
@trail.act("projects.fix_cohort")
def fix_cohort(*, by: Actor, region: Region, name: str, started_by: date, unfinished_on: date) -> Cohort:
    """Save those projects of a region and all below it that were started by one day and unfinished on another, with what was unfinished.

    The list stays as it is, whatever is mended afterwards. Money resettlement is never built and not counted.
    """
    require_own_region(by, region)
    require_permission(by, ADJUST, region.pk, f"{region.name} 项目清单“{name}”")
    problems = future_day_problems(f"项目清单“{name}”", "未建成截止日", unfinished_on)
    if not name.strip():
        problems.append(
            Problem(
                "PROJ-035",
                Place("项目清单", field="名称"),
                "没有写名称。",
                "例如：2017年底前开工2020年底前未建成项目。",
            )
        )
    if started_by > unfinished_on:
        problems.append(
            Problem(
                "PROJ-035",
                Place(f"项目清单“{name}”", field="未建成截止日"),
                "开工截止日晚于未建成截止日。",
                "请核对两个日期。",
            )
        )
    if Cohort.objects.filter(region=region, name=name.strip()).exists():
        problems.append(
            Problem(
                "PROJ-035",
                Place(f"项目清单“{name}”", field="名称"),
                "已有同名的清单。",
                "清单定了不改；另定的请换一个名称。",
            )
        )
    if problems:
        raise Refused(*problems)
    cohort = Cohort.objects.create(
        region=region, name=name.strip(), started_by=started_by, unfinished_on=unfinished_on, by=by.key
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO projects_member (cohort_id, project_id, region_id, unfinished)"
            f" SELECT %s, p.id, p.region_id, e.started - e.built FROM projects_project AS p JOIN ("
            f"   SELECT e.project_id, coalesce(sum(e.amount) FILTER (WHERE e.kind = 'start' AND e.\"on\" <= %s), 0)::bigint AS started,"
            f"     coalesce(sum(e.amount) FILTER (WHERE e.kind = 'basic'), 0)::bigint AS built"
            f"   FROM projects_event AS e WHERE e.region_id = ANY(%s) AND e.kind IN ('start', 'basic') AND e.mode <> 'monetised'"
            f'     AND e."on" <= %s AND {STANDING} GROUP BY 1) AS e ON e.project_id = p.id'
            f" WHERE p.kind = ANY(%s) AND p.state NOT IN ('replaced', 'cancelled') AND e.started > e.built ORDER BY p.id",
            [cohort.pk, started_by, sorted(below(by, region)), unfinished_on, list(BUILT)],
        )
        count = cursor.rowcount
    after = {"projects": count, "started_by": str(started_by), "unfinished_on": str(unfinished_on)}
    trail.describe(
        obj=trail.Subject.of(cohort, f"项目清单 {region.name} {cohort.name}"), after=after, region_id=region.pk
    )
    return cohort
