"""Every shipped book, fifty made at random and every window: on Spark, row for row, what DuckDB gives, unknowns and reasons included."""

import dataclasses
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from anju.problems import Refused
from anju.rules import load
from anju.rules.book.parameters import change_days
from anju.rules.engine import running
from anju.rules.engine.engines import ENGINES, connect
from anju.rules.engine.files import BLOCK
from anju.rules.shipped.library import Library
from tests.rules.build import DAY, book
from tests.rules.test_random_books import ROW, made
from tests.scale.tables import made_rows, on_both, write_rows

ROWS = 300


@pytest.mark.parametrize("one", Library().books, ids=lambda one: f"{one.kind}-{one.subject}-{one.applies_from.year}")
def test_a_shipped_book(one, spark, tmp_path):
    days = [day for day in change_days(one) if all(parameter.in_force(day) for parameter in one.parameters.values())]
    source = write_rows(one, made_rows(one, ROWS, one.digest), tmp_path)
    first, second, different = on_both(spark, one, source, tmp_path, days[-1])
    assert second == first and first.rows == ROWS
    assert different == 0


def agree(made_book, rows, spark, duck):
    one = running.run_rows(made_book, rows, on=DAY, key="key", connection=duck)
    two = running.run_rows(made_book, rows, on=DAY, key="key", engine="spark", connection=spark)
    assert two.results == one.results
    assert two.csv() == one.csv()
    assert [row.reasons for row in two.rows] == [row.reasons for row in one.rows]


@settings(
    max_examples=50, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, phases=[Phase.generate]
)
@given(source=made(), rows=st.lists(ROW, min_size=5, max_size=12))
def test_books_made_at_random(spark, duck, source, rows):
    try:
        made_book = load.load_text(source.encode(), "随机.yaml")
    except Refused:
        assume(False)
    agree(made_book, [{**row, "key": f"行{index}"} for index, row in enumerate(rows)], spark, duck)


def windows(partition):
    return book(
        "conduct", **({"partition": partition} if partition else {}),
        inputs={
            "x": '{label: 数, unit: "1", places: 2, range: [0, 1e6]}', "y": '{label: 大数, unit: "1", places: 4, range: [-1e15, 1e15]}',
            "group": "{label: 类别, enum: [低保, 低收入, 其他]}", "no": "{label: 编号, type: text}", "pot": "{label: 批次, type: text}",
        },
        ranks={"place": "{order: [x desc], ties: shared}", "alone": "{order: [x desc, no asc], ties: unique}"},
        steps={
            "parts": '{label: 份额, unit: "1", places: 12, source: S1 一, formula: "share(if_unknown(x, 0))"}',
            "all": '{label: 合计, unit: "1", places: 4, source: S1 一, formula: "total(y)"}',
            "money": '{label: 分, unit: "1", places: 0, source: S1 一, formula: "largest_remainder(1000003 * parts)"}',
            "known": '{label: 序, places: 0, source: S1 一, formula: "if_unknown(alone, 0) + if_unknown(place, 0)"}',
        },
        conditions={"first": "{source: S1 一, formula: place <= 20, says: 名次在后}"}, result="money",
    )  # fmt: skip


@pytest.mark.parametrize("partition", ["", "[group]", "[pot, group]"])
@pytest.mark.parametrize("unknown", [True, False])
def test_windows(spark, tmp_path, partition, unknown):
    one = windows(partition)
    rows = [row | {"no": row["key"]} for row in made_rows(one, 400, partition)]
    if not unknown:
        rows = [row | {name: 1 for name in ("x", "y") if row[name] is None} for row in rows]
    rows = [
        row | {name: "甲" if name == "pot" else "低保" for name in ("pot", "group") if row[name] is None}
        for row in rows
    ]
    first, second, different = on_both(spark, one, write_rows(one, rows, tmp_path), tmp_path, DAY)
    assert second == first and different == 0
    assert (first.pending == 0) != unknown


