"""Several results of one book: each in the outcome, its files and its explanation, each paid or not by the same conditions."""

import csv
import io
from pathlib import Path

import pytest

from anju.problems import Refused
from anju.rules.engine import files, reference
from anju.rules.engine.engines import connect
from anju.rules.explanation.explain import explain_row
from tests.rules.build import DAY, book, codes
from tests.rules.test_operators import cells

INPUTS = {
    "cents": "{label: 月额, unit: fen, range: [0, 1e9]}",
    "months": "{label: 押金月数, unit: 月, range: [0, 12]}",
    "ok": "{label: 符合, type: truth}",
}
STEPS = {
    "amount": "{label: 月补贴额, unit: fen, formula: cents}",
    "deposit": "{label: 押金, unit: fen, formula: cents * months}",
}
CONDITIONS = {"right": "{label: 条件, formula: ok, says: 不符合}"}


def two(kind="subsidy", results="[amount, deposit]", **parts):
    return book(kind, inputs=INPUTS, steps=STEPS, conditions=CONDITIONS, results=results, **parts)


ROWS = [
    {"key": "1", "cents": 500, "months": 2, "ok": True},
    {"key": "2", "cents": 500, "months": 2, "ok": False},
    {"key": "3", "cents": 500, "months": 2, "ok": None},
    {"key": "4", "cents": 500, "months": None, "ok": True},
]
OUTPUTS = ("amount", "deposit", "payable", "payable_deposit")


def documented():
    text = (Path(__file__).parents[2] / "docs" / "rulebook.md").read_text(encoding="utf-8")
    lines = text.partition("| 条件 | amount")[2].partition("\n\n")[0].splitlines()[2:]
    return [cells(line)[1:] for line in lines if line.strip()]


@pytest.mark.parametrize("kind", ["subsidy", "rent"])
def test_each_result_is_paid_under_the_same_conditions(everywhere, kind):
    run = everywhere(two(kind), ROWS, on=DAY, key="key")
    assert run.outputs == OUTPUTS
    told = [[row.exact(name) or "未知" for name in OUTPUTS] for row in run.rows]
    assert told == documented()
    word = {"subsidy": "应发额", "rent": "应缴额"}[kind]
    assert [run.book.label(name) for name in run.book.payables] == [word, f"{word}（押金）"]
    assert run.rows[0].shown("payable_deposit") == "10.00 元"
    assert run.rows[3].unknown == ["months"]


def test_the_first_is_the_principal_and_one_is_written_as_before(everywhere):
    made = two(results="[deposit, amount]")
    assert (made.result, dict(made.payables)) == ("deposit", {"payable": "deposit", "payable_amount": "amount"})
    one = book("subsidy", inputs=INPUTS, steps=STEPS, conditions=CONDITIONS, result="amount")
    assert everywhere(one, ROWS, on=DAY, key="key").outputs == ("amount", "deposit", "payable")


def test_a_book_that_pays_nothing_has_results_and_no_payables(everywhere):
    run = everywhere(two("conduct"), ROWS, on=DAY, key="key")
    assert (run.book.results, run.outputs) == (("amount", "deposit"), ("amount", "deposit"))
    assert run.rows[3].unknown == ["months"]


def test_files_carry_every_result(tmp_path):
    source = tmp_path / "rows.csv"
    lines = ["key,cents,months,ok", "1,500,2,是", "2,500,2,否", "3,500,2,", "4,500,,是"]
    source.write_text("\n".join(lines), encoding="utf-8")
    names = {name: name for name in ("key", "cents", "months", "ok")}
    for form in ("csv", "parquet"):
        done = files.run_file(two(), source, tmp_path / f"out.{form}", on=DAY, names=names)
        assert done.digest == reference.run_reference(two(), ROWS, on=DAY, key="key").rows_digest
    (head, *rows) = csv.reader(io.StringIO((tmp_path / "out.csv").read_text(encoding="utf-8")))
    assert head == ["key", *OUTPUTS, "failed", "unknown"]
    assert [row[1:5] for row in rows] == [["" if cell == "未知" else cell for cell in line] for line in documented()]
    with connect() as connection:
        told = connection.execute(
            f"SELECT payable_deposit FROM '{tmp_path / 'out.parquet'}' ORDER BY \"key\""
        ).fetchall()
    assert told == [(1000,), (0,), (None,), (None,)]


def test_it_is_explained_how_each_came_to_be_paid():
    run = reference.run_reference(two(), ROWS, on=DAY, key="key")
    paid = {one.name: one for one in explain_row(run.rows[1])}["payable_deposit"]
    assert (paid.label, paid.value_text) == ("应发额（押金）", "0.00 元")
    assert paid.formula == "条件有一条不符合是 0，有未知的待核，其余是押金"
    assert paid.substituted == "条件 否，押金 10.00 元"
    pending = {one.name: one for one in explain_row(run.rows[2])}["payable"]
    assert (pending.value_text, pending.sentence) == ("未知", "“符合”未知，无法计算")


REFUSED = {
    "both": ({"result": "amount"}, "BOOK-071"),
    "none": ({"results": "[]"}, "BOOK-071"),
    "twice the same": ({"results": "[amount, amount]"}, "BOOK-071"),
    "no list": ({"results": "amount"}, "BOOK-002"),
    "no step": ({"results": "[amount, nothing]"}, "BOOK-040"),
    "an input": ({"results": "[amount, cents]"}, "BOOK-040"),
    "a name that is kept for one": ({"parameters": {"payable_deposit": "{label: 额, unit: fen, values: []}"}}, "BOOK-003"),
}  # fmt: skip


@pytest.mark.parametrize(("parts", "code"), REFUSED.values(), ids=REFUSED.keys())
def test_results_that_will_not_do_are_refused_when_the_book_is_loaded(parts, code):
    with pytest.raises(Refused) as refused:
        two(**parts)
    assert codes(refused)[0] == code
    assert len(codes(refused)) <= 2


def test_what_is_paid_must_be_a_number():
    steps = STEPS | {"open": "{label: 公开, formula: ok}"}
    with pytest.raises(Refused, match="须是一个数"):
        book("subsidy", inputs=INPUTS, steps=steps, results="[amount, open]")
    assert book("conduct", inputs=INPUTS, steps=steps, results="[amount, open]").results == ("amount", "open")
