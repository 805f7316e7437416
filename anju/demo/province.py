"""A synthetic province (模拟省), to see how the system bears a real one's load. Every name says that it is made up; codes begin with 99, which no place has.

Its regions and organisations are made here, the rest by the rooms (core/demo.py). Deterministic: numbers come from a hash of what they
belong to. Written in bulk by the owner, set by set, each set in one transaction; a set that is there is not made again, so an interrupted
run is simply run once more.
"""

from typing import Any

from django.db import connections, transaction

from anju.core.demo import MARK, PER_CITY, ProvinceSize, Say, demo_parts
from anju.core.people.scope import local_actor, open_scope
from anju.core.trail import trail
from anju.problems import Problem, Refused

TOP = "990000"
NAME = "模拟省"
MINE = "region_id IN (SELECT id FROM core_region WHERE code LIKE '99%%')"

# A number that looks random and is always the same for the same words.
DICE = "CREATE OR REPLACE FUNCTION pg_temp.dice(what text, sides int) RETURNS int LANGUAGE sql IMMUTABLE AS $$ SELECT abs(hashtextextended(what, 7) % sides)::int $$"


def generate_province(size: ProvinceSize, *, say: Say) -> dict[str, int]:
    """Make what is not there yet; how many rows of each there are. Refused DEMO-020 when a synthetic province of another size is there."""
    parts = demo_parts()
    for step in (_regions, _organisations, *(step for part in parts for step in part.steps)):
        with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
            cursor.execute(DICE)
            say(step(cursor, size))
    with connections["owner"].cursor() as cursor:
        for table in ("core_region", "core_organisation", *(table for part in parts for table in part.tables)):
            cursor.execute(f"ANALYZE {table}")
        counts = _counts(cursor)
    with open_scope(local_actor()) as by:
        trail.record(by=by, act="demo.generate", obj=trail.Subject("demo.province", NAME, NAME), after=counts)
    return counts


def _counts(cursor: Any) -> dict[str, int]:
    cursor.execute("SELECT count(*) FROM core_region WHERE code LIKE '99%%' AND kind = 'county'", [])
    counts = {"counties": cursor.fetchone()[0]}
    for part in demo_parts():
        for name, (table, _) in part.counts.items():
            cursor.execute(f"SELECT count(*) FROM {table} WHERE {MINE}", [])
            counts[name] = cursor.fetchone()[0]
    return counts


def counts_text(counts: dict[str, int]) -> str:
    """How large the province is, in words."""
    words = {"counties": "个县"} | {name: unit for part in demo_parts() for name, (_, unit) in part.counts.items()}
    return f"{NAME}已生成：{'、'.join(f'{number} {words[name]}' for name, number in counts.items())}。"


def _regions(cursor: Any, size: ProvinceSize) -> str:
    cursor.execute("SELECT count(*) FROM core_region WHERE code LIKE '99%%' AND kind = 'county'", [])
    (there,) = cursor.fetchone()
    if there not in (0, size.counties):
        raise Refused(
            Problem(
                "DEMO-020",
                NAME,
                f"已有一个 {there} 个县的模拟省，要的是 {size.counties} 个县。",
                "请用 ANJU_HOME 另选数据目录，或按原来的县数生成。",
            )
        )
    cursor.execute(
        """
        INSERT INTO core_region (code, name, short, also, kind, parent_id, valid_from, "order")
        SELECT %s, %s, %s, '{}', 'province', (SELECT id FROM core_region WHERE code = '100000'), '1980-01-01', 9900000
        WHERE NOT EXISTS (SELECT FROM core_region WHERE code = %s)
        """,
        [TOP, NAME, NAME, TOP],
    )
    cursor.execute(
        """
        INSERT INTO core_region (code, name, short, also, kind, parent_id, valid_from, "order")
        SELECT format('99%%s00', lpad(city::text, 2, '0')), format(%s || '%%s市', lpad(city::text, 2, '0')),
               format(%s || '%%s', lpad(city::text, 2, '0')), '{}', 'city', (SELECT id FROM core_region WHERE code = %s), '1980-01-01',
               9900000 + city * 100
        FROM generate_series(1, %s) AS city ON CONFLICT (code, valid_from) DO NOTHING
        """,
        [MARK, MARK, TOP, size.cities],
    )
    cursor.execute(
        """
        INSERT INTO core_region (code, name, short, also, kind, parent_id, valid_from, "order")
        SELECT format('99%%s%%s', lpad(city::text, 2, '0'), 20 + county %% %s), format(%s || '%%s县', lpad((county + 1)::text, 3, '0')),
               format(%s || '%%s', lpad((county + 1)::text, 3, '0')), '{}', 'county', above.id, '1980-01-01', 9900000 + city * 100 + county %% %s + 1
        FROM (SELECT county, county / %s + 1 AS city FROM generate_series(0, %s - 1) AS county) AS made
        JOIN core_region AS above ON above.code = format('99%%s00', lpad(city::text, 2, '0')) ON CONFLICT (code, valid_from) DO NOTHING
        """,
        [PER_CITY, MARK, MARK, PER_CITY, PER_CITY, size.counties],
    )
    return f"区划：{size.cities} 个市、{size.counties} 个县"


def _organisations(cursor: Any, size: ProvinceSize) -> str:
    cursor.execute(
        """
        INSERT INTO core_organisation (region_id, kind, name, short, credit_code)
        SELECT region.id, kind.code, region.name || kind.name, '', ''
        FROM core_region AS region CROSS JOIN (VALUES ('housing', '住房和城乡建设局'), ('finance', '财政局'), ('reform', '发展和改革局'),
          ('land', '自然资源局'), ('statistics', '统计局'), ('builder', '安居建设公司')) AS kind (code, name)
        WHERE region.code LIKE '99%%' AND (region.kind <> 'province' OR kind.code <> 'builder')
        ON CONFLICT (region_id, name) DO NOTHING
        """,
        [],
    )
    return "机构：各级住建、财政、发改、自然资源、统计和建设单位"
