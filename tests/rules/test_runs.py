"""Rows in, outcomes out: misfits refused by row, canonical bytes, replay, what-if."""

from datetime import date
from decimal import Decimal

import pytest

from anju.problems import Refused
from anju.rules.book import parameters as parameter_book
from anju.rules.engine import compile as compiling
from anju.rules.engine import engines, running
from anju.rules.explanation.explain import row_sentences
from tests.rules.build import DAY, book, codes, numbers, one

INPUTS = {
    "money": "{label: 金额, unit: 万元, places: 2, range: [0, 1000]}",
    "group": "{label: 类别, enum: [低保, 其他]}",
    "open": "{label: 公开, type: truth}",
    "day": "{label: 日期, type: date}",
    "name": "{label: 名称, type: text}",
}
PLAIN = {"steps": {"out": "{label: 结果, unit: 万元, formula: money}"}, "result": "out"}

MISFITS = {
    "a float": ("money", 1.5, "RULE-010"),
    "a truth for a number": ("money", True, "RULE-010"),
    "words for a number": ("money", "三", "RULE-010"),
    "not a number": ("money", "NaN", "RULE-010"),
    "infinity": ("money", Decimal("Infinity"), "RULE-010"),
    "a huge exponent": ("money", "1e999999", "RULE-010"),
    "a list": ("money", [1], "RULE-010"),
    "an empty text for a number": ("money", "", "RULE-010"),
    "too much": ("money", "1000.01", "RULE-011"),
    "too little": ("money", -1, "RULE-011"),
    "finer than declared": ("money", "0.001", "RULE-012"),
    "a choice that is none": ("group", "没有", "RULE-013"),
    "a number for a choice": ("group", 1, "RULE-013"),
    "words for a truth": ("open", "公开", "RULE-010"),
    "a day that is none": ("day", "2021-02-29", "RULE-010"),
    "a moment": ("day", __import__("datetime").datetime(2021, 1, 1), "RULE-010"),
    "a number for a text": ("name", 1, "RULE-010"),
    "no key": ("key", None, "RULE-014"),
    "the same key": ("key", "b", "RULE-014"),
    "a strange input": ("mony", 1, "RULE-015"),
}


@pytest.mark.parametrize(("name", "value", "code"), MISFITS.values(), ids=MISFITS.keys())
def test_a_misfit_is_refused_by_row_before_the_run(name, value, code):
    with pytest.raises(Refused) as refused:
        running.run_rows(book(inputs=INPUTS, **PLAIN), [{"key": "b"}, {"key": "a", name: value}], on=DAY, key="key")
    assert codes(refused) == [code]
    if code != "RULE-015":
        assert "第 2 行" in str(refused.value.problems[0].where)


def test_all_misfits_come_at_once_and_very_many_are_counted():
    rows = [{"key": index, "money": -1, "group": "没有"} for index in range(300)]
    with pytest.raises(Refused) as refused:
        running.run_rows(book(inputs=INPUTS, **PLAIN), rows, on=DAY, key="key")
    assert len(refused.value.problems) == 201
    assert "另有 400 处" in refused.value.problems[-1].what


def test_values_come_exactly_however_they_are_written(everywhere):
    rows = [
        {"key": index, "money": value}
        for index, value in enumerate([7, "7", "7.00", Decimal("7.0"), Decimal("0.7e1"), "+7", " 7 "])
    ]
    assert {row.values["money"] for row in everywhere(book(inputs=INPUTS, **PLAIN), rows, on=DAY, key="key").rows} == {
        700
    }


def test_the_outcome_is_one_canonical_file_whatever_the_order_of_rows_and_the_engine(everywhere):
    made = book(
        "conduct",
        inputs=INPUTS,
        steps={
            "half": "{label: 一半, unit: 万元, places: 1, formula: money / 2}",
            "grade": "{label: 等级, enum: [优, 差], formula: \"case when money >= 500 then '优' else '差' end\"}",
            "same": "{label: 日期, formula: day}",
            "known": "{label: 公开, formula: open and money > 1}",
        },
        conditions={"low": "{formula: money < 500, says: 多}", "poor": "{formula: group = '低保', says: 非}"},
    )
    rows = [
        {"key": '乙,"1"', "money": "500.1", "group": "其他", "open": True, "day": date(2021, 1, 2)},
        {"key": "甲", "money": "0.25", "group": None, "open": "是"},
    ]
    run = everywhere(made, rows, on=DAY, key="key")
    expected = (
        'key,half,grade,same,known,failed,unknown\n"乙,""1""",250.1,优,2021-01-02,是,low poor,\n甲,0.1,差,,否,,poor\n'
    )
    assert run.csv().decode() == expected
    again = running.run_rows(made, rows[::-1], on=DAY, key="key")
    assert again.csv() == run.csv()
    assert (again.digest, again.inputs_digest) == (run.digest, run.inputs_digest)
    rows[0]["money"] = "500.11"
    other = running.run_rows(made, rows, on=DAY, key="key")
    assert other.digest == run.digest
    assert other.inputs_digest != run.inputs_digest


