"""Twenty rules over a million households, all reasons, where the rows lie: beside integer SQL that a skilled hand would write for the same columns.

python -m benchmarks.rules.population [households] [memory | parquet | postgresql …]
"""

import os
import shutil
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

import psycopg

from anju.core.database.postgres import DATABASE, OWNER, Cluster
from anju.rules import load
from anju.rules.engine import population
from anju.rules.engine.engines import connect

DAY = date(2021, 6, 30)
BOOK = """\
kind: subsidy
subject: measured
applies: {from: "2020-01-01"}
title: 租赁补贴（量测用，示例市）
sources: {S1: {title: 示例市办法}}
row: household-month
inputs:
  area: {label: 现有面积, unit: ㎡, places: 2, range: [0, 1000]}
  persons: {label: 人数, unit: 人, range: [1, 20]}
  income: {label: 人均月收入, unit: fen, range: [0, 1e8]}
  savings: {label: 存款, unit: fen, range: [0, 1e10]}
  rent: {label: 月租金, unit: fen, range: [0, 1e7]}
  vehicles: {label: 车辆, unit: 个, range: [0, 20]}
  homes: {label: 住房, unit: 个, range: [0, 20]}
  months: {label: 社保月数, unit: 月, range: [0, 600]}
  owned: {label: 有商铺, type: truth}
  hukou: {label: 本市户籍, type: truth}
  born: {label: 出生, type: date}
  kind: {label: 类别, enum: [低保, 低收入, 中等偏下]}
parameters:
  limit: {label: 保障面积, unit: ㎡, by: persons, values: [{from: "2020-01-01", value: {1: "30", 2: "45", more: "60"}, source: S1 一, checked: "2021-01-01"}]}
  coefficient: {label: 系数, unit: "1", by: kind, values: [{from: "2020-01-01", value: {低保: "1", 低收入: "0.8", 中等偏下: "0.5"}, source: S1 二, checked: "2021-01-01"}]}
  rate: {label: 标准, unit: fen, values: [{from: "2020-01-01", value: "2300", source: S1 三, checked: "2021-01-01"}]}
steps:
  age: {label: 周岁, formula: "age_on(born, run_date)"}
  gap: {label: 应补面积, unit: ㎡, places: 2, formula: "greatest(0, limit - area)"}
  amount: {label: 月补贴额, unit: fen, formula: "least(gap * rate * coefficient, rent)"}
conditions:
""" + "".join(
    f"  c{place}: {{formula: \"{formula}\", says: 第{place}条}}\n"
    for place, formula in enumerate(
        (
            "area < persons * 15", "income <= 300000", "savings <= 20000000", "vehicles <= 1", "homes = 0", "months >= 12", "not owned", "hukou or months >= 36",
            "age >= 18", "age < 100", "rent > 0", "area < 90", "income * persons <= 1500000", "savings <= 5000000 or kind = '低保'", "vehicles = 0 or income <= 250000",
            "homes + vehicles <= 2", "persons between 1 and 12", "months < 590", "gap > 0", "kind in ('低保', '低收入', '中等偏下')",
        )
    )
) + "result: amount\n"  # fmt: skip

