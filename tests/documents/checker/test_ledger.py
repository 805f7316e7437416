"""A paper against the ledger of its region and period."""

import pytest

from anju.core.regions.tree import find_region
from anju.documents.checker.reading import read_text
from anju.documents.queries.checker import check_paper
from tests.documents.checker.planting import blocks_of
from tests.documents.conftest import YEAR

TITLE = "关于2021年度住房保障工作完成情况的通报\n\n"


@pytest.fixture
def check(city, scope):
    def check(text: str):
        content = blocks_of(read_text(TITLE + text)).docx()
        return check_paper(scope, content, "通报.docx", find_region(scope, "140500"), YEAR)

    return check


def test_what_the_ledger_holds_is_silent_and_counted(check):
    checked = check("2021年，全市棚户区改造开工6631套，保障性安居工程完成投资27.27亿元。")
    assert not checked.report.contradictions
    assert checked.ledger == 2


def test_within_printed_precision_is_the_same(check):
    checked = check("2021年，保障性安居工程完成投资27.3亿元。")
    assert not checked.report.findings
    assert checked.ledger == 1


def test_one_slip_from_the_ledger_is_told_with_both_values(check):
    (finding,) = check("2021年，全市棚户区改造开工6613套。").report.contradictions
    assert finding.kind == "与台账"
    assert (finding.printed, finding.other) == ("6613套", "6631套")


def test_another_year_is_not_held_against_this_one(check):
    checked = check("2020年，全市棚户区改造开工6613套。")
    assert not checked.report.findings


def test_without_a_region_the_ledger_is_not_asked(city, scope):
    checked = check_paper(scope, blocks_of(read_text(TITLE + "棚户区改造开工6613套。")).docx(), "通报.docx")
    assert checked.ledger is None
    assert not checked.report.findings
