"""What the rule engine costs: load, compile, run over rows, run over a million households in place, tell one row.

python -m benchmarks.rules.bench [households]
"""

import sys
import time
from datetime import date

from anju.rules import load
from anju.rules.book import programs
from anju.rules.book.parameters import values_in_force
from anju.rules.engine import compile as compiling
from anju.rules.engine import population, reference, running
from anju.rules.engine.engines import DuckDB, connect
from anju.rules.explanation.explain import explain_outcome, explain_row
from anju.rules.shipped.library import BOOKS
from benchmarks.rules import population as population_bench

DAY = date(2021, 6, 30)
SUBSIDY = """\
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
  rent: {label: 月租金, unit: fen, range: [0, 1e7]}
  owned: {label: 有住房, type: truth}
parameters:
  limit: {label: 保障面积, unit: ㎡, by: persons, values: [{from: "2020-01-01", value: {1: "30", 2: "45", more: "60"}, source: S1 一, checked: "2021-01-01"}]}
  coefficient:
    label: 收入系数
    unit: "1"
    bands: income
    values: [{from: "2020-01-01", value: [{upto: "81000", value: "1"}, {above: "81000", upto: "181000", value: "0.8"}, {above: "181000", value: "0"}], source: S1 二, checked: "2021-01-01"}]
  rate: {label: 标准, unit: fen, values: [{from: "2020-01-01", value: "2300", source: S1 三, checked: "2021-01-01"}]}
steps:
  per_head: {label: 人均面积, unit: ㎡, places: 4, formula: area / persons}
  gap: {label: 应补面积, unit: ㎡, places: 2, formula: "greatest(0, limit - area)"}
  amount: {label: 月补贴额, unit: fen, formula: "case when small and poor and houseless then least(gap * rate * coefficient, rent) else 0 end"}
conditions:
  small: {formula: per_head < 15, says: 人均不低于 15 平方米}
  poor: {formula: income <= 300000, says: 收入超线}
  houseless: {formula: not owned, says: 有住房}
result: amount
"""


# The same answer by hand, as an office would write it today: doubles, no ranges checked, no reasons, unknown taken as SQL takes it.
BARE = """CREATE OR REPLACE TABLE bare AS SELECT key, CASE WHEN area / persons < 15 AND income <= 300000 AND NOT owned THEN least(
    round(greatest(0, CASE persons WHEN 1 THEN 30 WHEN 2 THEN 45 ELSE 60 END - area) * 2300
        * CASE WHEN income <= 81000 THEN 1 WHEN income <= 181000 THEN 0.8 ELSE 0 END), rent) ELSE 0 END AS amount FROM ready"""


def one_case(row):
    return {name: value for name, value in row.items() if name != "key"}


def cpu_best(act, times=5):
    seconds = []
    for _ in range(times):
        begun = time.process_time()
        act()
        seconds.append(time.process_time() - begun)
    return min(seconds)


def timed(label, act, times=1, rows=0):
    best = min(_once(act) for _ in range(times))
    rate = f"，每秒 {rows / best / 1e6:.2f} 百万行" if rows else ""
    print(f"- {label}：{best * 1000:.1f} ms{rate}")
    return best


