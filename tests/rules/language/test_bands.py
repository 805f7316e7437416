"""Bands of a parameter: edges that are parameters, in order whenever the book runs."""

from datetime import date

import pytest

from anju.problems import Refused
from anju.rules.book.display import value_text
from anju.rules.engine import reference, running
from anju.rules.engine.files import run_file
from tests.rules.build import DAY, book, codes, numbers

CITED = 'source: S1 一, checked: "2021-01-01"'
LINE = f'{{label: 收入线, unit: "1", values: [{{from: "2020-01-01", value: "2000", {CITED}}}, {{from: "2021-03-01", value: "3000.5", {CITED}}}]}}'
COEF = (
    f'{{label: 系数, unit: "1", bands: a, values: [{{from: "2020-01-01", {CITED}, '
    'value: [{upto: "1000", value: "1"}, {above: "1000", upto: line, value: "0.5"}, {above: line, value: "0.2"}]}]}'
)


def lined(coef=COEF, line=LINE, **parts):
    return book(
        inputs=numbers("a", "b", places=2),
        parameters={"coef": coef, "line": line},
        steps={"out": "{label: 结果, places: 1, formula: coef * 100}"},
        result="out",
        **parts,
    )


def paid(run):
    return [row.text("out") for row in run.rows]


def rows(*values):
    return [{"key": f"{index:02d}", "a": value} for index, value in enumerate(values)]


def test_an_edge_may_be_a_parameter_and_moves_with_it(everywhere):
    given = rows("1000", "1000.01", "2000", "2000.01", "3000.50", "3000.51", None)
    before = everywhere(lined(), given, on=date(2021, 2, 28), key="key")
    assert paid(before) == ["100", "50", "50", "20", "20", "20", ""]
    after = everywhere(lined(), given, on=date(2021, 3, 1), key="key")
    assert paid(after) == ["100", "50", "50", "50", "50", "20", ""]
    each = [{**row, "day": "2021-02-28" if index % 2 else "2021-03-01"} for index, row in enumerate(given)]
    assert paid(everywhere(lined(), each, on=DAY, key="key", on_field="day")) == [
        "100",
        "50",
        "50",
        "20",
        "50",
        "20",
        "",
    ]


def test_a_what_if_moves_an_edge_and_may_not_put_the_bands_out_of_order(everywhere, duck):
    given = rows("1500", "1800")
    assert paid(everywhere(lined(), given, on=DAY, key="key", parameters={"line": "1600"})) == ["50", "20"]
    for runner in (running.run_rows, reference.run_reference):
        with pytest.raises(Refused, match="“收入线”（line）是 1000：分段 （1000, 1000] 是空的") as refused:
            runner(lined(), given, on=DAY, key="key", parameters={"line": "1000"})
        assert codes(refused) == ["RULE-040"]


def test_the_fast_path_refuses_what_the_slow_one_refuses(tmp_path):
    (tmp_path / "in.csv").write_text("key,a,b\n1,1500,0\n", encoding="utf-8")
    with pytest.raises(Refused) as refused:
        run_file(
            lined(),
            tmp_path / "in.csv",
            tmp_path / "out.csv",
            names={"key": "key", "a": "a", "b": "b"},
            on=DAY,
            parameters={"line": "10"},
        )
    assert codes(refused) == ["RULE-040"]


@pytest.mark.parametrize(
    ("line", "code", "what"),
    [
        (LINE.replace("3000.5", "1000"), "BOOK-061", "自 2021-03-01 起，“收入线”（line）是 1000"),
        (LINE.replace('unit: "1"', "unit: ㎡"), "BOOK-060", "单位不一致"),
        (LINE.replace('unit: "1"', "unit: 户"), "BOOK-060", "单位不一致"),
        (LINE.replace('unit: "1"', 'unit: "1", by: b'), "BOOK-024", "没有一个可用的值"),
        (f'{{label: 日, type: date, values: [{{from: "2020-01-01", value: "2020-01-01", {CITED}}}]}}', "BOOK-060", "不是一个只有一个数的参数"),
    ],
)  # fmt: skip
def test_an_edge_that_will_not_do_is_refused_when_the_book_is_read(line, code, what):
    with pytest.raises(Refused, match=what) as refused:
        lined(line=line)
    assert code in codes(refused)


@pytest.mark.parametrize("edge", ["nothing", "a", "out", "coef"])
def test_an_edge_is_a_parameter_and_nothing_else(edge):
    with pytest.raises(Refused, match=f"分段的端点“{edge}”") as refused:
        lined(COEF.replace("line", edge))
    assert codes(refused) == ["BOOK-060"]


def test_neighbours_meet_at_the_same_edge():
    with pytest.raises(Refused, match="空当或重叠") as refused:
        lined(COEF.replace("above: line", 'above: "2000"'))
    assert codes(refused) == ["BOOK-025"]


def test_bands_are_told_with_the_names_of_their_edges():
    made = lined()
    (dated,) = made.parameters["coef"].values
    told = "不超过 1000：1；超过 1000，不超过“收入线”：0.5；超过“收入线”：0.2"
    assert value_text(made, made.parameters["coef"], dated.value) == told


def test_a_parameter_in_fen_is_told_in_yuan_to_its_last_digit():
    rate = f'{{label: 标准, unit: fen, values: [{{from: "2020-01-01", value: "50000", {CITED}}}, {{from: "2021-01-01", value: "12.5", {CITED}}}]}}'
    made = book(inputs=numbers("a"), parameters={"rate": rate}, steps={"out": "{formula: a}"}, result="out")
    told = [value_text(made, made.parameters["rate"], dated.value) for dated in made.parameters["rate"].values]
    assert told == ["500.00 元", "0.125 元"]
