"""更正通报: proposed when printed figures change, drafted from what differs, issued beside the original; or left with a reason."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from anju.core.models.job import Job
from anju.core.models.trail import Trail
from anju.core.people.scope import open_scope
from anju.documents.models import Correction, Document
from anju.documents.pages.listing import listed_document
from anju.documents.queries import corrections, documents
from anju.documents.services.corrections import dismiss_correction, draft_correction, propose_corrections
from anju.documents.services.documents import (
    issue_document,
    sign_off_document,
    withdraw_document,
    write_document,
)
from anju.figures.services import observations as figures
from anju.oversight.models import SentReminder
from anju.problems import Refused
from tests.cast import CITY, ELSEWHERE, operator, person, sign_in
from tests.documents.conftest import OPTIONS, PROSE, YEAR

DAY, NEXT = date(2022, 1, 18), date(2022, 1, 25)
NUMBER = "示保办字〔2022〕1号"
COMPLETE = {"organs": ["示例市住房保障办公室"], "addressee": "各县（市、区）"}


def correct(scope, city, value="700", measure="subsidy.households"):
    figures.correct_figure(by=scope, measure=measure, region=city, period=YEAR, value=value, reason="补报")


def issue(scope, document, number, on=DAY):
    sign_off_document(by=scope, document=document, on=on)
    return issue_document(by=scope, document=document, number=number, on=on)


@pytest.fixture
def original(scope, draft, city, kind):
    """Issued, with organs and addressee of its own."""
    from dataclasses import replace

    from anju.documents import kinds

    kinds._kinds["sample"] = replace(kind, options=(*kind.options, "organs", "addressee"))
    document = write_document(
        by=scope, kind="sample", region=city, period=YEAR, options=OPTIONS | COMPLETE, prose=PROSE
    )
    return issue(scope, document, NUMBER)


def reminder(key="correction/"):
    return SentReminder.objects.filter(done_at=None, key__startswith=key).first()


def test_nothing_is_proposed_while_all_stands(scope, original):
    assert propose_corrections(by=scope) == [] and not Correction.objects.exists()
    assert not Trail.objects.filter(act="documents.propose_corrections").exists()


def test_a_changed_figure_is_proposed_with_old_and_new_and_where(scope, original, city):
    correct(scope, city)
    [row] = propose_corrections(by=scope)
    assert row.original == original and row.state == "proposed"
    [(_, old, new)] = [one for one in row.differences[0]["figures"] if one[0].startswith("subsidy.households@")]
    assert (old, new) == ("685", "700") and row.differences[0]["where"] == "正文第1段"
    assert any(one["where"].startswith("附件") for one in row.differences)
    told = reminder()
    assert told.act == "documents.correct" and NUMBER in told.what and told.link == original.get_absolute_url()
    assert propose_corrections(by=scope) == [] and Correction.objects.count() == 1


def test_the_same_value_again_is_no_difference(scope, original, city):
    correct(scope, city)
    correct(scope, city, "685")
    assert propose_corrections(by=scope) == []


def test_what_became_the_same_again_lapses(scope, original, city):
    correct(scope, city)
    propose_corrections(by=scope)
    correct(scope, city, "685")
    propose_corrections(by=scope)
    assert Correction.objects.get().state == "lapsed" and reminder() is None


def test_a_further_change_is_told_in_the_same_proposal(scope, original, city):
    correct(scope, city)
    propose_corrections(by=scope)
    correct(scope, city, "710")
    propose_corrections(by=scope)
    assert Correction.objects.count() == 1
    assert Correction.objects.get().differences[0]["new"].count("710") == 1


def test_a_change_of_a_figure_has_it_looked_at_by_the_machine(scope, original, city):
    correct(scope, city)
    correct(scope, city, "701")
    [job] = Job.objects.filter(name="documents.corrections")  # one for both
    assert (job.by, job.state) == ("local", "waiting")


def test_a_first_value_is_no_change(scope, original, city):
    figures.enter_figure(by=scope, measure="prh.start", region=city, period=YEAR, value="5")
    assert not Job.objects.filter(name="documents.corrections").exists()


def test_the_draft_tells_old_new_where_and_of_which_paper(scope, original, city):
    correct(scope, city)
    propose_corrections(by=scope)
    paper = draft_correction(by=scope, document=original)
    version = documents.find_version(scope, paper)
    assert paper.kind == "correction" and original.title in paper.title
    assert f"2022年1月18日印发的《{original.title}》（{NUMBER}）" in version.html
    text = "".join(documents_text(version.html))
    assert "正文第1段，原为“全年发放租赁补贴685户" in text and "更正为“全年发放租赁补贴700户" in text
    assert "“发放量”，原为“685”，更正为“700”" in text
    assert {one["ref"] for one in version.figures} >= {f"subsidy.households@{city.code}/{YEAR}"}
    assert version.options["organs"] == COMPLETE["organs"] and version.options["addressee"] == COMPLETE["addressee"]
    row = Correction.objects.get()
    assert (row.state, row.document) == ("drafted", paper)
    assert "更正通报已起草" in reminder().what and reminder().link == paper.get_absolute_url()
    assert draft_correction(by=scope, document=original) == paper  # the same again is that draft


def documents_text(html):
    from anju.documents.layout import markup

    return [one.text for one in markup.sentences(markup.parse_article(html))]


def test_the_correction_does_not_remind_of_what_it_quotes(scope, original, city):
    correct(scope, city)
    paper = draft_correction(by=scope, document=original)
    assert [one["code"] for one in documents.find_version(scope, paper).warnings if one["code"] == "DOC-102"] == []


def test_issued_both_stand_and_each_names_the_other(scope, original, city):
    before = documents.find_version(scope, original).html
    correct(scope, city)
    propose_corrections(by=scope)
    paper = issue(scope, draft_correction(by=scope, document=original), "示保办字〔2022〕2号", NEXT)
    row = Correction.objects.get()
    assert (row.state, row.document) == ("issued", paper) and reminder() is None
    assert corrections.corrected_by(scope, [original]) == {original.pk: paper}
    assert corrections.corrected_paper(scope, paper) == original
    assert documents.find_version(scope, original).html == before
    listed = listed_document(scope, original)
    assert listed.state == "已印发·已更正" and "已由示保办字〔2022〕2号更正" in listed.note
    assert propose_corrections(by=scope) == []  # what was corrected is not proposed again


def test_a_change_after_the_correction_is_proposed_anew(scope, original, city):
    correct(scope, city)
    issue(scope, draft_correction(by=scope, document=original), "示保办字〔2022〕2号", NEXT)
    correct(scope, city, "702")
    [row] = propose_corrections(by=scope)
    assert row.original == original and "702" in row.differences[0]["new"]
    assert listed_document(scope, original).css == "bad"
    second = issue(scope, draft_correction(by=scope, document=original), "示保办字〔2022〕3号", NEXT)
    assert corrections.corrected_by(scope, [original]) == {original.pk: second}


def test_a_withdrawn_correction_does_not_correct(scope, original, city):
    correct(scope, city)
    paper = issue(scope, draft_correction(by=scope, document=original), "示保办字〔2022〕2号", NEXT)
    withdraw_document(by=scope, document=paper, on=NEXT, reason="漏了一处")
    assert corrections.corrected_by(scope, [original]) == {}
    assert [one.original for one in propose_corrections(by=scope)] == [original]


def test_not_to_correct_needs_a_reason_and_holds_for_these_differences_only(scope, original, city):
    correct(scope, city)
    propose_corrections(by=scope)
    with pytest.raises(Refused, match="DOC-046"):
        dismiss_correction(by=scope, document=original, reason=" ")
    with pytest.raises(Refused, match=r"DOC-046.*写了401个字，最多400个"):
        dismiss_correction(by=scope, document=original, reason="长" * 401)
    row = dismiss_correction(by=scope, document=original, reason="差异在允许范围内")
    assert row.state == "dismissed" and reminder() is None
    assert Trail.objects.get(act="documents.dismiss_correction").said["reason"] == "差异在允许范围内"
    assert propose_corrections(by=scope) == []
    correct(scope, city, "710")
    assert len(propose_corrections(by=scope)) == 1


def test_what_is_drafted_is_not_dismissed(scope, original, city):
    correct(scope, city)
    draft_correction(by=scope, document=original)
    with pytest.raises(Refused, match="STATE-001"):
        dismiss_correction(by=scope, document=original, reason="不更正")


def test_only_an_issued_paper_whose_figures_changed(scope, original, city):
    with pytest.raises(Refused, match="DOC-045"):
        draft_correction(by=scope, document=original)
    correct(scope, city)
    paper = issue(scope, draft_correction(by=scope, document=original), "示保办字〔2022〕2号", NEXT)
    correct(scope, city, "702")
    with pytest.raises(Refused, match="DOC-044"):
        draft_correction(by=scope, document=paper)
    withdraw_document(by=scope, document=original, on=NEXT, reason="废止")
    original.refresh_from_db()
    with pytest.raises(Refused, match="DOC-044"):
        draft_correction(by=scope, document=original)
    with pytest.raises(Refused, match="DOC-047"):
        write_document(by=scope, kind="correction", region=city, period=YEAR, options={"original": original.pk})


def test_corrections_of_two_papers_are_two_drafts(scope, original, city, kind):
    second = write_document(
        by=scope, kind="sample", region=city, period=YEAR, options=OPTIONS | COMPLETE | {"title": "另一件"}, prose=PROSE
    )
    second = issue(scope, second, "示保办字〔2022〕2号")
    correct(scope, city)
    papers = {draft_correction(by=scope, document=one).pk for one in (original, second)}
    assert len(papers) == 2 and Document.objects.filter(kind="correction").count() == 2


def test_only_the_publisher_of_the_region(scope, original, city):
    correct(scope, city)
    with open_scope(operator("city_reviewer", CITY)) as reviewer, pytest.raises(Refused, match="ACT-001"):
        draft_correction(by=reviewer, document=original)
    with open_scope(operator("publisher", ELSEWHERE)) as other:
        with pytest.raises(Refused, match="ACT-001"):
            dismiss_correction(by=other, document=original, reason="不更正")
        assert propose_corrections(by=other) == []
    with open_scope(operator("publisher", CITY)) as publisher:
        assert draft_correction(by=publisher, document=original).by == publisher.key


def test_on_the_page(scope, original, city):
    correct(scope, city)
    propose_corrections(by=scope)
    client = Client()
    sign_in(client, person("publisher", CITY))
    at = original.get_absolute_url()
    shown = client.get(at).content.decode()
    assert "建议发更正通报" in shown and "685→700" in shown
    dismissed = reverse("documents:dismiss-correction", args=[original.pk])
    assert client.post(dismissed, {"reason": ""}).status_code == 422
    answer = client.post(reverse("documents:draft-correction", args=[original.pk]))
    assert answer.status_code == 302
    paper = Document.objects.get(kind="correction")
    assert "更正的是" in client.get(paper.get_absolute_url()).content.decode()
    assert "更正通报已起草" in client.get(at).content.decode()


def test_what_is_proposed_or_corrected_is_not_told_twice(scope, original, city):
    """The page asks for the stale sentences where no correction tells of them already."""
    client = Client()
    sign_in(client, person("publisher", CITY))
    stale = f'hx-get="{reverse("documents:stale", args=[original.pk])}"'

    def asks():
        return stale in client.get(original.get_absolute_url()).content.decode()

    correct(scope, city)
    assert asks()
    propose_corrections(by=scope)
    assert not asks()
    issue(scope, draft_correction(by=scope, document=original), "示保办字〔2022〕2号", NEXT)
    assert not asks()
    correct(scope, city, "702")
    assert asks()


def test_it_is_begun_from_the_paper_that_it_corrects_and_not_from_the_list(original, city):
    client = Client()
    sign_in(client, person("publisher", city.code))
    page = client.get(f"/documents/?region={city.code}&period={YEAR}").content.decode()
    assert 'id="kind"' in page and "更正通报</option>" not in page
