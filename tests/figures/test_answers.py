"""Answers to the reminders of an import: each finding has its own, and those that were looked at may share one."""

import pytest

from anju.figures.services.imports import answer_key, answers_of, short_key
from anju.problems import ASK, Place, Problem


def asked(code, cell="", sheet="附件1"):
    return Problem(code, Place(file="表.xlsx", sheet=sheet if cell else "", cell=cell), "不符。", "请核对。", ASK)


D3, D4, OTHER, WHOLE = asked("WB-045", "D3"), asked("WB-045", "D4"), asked("WB-045", "D4", "附件2"), asked("FIG-035")


@pytest.mark.parametrize(
    ("answers", "answered"),
    [
        ({}, []),
        ({"WB-045": "一句话"}, []),  # nobody looked at any of them
        ({"*": "一句话"}, []),
        ({"FIG-035": "以这份为准"}, [WHOLE]),
        ({"WB-045 D3": "截尾"}, [D3]),
        ({"WB-045 D4": "截尾"}, []),  # which of the two sheets?
        ({"WB-045 附件2!D4": "截尾"}, [OTHER]),
        ({"WB-045 D3、附件1!D4": "截尾"}, [D3, D4]),
        ({"WB-045 D3, 附件1!D4，附件2!D4": "截尾"}, [D3, D4, OTHER]),
        ({"WB-046 D3": "截尾"}, []),
        ({"WB-045 D3": "  "}, []),
        ({answer_key(D4): "截尾"}, [D4]),
        ({short_key(OTHER): "截尾", short_key(WHOLE): "以这份为准"}, [OTHER, WHOLE]),
    ],
)
def test_an_answer_answers_what_it_names_and_nothing_else(answers, answered):
    every = [D3, D4, OTHER, WHOLE]
    given = answers_of(every, answers)
    assert [one for one in every if given[answer_key(one)]] == answered


def test_a_code_alone_does_not_answer_the_only_finding_of_a_cell():
    assert answers_of([D3], {"WB-045": "按万套算有舍入差"}) == {answer_key(D3): ""}
