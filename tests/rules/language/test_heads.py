"""What a book or a parameter says once for all its values: from when, by which document, when it was looked up."""

from datetime import date

import pytest

from anju.problems import Refused
from tests.rules.build import DAY, book, codes, numbers

WHOLE = '{from: "2020-01-01", source: S1 附表, checked: "2021-01-01"}'


def headed(dated=WHOLE, **parameters):
    made = {"rate": '{label: 标准, unit: "1", values: [{value: "2"}, {from: "2021-03-01", value: "3"}]}'} | parameters
    head = {"dated": dated} if dated else {}
    return book(
        inputs=numbers("a"),
        **head,
        parameters=made,
        steps={"out": "{label: 结果, places: 0, formula: a * rate}"},
        result="out",
    )


def test_what_the_head_says_holds_for_every_value_that_does_not_say_its_own(everywhere):
    own = '{label: 另, unit: "1", source: S1 第二条, checked: "2021-05-01", values: [{value: "1"}, {from: "2021-04-01", source: S1 第九条, value: "4"}]}'
    made = headed(own=own)
    stands = [(one.since, one.source, one.checked) for name in ("rate", "own") for one in made.parameters[name].values]
    assert stands == [
        (date(2020, 1, 1), "S1 附表", date(2021, 1, 1)),
        (date(2021, 3, 1), "S1 附表", date(2021, 1, 1)),
        (date(2020, 1, 1), "S1 第二条", date(2021, 5, 1)),
        (date(2021, 4, 1), "S1 第九条", date(2021, 5, 1)),
    ]
    given = [{"key": "1", "a": 10}]
    assert everywhere(made, given, on=date(2021, 2, 28), key="key").rows[0].text("out") == "20"
    assert everywhere(made, given, on=DAY, key="key").rows[0].text("out") == "30"


@pytest.mark.parametrize(
    ("dated", "rate", "code", "count"),
    [
        ('{from: "2020-01-01", source: S1 附表}', None, "BOOK-005", 2),
        ('{from: "2020-01-01", source: S9, checked: "2021-01-01"}', None, "BOOK-015", 1),
        ('{from: "2020-01-01", source: S1, checked: 2021}', None, "BOOK-006", 1),
        ('{from: "2020-01-01", source: S1, checked: "2021-01-01", until: "2022-01-01"}', None, "BOOK-004", 1),
        (WHOLE, '{label: 标准, unit: "1", values: [{value: "2"}, {value: "3"}]}', "BOOK-014", 1),
        (WHOLE, '{label: 标准, unit: "1", values: [{until: "2019-12-31", value: "2"}]}', "BOOK-014", 1),
    ],
)
def test_what_is_wrong_in_a_head_is_told_once_and_what_is_missing_at_the_value(dated, rate, code, count):
    with pytest.raises(Refused) as refused:
        headed(dated, **({"rate": rate} if rate else {}))
    assert codes(refused).count(code) == count