def _once(act):
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def shared_out(counties=3000):
    """A pot shared out by the factor method, to the 分; beside it the same in bare integers of Python, which judges and explains nothing."""
    book = load.load_book(BOOKS / "share" / "old-communities-2020.yaml")
    pot = 1_000_000  # 万元
    rows = [
        {
            "key": f"{n:04}", "pot_name": "一批", "pot": str(pot), "area": f"{n * 37 % 901 + 1}.25", "households": str(n * 101 % 49_999 + 1),
            "buildings": str(n * 7 % 901 + 1), "communities": str(n % 89 + 1), "score": str(60 + n % 41), "hardship": f"0.{n * 13 % 8999 + 1000}",
        }
        for n in range(counties)
    ]  # fmt: skip
    weights = {"area": 40, "households": 30, "buildings": 10, "communities": 10, "score": 10}

    def bare():
        factors = {
            name: [
                int(row[name].replace(".", "")) * (1 if name == "score" else int(row["hardship"][2:])) for row in rows
            ]
            for name in weights
        }
        totals = {name: sum(column) for name, column in factors.items()}
        fen = pot * 1_000_000
        parts = [
            sum(fen * weight * factors[name][n] * 10**12 // totals[name] for name, weight in weights.items()) // 100
            for n in range(counties)
        ]
        down = [part // 10**12 for part in parts]
        order = sorted(range(counties), key=lambda n: (-(parts[n] % 10**12), n))
        for n in order[: fen - sum(down)]:
            down[n] += 1
        return down

    run = running.run_rows(book, rows, on=date(2021, 6, 30), key="key")
    assert sum(row.values["fen"] for row in run.rows) == sum(bare()) == pot * 1_000_000
    ours = timed(
        f"{counties:,} 个县的资金按因素法分到分（核对、各项份额在内）",
        lambda: running.run_rows(book, rows, on=date(2021, 6, 30), key="key"),
        7,
    )
    plain = timed("同样的分配，Python 整数直接算", bare, 7)
    print(f"- 比值：{ours / plain:.1f} 倍")


def main(households):
    files = sorted(BOOKS.rglob("*.yaml"))
    timed(f"读入并检查全部 {len(files)} 本规则书（含算例）", lambda: [load.load_book(file) for file in files])
    book = load.load_text(SUBSIDY.encode(), "量测.yaml")
    values = values_in_force(book, DAY)

    def compile_afresh():
        compiling._COMPILED.kept.clear()
        programs._PROGRAMS.kept.clear()
        compiling.compile_book(book, values, DuckDB.dialect)

    timed("编译一本补贴规则书", compile_afresh, 5)
    timed("再次取用（已缓存）", lambda: compiling.compile_book(book, values, DuckDB.dialect), 5)
    rows = [
        {
            "key": i,
            "area": f"{i % 90}.{i % 100:02d}",
            "persons": i % 6 + 1,
            "income": i * 37 % 400000,
            "rent": i * 91 % 200000,
            "owned": i % 7 == 0,
        }
        for i in range(20_000)
    ]
    with connect() as connection:
        timed(
            "逐行给出 2 万户",
            lambda: running.run_rows(book, rows, on=DAY, key="key", connection=connection),
            3,
            len(rows),
        )
        run = running.run_rows(book, rows[:50], on=DAY, key="key", connection=connection)
        one = (
            cpu_best(lambda: [explain_outcome(book, row, on=DAY) for row in (one_case(row) for row in rows[:50])]) / 50
        )
        print(f"- 一户从输入算到讲清：处理器 {one * 1000:.2f} ms")
        timed("讲清一户（50 户平均）", lambda: [explain_row(row) for row in run.rows], 1)
        timed("参照算法 2 千户", lambda: reference.run_reference(book, rows[:2000], on=DAY, key="key"), 1, 2000)
        connection.execute(
            f"""CREATE TABLE facts AS SELECT i AS key, CAST(i % 9000 AS DECIMAL(18, 2)) / 100 AS raw, CAST(i % 6 + 1 AS SMALLINT) AS persons,
            CAST(i * 37 % 400000 AS INTEGER) AS income, CAST(i * 91 % 200000 AS INTEGER) AS rent, i % 7 = 0 AS owned FROM range({households}) AS t(i)"""
        )
        connection.execute(
            "CREATE TABLE ready AS SELECT * EXCLUDE (raw), CAST(raw AS DECIMAL(18, 2)) AS area FROM facts"
        )

        def whole():
            connection.execute("DROP TABLE IF EXISTS outcome")
            population.run_table(book, "ready", on=DAY, key="key", into="outcome", connection=connection)

        ours = timed(f"{households:,} 户就地运行（含核对范围、行键唯一、各项理由）", whole, 3, households)
        plain = timed(
            f"{households:,} 户，手写的一句 SQL（双精度，不核对，不说理由）",
            lambda: connection.execute(BARE),
            3,
            households,
        )
        differing = connection.execute(
            "SELECT count(*) FROM outcome JOIN bare USING (key) WHERE outcome.amount <> bare.amount"
        ).fetchone()[0]
    print(f"- 比值：{ours / plain:.1f} 倍；手写 SQL 与精确结果相差一分以上的有 {differing:,} 户")
    shared_out()
    population_bench.main(households, [])


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
