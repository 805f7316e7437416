"""Warnings of one kind are told together: the places once, their figures in the same order."""

import re

import pytest

from anju.oversight.queries.grouping import group_sentences
from anju.runs.queries.sentences import SentenceFigure, SentencePiece
from anju.runs.references import StepReference
from tests.oversight.test_circular import judged, plain, warned  # noqa: F401
from tests.sample_place import FIRST, PERIOD, SECOND, place, told, written

pytestmark = pytest.mark.usefixtures("measures")  # made once: most of these tests need them


def sentence(where: str, *rest: str) -> tuple[SentencePiece, ...]:
    """Words, and digits as figures."""
    pieces = [SentencePiece(where)]
    for serial, text in enumerate(rest):
        figure = SentenceFigure(StepReference(1, f"{where}/{serial}"), text) if text[0].isdigit() else None
        pieces.append(SentencePiece(figure=figure) if figure else SentencePiece(text))
    return tuple(pieces)


def said(sentences) -> list[str]:
    return [
        "".join(piece.figure.digits if piece.figure else piece.text for piece in one)
        for one in group_sentences(sentences)
    ]


ZERO = ("限价房", "建成率为零：开工未建成", "10", "套", "，一套也没有建成")


def test_places_of_which_the_same_is_said_stand_together():
    other = sentence("陵川县", "限价房", "建成率为零：开工未建成", "20", "套", "，一套也没有建成")
    assert said([sentence("泽州县", *ZERO), other]) == [
        "泽州县、陵川县限价房建成率为零：开工未建成分别为10套、20套，一套也没有建成"
    ]


def test_what_is_said_of_another_thing_stands_apart():
    other = sentence("陵川县", "公租房", "建成率为零：开工未建成", "20", "套", "，一套也没有建成")
    assert len(said([sentence("泽州县", *ZERO), other])) == 2


def test_one_alone_is_said_as_before():
    assert said([sentence("泽州县", *ZERO)]) == ["泽州县限价房建成率为零：开工未建成10套，一套也没有建成"]


@pytest.mark.parametrize(
    ("words", "joined"),
    [("发放率为", "发放率分别为5%、6%"), ("共有", "共分别有5%、6%"), ("发放率", "发放率分别为5%、6%")],
)
def test_a_verb_before_the_figures_is_not_said_twice(words, joined):
    assert said([sentence("甲县", words, "5%"), sentence("乙县", words, "6%")]) == [f"甲县、乙县{joined}"]


@pytest.mark.parametrize(
    ("words", "behind", "joined"),
    [
        ("租赁补贴", "户全年集中发放一次，没有按月发放", "租赁补贴分别为5户、6户，全年集中发放一次，没有按月发放"),
        ("尚有", "亿元未发放", "尚分别有5亿元、6亿元未发放"),
        ("有效授信", "亿元，累计发放不足", "有效授信分别为5亿元、6亿元，累计发放不足"),
        ("逾期", "天", "逾期分别为5天、6天"),
    ],
)
def test_every_figure_has_its_unit_behind_it_and_the_sentence_goes_on(words, behind, joined):
    both = [sentence("甲县", f"{words} ", "5", f" {behind}"), sentence("乙县", f"{words} ", "6", f" {behind}")]
    assert said(both) == [f"甲县、乙县{joined}"]


def test_a_line_of_the_book_is_said_once_though_each_row_has_it():
    both = [
        sentence(name, "整改率", number, "，低于", "90%") for name, number in (("甲县", "50.0%"), ("乙县", "85.7%"))
    ]
    assert said(both) == ["甲县、乙县整改率分别为50.0%、85.7%，低于90%"]


def test_a_figure_that_is_the_same_for_all_is_said_once():
    line = SentencePiece(figure=SentenceFigure(StepReference(1, "line"), "10%"))
    both = [(SentencePiece(name), SentencePiece("不足"), line) for name in ("甲县", "乙县")]
    assert said(both) == ["甲县、乙县不足10%"]


def test_a_circular_groups_the_counties_and_cites_every_figure(judged):  # noqa: F811
    from datetime import date

    from anju.runs.services import runs

    told(judged, {"backlog.unfinished.prh": "10", "backlog.completed.prh": "0"}, SECOND)
    runs.run_warnings(by=judged, region=place(judged), period=PERIOD, on=date(2023, 12, 31))
    version = written(judged, "circular", {"warnings": "all"})
    names = [place(judged, code).name for code in (FIRST, SECOND)]
    assert re.search(
        rf"({names[0]}、{names[1]}|{names[1]}、{names[0]})公共租赁住房建成率为零：开工未建成分别为(50套、10套|10套、50套)，一套也没有建成。",
        plain(version),
    )
    refs = {one["ref"] for one in version.figures if "建成率为零" in one["sentence"]}
    assert {f"backlog.unfinished.prh@{code}/{PERIOD}" for code in (FIRST, SECOND)} <= refs