def test_the_order_of_rows_and_the_parts_of_the_table_decide_nothing(spark, tmp_path):
    one, count = windows("[group]"), BLOCK + 700
    rows = [row | {"no": row["key"], "group": row["group"] or "其他"} for row in made_rows(one, count, 5)]
    whole = write_rows(one, rows, tmp_path)
    first, second, different = on_both(spark, one, whole, tmp_path, DAY)
    assert second == first and different == 0
    parts = write_rows(one, rows[::-1], tmp_path, parts=7, name="parts")
    spark.conf.set("spark.sql.shuffle.partitions", "5")
    spark.conf.set("spark.sql.adaptive.coalescePartitions.enabled", "false")
    try:
        _, third, different = on_both(spark, one, parts, tmp_path, DAY, single=whole)
    finally:
        spark.conf.set("spark.sql.shuffle.partitions", "3")
        spark.conf.set("spark.sql.adaptive.coalescePartitions.enabled", "true")
    assert different == 0
    assert dataclasses.replace(third, inputs_digest="") == dataclasses.replace(first, inputs_digest="")


# -- integers longer than BIGINT


def test_its_own_division_of_decimals_wraps_without_a_word(spark):
    """Why wide integers are not divided by DIV."""
    wrapped = spark.sql(f"SELECT CAST({2**64 + 7} AS DECIMAL(38, 0)) DIV CAST(1 AS DECIMAL(38, 0)) AS q").collect()
    assert wrapped[0].q == 7


LONG = book(
    "conduct",
    inputs={
        "x": '{label: 甲, unit: "1", places: 0, range: [-1e34, 1e34]}', "z": '{label: 乙, unit: "1", places: 0, range: [0, 1e34]}',
        "n": '{label: 丙, unit: "1", places: 0, range: [0, 8]}', "m": '{label: 丁, unit: "1", places: 3, range: [-1e9, 1e9]}',
    },
    steps={
        "thirds": '{label: 三分, places: 2, formula: "x / 3"}', "sevenths": '{label: 七分, places: 2, formula: "z / 7"}',
        "each": '{label: 每份, places: 2, formula: "x / n"}', "ratio": '{label: 比, places: 0, formula: "x / m"}',
        "steps": '{label: 档, places: 0, formula: "floor_to(x, 3)"}', "up": '{label: 上档, places: 0, formula: "ceil_to(z, 7)"}',
    },
    result="steps",
)  # fmt: skip


def test_a_quotient_may_be_as_long_as_38_digits(spark, duck):
    edges = [
        10**34,
        10**34 - 1,
        10**33 + 1,
        10**16,
        10**16 - 1,
        1,
        0,
        -1,
        -(10**16) - 1,
        -(10**33),
        -(10**34),
        123456789012345678901234567890123,
    ]
    dividers = [
        0,
        1,
        -1,
        Decimal("0.001"),
        Decimal("-0.003"),
        Decimal("999999.999"),
        1000000,
        Decimal("-1000000.001"),
        10**9,
        None,
    ]
    rows = [
        {"key": f"{i}-{j}", "x": x, "z": abs(x), "n": (i + j) % 9, "m": m}
        for i, x in enumerate(edges) for j, m in enumerate(dividers)
    ]  # fmt: skip
    agree(LONG, rows, spark, duck)


# -- a rounding changed in one engine


@pytest.mark.parametrize(
    ("width", "planted"),
    [(0, "CAST(ROUND({} / {}) AS BIGINT)"), (1, "CAST({0} / {1} AS DECIMAL(38, 0))")],
    ids=["BIGINT", "DECIMAL"],
)
def test_a_planted_change_of_rounding_is_found(spark, duck, monkeypatch, width, planted):
    own = ENGINES["spark"].dialect
    divide = tuple(planted if place == width else one for place, one in enumerate(own.divide))
    monkeypatch.setattr(ENGINES["spark"], "dialect", dataclasses.replace(own, name=f"planted {width}", divide=divide))
    rows = [{"key": str(x), "x": x, "z": abs(x), "n": 3, "m": 7} for x in range(-30, 30)]
    narrow = book(
        "conduct", inputs={"z": '{label: 甲, unit: "1", range: [0, 100]}'},
        steps={"r": '{label: 比, places: 2, formula: "z / 7"}'}, result="r",
    )  # fmt: skip
    short = [{"key": row["key"], "z": row["z"]} for row in rows]
    with pytest.raises(AssertionError):
        agree(*((narrow, short), (LONG, rows))[width], spark, duck)


@pytest.fixture(scope="module")
def duck():
    with connect() as connection:
        yield connection
