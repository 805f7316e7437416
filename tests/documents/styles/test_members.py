"""Members of a dimension as coordinates: a list goes through them, a name takes one of them, another measure is crossed with them."""

import pytest

from anju.problems import Refused
from tests.documents.styles.conftest import told
from tests.sample_place import FIRST, SECOND

BANKS = "banks: {of: members, measure: loan.issued, dimension: 贷款银行%s}"
LOANS = {
    "loan.issued": "30",
    "loan.issued.cdb": "20",
    "loan.issued.adb": "10",
    "loan.credit.cdb": "80",
    "loan.credit.adb": "0",
}


def lists(more=""):
    return "{" + BANKS % more + "}"


def test_a_list_goes_through_the_members_with_their_names_and_units(scope, half_year, says):
    told(scope, LOANS)
    text = "发放{total}亿元，其中{each banks: {name}{amount}{unit}}。"
    said, version = says(text, "{total: {measure: loan.issued}}", lists())
    assert said == "发放30亿元，其中国开行20亿元、农发行10亿元。"
    assert any(one["ref"].startswith("loan.issued.cdb@520200/2023-06") for one in version.figures)


def test_another_measure_is_crossed_with_the_same_member(scope, half_year, says):
    told(scope, LOANS)
    own = ", where: credit > 0, figures: {credit: {measure: loan.credit, member: '{name}'}, used: {formula: amount / credit, unit: '%'}}"
    assert (
        says("{each banks: {name}授信{credit}亿元，用去{used}}。", lists=lists(own))[0]
        == "国开行授信80亿元，用去25.0%。"
    )


def test_a_name_takes_one_member_and_the_dimension_may_go_unsaid(scope, half_year, says):
    told(scope, LOANS)
    figures = "{cdb: {measure: loan.issued, dimension: 贷款银行, member: 国开行}, adb: {measure: loan.issued, member: 农发行}}"
    assert says("国开行{cdb}亿元，农发行{adb}亿元。", figures)[0] == "国开行20亿元，农发行10亿元。"


def test_a_member_of_each_place_and_their_order(scope, half_year, says):
    told(scope, {"shanty.start.monetised": "7"}, FIRST)
    told(scope, {"shanty.start.monetised": "9"}, SECOND)
    figures = "{money: {measure: shanty.start, member: 货币化安置}}"
    those = "{those: {of: regions, where: known(money), order: money desc}}"
    assert says("{each those: {name}{money}套}。", figures, those)[0] == "六枝特区9套、钟山区7套。"


def test_only_some_of_them_in_the_order_that_the_style_says(scope, half_year, says):
    told(scope, LOANS)
    assert says("{each banks: {name}}。", lists=lists(", only: [农发行, 国开行]"))[0] == "农发行、国开行。"


def test_a_row_s_own_word_may_be_the_member(scope, half_year, says):
    told(scope, LOANS)
    rows = "{both: {of: rows, rows: [{name: 国开行, short: 开行}], figures: {issued: {measure: loan.issued, member: '{name}'}}}}"
    assert says("{each both: {short}{issued}亿元}。", lists=rows)[0] == "开行20亿元。"


@pytest.mark.parametrize(
    ("figures", "of", "said"),
    [
        ("{a: {measure: loan.issued, member: 国开}}", "{}", "没有分出“国开”。是不是“国开行”"),
        ("{a: {measure: loan.issued, dimension: 银行, member: 国开行}}", "{}", "没有按“银行”分项。可写：贷款银行"),
        ("{a: {measure: invest.done, member: 国开行}}", "{}", "没有按“任何维度”分项"),
        ("{}", "{banks: {of: members, measure: loan.issued, dimension: 银行}}", "没有按“银行”分项"),
        ("{}", "{banks: {of: members, measure: loan.issued, dimension: 贷款银行, only: [工行]}}", "没有分出“工行”"),
    ],
)  # fmt: skip
def test_a_member_that_there_is_not_is_told_with_what_there_is(says, figures, of, said):
    with pytest.raises(Refused, match=r"DOC-141.*第 9|DOC-141.*第 10") as refused:
        says("好。", figures, of)
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("figures", "of"),
    [
        ("{a: {member: 国开行, formula: 1 + 1}}", "{}"),
        ("{a: {measure: loan.issued, dimension: 贷款银行}}", "{}"),
        ("{}", "{banks: {of: members, measure: loan.issued}}"),
    ],
)
def test_half_a_coordinate_is_refused_when_the_style_is_read(says, figures, of):
    with pytest.raises(Refused, match=r"DOC-07[03]"):
        says("好。", figures, of)
