"""The national list of regions as data, and pseudo-units added by a place."""

import csv
from collections.abc import Iterable
from datetime import date
from importlib.resources import files
from typing import NamedTuple

from django.db import connections, transaction

from anju.core.database import cache
from anju.core.models.region import Region
from anju.core.people.scope import Actor
from anju.core.regions import names
from anju.core.trail import trail
from anju.problems import Problem, Refused


@transaction.atomic
@trail.act("regions.register_pseudo")
def add_pseudo_unit(
    *, by: Actor, parent: Region, suffix: str, name: str, also: Iterable[str] = (), since: date = date(1980, 1, 1)
) -> Region:
    """Register a unit that reports figures but is no administrative region (市本级, 经开区, 国资委 …). Repeating changes nothing.

    suffix: capital letters and digits; the code becomes `140500-SBJ`. also: other names under which tables print it.
    Raises Refused REG-005 for a suffix that will not do, REG-006 when the code stands for another name.
    The operator's own `region_ids` do not grow: ask for a new operator afterwards.
    """
    also = [names.clean_name(text) for text in also]
    if not (suffix.isascii() and suffix.isalnum() and suffix.upper() == suffix):
        raise Refused(
            Problem("REG-005", f"虚拟单位“{name}”", f"代码后缀“{suffix}”不合规。", "后缀只用大写字母和数字，例如 SBJ。")
        )
    code = f"{parent.code}-{suffix}"
    there = Region.objects.filter(code=code).first()
    if there is not None:
        if (there.name, there.also) == (name, also):
            return there
        raise Refused(
            Problem(
                "REG-006",
                f"虚拟单位 {code}",
                f"已登记为“{there.name}”，与“{name}”或其别名不同。",
                "请换一个后缀，或改回原来的名称。",
            )
        )
    last = Region.objects.filter(parent=parent).order_by("-order").values_list("order", flat=True).first()
    unit = Region.objects.create(
        code=code,
        name=name,
        short=name,
        also=also,
        kind=Region.Kind.PSEUDO,
        parent=parent,
        valid_from=since,
        order=(last or parent.order) + 1,
    )
    cache.reset_cache()
    trail.describe(obj=trail.Subject.of(unit, f"{name}（{code}）"), after={"code": code, "name": name, "also": also})
    return unit


class RegionRow(NamedTuple):
    """A region as the shipped list has it; since, until: years."""

    code: str
    name: str
    short: str
    kind: str
    since: int
    until: int | None


def load_national_regions() -> int:
    """Bring the shipped national regions into the table, as the owner; how many rows were new or changed. Repeating changes nothing."""
    rows = list(
        csv.DictReader(files("anju.core").joinpath("data/regions.csv").read_text(encoding="utf-8").splitlines())
    )
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT code, name, short, kind, extract(year FROM valid_from)::int, extract(year FROM valid_until)::int FROM core_region"
        )
        there = set(map(RegionRow._make, cursor.fetchall()))
        wanted = [
            RegionRow(
                code=row["code"],
                name=row["name"],
                short=names.short_name(row["name"]),
                kind=row["kind"],
                since=int(row["from"]),
                until=int(row["until"]) if row["until"] else None,
            )
            for row in rows
        ]
        if not set(wanted) - there:
            return 0
        cursor.execute(
            "CREATE TEMP TABLE coming (code text, name text, short text, kind text, valid_from date, valid_until date, parent text, position int)"
            " ON COMMIT DROP"
        )
        with cursor.copy("COPY coming FROM STDIN") as copy:
            for position, (row, region) in enumerate(zip(rows, wanted, strict=True)):
                since, until = date(region.since, 1, 1), date(region.until, 1, 1) if region.until else None
                copy.write_row((*region[:4], since, until, row["parent"] or None, position * 100))
        cursor.execute(
            'INSERT INTO core_region (code, name, short, also, kind, valid_from, valid_until, "order")'
            " SELECT code, name, short, '{}', kind, valid_from, valid_until, position FROM coming ORDER BY position"
            " ON CONFLICT (code, valid_from) DO UPDATE SET name = EXCLUDED.name, short = EXCLUDED.short, kind = EXCLUDED.kind,"
            ' valid_until = EXCLUDED.valid_until, "order" = EXCLUDED."order"'
            " WHERE (core_region.name, core_region.short, core_region.kind, core_region.valid_until)"
            " IS DISTINCT FROM (EXCLUDED.name, EXCLUDED.short, EXCLUDED.kind, EXCLUDED.valid_until)"
        )
        changed: int = cursor.rowcount
        # The parent's row that lived longest beside its child: a parent may have been renamed, with a row of its own for each name.
        cursor.execute(
            "UPDATE core_region AS child SET parent_id = ("
            "  SELECT above.id FROM core_region AS above WHERE above.code = coming.parent"
            "  AND above.valid_from < coalesce(child.valid_until, 'infinity') AND coalesce(above.valid_until, 'infinity') > child.valid_from"
            "  ORDER BY above.valid_from DESC LIMIT 1)"
            " FROM coming WHERE child.code = coming.code AND child.valid_from = coming.valid_from AND coming.parent IS NOT NULL"
        )
    return changed
