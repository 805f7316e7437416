"""Facts of a project that a rulebook may ask for, each as SQL over the project's row `p` and what stands of its events `e`.

The one place that says what 应建成, 竣工, 首次开工 … of a project are: books that run in Python and books that run inside PostgreSQL read the same.
"""

from collections.abc import Collection

from anju.projects.base import STANDING
from anju.projects.event_kinds import load_event_kinds
from anju.projects.models import Project

WORKS = tuple(code for code, one in load_event_kinds().items() if one.stage in ("建设", "改造") and code != "stage")
MONEY = ("invest", "pay")
UNITS = " ".join(
    f"WHEN '{kind}' THEN '{load_event_kinds()['start'].unit_for(kind)}'"
    for kind in Project.Kind.values
    if load_event_kinds()["start"].unit_for(kind)
)

# Name of a fact → its type and what it is. What is bought or leased stands already: it is gathered, built and finished at once.
OF_PROJECT = {
    "kind": ("TEXT", "p.kind"),
    "project": ("TEXT", "p.name"),
    "place": ("TEXT", "(SELECT r.name FROM core_region AS r WHERE r.id = p.region_id)"),
    "unit_name": ("TEXT", f"CASE p.kind {UNITS} END"),
    "planned": ("INTEGER", "coalesce(p.units, p.households)"),
    # 实物: without what was resettled with money, which is never built.
    "houses": ("INTEGER", "coalesce(p.units, p.households) - coalesce(p.monetised, 0)"),
    "due_on": ("DATE", "p.due_on"),
}
OF_EVENTS = {
    "permitted": ("BOOLEAN", "p.licence <> '' OR e.permits > 0"),
    "started": ("BIGINT", "e.started + e.gathered"),
    "built": ("BIGINT", "e.built + e.gathered"),
    "finished": ("BIGINT", "e.finished + e.gathered"),
    "handed": ("BIGINT", "e.handed"),
    "first_start": ("DATE", "e.first_start"),
    # Nothing was ever built: reckoned from the beginning of the plan's year, so that money spent since is seen.
    "last_progress": ("DATE", "coalesce(greatest(e.last_works, e.last_stage), make_date(p.year, 1, 1))"),
    "last_money": ("DATE", "e.last_money"),
}  # fmt: skip
FACTS = OF_PROJECT | OF_EVENTS


def _total(kinds: str, more: str = "") -> str:
    return f"coalesce(sum(e.amount) FILTER (WHERE e.kind IN ({kinds}){more}), 0)::bigint"


def _codes(kinds: Collection[str]) -> str:
    return ", ".join(f"'{kind}'" for kind in kinds)


# What of a project's events a fact takes: kinds of events and what is added up of them.
_SUMS = {
    "permits": (("permit",), "count(*) FILTER (WHERE e.kind = 'permit')"),
    "started": (("start",), _total("'start'", " AND e.mode <> 'monetised'")),
    "gathered": (("gather",), _total("'gather'")),
    "built": (("basic", "finish"), _total("'basic', 'finish'", " AND e.mode <> 'monetised'")),
    "finished": (("complete", "finish"), _total("'complete', 'finish'")),
    "handed": (("handover",), _total("'handover'")),
    "first_start": (
        ("start",),
        "min(e.\"on\") FILTER (WHERE e.kind = 'start' AND e.amount > 0 AND e.mode <> 'monetised')",
    ),
    "last_works": (
        WORKS,
        f"max(e.\"on\") FILTER (WHERE e.kind IN ({_codes(WORKS)}) AND (e.amount > 0 OR e.kind = 'accept'))",
    ),
    "last_stage": (
        ("stage",),
        "max(e.\"on\") FILTER (WHERE e.kind = 'stage' AND NOT EXISTS (SELECT FROM projects_event AS same"
        " WHERE same.project_id = e.project_id AND same.kind = 'stage' AND same.note = e.note"
        ' AND (same."on", same.id) < (e."on", e.id)))',
    ),
    "last_money": (MONEY, f'max(e."on") FILTER (WHERE e.kind IN ({_codes(MONEY)}) AND e.amount > 0)'),
}


def fact_columns_sql(names: Collection[str]) -> str:
    """The select list of these facts, each under its name."""
    return ", ".join(f'{FACTS[name][1]} AS "{name}"' for name in names)


def fact_events_sql(names: Collection[str]) -> str:
    """The join that gives `e` for these facts up to the day %(on)s; "" when none of them needs events.

    Each project's events are fetched by themselves: most projects of a province are closed, and reading the events of all takes a second.
    """
    sums = {
        name: (kinds, text)
        for name, (kinds, text) in _SUMS.items()
        if any(f"e.{name}" in FACTS[one][1] for one in names if one in OF_EVENTS)
    }
    if not sums:
        return ""
    listed = ", ".join(f"{text} AS {name}" for name, (_, text) in sums.items())
    wanted = dict.fromkeys(kind for kinds, _ in sums.values() for kind in kinds)
    return (
        f" CROSS JOIN LATERAL (SELECT {listed} FROM projects_event AS e WHERE e.project_id = p.id AND e.kind IN ({_codes(wanted)})"
        f' AND e."on" <= %(on)s AND {STANDING}) AS e'
    )