PARAMETERS = {
    "rate": '{label: 标准, unit: "1", values: [{from: "2020-01-01", value: "2.5", source: S1 一, checked: "2021-01-01"}]}',
    "limit": '{label: 上限, unit: "1", by: n, values: [{from: "2020-01-01", value: {1: "30", 2: "45", more: "60"}, source: S1 一, checked: "2021-01-01"}]}',
    "mode": '{label: 取整, enum: [ceil, floor, prorata], values: [{from: "2020-01-01", value: ceil, source: S1 一, checked: "2021-01-01"}]}',
}


@pytest.fixture
def tried():
    return book(
        inputs={**numbers("a", bottom="0"), "n": '{label: 人数, unit: "1", range: [0, 9]}'},
        parameters=PARAMETERS,
        steps={
            "pay": "{label: 金额, places: 2, formula: a * rate}",
            "most": "{label: 上限, places: 0, formula: limit}",
            "points": '{label: 分, places: 2, formula: "5 - lose_per_step(a, 4, 1, 5, mode)"}',
        },
        result="most",
    )


def test_a_what_if_changes_the_values_named_and_no_other(everywhere, tried):
    rows = [{"key": 1, "a": 5, "n": 2}]
    plain = everywhere(tried, rows, on=DAY, key="key").rows[0]
    assert (plain.text("pay"), plain.text("most"), plain.text("points")) == ("12.5", "45", "3")
    row = everywhere(tried, rows, on=DAY, key="key", parameters={"rate": "3", "limit": {2: 50}, "mode": "floor"}).rows[
        0
    ]
    assert (row.text("pay"), row.text("most"), row.text("points")) == ("15", "50", "4")
    assert everywhere(tried, rows, on=DAY, key="key", parameters={"mode": "prorata"}).rows[0].text("points") == "3.75"
    assert (
        everywhere(tried, [{**rows[0], "n": 9}], on=DAY, key="key", parameters={"limit": {2: 50}}).rows[0].text("most")
        == "60"
    )
    assert (
        everywhere(tried, [{**rows[0], "n": 0}], on=DAY, key="key").rows[0].reasons[0].sentence
        == "“上限”没有与之对应的取值"
    )


@pytest.mark.parametrize(
    "parameters", [{"rat": "3"}, {"rate": "3.55"}, {"rate": 2.5}, {"rate": "三"}, {"limit": "50"}, {"mode": "up"}]
)
def test_a_what_if_that_does_not_fit_is_refused(tried, parameters):
    with pytest.raises(Refused) as refused:
        running.run_rows(tried, [{"key": 1, "a": 5, "n": 2}], on=DAY, key="key", parameters=parameters)
    assert codes(refused) == ["RULE-004"]


def test_a_what_if_that_breaks_a_formula_is_refused(tried):
    with pytest.raises(Refused) as refused:
        running.run_rows(tried, [{"key": 1, "a": 5, "n": 2}], on=DAY, key="key", parameters={"limit": {"更多": 1}})
    assert set(codes(refused)) == {"RULE-006"}


def test_the_last_key_of_an_order_must_differ_in_every_row():
    queue = book(
        "queue", inputs={**numbers("points"), "no": "{label: 编号, type: text}"}, order="[points desc, no asc]"
    )
    with pytest.raises(Refused) as refused:
        running.run_rows(
            queue, [{"key": 1, "points": 1, "no": "a"}, {"key": 2, "points": 2, "no": "a"}], on=DAY, key="key"
        )
    assert codes(refused) == ["RULE-017"]


def test_a_partition_must_be_known():
    shared = book(
        "share",
        partition="[pot]",
        inputs={**numbers("x"), "pot": "{label: 批次, type: text}"},
        steps={"out": "{formula: total(x)}"},
        result="out",
    )
    with pytest.raises(Refused) as refused:
        running.run_rows(shared, [{"key": 1, "x": 1, "pot": None}], on=DAY, key="key")
    assert codes(refused) == ["RULE-016"]


