"""Digits lost in copying: the one value that the balances allow, or that there is none, or several."""

import pytest

from anju.workbooks.repair import propose_repairs

TABLE = [
    ["合计", "10500", "14397", "6397", "8000", "137.1%"],
    ["甲县", "4000", "5000", "1500", "3500", "125.0%"],
    ["乙县", "3500", "5350", "1850", "3500", "152.9%"],
    ["丙县", "3000", "4047", "3047", "1000", "134.9%"],
]


def damaged(row: int, column: int, text: str, blank: int = 0) -> list[list[str]]:
    rows = [list(cells) for cells in TABLE]
    rows[row][column] = text
    for at in range(column + 1, column + 1 + blank):
        rows[row][at] = ""
    return rows


@pytest.mark.parametrize(
    ("row", "column", "text", "value"),
    [
        (0, 2, "?4397", "14397"),
        (1, 2, "5?00", "5000"),
        (2, 3, "18?0", "1850"),
        (3, 5, ".9%", "134.9%"),
        (3, 4, "？000", "1000"),
        (1, 5, "1?5.0%", "125.0%"),
        (2, 1, "?", "3500"),
    ],
)
def test_lost_digits_are_found_again(row, column, text, value):
    (proposal,) = propose_repairs(damaged(row, column, text))
    assert (proposal.row, proposal.column, proposal.only) == (row, column, value)
    assert value in proposal.sentence and ("=" in proposal.arithmetic)


@pytest.mark.parametrize(
    ("row", "column", "text", "blank", "value"),
    [
        (3, 4, "1000134.9%", 1, "1000 | 134.9%"),
        (2, 2, "53501850", 1, "5350 | 1850"),
        (1, 3, "15003500125.0%", 2, "1500 | 3500 | 125.0%"),
    ],
)
def test_columns_stuck_together_are_cut_where_all_balances_hold(row, column, text, blank, value):
    (proposal,) = propose_repairs(damaged(row, column, text, blank))
    assert proposal.only == value


def test_a_value_that_nothing_allows_is_said_to_be_none():
    (proposal,) = propose_repairs(damaged(0, 2, "?4398"))
    assert proposal.values == ()
    assert "补不出来" in proposal.sentence


def test_several_values_are_said_to_be_several():
    rows = [
        ["甲县", "4000", "5?00", "125%"],
        ["乙县", "3500", "5350", "153%"],
        ["丙县", "3000", "4047", "135%"],
        ["丁县", "8000", "1?", "0%"],
    ]
    proposals = {proposal.row: proposal for proposal in propose_repairs(rows)}
    assert proposals[0].only == "5000"
    assert len(proposals[3].values) > 1 and not proposals[3].only
    assert "定不下来" in proposals[3].sentence


def test_without_a_balance_nothing_is_proposed():
    (proposal,) = propose_repairs([["甲县", "1?0", "35"], ["乙县", "220", "41"], ["丙县", "110", "17"]])
    assert proposal.values == ()
    assert "没有可用的合计或比率关系" in proposal.sentence


def test_one_found_value_helps_the_next():
    rows = damaged(1, 2, "5?00")
    rows[1][5] = "?25.0%"
    assert [proposal.only for proposal in propose_repairs(rows)] == ["5000", "125.0%"]


def test_a_whole_table_is_left_alone():
    assert propose_repairs(TABLE) == []


def test_what_was_given_is_never_changed():
    rows = damaged(0, 2, "?4397")
    propose_repairs(rows)
    assert rows[0][2] == "?4397"


def test_nought_is_no_candidate_for_what_a_rate_divides_by():
    rows = [
        ["东", "50", "100", "50.0%"],
        ["西", "1", "4", "25.0%"],
        ["南", "5", "?", "0.0%"],
        ["北", "30", "60", "50.0%"],
    ]
    (proposal,) = propose_repairs(rows)
    assert not proposal.only and "0" not in proposal.values


def test_what_was_not_tried_to_the_end_is_not_called_the_only_one():
    rows = [
        ["东", "50", "100", "50.0%"],
        ["西", "1", "4", "25.0%"],
        ["南", "1", "90000?", "0.0%"],
        ["北", "30", "60", "50.0%"],
    ]
    (proposal,) = propose_repairs(rows)
    assert proposal.values == () and "没有试完" in proposal.sentence