# What the same columns cost when somebody writes them by hand, with scaled integers, three-valued masks and half-up rounding, and checks nothing.
LIMIT = "CASE WHEN persons = 1 THEN 3000 WHEN persons = 2 THEN 4500 WHEN persons > 2 THEN 6000 END"
RATE = "CASE kind WHEN '低保' THEN 10 WHEN '低收入' THEN 8 WHEN '中等偏下' THEN 5 END"
TESTS = (
    "area < persons * 1500", "income <= 300000", "savings <= 20000000", "vehicles <= 1", "homes = 0", "months >= 12", "NOT owned", "hukou OR months >= 36",
    "age >= 18", "age < 100", "rent > 0", "area < 9000", "income * persons <= 1500000", "savings <= 5000000 OR kind = '低保'", "vehicles = 0 OR income <= 250000",
    "homes + vehicles <= 2", "persons BETWEEN 1 AND 12", "months < 590", "gap > 0", "kind IN ('低保', '低收入', '中等偏下')",
)  # fmt: skip
HAND = """SELECT key, age, gap, amount, CASE WHEN NOT ({all}) THEN 0 WHEN {all} THEN amount END AS payable,
    {failed} AS failed_mask, {unknown} AS unknown_mask FROM (
  SELECT *, CASE WHEN exact IS NULL OR rent IS NULL THEN NULL ELSE least(exact, rent) END AS amount, {tests} FROM (
    SELECT *, (gap * 2300 * rate + 500) // 1000 AS exact FROM (
      SELECT *, CASE WHEN room IS NULL THEN NULL ELSE greatest(0, room) END AS gap,
        (20210630 - (year(born) * 10000 + month(born) * 100 + day(born))) // 10000 AS age FROM (
          SELECT key, persons, income::BIGINT AS income, savings, rent::BIGINT AS rent, vehicles, homes, months, owned, hukou, born, kind,
            (area * 100)::BIGINT AS area, {limit} - (area * 100)::BIGINT AS room, {rate} AS rate FROM {source}))))"""


def hand_sql(source: str) -> str:
    names = [f"c{place}" for place in range(len(TESTS))]
    bits = list(enumerate(names))
    return HAND.format(
        source=source, limit=LIMIT, rate=RATE, all=" AND ".join(names), tests=", ".join(f"{test} AS {name}" for test, name in zip(TESTS, names, strict=True)),
        failed=" + ".join(f"CASE WHEN NOT {name} THEN {1 << place} ELSE 0 END" for place, name in bits),
        unknown=" + ".join(f"CASE WHEN {name} IS NULL THEN {1 << place} ELSE 0 END" for place, name in bits),
    )  # fmt: skip


MAKE = """CREATE TABLE ready AS SELECT i AS key, CAST(CAST(i % 9000 AS DECIMAL(18, 2)) / 100 AS DECIMAL(18, 2)) AS area,
    CAST(i % 6 + 1 AS SMALLINT) AS persons, CAST(i * 37 % 400000 AS INTEGER) AS income, i * 7919 % 30000000 AS savings,
    CAST(i * 91 % 200000 AS INTEGER) AS rent, CAST(i % 3 AS SMALLINT) AS vehicles, CAST(CASE WHEN i % 11 = 0 THEN 1 ELSE 0 END AS SMALLINT) AS homes,
    CAST(i % 600 AS SMALLINT) AS months, i % 7 = 0 AS owned, CASE WHEN i % 50 = 0 THEN NULL ELSE i % 3 > 0 END AS hukou,
    CAST(DATE '1935-01-01' + CAST(i * 13 % 28000 AS INTEGER) AS DATE) AS born, ['低保', '低收入', '中等偏下'][i % 3 + 1] AS kind FROM range({0}) AS t(i)"""


def cpu_seconds(process: int = 0) -> float:
    """Of this process, or of another by its number: what a server does for our connection."""
    if not process:
        return sum(os.times()[:2])
    ticks = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[11:13]
    return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


def timed(act, process=0):
    begun = cpu_seconds(process), time.perf_counter()
    act()
    return cpu_seconds(process) - begun[0], time.perf_counter() - begun[1]


def least(pairs):
    """Of five runs of both sides, one after the other: the least processor time and the least time by the clock of each."""
    return [tuple(min(pair[side][what] for pair in pairs) for what in (0, 1)) for side in (0, 1)]


def measure(connection, book, source, relation, households):
    def ours():
        connection.execute("DROP TABLE IF EXISTS outcome")
        population.run_table(book, source, on=DAY, key="key", into="outcome", connection=connection)

    def hand():
        connection.execute("DROP TABLE IF EXISTS bare")
        connection.execute(f"CREATE TABLE bare AS {hand_sql(relation)}")

    mine, theirs = least([(timed(ours), timed(hand)) for _ in range(5)])
    assert_equal(connection)
    return mine, theirs


