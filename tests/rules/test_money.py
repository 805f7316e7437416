"""Money that cannot be wrong: units of money, what is paid in the end, and what may stand in a book or come as data."""

import unicodedata
from datetime import date
from decimal import Decimal

import pytest

from anju.problems import Refused
from anju.quantities import trim_zeros
from anju.rules.engine.bind import bind_rows
from anju.rules.load import load_text
from tests.rules.build import DAY, book, codes, one, text

RENT = {
    "area": "{label: 面积, unit: ㎡, places: 2, range: [0, 1000]}",
    "rate": "{label: 单价, unit: 元/㎡, places: 2, range: [0, 1000]}",
    "homes": "{label: 套数, unit: 套, range: [0, 1000]}",
    "months": "{label: 月数, unit: 月, range: [0, 120]}",
    "part": '{label: 比例, unit: "%", places: 2, range: [0, 100]}',
    "income": "{label: 收入, unit: 元, places: 2, range: [0, 1000000]}",
    "fund": "{label: 资金, unit: 万元, places: 6, range: [0, 1000000]}",
    "cents": "{label: 分, unit: fen, range: [0, 100000000]}",
}


def money(formula, unit="fen", **parts):
    return one(formula, inputs=RENT, unit=unit, **parts)


@pytest.mark.parametrize(
    ("formula", "unit"),
    [
        ("area * rate", "fen"), ("rate * area * 100", "fen"), ("100 * (area * rate)", "fen"), ("income * 100", "fen"), ("fund * 10000", "元"),
        ("cents / 100", "元"), ("homes * months * area * rate", "万元"), ("area * rate / 12", "fen"), ("least(area * rate, cents)", "fen"),
        ("cents + area * rate", "fen"), ("case when homes > 1 then area * rate else cents end", "fen"), ("fund + income", "万元"),
        ("if_unknown(area * rate, cents)", "fen"), ("income * part", "元"), ("cents * part * part / 100", "fen"), ("income * income", "元"),
        ("rate", "fen/㎡"), ("fund / income", '"1"'), ("income - income * part / 100 * part", "元"), ("floor_to(income * part, 10)", "元"),
        ("abs(area * rate)", "fen"), ("full_if(homes > 0, area * rate)", "fen"), ("total(area * rate)", "fen"),
        ("parts(homes > 0, area * rate)", "fen"), ("greatest(0, rate * area - 5)", "fen"), ("veto(homes > 9, area * rate)", "fen"),
    ],
)  # fmt: skip
def test_money_that_is_called_by_another_unit_is_refused(formula, unit):
    with pytest.raises(Refused) as refused:
        money(formula, unit, extra=", source: S1 一")
    assert codes(refused) == ["BOOK-042"]


def test_the_sentence_says_what_to_write():
    for formula, said in (
        ("area * rate", "to_unit(…, 'fen')"),
        ("income + cents", "to_unit"),
        ("cents * part", "除以 100"),
    ):
        with pytest.raises(Refused, match="BOOK-042") as refused:
            money(formula)
        assert said in str(refused.value)


