"""What bulk import costs over bare SQL, and what a page gains from current_figure.

    python -m benchmarks.figures.bench [observations to import] [observations in the table]

A server of its own in a temporary folder, without fsync; medians of three. Ratios travel between machines, seconds do not.
"""

import os
import shutil
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from itertools import islice, product
from pathlib import Path
from typing import Any

HOME = Path(tempfile.mkdtemp(prefix="anju-bench-"))
HOME.chmod(0o711)
os.environ |= {
    "ANJU_HOME": str(HOME),
    "DJANGO_SETTINGS_MODULE": os.environ.get("DJANGO_SETTINGS_MODULE", "anju.settings"),
}

COLUMNS = """measure_id, calibre_id, region_id, period, state, value, unit, places, approx, assumed, basis, source_id, sheet, cell, raw, cited,
  by, at, reason, scope_note"""
CURRENT = "region_id, period, measure_id, calibre_id, observation_id, state, value, unit, places, approx, assumed"
STAGED = "region_id, period, measure_id, calibre_id, id, state, value, unit, places, approx, assumed"


def timed(act: Callable[[], Any]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def median(act: Callable[[], Any], times: int = 3) -> float:
    return statistics.median(timed(act) for _ in range(times))


def main(imported: int = 200_000, stored: int = 3_000_000) -> list[str]:
    from anju.core.database.postgres import Cluster

    cluster = Cluster(HOME, fsync=False)
    cluster.start()
    try:
        from anju.core.console import command

        command.set_up_django()
        return measure(imported, stored)
    finally:
        from django.db import connections

        connections.close_all()
        cluster.stop()
        shutil.rmtree(HOME, ignore_errors=True)


def measure(imported: int, stored: int) -> list[str]:
    from django.db import connections

    from anju.core.models.region import Region
    from anju.core.people.scope import local_actor, open_scope
    from anju.core.regions.tree import find_region
    from anju.figures import catalogue
    from anju.figures.models import Measure
    from anju.figures.queries import current
    from anju.figures.services import imports
    from anju.workbooks.reading.cells import ReadCell, WorkbookReading

    user = local_actor()
    with open_scope(user):
        catalogue.load_catalogue(by=user)
        nation = find_region(user, "100000")
        often = Counter(
            Region.objects.values_list("short", flat=True)
        )  # a name that occurs twice in the country would be refused, rightly
        counties = [
            one
            for one in Region.objects.filter(kind="county", valid_until=None).order_by("id")
            if often[one.short] == 1 and one.valid_from.year <= 2020
        ]
        measures = list(Measure.objects.exclude(kind__in=("ratio", "sum")).filter(unit="套").order_by("order"))
        codes = [one.code for one in measures]
        city = Region.objects.filter(kind="city", valid_until=None).order_by("id")[20]
        page = [city, *Region.objects.filter(parent=city, valid_until=None)]
    owner = connections["owner"]

    def sql(text: str, *parameters: Any) -> Any:
        with owner.cursor() as cursor:
            cursor.execute(text, parameters or None)
            return cursor.fetchall() if cursor.description else cursor.rowcount

    rows = list(islice(product(range(1, 40), codes, counties), imported))
    # Parts add up to their whole: the first of each dimension has all of it, the others nothing.
    above, first = {m.code: m for m in measures}, {}
    for one in measures:
        first.setdefault((one.of_id, one.dimension), one.code)

    def value(code: str, number: int) -> int:
        one = above[code]
        if one.of_id not in above:
            return number % 5000
        return value(one.of_id, number) if first[one.of_id, one.dimension] == code else 0

    order = {one.pk: at for at, one in enumerate(counties)}
    cells = [
        ReadCell(
            measure=code, calibre="", region_name=one.name, period=f"2021-{n % 12 + 1:02}-{n // 12 + 1:02}", state="number",
            digits=value(code, order[one.pk] + n), places=0, unit="套", approx="", assumed=False, basis="", sheet="表", cell="B2",
            raw=str(value(code, order[one.pk] + n)), row_label=one.name, column_label="",
        )
        for n, code, one in rows
    ]  # fmt: skip

    def bring(sha: str, wanted: list[ReadCell]) -> Any:
        with open_scope(user):
            return imports.import_tables(
                by=user,
                readings=WorkbookReading("bench", "bench.xlsx", sha, cells=wanted),
                region=nation,
                period="2021",
                answers={"FIG-035": "bench"},
            )

    first = timed(lambda: bring("0", cells))
    count = sql("SELECT count(*) FROM figures_observation")[0][0]
    again = timed(lambda: bring("0", cells))

    sql("CREATE TABLE bench_rows AS SELECT * FROM figures_observation")
    sql("ALTER TABLE figures_observation DISABLE TRIGGER USER")
    sql("DELETE FROM figures_current")
    sql("DELETE FROM figures_observation")
    sql("VACUUM FULL figures_observation")
    sql("VACUUM FULL figures_current")

    def bare() -> None:
        sql(f"INSERT INTO figures_observation ({COLUMNS}) SELECT {COLUMNS} FROM bench_rows")
        sql(f"INSERT INTO figures_current ({CURRENT}) SELECT {STAGED} FROM figures_observation")

    plain = timed(bare)

    versions = 3
    per = min(len(page) + len(counties), stored // (versions * len(codes)))
    periods = max(1, stored // (versions * len(codes) * per))
    sql("DELETE FROM figures_current")
    sql("DELETE FROM figures_observation")
    for year in range(2021 - periods + 1, 2022):
        for version in range(versions):
            sql(
                f"INSERT INTO figures_observation ({COLUMNS}) SELECT m, '', r, %s, 'number', %s + r %% 977, '套', 0, '', false, '',"
                " (SELECT min(id) FROM figures_source), '表', 'B2', '1', '', 'bench', now(), '', ''"
                " FROM unnest(%s::text[]) AS m, unnest(%s::int[]) AS r",
                str(year), version, codes, [one.pk for one in islice([*page, *counties], per)],
            )  # fmt: skip
    sql("ANALYZE figures_observation")
    total = sql("SELECT count(*) FROM figures_observation")[0][0]

    def bare_rebuild() -> None:
        sql(
            f"INSERT INTO figures_current ({CURRENT}) SELECT DISTINCT ON (region_id, period, measure_id, calibre_id) {STAGED}"
            " FROM figures_observation ORDER BY region_id, period, measure_id, calibre_id, id DESC"
        )

    plain_rebuild = timed(bare_rebuild)
    sql("DELETE FROM figures_current")
    rebuilt = timed(lambda: _rebuild(user))
    checked = timed(lambda: _check(user))
    sql("ANALYZE figures_current")

    wanted = [one.pk for one in page], "2021", codes[:24]
    newest = (
        f"SELECT DISTINCT ON (region_id, period, measure_id, calibre_id) {STAGED} FROM figures_observation"
        " WHERE region_id = ANY(%s) AND period = %s AND measure_id = ANY(%s) ORDER BY region_id, period, measure_id, calibre_id, id DESC"
    )
    kept = f"SELECT {CURRENT} FROM figures_current WHERE region_id = ANY(%s) AND period = %s AND measure_id = ANY(%s)"
    page_kept, page_newest = median(lambda: sql(kept, *wanted)), median(lambda: sql(newest, *wanted))

    year_kept = "SELECT measure_id, sum(value) FROM figures_current WHERE period = '2021' GROUP BY 1"
    year_newest = (
        "SELECT measure_id, sum(value) FROM (SELECT DISTINCT ON (region_id, period, measure_id, calibre_id) * FROM figures_observation"
        " ORDER BY region_id, period, measure_id, calibre_id, id DESC) AS newest WHERE period = '2021' GROUP BY 1"
    )
    nation_kept, nation_newest = median(lambda: sql(year_kept)), median(lambda: sql(year_newest))

    def whole_page() -> None:
        with open_scope(user):
            current.current_figures(user, codes[:24], page, ["2021"])

    read = median(whole_page, 5)
    return [
        "| 做什么 | 我们 | 对照 | 比 |",
        "|---|---|---|---|",
        f"| 导入 {count:,} 个数（核对、留痕、现行数在内） | {first:.2f} 秒 | 裸 SQL：INSERT … SELECT 两张表 {plain:.2f} 秒 | {first / plain:.2f} |",
        f"| 同一文件再导入（不改动） | {again:.2f} 秒 | 首次导入 {first:.2f} 秒 | {again / first:.2f} |",
        f"| 一页（{len(page)} 个区划 × 24 个指标），表中 {total:,} 个观测 | 现行数 {page_kept * 1000:.1f} 毫秒"
        f" | DISTINCT ON {page_newest * 1000:.1f} 毫秒 | {page_kept / page_newest:.2f} |",
        f"| 全国一年按指标合计 | 现行数 {nation_kept:.2f} 秒 | DISTINCT ON {nation_newest:.2f} 秒 | {nation_kept / nation_newest:.3f} |",
        f"| 同一页经 queries.figures 与行级安全 | {read * 1000:.1f} 毫秒 | 裸 SQL {page_kept * 1000:.1f} 毫秒 | |",
        f"| 重建全部现行数并核对一致 | {rebuilt:.1f} 秒 | 裸 SQL：INSERT … SELECT DISTINCT ON {plain_rebuild:.1f} 秒 | {rebuilt / plain_rebuild:.2f} |",
        f"| 只核对现行数 | {checked:.1f} 秒 | | |",
    ]


def _rebuild(user: Any) -> None:
    from anju.core.people.scope import open_scope
    from anju.figures.services.current import rebuild_current

    with open_scope(user):
        rebuild_current(by=user)


def _check(user: Any) -> None:
    from anju.core.people.scope import open_scope
    from anju.figures.services.current import check_current

    with open_scope(user):
        assert check_current(user).differing == 0


if __name__ == "__main__":
    sys.stdout.write("\n".join(main(*map(int, sys.argv[1:]))) + "\n")