def assert_equal(connection):
    differing = connection.execute(
        "SELECT count(*) FROM ((SELECT * FROM outcome EXCEPT SELECT * FROM bare) UNION ALL (SELECT * FROM bare EXCEPT SELECT * FROM outcome)) AS apart"
    ).fetchone()[0]
    assert differing == 0, f"{differing} rows differ from the hand-written statement"


COLUMNS = """key BIGINT, area NUMERIC(18, 2), persons SMALLINT, income INTEGER, savings BIGINT, rent INTEGER, vehicles SMALLINT, homes SMALLINT,
    months SMALLINT, owned BOOLEAN, hukou BOOLEAN, born DATE, kind TEXT"""


def postgres_hand_sql() -> str:
    """The same statement as PostgreSQL has it. It copies what a flattened select names twice: of sixteen ways to hinder it this is the quickest."""
    text = hand_sql("ready").replace("//", "/")
    for part in ("year", "month", "day"):
        text = text.replace(f"{part}(born)", f"EXTRACT({part} FROM born)::INTEGER")
    return text.removesuffix("))))") + ") AS a OFFSET 0) AS b) AS c OFFSET 0) AS d"


def measure_postgres(duck, book, households, folder):
    """On a server of its own, one process a statement: as the tables lie there, without waiting for the disk."""
    rows = Path(folder) / "rows.csv"
    duck.execute(f"COPY ready TO '{rows.as_posix()}' (FORMAT csv, HEADER false)")
    home = Path(tempfile.mkdtemp(prefix="anju-bench-"))
    home.chmod(0o711)
    cluster = Cluster(home, fsync=False)
    cluster.start()
    try:
        with psycopg.connect(**cluster.connection(OWNER, DATABASE), autocommit=True) as connection:
            connection.execute(f"CREATE TABLE ready ({COLUMNS})")
            with (
                connection.cursor() as cursor,
                cursor.copy("COPY ready FROM STDIN (FORMAT csv)") as copy,
                rows.open("rb") as file,
            ):
                while part := file.read(1 << 20):
                    copy.write(part)
            connection.execute("VACUUM ANALYZE ready")
            connection.execute("SET max_parallel_workers_per_gather = 0")

            def ours():
                connection.execute("DROP TABLE IF EXISTS outcome")
                population.run_table(
                    book, "ready", on=DAY, key="key", into="outcome", connection=connection, engine="postgresql"
                )

            def hand():
                connection.execute("DROP TABLE IF EXISTS bare")
                connection.execute(f"CREATE TABLE bare AS {postgres_hand_sql()}")

            server = connection.info.backend_pid
            mine, theirs = least([(timed(ours, server), timed(hand, server)) for _ in range(5)])
            assert_equal(connection)
    finally:
        cluster.stop()
        shutil.rmtree(home, ignore_errors=True)
    told("PostgreSQL 表", households, mine, theirs)


def main(households: int, wanted: list[str]) -> None:
    book = load.load_text(BOOK.encode(), "量测.yaml")
    with connect() as connection, tempfile.TemporaryDirectory() as folder:
        connection.execute(MAKE.format(households))
        if not wanted or "memory" in wanted:
            mine, theirs = measure(connection, book, "ready", "ready", households)
            told("DuckDB 内存表", households, mine, theirs)
        if not wanted or "parquet" in wanted:
            file = (Path(folder) / "rows.parquet").as_posix()
            connection.execute(f"COPY ready TO '{file}' (FORMAT parquet)")
            mine, theirs = measure(connection, book, file, f"read_parquet('{file}')", households)
            told("Parquet 文件", households, mine, theirs)
        if not wanted or "postgresql" in wanted:
            measure_postgres(connection, book, households, folder)


def told(what, households, mine, theirs):
    print(
        f"- {what}，{households:,} 户、20 条：处理器 {mine[0]:.2f} 秒，手写整数 SQL {theirs[0]:.2f} 秒，比值 {mine[0] / theirs[0]:.2f}"
        f"（钟表 {mine[1]:.2f} / {theirs[1]:.2f} = {mine[1] / theirs[1]:.2f}）"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000, sys.argv[2:])