@pytest.mark.parametrize(
    ("formula", "unit", "out"),
    [
        ("to_unit(area * rate, 'fen')", "fen", "8325"), ("to_unit(area * rate * months, 'fen')", "fen", "99900"), ("area * rate", "元", "83.25"),
        ("to_unit(rate, 'fen') * area", "fen", "8325"), ("income * part / 100", "元", "100"), ("to_unit(cents, '万元') + fund", "万元", "1.505"),
        ("100 * income / to_unit(fund, '元')", '"%"', "2.666666666667"), ("income / area", "元/㎡", "32"), ("homes * 30", "fen", "60"),
        ("to_unit(income * part / 100, 'fen')", "fen", "10000"), ("income / rate", "㎡", "60.060060060060"), ("to_unit(fund, '亿元')", "亿元", "0.00015"),
        ("to_unit(least(income, area * rate), 'fen')", "fen", "8325"), ("to_unit(case when homes > 1 then income else area * rate end, 'fen')", "fen", "40000"),
        ("to_unit(income / 3, 'fen')", "fen", "13333"), ("lose_per_step(income - 100, 100, 1, 5, 'ceil')", "point", "3"),
    ],
)  # fmt: skip
def test_money_that_is_converted_comes_out_exact_everywhere(everywhere, formula, unit, out):
    row = {
        "key": "1",
        "area": "12.5",
        "rate": "6.66",
        "homes": 2,
        "months": 12,
        "part": 25,
        "income": 400,
        "fund": "1.5",
        "cents": 5000,
    }
    run = everywhere(money(formula, unit), [row, {"key": "2"}], on=DAY, key="key")
    assert Decimal(run.rows[0].exact("out")) == Decimal(out)
    assert run.rows[1].exact("out") == ""


def test_what_to_unit_cannot_convert_is_refused():
    for formula in (
        "to_unit(area, 'fen')",
        "to_unit(income, '㎡')",
        "to_unit(income, homes)",
        "to_unit(income * income, 'fen')",
        "to_unit(5, 'fen')",
    ):
        with pytest.raises(Refused) as refused:
            money(formula, "")
        assert codes(refused) == ["BOOK-042"], formula


def test_a_text_of_the_first_language_runs_as_it_did(everywhere):
    old = text("subsidy", inputs=RENT, steps={"out": '{label: 结果, unit: fen, formula: "area * rate"}'}, result="out")
    with pytest.raises(Refused):
        load_text(old.encode(), "旧.yaml")
    stored = load_text(old.encode(), "旧.yaml", language=1)
    run = everywhere(stored, [{"key": "1", "area": 10, "rate": 5}], on=DAY, key="key")
    assert run.rows[0].exact("out") == "50" and run.outputs == ("out",)


# -- what is paid

GATES = {
    "area_ok": '{formula: "area < 100", says: "面积 {area}"}',
    "income_ok": '{formula: "income < 3000", says: "收入 {income}"}',
    "paper_ok": '{formula: "homes = 0", says: "房产 {homes}", gate: false, source: S1 三}',
}


@pytest.mark.parametrize("kind", ["subsidy", "rent"])
def test_payable_is_nothing_when_refused_and_unknown_while_pending(everywhere, kind):
    paid = book(
        kind,
        inputs=RENT,
        conditions=GATES,
        steps={"amount": "{label: 额, unit: fen, formula: cents - 700}"},
        result="amount",
    )
    rows = [
        {"key": "1", "area": 50, "income": 100, "homes": 0, "cents": 1200}, {"key": "2", "area": 150, "income": 100, "homes": 0, "cents": 1200},
        {"key": "3", "area": 150, "homes": 0, "cents": 1200}, {"key": "4", "area": 50, "homes": 0, "cents": 1200},
        {"key": "5", "area": 50, "income": 100, "homes": 3, "cents": 1200}, {"key": "6", "area": 50, "income": 100, "cents": 1200},
        {"key": "7", "area": 50, "income": 100, "homes": 0}, {"key": "8", "area": 150, "income": 9000, "homes": 0},
    ]  # fmt: skip
    run = everywhere(paid, rows, on=DAY, key="key")
    assert [row.exact("payable") for row in run.rows] == ["500", "0", "0", "", "500", "500", "", "0"]
    assert [row.exact("amount") for row in run.rows] == ["500"] * 6 + ["", ""]
    assert [row.decision for row in run.rows] == [
        "passed", "refused", "refused", "pending", "passed", "passed", "passed", "refused",
    ]  # fmt: skip
    assert run.rows[4].failed == ["paper_ok"] and run.rows[5].undecided == ["paper_ok"]
    assert run.book.label("payable") in ("应发额", "应缴额") and run.rows[0].shown("payable") == "5.00 元"
    assert b"payable" in run.csv().splitlines()[0]


