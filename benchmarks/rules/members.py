"""Three million persons rolled up to a million households, and the households ranked: beside SQL that a skilled hand would write for the same columns.

python -m benchmarks.rules.members [households] [members | ranks …]
"""

import sys
from datetime import date

from anju.rules import load
from anju.rules.engine import population
from anju.rules.engine.engines import connect
from benchmarks.rules.population import assert_equal, least, timed

DAY = date(2021, 6, 30)
HEAD = """\
kind: conduct
subject: measured
applies: {from: "2020-01-01"}
title: 汇总与名次（量测用，示例市）
sources: {S1: {title: 示例市办法}}
row: household-month
"""
MEMBERS = (
    HEAD
    + """\
inputs:
  persons: {label: 登记人数, unit: 人, range: [0, 20]}
members:
  key: household
  count: persons
  inputs:
    born: {label: 出生日期, type: date}
    income: {label: 月收入, unit: fen, range: [0, 1e8]}
    owns: {label: 有住房, type: truth}
rollups:
  elders: {label: 老人数, unit: 人, formula: "count_of(age_on(born, run_date) >= 60)"}
  earned: {label: 家庭月收入, formula: sum_of(income)}
  housed: {label: 有人有房, formula: any_of(owns)}
steps: {half: {label: 一半, unit: fen, formula: earned / 2}}
result: half
"""
)
RANKS = (
    HEAD
    + """\
partition: [street]
inputs:
  street: {label: 街道, unit: "1", range: [0, 1e6]}
  points: {label: 得分, unit: "1", range: [0, 1000]}
  days: {label: 轮候天数, unit: 天, range: [0, 1e5]}
ranks: {place: {order: [points desc, days desc], ties: shared}}
steps: {first: {label: 前十名, formula: place <= 10}}
result: first
"""
)
MAKE = """
CREATE TABLE households AS SELECT i AS key, CAST(i % 4 + 1 AS INTEGER) + CAST(i % 7 = 0 AS INTEGER) AS persons,
    CAST(i % 400 AS INTEGER) AS street, CASE WHEN i % 9973 <> 0 THEN CAST(i * 37 % 1000 AS INTEGER) END AS points,
    CAST(i * 91 % 9000 AS INTEGER) AS days FROM range({0}) AS t(i);
CREATE TABLE people AS SELECT key AS household, CAST(DATE '1930-01-01' + CAST((key * 13 + n * 7919) % 33000 AS INTEGER) AS DATE) AS born,
    CASE WHEN key % 50 > 0 OR n > 1 THEN CAST((key * 37 + n) % 900000 AS INTEGER) END AS income, (key + n) % 11 = 0 AS owns
    FROM households, range(1, 7) AS t(n) WHERE n <= persons;
"""
ROLLED = """CREATE TABLE bare AS SELECT key, elders, earned, housed, CAST((earned + 1) // 2 AS BIGINT) AS half, 0 AS failed_mask, 0 AS unknown_mask
FROM households LEFT JOIN (SELECT household, COUNT(*) FILTER (WHERE (20210630 - (year(born) * 10000 + month(born) * 100 + day(born))) // 10000 >= 60) AS elders,
    CASE WHEN COUNT(income) = COUNT(*) THEN SUM(income)::BIGINT END AS earned, BOOL_OR(owns) AS housed FROM people GROUP BY household) AS p ON household = key"""
PLACED = """CREATE TABLE bare AS SELECT key, place <= 10 AS first, place, 0 AS failed_mask, 0 AS unknown_mask FROM (SELECT key,
    CASE WHEN COUNT(points) OVER (PARTITION BY street) = COUNT(*) OVER (PARTITION BY street)
    THEN RANK() OVER (PARTITION BY street ORDER BY points DESC, days DESC) END AS place FROM households)"""


def measure(connection, text, hand, members):
    book = load.load_text(text.encode(), "量测.yaml")

    def ours():
        connection.execute("DROP TABLE IF EXISTS outcome")
        how = {"members": members} if members else {}
        population.run_table(book, "households", on=DAY, key="key", into="outcome", connection=connection, **how)

    def theirs():
        connection.execute("DROP TABLE IF EXISTS bare")
        connection.execute(hand)

    pairs = least([(timed(ours), timed(theirs)) for _ in range(5)])
    assert_equal(connection)
    return pairs


def told(what, mine, theirs):
    print(
        f"- {what}：处理器 {mine[0]:.2f} 秒，手写 SQL（不核对）{theirs[0]:.2f} 秒，比值 {mine[0] / theirs[0]:.2f}"
        f"（钟表 {mine[1]:.2f} / {theirs[1]:.2f} = {mine[1] / theirs[1]:.2f}）"
    )


def main(households: int, wanted: list[str]) -> None:
    with connect() as connection:
        connection.execute(MAKE.format(households))
        people = connection.execute("SELECT COUNT(*) FROM people").fetchone()[0]
        if not wanted or "members" in wanted:
            told(f"{people:,} 人汇总到 {households:,} 户", *measure(connection, MEMBERS, ROLLED, "people"))
        if not wanted or "ranks" in wanted:
            told(f"{households:,} 户在 400 个街道里排名次", *measure(connection, RANKS, PLACED, None))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000, sys.argv[2:])
