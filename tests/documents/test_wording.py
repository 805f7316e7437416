"""Placeholders of prose and titles, and the words around them."""

import pytest

from anju.documents.text.numerals import chinese_numeral
from anju.documents.text.wording import fill_placeholders, spoken_date, whole_word
from anju.problems import Refused

OPTIONS = {
    "cited": {
        "rules": {"title": "办法", "number": "示综〔2020〕1号", "issued": "2020-03-05"},
        "plain": {"title": "方案"},
    },
    "dates": {"lift": "2021-04", "built": "2014"},
    "backlog": {"from": 2017},
    "list": [1],
}


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("{year}年，{year-1}年，{year+1}年", "2021年，2020年，2022年"),
        ("按照{cited.rules}", "按照《办法》（示综〔2020〕1号）"),
        ("制定{cited.plain}", "制定《方案》"),
        ("{cited.rules.date}印发", "2020年3月5日印发"),
        ("{dates.lift}办结，{dates.built}项目", "2021年4月办结，2014年项目"),
        ("{backlog.from}年底前", "2017年底前"),
        ("[[shanty.start]]套", "[[shanty.start]]套"),
    ],
)
def test_a_placeholder_is_filled_from_period_and_options(text, filled):
    assert fill_placeholders(text, "2021", OPTIONS) == filled


def test_every_placeholder_that_nothing_answers_is_named_at_once():
    with pytest.raises(Refused) as refused:
        fill_placeholders("{cited.none}和{dates.none}和{list}", "2021", OPTIONS)
    assert [problem.code for problem in refused.value.problems] == ["DOC-031"] * 3
    assert "{cited.none}" in str(refused.value.problems[0].where)


def test_a_month_has_the_year_of_its_period():
    assert fill_placeholders("{year}年", "2021-08", {}) == "2021年"


def test_all_of_a_place_is_spoken_of_by_its_kind():
    assert [whole_word(name) for name in ("晋城市", "赫山区", "沁水县", "新疆维吾尔自治区")] == [
        "全市",
        "全区",
        "全县",
        "全区",
    ]


def test_numerals_of_headings():
    assert [chinese_numeral(number) for number in (1, 2, 10, 11, 20, 23)] == [
        "一",
        "二",
        "十",
        "十一",
        "二十",
        "二十三",
    ]
    assert spoken_date("2021-09-26") == "2021年9月26日"