def test_no_formula_may_use_what_is_paid():
    steps = {
        "amount": "{label: 额, unit: fen, formula: cents}",
        "again": "{label: 又, unit: fen, formula: payable * 2}",
    }
    with pytest.raises(Refused, match="payable"):
        book("subsidy", inputs=RENT, steps=steps, result="amount")
    with pytest.raises(Refused) as refused:
        book("subsidy", inputs=RENT, steps={"payable": "{label: 额, unit: fen, formula: cents}"}, result="payable")
    assert codes(refused) == ["BOOK-012"]


def test_a_gate_that_is_left_open_needs_its_ground_and_only_where_money_is_paid():
    steps = {"amount": "{label: 额, unit: fen, formula: cents}"}
    free = {"paper": '{formula: "homes = 0", says: 房产, gate: false}'}
    with pytest.raises(Refused) as refused:
        book("subsidy", inputs=RENT, conditions=free, steps=steps, result="amount")
    assert codes(refused) == ["BOOK-044"]
    with pytest.raises(Refused) as refused:
        book("eligibility", inputs=RENT, conditions={"paper": free["paper"].replace("}", ", source: S1 一}")})
    assert codes(refused) == ["BOOK-004"]


def test_a_result_that_is_no_number_is_not_paid():
    steps = {"amount": "{label: 额, formula: homes > 1}"}
    with pytest.raises(Refused) as refused:
        book("subsidy", inputs=RENT, steps=steps, result="amount")
    assert codes(refused) == ["BOOK-042"]


# -- what is told, and what may stand in a book


def test_what_follows_from_a_step_that_failed_is_not_told():
    steps = {
        "second": "{label: 二, formula: first * 2}", "third": "{label: 三, formula: second + first}",
        "first": "{label: 一, formula: select 1}",
    }  # fmt: skip
    with pytest.raises(Refused) as refused:
        book("subsidy", inputs=RENT, steps=steps, result="first")
    assert codes(refused) == ["BOOK-030"]


@pytest.mark.parametrize(
    "hidden",
    ["\\u0000", "\\e[31m", "\\u202e", "\\u200b", "\\u2066", "\\ufeff", "\\u00ad", "\\x7f", "\\u200d", "\\U000e0041"],
)
def test_characters_that_nobody_sees_are_refused(hidden):
    for part in (
        f'group: {{label: 类, enum: ["低保{hidden}", "其他"]}}',
        f'group: {{label: "类{hidden}别", enum: [低保, 其他]}}',
    ):
        name, body = part.split(": ", 1)
        with pytest.raises(Refused) as refused:
            one("area", inputs={**RENT, name: body})
        assert set(codes(refused)) == {"BOOK-051"}


def test_a_book_is_in_nfc():
    with pytest.raises(Refused) as refused:
        one("area", inputs={**RENT, "kind": "{label: 类, enum: [" + unicodedata.normalize("NFD", "Café") + ", 其他]}"})
    assert codes(refused) == ["BOOK-051"]


def test_an_enum_takes_both_spellings_of_its_characters_and_no_other(everywhere):
    kinds = one(
        "case when kind = 'Café' then 1 else 2 end", inputs={"kind": "{label: 类, enum: [Café, 其他]}"}, places=0
    )
    rows = [
        {"key": str(place), "kind": kind}
        for place, kind in enumerate(("Café", unicodedata.normalize("NFD", "Café"), "其他", None))
    ]
    assert [row.exact("out") for row in everywhere(kinds, rows, on=DAY, key="key").rows] == ["1", "1", "2", ""]
    for other in ("Cafe", "café", "Café ", "Ｃafé", "其他\u200b"):
        with pytest.raises(Refused) as refused:
            bind_rows(kinds, [{"key": "1", "kind": other}], key="key", on=DAY)
        assert codes(refused) == ["RULE-013"]


