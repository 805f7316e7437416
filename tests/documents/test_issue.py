"""Signing and issuing: number, date and digests together, once; a changed figure says which sentences."""

from datetime import date

import pytest

from anju.core.models.trail import Trail
from anju.documents.queries import documents
from anju.documents.queries.stale import stale_sentences
from anju.documents.services.documents import (
    issue_document,
    send_document_back,
    sign_off_document,
    withdraw_document,
    write_document,
)
from anju.figures.services import observations as figures
from anju.problems import Refused
from tests.documents.conftest import YEAR

DAY = date(2022, 1, 18)
NUMBER = "示保办字〔2022〕1号"


def correct(scope, city, value="700"):
    figures.correct_figure(by=scope, measure="subsidy.households", region=city, period=YEAR, value=value, reason="补报")


def issued(scope, draft):
    sign_off_document(by=scope, document=draft, on=DAY)
    return issue_document(by=scope, document=draft, number=NUMBER, on=DAY)


def test_number_and_date_are_put_into_the_signed_text_and_nothing_else(scope, draft):
    before = documents.find_version(scope, draft)
    document = issued(scope, draft)
    after = documents.find_version(scope, document)
    assert (document.state, document.number, document.issued_on) == ("issued", NUMBER, DAY)
    assert f'<p class="doc-number">{NUMBER}</p>' in after.html and "草稿" not in after.html
    assert after.html.count("2022年1月18日") == 2
    assert after.figures_digest == before.figures_digest and after.html_digest != before.html_digest
    assert stale_sentences(scope, document) == []


def test_a_number_is_used_once(scope, draft):
    issued(scope, draft)
    second = write_document(by=scope, kind="sample", region=draft.region, period=YEAR, options={"organ": "甲"})
    sign_off_document(by=scope, document=second, on=DAY)
    with pytest.raises(Refused, match="DOC-020"):
        issue_document(by=scope, document=second, number=NUMBER, on=DAY)
    issue_document(by=scope, document=second, number="示保办字〔2022〕2号", on=DAY)


def test_an_unsigned_draft_is_not_issued_and_nothing_twice(scope, draft):
    with pytest.raises(Refused, match="STATE-001"):
        issue_document(by=scope, document=draft, number=NUMBER, on=DAY)
    issued(scope, draft)
    with pytest.raises(Refused, match="STATE-001"):
        sign_off_document(by=scope, document=draft, on=DAY)


def test_signing_is_for_the_post(scope, draft):
    from anju.core.people.scope import Actor

    clerk = Actor("clerk", "填报员", scope.region_ids, {"clerk": scope.region_ids})
    with pytest.raises(Refused, match="STATE-002"):
        sign_off_document(by=clerk, document=draft, on=DAY)


def test_an_upward_report_needs_its_signatory(scope, draft, kind):
    from dataclasses import replace

    from anju.documents import kinds

    sign_off_document(by=scope, document=draft, on=DAY)
    kinds._kinds["sample"] = replace(kind, upward=True)
    with pytest.raises(Refused, match="DOC-022"):  # signed before that was asked
        issue_document(by=scope, document=draft, number=NUMBER, on=DAY)
    send_document_back(by=scope, document=draft, on=DAY, reason="缺签发人")
    with pytest.raises(Refused, match="DOC-022"):
        sign_off_document(by=scope, document=draft, on=DAY)


@pytest.mark.parametrize(
    ("options", "missing"),
    [
        ({}, ["发文机关", "主送机关"]),
        ({"organs": [" "], "addressee": " "}, ["发文机关", "主送机关"]),
        ({"organs": ["示例机关"]}, ["主送机关"]),
        ({"addressee": "各县"}, ["发文机关"]),
        ({"organs": ["示例机关"], "addressee": "各县"}, []),
    ],
)
def test_what_the_layout_needs_is_there_before_a_text_is_signed(scope, draft, kind, options, missing):
    from dataclasses import replace

    from anju.documents import kinds

    kinds._kinds["sample"] = replace(kind, needs=("organs", "addressee"))
    document = write_document(by=scope, kind="sample", region=draft.region, period=YEAR, options=options)
    if not missing:
        assert sign_off_document(by=scope, document=document, on=DAY).state == "signed"
        return
    with pytest.raises(Refused) as refused:
        sign_off_document(by=scope, document=document, on=DAY)
    assert [(one.code, one.where.field) for one in refused.value.problems] == [("DOC-024", name) for name in missing]