def test_the_bounds_of_64_bits_are_crossed_without_a_slip(everywhere):
    big = numbers("a", "b", places=0, top="9e18", bottom="-9e18")
    rows = [
        {"key": f"{i}{j}", "a": a, "b": b}
        for i, a in enumerate([9 * 10**18, -9 * 10**18, 1, 0])
        for j, b in enumerate([9 * 10**18, -9 * 10**18, 3, 0])
    ]
    run = everywhere(one("a + b - 1", inputs=big, places=0), rows, on=DAY, key="key")
    assert [row.values["out"] for row in run.rows] == [row["a"] + row["b"] - 1 for row in rows]
    run = everywhere(one("a * b", inputs=big, places=0), rows, on=DAY, key="key")
    assert [row.values["out"] for row in run.rows] == [row["a"] * row["b"] for row in rows]
    everywhere(one("a / b", inputs=big, places=6), rows, on=DAY, key="key")
    smaller = [{**row, "a": row["a"] // 100, "b": row["b"] // 100} for row in rows]
    everywhere(
        one("a * b / 7", inputs=numbers("a", "b", places=0, top="1e17", bottom="-1e17"), places=2),
        smaller,
        on=DAY,
        key="key",
    )
    everywhere(one("total(a)", inputs=big, places=0), rows, on=DAY, key="key")


def test_thirty_digits_are_kept_to_the_last(everywhere):
    """Python's Decimal rounds at 28 digits unless told otherwise."""
    value = "123456789012345678.123456789012"
    made = book(
        inputs={"a": f'{{label: 甲, unit: "1", places: 12, range: ["-{value}", "{value}"]}}'},
        parameters={
            "p": f'{{label: 数, unit: "1", values: [{{from: "2020-01-01", value: "{value}", source: S1 一, checked: "2021-01-01"}}]}}'
        },
        steps={
            "out": "{label: 结果, places: 12, formula: a + p + 123456789012.123456}",
            "cut": f'{{label: 截, places: 12, range: [0, "{value}"], formula: a}}',
        },
        result="out",
    )
    rows = [{"key": 1, "a": value}, {"key": 2, "a": "-" + value}]
    run = everywhere(made, rows, on=DAY, key="key")
    assert [row.exact("out") for row in run.rows] == ["246913701481480368.370369578024", "123456789012.123456000000"]
    assert [row.exact("cut") for row in run.rows] == [value, ""]
    assert (
        everywhere(made, rows, on=DAY, key="key", parameters={"p": "1.000000000001"}).rows[1].exact("out")
        == "-123456665555556665.000000789011"
    )
    with pytest.raises(Refused) as refused:
        running.run_rows(made, [{"key": 1, "a": value[:-1] + "3"}], on=DAY, key="key")
    assert codes(refused) == ["RULE-011"]


def test_a_range_finer_than_a_step_keeps_to_its_inside(everywhere):
    made = one("a", places=0, extra=', range: ["0.5", "2.5"]', inputs=numbers("a", places=0))
    rows = [{"key": value, "a": value} for value in (0, 1, 2, 3)]
    assert [row.values["out"] for row in everywhere(made, rows, on=DAY, key="key").rows] == [None, 1, 2, None]


@pytest.mark.parametrize(
    ("edge", "expected"),
    [
        ('{below: "1", value: "5"}, {at_least: "1", value: "9"}', ["5", "5", "9", "9"]),
        ('{upto: "1", value: "5"}, {above: "1", value: "9"}', ["5", "5", "5", "9"]),
        ('{below: "0.5", value: "5"}, {at_least: "0.5", value: "9"}', ["5", "5", "9", "9"]),
        ('{upto: "0.5", value: "5"}, {above: "0.5", value: "9"}', ["5", "5", "9", "9"]),
        ('{below: "-0.5", value: "5"}, {at_least: "-0.5", value: "9"}', ["5", "9", "9", "9"]),
        ('{upto: "-0.5", value: "5"}, {above: "-0.5", value: "9"}', ["5", "9", "9", "9"]),
    ],
)
def test_a_value_on_the_edge_of_a_band_falls_where_the_book_says(everywhere, edge, expected):
    made = book(
        inputs=numbers("a", places=0),
        parameters={
            "p": f'{{label: 系数, unit: "1", bands: a, values: [{{from: "2020-01-01", value: [{edge}], source: S1 一, checked: "2021-01-01"}}]}}'
        },
        steps={"out": "{label: 结果, formula: p}"},
        result="out",
    )
    run = everywhere(made, [{"key": value, "a": value} for value in (-1, 0, 1, 2)], on=DAY, key="key")
    assert [row.text("out") for row in run.rows] == expected
    assert everywhere(made, [{"key": 1}], on=DAY, key="key").rows[0].unknown == ["a"]


# -- size


def chain(length):
    """Every step uses the one before twice: copied expressions would grow as 2^length."""
    steps = {"s0": '{label: 步, places: 2, range: [-1000000, 1000000], formula: "a - b / 7"}'}
    for index in range(1, length):
        before = f"s{index - 1}"
        formula = f"case when {before} > {index} then {before} - a / 3 else greatest({before} / 2, b - {before}) end"
        steps[f"s{index}"] = f'{{label: 步, places: 2, range: [-1000000, 1000000], formula: "{formula}"}}'
    return book(inputs=numbers("a", "b", places=2, top="1e5", bottom="-1e5"), steps=steps, result=f"s{length - 1}")


def test_a_book_of_thirty_steps_compiles_and_runs_on_every_engine(everywhere):
    """A second on an idle machine; without its fences PostgreSQL takes minutes and gigabytes."""
    rows = [{"key": index, "a": index * 7 % 100 - 50, "b": index * 13 % 90} for index in range(20)]
    everywhere(chain(30), rows, on=DAY, key="key")


def test_a_book_is_compiled_once_and_grows_with_its_steps():
    made = chain(30)
    values = parameter_book.values_in_force(made, DAY)
    compiling._COMPILED.kept.clear()
    first = compiling.compile_book(made, values, engines.DuckDB.dialect)
    assert compiling.compile_book(made, values, engines.DuckDB.dialect) is first
    assert len(first.sql) < 60_000


def test_a_level_ends_with_a_fence_on_postgresql_only_where_a_column_is_used_twice():
    twice = compiling.compile_book(chain(3), {}, engines.PostgreSQL.dialect)
    assert twice.sql.count("OFFSET 0") >= 3
    once = compiling.compile_book(one("a + b", kind="conduct"), {}, engines.PostgreSQL.dialect)
    assert "OFFSET" not in once.sql
    assert "OFFSET" not in compiling.compile_book(chain(3), {}, engines.DuckDB.dialect).sql


def test_a_book_of_sixty_conditions_keeps_every_bit(everywhere):
    made = book(
        "eligibility",
        inputs=numbers("a", places=0),
        conditions={f"c{index:02d}": f'{{formula: "a <> {index}", says: "第 {index} 条"}}' for index in range(60)},
    )
    run = everywhere(
        made,
        [{"key": index, "a": index} for index in range(60)] + [{"key": "x", "a": None}, {"key": "y", "a": 99}],
        on=DAY,
        key="key",
    )
    for index in range(60):
        assert run.rows[index].failed == [f"c{index:02d}"]
        assert row_sentences(run.rows[index]) == [f"第 {index} 条"]
    assert len(run.rows[60].undecided) == 60
    assert run.rows[60].decision == "pending"
    assert run.rows[61].decision == "passed"


def test_names_that_are_words_of_sql_run_everywhere(everywhere):
    made = book(
        inputs=numbers("select", "order", "user", "table", "null", "true", "greatest", "sum"),
        steps={
            "from": "{formula: select + order * user - table / 2}",
            "where": '{formula: "from + null + true + greatest(greatest, sum)"}',
        },
        result="where",
    )
    row = dict.fromkeys(("select", "order", "user", "table", "null", "true", "greatest", "sum"), 2)
    assert everywhere(made, [{"key": 1, **row}], on=DAY, key="key").rows[0].text("where") == "11"


def test_a_partition_is_no_larger_than_its_sums_were_reckoned_for(monkeypatch):
    shared = book(inputs=numbers("x"), steps={"out": "{formula: total(x)}"}, result="out")
    rows = [{"key": index, "x": 1} for index in range(4)]
    monkeypatch.setattr("anju.rules.engine.groups.MAX_ROWS", 3)
    with pytest.raises(Refused) as refused:
        running.run_rows(shared, rows, on=DAY, key="key")
    assert codes(refused) == ["RULE-019"]
    running.run_rows(shared, rows[1:], on=DAY, key="key")