ODD = [
    "1_000",
    "１２",
    "1e500",
    "0x10",
    "",
    " ",
    "1,000",
    "NaN",
    "Infinity",
    "9" * 5000,
    10**5000,
    -(10**4400),
    "١٢",
    "1 000",
    "+-1",
]


@pytest.mark.parametrize("value", ODD, ids=range(len(ODD)))
def test_what_only_looks_like_a_number_is_refused_by_row(value):
    with pytest.raises(Refused) as refused:
        bind_rows(one("homes", inputs=RENT), [{"key": "1", "homes": value}], key="key", on=DAY)
    assert codes(refused) in (["RULE-010"], ["RULE-011"]) and len(str(refused.value)) < 400


SPELLED = {"7": 700, "+7.5": 750, "-0.05": -5, "007.25": 725, "-7": -700, " 7.5": 750, "75e-1": 750, "7.5000": 750}


@pytest.mark.parametrize("text", SPELLED)
def test_a_number_is_the_same_however_it_is_spelled(text):
    book = one("homes", inputs="{homes: {label: 户数, unit: 万元, places: 2, range: [-10, 10]}}", unit="万元")
    rows = [{"key": "1", "homes": text}, {"key": "2", "homes": Decimal(text.strip())}]
    assert bind_rows(book, rows, key="key", on=DAY).columns["homes"] == [SPELLED[text]] * 2


@pytest.mark.parametrize(("text", "code"), [("7.555", "RULE-012"), ("10.01", "RULE-011"), ("-11", "RULE-011")])
def test_a_plain_number_that_does_not_fit_is_refused_too(text, code):
    book = one("homes", inputs="{homes: {label: 户数, unit: 万元, places: 2, range: [-10, 10]}}", unit="万元")
    with pytest.raises(Refused) as refused:
        bind_rows(book, [{"key": "1", "homes": text}], key="key", on=DAY)
    assert codes(refused) == [code]


@pytest.mark.parametrize(
    "value", ["2020-W01-1", "20200101", "2020-1-1", "1799-12-31", "2999-01-01", "２０２０-01-01", "2020-02-30"]
)
def test_what_only_looks_like_a_date_is_refused_by_row(value):
    born = one("age_on(born, run_date)", inputs={"born": "{label: 出生, type: date}"})
    with pytest.raises(Refused) as refused:
        bind_rows(born, [{"key": "1", "born": value}], key="key", on=DAY)
    assert codes(refused) == ["RULE-010"]
    bind_rows(born, [{"key": "1", "born": "2020-01-01"}, {"key": "2", "born": date(2020, 1, 1)}], key="key", on=DAY)


def test_a_key_that_cannot_be_printed_is_refused():
    with pytest.raises(Refused) as refused:
        bind_rows(one("homes", inputs=RENT), [{"key": 10**5000, "homes": 1}], key="key", on=DAY)
    assert codes(refused) == ["RULE-014"]


# -- how large


def chain(links):
    return {
        f"s{place}": f"{{label: 步, formula: {f's{place - 1} + 1' if place else 'homes'}}}" for place in range(links)
    }


def test_a_chain_as_long_as_allowed_runs_everywhere(everywhere):
    run = everywhere(
        book("subsidy", inputs=RENT, steps=chain(100), result="s99"), [{"key": "1", "homes": 1}], on=DAY, key="key"
    )
    assert run.rows[0].exact("s99") == "100"
    with pytest.raises(Refused) as refused:
        book("subsidy", inputs=RENT, steps=chain(101), result="s99")
    assert codes(refused) == ["BOOK-052"]


def test_a_book_that_is_too_large_is_refused():
    many = {f"i{place}": "{label: 数, unit: 套, range: [0, 9]}" for place in range(301)}
    with pytest.raises(Refused) as refused:
        book("subsidy", inputs=many, steps={"out": "{label: 和, formula: i0}"}, result="out")
    assert codes(refused) == ["BOOK-052"]
    long = " + ".join(["homes"] * 190)
    with pytest.raises(Refused) as refused:
        book(
            "subsidy",
            inputs=RENT,
            steps={f"s{place}": f"{{label: 步, formula: {long}}}" for place in range(120)},
            result="s0",
        )
    assert codes(refused) == ["BOOK-052"]