def test_prose_with_a_blank_in_it_is_not_signed_and_is_named(scope, draft):
    document = write_document(
        by=scope, kind="sample", region=draft.region, period=YEAR, prose={"problems": ["建成[[shanty.complete]]套。"]}
    )
    with pytest.raises(Refused, match="DOC-037") as refused:
        sign_off_document(by=scope, document=document, on=DAY, reason="照发")
    assert "棚户区改造基本建成量" in str(refused.value)


def test_prose_without_a_place_in_the_text_is_not_signed_and_is_named(scope, draft, kind):
    from dataclasses import replace

    from anju.documents import kinds

    kinds._kinds["sample"] = replace(kind, prose=("problems", "nowhere"))
    document = write_document(
        by=scope, kind="sample", region=draft.region, period=YEAR, prose={"nowhere": ["这段话没有位置。"]}
    )
    with pytest.raises(Refused, match="DOC-035"):
        sign_off_document(by=scope, document=document, on=DAY)


def test_a_corrected_figure_makes_its_sentences_stale(scope, city, draft):
    document = issued(scope, draft)
    correct(scope, city)
    stale = stale_sentences(scope, document)
    assert [one.where for one in stale] == ["正文第1段", "附件 合计"]
    changes = {one.ref.split("@")[0]: (one.old, one.new) for one in stale[0].figures}
    assert changes == {"subsidy.households": ("685", "700"), "subsidy.households.rate": ("102.2%", "104.5%")}
    assert stale[0].old.startswith("全年发放租赁补贴685户") and "700户" in stale[0].new


def test_a_sentence_that_a_figure_brings_or_takes_is_told_too(scope, city, draft):
    from anju.core.regions.tree import child_regions

    first = child_regions(scope, city)[0]
    figures.correct_figure(
        by=scope, measure="subsidy.households", region=first, period=YEAR, value="460", reason="补报"
    )
    gone = [one for one in stale_sentences(scope, draft) if not one.new]
    assert len(gone) == 1 and gone[0].old == f"{first.name}没有达到年度任务。" and "不再出现" in gone[0].told


def test_a_stale_text_is_signed_only_with_a_reason(scope, city, draft):
    correct(scope, city)
    with pytest.raises(Refused, match="DOC-021") as refused:
        sign_off_document(by=scope, document=draft, on=DAY)
    assert "685→700" in str(refused.value)
    assert sign_off_document(by=scope, document=draft, on=DAY, reason="按上会稿印发").state == "signed"


def test_withdrawing_keeps_the_number_used(scope, draft):
    document = issued(scope, draft)
    with pytest.raises(Refused, match="DOC-023"):
        withdraw_document(by=scope, document=document, on=DAY, reason=" ")
    withdraw_document(by=scope, document=document, on=DAY, reason="附件有误")
    assert documents.find_document(scope, document.pk).number == NUMBER


def test_a_version_cannot_be_changed(scope, draft):
    from django.db import DatabaseError, transaction

    with pytest.raises(DatabaseError), transaction.atomic():
        draft.versions.update(html="")


def test_a_signed_text_is_shown_without_the_mark_of_a_draft_and_kept_as_it_is(scope, draft):
    version = documents.find_version(scope, draft)
    assert "草稿" in documents.document_text(draft, version)
    sign_off_document(by=scope, document=draft, on=DAY)
    shown = documents.document_text(draft, documents.find_version(scope, draft))
    assert "草稿" not in shown and "（待编号）" in shown and documents.find_version(scope, draft).html == version.html
    issued = issue_document(by=scope, document=draft, number=NUMBER, on=DAY)
    assert "待编号" not in documents.document_text(issued, documents.find_version(scope, issued))


def test_a_signed_text_is_sent_back_and_each_step_is_one_row(scope, draft):
    sign_off_document(by=scope, document=draft, on=DAY)
    send_document_back(by=scope, document=draft, on=DAY, reason="口径有误")
    assert draft.state == "draft"
    issued(scope, draft)
    rows = Trail.objects.filter(object_type="documents.document", object_id=draft.pk).order_by("id")
    assert [row.act.partition(".")[2] for row in rows] == ["draft", "sign_off", "send_back", "sign_off", "issue"]
    assert rows[2].said["reason"] == "口径有误"
    said = rows[4].said
    assert (said["before"], said["after"]["state"], said["after"]["on"]) == ({"state": "signed"}, "issued", str(DAY))
    assert (
        said["after"]["because"]["number"] == NUMBER
        and said["digest"] == documents.find_version(scope, draft).html_digest
    )
