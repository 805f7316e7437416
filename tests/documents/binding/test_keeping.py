"""A paper that was read, and what a person says of its numbers: kept, for their office, by who may."""

import pytest

from anju.core.people.scope import open_scope
from anju.documents.binding.sentences import CONSTANT
from anju.documents.models import BoundPaper
from anju.documents.queries import bindings
from anju.documents.services.bindings import answer_numbers, bind_paper, confirm_certain, drop_binding
from anju.problems import Refused
from tests.cast import operator
from tests.documents.binding.papers import JUNE, MAY, A
from tests.sample_place import CITY, place

TEXT = "关于2023年5月棚改进展的通报\n全市棚户区改造开工3232套，召开调度会7次。\n".encode()


@pytest.fixture
def binding(scope, ledger):
    return bind_paper(by=scope, region=ledger, period=JUNE, name="五月.txt", content=TEXT)


def test_the_period_is_the_titles(binding):
    assert (binding.period, binding.title) == (MAY, "关于2023年5月棚改进展的通报")


def test_what_was_said_stays_and_can_be_taken_back(scope, binding):
    read = bindings.read_binding(binding)
    first, second = read.marks
    answer_numbers(by=scope, binding_id=binding.pk, answers={first: read.marks[first].proposal.figures[0]})
    answer_numbers(by=scope, binding_id=binding.pk, answers={second: CONSTANT})
    read = bindings.read_binding(bindings.find_binding(scope, binding.pk))
    assert [one.answered is not None for one in read.marks.values()] == [True, True] and not read.open
    answer_numbers(by=scope, binding_id=binding.pk, answers={second: None})
    assert bindings.read_binding(bindings.find_binding(scope, binding.pk)).open == 1


def test_the_certain_ones_are_confirmed_in_one_go(scope, binding):
    assert confirm_certain(by=scope, binding_id=binding.pk) == 1
    assert confirm_certain(by=scope, binding_id=binding.pk) == 0
    read = bindings.read_binding(bindings.find_binding(scope, binding.pk))
    assert (read.counts["bound"], read.counts["absent"]) == (1, 1)


def test_a_number_that_is_not_there_is_refused(scope, binding):
    with pytest.raises(Refused, match="DOC-172"):
        answer_numbers(by=scope, binding_id=binding.pk, answers={99: CONSTANT})


def test_who_may_not_draft_styles_binds_nothing(scope, ledger):
    with pytest.raises(Refused):
        bind_paper(by=operator("auditor", CITY), region=ledger, period=JUNE, name="五月.txt", content=TEXT)
    with pytest.raises(Refused):
        bind_paper(by=operator("publisher", A), region=ledger, period=JUNE, name="五月.txt", content=TEXT)


def test_another_offices_paper_is_not_there(scope, ledger):
    mine, colleague, other = operator("publisher", CITY), operator("clerk", CITY), operator("finance", CITY)
    made = bind_paper(by=mine, region=place(scope), period=JUNE, name="五月.txt", content=TEXT)
    with open_scope(colleague):
        assert bindings.find_binding(colleague, made.pk) == made
    with open_scope(other), pytest.raises(BoundPaper.DoesNotExist):
        answer_numbers(by=other, binding_id=made.pk, answers={})


def test_what_is_kept_no_longer_is_not_there_twice(scope, binding):
    drop_binding(by=scope, binding_id=binding.pk)
    with pytest.raises(BoundPaper.DoesNotExist):
        drop_binding(by=scope, binding_id=binding.pk)


def test_without_a_number_and_with_too_many_it_is_refused(scope, ledger):
    for content, code in (("只有文字。", "DOC-170"), ("合计" + "1套、" * 4_100, "DOC-171")):
        with pytest.raises(Refused, match=code):
            bind_paper(by=scope, region=ledger, period=JUNE, name="怪.txt", content=content.encode())


def test_an_office_that_lets_papers_lie_is_told(scope, ledger, binding):
    lying = BoundPaper.objects.get(pk=binding.pk)
    for _ in range(59):
        lying.pk = None
        lying.save(force_insert=True)
    with pytest.raises(Refused, match="DOC-173"):
        bind_paper(by=scope, region=ledger, period=JUNE, name="五月.txt", content=TEXT)