# -- a table with several keys

TABLE = """{label: 补贴比例, unit: "%", by: [class, persons], values: [
  {from: "2020-01-01", value: {低保: {1: "30", 2: "45", more: "60"}, 低收入: {1: "20", more: "40.5"}}, source: S1 一, checked: "2021-01-01"},
  {from: "2022-01-01", value: {低保: {1: "31", more: "61"}, 低收入: {1: "21", more: "41"}}, source: S1 一, checked: "2022-01-01"}]}"""
KEYS = {"class": "{label: 类别, enum: [低保, 低收入, 中等]}", "persons": "{label: 人数, unit: 人, range: [0, 20]}"}


def two_keys(**parts):
    return book(
        "subsidy",
        inputs=KEYS,
        parameters={"rate": TABLE.replace("\n", " ")},
        steps={"out": '{label: 果, unit: "%", formula: rate}'},
        result="out",
        **parts,
    )


def test_a_table_with_two_keys_is_looked_up_everywhere_alike(everywhere):
    cases = [
        ("低保", 1, "30"), ("低保", 2, "45"), ("低保", 3, "60"), ("低保", 0, ""), ("低收入", 1, "20"), ("低收入", 2, "40.5"), ("低收入", 9, "40.5"),
        ("中等", 1, ""), (None, 1, ""), ("低保", None, ""), (None, None, ""),
    ]  # fmt: skip
    rows = [
        {"key": f"{place:02d}", "class": kind, "persons": persons} for place, (kind, persons, _) in enumerate(cases)
    ]
    run = everywhere(two_keys(), rows, on=DAY, key="key")
    assert [trim_zeros(row.exact("out")) for row in run.rows] == [expected for *_, expected in cases]
    assert run.rows[7].reasons[0].why == "没有与之对应的取值" and {one.name for one in run.rows[10].reasons} == {
        "class",
        "persons",
    }
    later = everywhere(two_keys(), rows[:1], on=date(2022, 6, 1), key="key")
    assert trim_zeros(later.rows[0].exact("out")) == "31"
    tried = everywhere(two_keys(), rows[:2], on=DAY, key="key", parameters={"rate": {"低保": {"2": "50"}}})
    assert [trim_zeros(row.exact("out")) for row in tried.rows] == ["30", "50"]
    with pytest.raises(Refused, match="逐级"):
        everywhere(two_keys(), rows[:2], on=DAY, key="key", parameters={"rate": {"低保": "50"}})


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("by: [class, persons]", "by: [class, class]", "BOOK-023"), ("by: [class, persons]", "by: []", "BOOK-023"), ("by: [class, persons]", "by: [persons, class]", "BOOK-042"),
        ("by: [class, persons]", "by: [class, nobody]", "BOOK-040"), ('低保: {1: "30", 2: "45", more: "60"}', '低保: "30"', "BOOK-002"),
        ('{1: "20", more: "40.5"}', '{more: "40.5"}', "BOOK-024"), ('低收入: {1: "20"', '低中: {1: "20"', "BOOK-042"),
        ("by: [class, persons]", "by: [a, b, c, d, e]", "BOOK-023"),
    ],
)  # fmt: skip
def test_a_table_that_does_not_suit_its_keys_is_refused(old, new, code):
    assert old in TABLE
    with pytest.raises(Refused) as refused:
        book(
            "subsidy",
            inputs=KEYS,
            parameters={"rate": TABLE.replace(old, new).replace("\n", " ")},
            steps={"out": '{label: 果, unit: "%", formula: rate}'},
            result="out",
        )
    assert code in codes(refused)
