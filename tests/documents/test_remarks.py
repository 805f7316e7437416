"""意见: said of a sentence of a draft, answered one by one; nothing is signed while one waits."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from anju.core.models.trail import Trail
from anju.core.people.scope import open_scope
from anju.documents.models import Remark
from anju.documents.queries import documents, remarks
from anju.documents.services.documents import sign_off_document
from anju.documents.services.remarks import answer_remark, give_remark
from anju.oversight.queries.reminders import list_reminders
from anju.oversight.services.reminders import write_reminders
from anju.problems import Refused
from tests.cast import EAST, operator, person, sign_in

DAY = date(2022, 1, 18)


def codes(refused):
    return [one.code for one in refused.value.problems]


@pytest.fixture
def place(draft):
    return draft.region.code


@pytest.fixture
def head(scope, place):
    return operator("head", place)


@pytest.fixture
def said(head, draft):
    with open_scope(head):
        return give_remark(by=head, document=draft, serial=1, number=2, text="这个数与快报不一致")


def waiting(post, place):
    by = operator(post, place)
    with open_scope(by):
        return [one.what for one in list_reminders(by) if "条意见待答复" in one.what]


def test_a_remark_names_its_sentence_and_version_and_tells_the_drafter(scope, draft, said, place):
    sentence = remarks.list_sentences(documents.find_version(scope, draft, 1))[1]
    assert (said.where, said.sentence, said.serial, said.taken) == (sentence.where, sentence.text, 1, None)
    assert said.by_name == operator("head", place).name
    assert len(waiting("publisher", place)) == 1 and waiting("finance", place) == []
    before = waiting("publisher", place)
    write_reminders(by=scope, at=timezone.now())
    assert waiting("publisher", place) == before, "daily the same is said as at once"
    assert Trail.objects.filter(act="documents.remark").count() == 1


def test_nothing_is_signed_while_one_waits_and_the_answer_lets_it_go(scope, draft, said, place):
    with pytest.raises(Refused) as refused:
        sign_off_document(by=scope, document=draft, on=DAY)
    assert codes(refused) == ["DOC-195"] and said.where in refused.value.problems[0].what
    publisher = operator("publisher", place)
    with open_scope(publisher):
        answer_remark(by=publisher, document=draft, remark_id=said.pk, taken=True)
        answer_remark(by=publisher, document=draft, remark_id=said.pk, taken=True)
    assert Trail.objects.filter(act="documents.answer_remark").count() == 1 and waiting("publisher", place) == []
    assert sign_off_document(by=scope, document=draft, on=DAY).state == "signed"


@pytest.mark.parametrize(("taken", "answer"), [(None, "好"), (False, ""), (False, " "), (True, "长" * 1001)])
def test_an_answer_is_chosen_and_a_refusal_has_its_reason(scope, draft, said, taken, answer):
    with pytest.raises(Refused, match="DOC-193"):
        answer_remark(by=scope, document=draft, remark_id=said.pk, taken=taken, answer=answer)


def test_who_answers_second_and_otherwise_is_told(scope, draft, said):
    answer_remark(by=scope, document=draft, remark_id=said.pk, taken=False, answer="快报是月中的数")
    with pytest.raises(Refused, match="DOC-194"):
        answer_remark(by=scope, document=draft, remark_id=said.pk, taken=True)
    assert Remark.objects.get().answer == "快报是月中的数"


def test_what_cannot_be_said(scope, draft, head):
    with open_scope(head):
        for given, code in (
            ({"number": 0}, ["DOC-191"]), ({"number": 9999}, ["DOC-191"]), ({"serial": 7}, ["DOC-191"]), ({"text": " "}, ["DOC-192"]),
            ({"text": "长" * 1001}, ["DOC-192"]), ({"number": 0, "text": ""}, ["DOC-191", "DOC-192"]),
        ):  # fmt: skip
            with pytest.raises(Refused) as refused:
                give_remark(by=head, document=draft, **{"serial": 1, "number": 1, "text": "好"} | given)
            assert codes(refused) == code, given
    sign_off_document(by=scope, document=draft, on=DAY)
    with open_scope(head), pytest.raises(Refused, match="DOC-190"):
        give_remark(by=head, document=draft, serial=1, number=1, text="晚了")


def test_the_same_twice_is_one_and_another_place_s_people_say_nothing(scope, draft, said, head, place):
    with open_scope(head):
        assert give_remark(by=head, document=draft, serial=1, number=2, text=" 这个数与快报不一致 ") == said
    other = operator("head", EAST if place != EAST else "140581")
    with open_scope(other), pytest.raises(Refused, match="ACT-001"):
        give_remark(by=other, document=draft, serial=1, number=1, text="x")
    auditor = operator("auditor", place)
    with open_scope(auditor), pytest.raises(Refused, match="ACT-001"):
        give_remark(by=auditor, document=draft, serial=1, number=1, text="x")


def test_on_the_page_it_is_said_answered_and_kept(draft, place, scope):
    pages = {}
    for post in ("finance", "publisher"):
        pages[post] = Client()
        sign_in(pages[post], person(post, place))
    at, give = reverse("documents:document", args=[draft.pk]), reverse("documents:remark", args=[draft.pk])
    assert "提意见" in pages["finance"].get(at).content.decode()
    refused = pages["finance"].post(give, {"sentence": "", "remark": "请核"})
    assert refused.status_code == 422 and ">请核</textarea>" in refused.content.decode()
    assert pages["finance"].post(give, {"sentence": "1/2", "remark": "请<b>核</b>"}).status_code == 302
    shown = pages["publisher"].get(at).content.decode()
    assert "1条待答复" in shown and "请&lt;b&gt;核&lt;/b&gt;" in shown
    answer = reverse("documents:answer-remark", args=[draft.pk, Remark.objects.get().pk])
    assert f'action="{answer}' in shown and f'action="{answer}' not in pages["finance"].get(at).content.decode()
    assert pages["finance"].post(answer, {"taken": "1"}).status_code == 403
    assert pages["publisher"].post(answer, {"taken": "x"}).status_code == 422
    assert pages["publisher"].post(answer, {"taken": "0", "answer": "以锁定数为准"}).status_code == 302
    assert "以锁定数为准" in pages["finance"].get(at).content.decode()
    gone = reverse("documents:answer-remark", args=[draft.pk, 999999])
    assert pages["publisher"].post(gone, {"taken": "1"}).status_code == 404
