"""The offline workbook of a month's return, written and merged, and all checks of it, beside bare openpyxl writing and reading the same cells.

    python -m benchmarks.returns.bench [rows …]

Ours reads the return from the database, lays the form out (heads, locks, lists, notes, version stamps), and merges with a compare-and-set of
three cells a row; openpyxl gets ready values and writes them bare, or reads every cell and does nothing with it. A server of its own in a
temporary folder, without fsync; medians of three. Ratios travel between machines, seconds do not.
"""

import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

HOME = Path(tempfile.mkdtemp(prefix="anju-bench-"))
HOME.chmod(0o711)
os.environ |= {
    "ANJU_HOME": str(HOME),
    "DJANGO_SETTINGS_MODULE": os.environ.get("DJANGO_SETTINGS_MODULE", "anju.settings"),
}
PERIOD, FORM = "2021-08", "anju-project-month"


def median(act: Callable[[], Any], times: int = 3) -> float:
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        act()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)


def main(*sizes: int) -> list[str]:
    from anju.core.database.postgres import Cluster

    cluster = Cluster(HOME, fsync=False)
    cluster.start()
    try:
        from anju.core.console import command

        command.set_up_django()
        lines = ["| 月报离线表 | 本系统 | openpyxl 裸写、裸读 | 倍数 |", "|---|---|---|---|"]
        for place, size in enumerate(sizes or (30, 1000)):
            lines += measure(place, size)
        return lines
    finally:
        from django.db import connections

        connections.close_all()
        cluster.stop()
        shutil.rmtree(HOME, ignore_errors=True)


def measure(place: int, size: int) -> list[str]:
    from openpyxl import Workbook, load_workbook

    from anju.core.models.region import Region
    from anju.core.people.scope import local_actor, open_scope
    from anju.figures.catalogue import load_catalogue
    from anju.projects.models import Project
    from anju.returns.queries import checks
    from anju.returns.queries.grid import lay_out_grid
    from anju.returns.services import opening
    from anju.returns.services.offline import workbook as offline_workbook

    user = local_actor()
    with open_scope(user):
        load_catalogue(by=user)
        opening.load_forms(by=user)
        county = Region.objects.filter(kind="county", valid_until=None).order_by("id")[place]
        Project.objects.bulk_create(
            Project(
                region=county, code=f"X{n}", name=f"示例项目{n}", kind="shanty", year=2021, units=100 + n, by=user.key
            )
            for n in range(size)
        )
        ret = opening.open_return(by=user, form_code=FORM, region=county, period=PERIOD)
        grid = lay_out_grid(user, ret)
    rows = [[line.label, *(cell.text for cell in grid.row(line.key))] for line in grid.lines]

    def bare() -> bytes:
        book = Workbook()
        for row in rows:
            book.active.append(row)
        out = BytesIO()
        book.save(out)
        return out.getvalue()

    def write() -> bytes:
        with open_scope(user):
            return offline_workbook.write_workbook(user, ret)

    def merge(content: bytes) -> None:
        with open_scope(user):
            assert (
                len(offline_workbook.merge_workbook(by=user, ret_id=ret.pk, content=content, name="月报.xlsx").saved)
                == 3 * size
            )

    def read(content: bytes) -> None:
        for row in load_workbook(BytesIO(content), read_only=True)["填报"].iter_rows(values_only=True):
            list(row)

    written, plain = median(write), median(bare)
    merged = []
    for n in (1, 2, 3):
        content = _filled(write(), 1000 * n)
        merged.append(median(lambda content=content: merge(content), 1))

    def check() -> None:
        with open_scope(user):
            checks.check_return(user, ret)

    took, back, checked = statistics.median(merged), median(lambda: read(content)), median(check)
    return [
        f"| {size} 行，写出 | {written * 1000:.0f} ms | {plain * 1000:.0f} ms | {written / plain:.1f} |",
        f"| {size} 行，合并 {3 * size} 格改动 | {took * 1000:.0f} ms | {back * 1000:.0f} ms（只读） | {took / back:.1f} |",
        f"| {size} 行，读出并做全部检查 | {checked * 1000:.0f} ms | {back * 1000:.0f} ms（只读，不检查） | {checked / back:.1f} |",
    ]


def _filled(content: bytes, number: int) -> bytes:
    """The workbook after a clerk changed three cells of each row."""
    from openpyxl import load_workbook

    book = load_workbook(BytesIO(content))
    page = book["填报"]
    head = next(row for row in range(1, 20) if page.cell(row, 1).value == "#列")
    columns = [at for at in range(3, page.max_column + 1) if page.cell(head, at).value in ("start", "basic", "invest")]
    for row in range(head + 1, page.max_row + 1):
        if str(page.cell(row, 1).value or "").startswith("p"):
            for column in columns:
                page.cell(row, column).value = number + row
    out = BytesIO()
    book.save(out)
    return out.getvalue()


if __name__ == "__main__":
    sys.stdout.write("\n".join(main(*map(int, sys.argv[1:]))) + "\n")
