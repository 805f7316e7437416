"""用印扫描件 compared with the text; an issued paper sent to units, signed for by them."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from anju.core.models.trail import Trail
from anju.core.people.scope import open_scope
from anju.documents.models import Delivery, SealedScan
from anju.documents.queries import delivery as deliveries
from anju.documents.queries import documents
from anju.documents.services.delivery import confirm_scan, keep_scan, receive_document, send_document
from anju.documents.services.documents import issue_document, sign_off_document
from anju.documents.text.scans import has_text, missing_sentences
from anju.documents.writers.formats import write_formats
from anju.oversight.models import SentReminder
from anju.problems import Refused
from tests.cast import CITY, EAST, WEST, operator, person, sign_in

DAY = date(2022, 1, 18)
PICTURE = b"\x89PNG\r\n\x1a\n" + b"0" * 40


@pytest.fixture
def issued(scope, draft):
    sign_off_document(by=scope, document=draft, on=DAY)
    return issue_document(by=scope, document=draft, number="示保办字〔2022〕1号", on=DAY)


@pytest.fixture
def offices(scope):
    return [person("clerk", code).postings.get().organisation for code in (EAST, WEST)]


def pdf(scope, document, change=lambda html: html):
    html = change(documents.find_version(scope, document).html)
    return write_formats(html, ["pdf"], document.title)["pdf"]


def test_a_scan_that_says_the_same_is_told_so(scope, issued):
    scan = keep_scan(by=scope, document=issued, name="盖章.pdf", content=pdf(scope, issued))
    assert scan.has_text and scan.missing == [] and scan.verdict == "文字逐句相符"
    assert scan.digest == documents.find_version(scope, issued).html_digest
    assert Trail.objects.filter(act="documents.keep_scan").count() == 1


def test_a_scan_that_prints_another_figure_names_the_sentence(scope, issued):
    other = pdf(scope, issued, lambda html: html.replace(">685<", ">658<"))
    scan = keep_scan(by=scope, document=issued, name="盖章.pdf", content=other)
    assert {one["where"] for one in scan.missing} == {"正文第1段", "附件 合计"}
    with pytest.raises(Refused, match="DOC-063"):
        confirm_scan(by=scope, scan_id=scan.pk)
    with pytest.raises(Refused, match=r"DOC-063.*写了401个字，最多400个"):
        confirm_scan(by=scope, scan_id=scan.pk, note="长" * 401)
    assert confirm_scan(by=scope, scan_id=scan.pk, note="章压住了字").confirmed_by == scope.key


def test_a_picture_is_compared_by_a_person(scope, issued):
    scan = keep_scan(by=scope, document=issued, name="盖章.png", content=PICTURE)
    assert not scan.has_text and "请对照核对" in scan.verdict
    confirmed = confirm_scan(by=scope, scan_id=scan.pk)
    assert confirmed.verdict == "已核对" and confirmed.confirmed_at
    confirm_scan(by=scope, scan_id=scan.pk)
    assert Trail.objects.filter(act="documents.confirm_scan").count() == 1


def test_spaces_page_numbers_and_widths_do_not_count():
    html = '<article class="official"><section class="body"><p>开工<data class="fig" data-ref="a">1,020</data>套。</p></section></article>'
    assert missing_sentences(html, "开工 1,0\n— 1 —\n20\n套。") == []
    assert missing_sentences(html, "开工１,０２０套。") == []
    assert [one["where"] for one in missing_sentences(html, "开工1,200套。")] == ["正文第1段"]
    assert not has_text(" \n 1") and has_text("一" * 20)


def test_what_is_no_scan_is_refused(scope, issued, city, kind):
    with pytest.raises(Refused, match="DOC-061"):
        keep_scan(by=scope, document=issued, name="a.exe", content=b"MZ")


def test_a_draft_has_no_seal_and_is_not_sent(scope, draft, offices):
    with pytest.raises(Refused, match="DOC-062"):
        keep_scan(by=scope, document=draft, name="盖章.png", content=PICTURE)
    with pytest.raises(Refused, match="DOC-064"):
        send_document(by=scope, document=draft, organisations=offices)


def test_units_are_told_at_once_and_sign_for_it(scope, issued, offices):
    with pytest.raises(Refused, match="DOC-064"):
        send_document(by=scope, document=issued, organisations=[])
    sent = send_document(by=scope, document=issued, organisations=offices)
    assert [one.organisation for one in sent] == offices
    assert send_document(by=scope, document=issued, organisations=offices) == []
    first = sent[0]
    told = SentReminder.objects.get(done_at=None, key=f"delivery/{first.pk}/")
    assert (told.region, told.organisation, told.act) == (first.region, offices[0], "documents.receive")
    with open_scope(operator("clerk", EAST)) as clerk:
        assert "685" in deliveries.find_delivery(clerk, first.pk).html
        assert receive_document(by=clerk, delivery_id=first.pk).received_name == clerk.name
        at = receive_document(by=clerk, delivery_id=first.pk).received_at
        assert at == Delivery.objects.get(pk=first.pk).received_at
    told.refresh_from_db()
    assert told.done_at is not None
    assert [bool(one.received_at) for one in deliveries.deliveries_of(scope, issued)].count(True) == 1
    assert Trail.objects.filter(act="documents.receive").count() == 1


def test_another_unit_does_not_sign(scope, issued, offices):
    first, _ = send_document(by=scope, document=issued, organisations=offices)
    with open_scope(operator("clerk", WEST)) as neighbour, pytest.raises(Delivery.DoesNotExist):
        receive_document(by=neighbour, delivery_id=first.pk)
    with open_scope(operator("finance", EAST)) as finance, pytest.raises(Refused, match="ACT-001"):
        receive_document(by=finance, delivery_id=first.pk)
    with open_scope(operator("city_reviewer", CITY)) as city, pytest.raises(Refused, match="ACT-001"):
        receive_document(by=city, delivery_id=first.pk)


def test_only_who_issues_sends_and_keeps_scans(scope, issued, offices):
    with open_scope(operator("city_reviewer", CITY)) as reviewer:
        for act in (
            lambda: send_document(by=reviewer, document=issued, organisations=offices),
            lambda: keep_scan(by=reviewer, document=issued, name="盖章.png", content=PICTURE),
        ):
            with pytest.raises(Refused, match="ACT-001"):
                act()


def test_on_the_pages(scope, issued, offices):
    publisher, clerk = Client(), Client()
    sign_in(publisher, person("publisher", CITY))
    sign_in(clerk, person("clerk", EAST))
    from django.core.files.uploadedfile import SimpleUploadedFile

    kept = publisher.post(
        reverse("documents:keep-scan", args=[issued.pk]), {"file": SimpleUploadedFile("盖章.png", PICTURE)}
    )
    assert kept.status_code == 302
    scan = SealedScan.objects.get()
    assert "请对照核对" in publisher.get(issued.get_absolute_url()).content.decode()
    assert publisher.get(reverse("documents:scan", args=[issued.pk, scan.pk])).content == PICTURE
    confirmed = reverse("documents:confirm-scan", args=[issued.pk, scan.pk])
    assert publisher.post(confirmed, {"note": ""}).status_code == 302
    units = {"unit": [str(one.pk) for one in offices]}
    assert publisher.post(reverse("documents:send", args=[issued.pk]), units).status_code == 302
    received = Delivery.objects.get(region__code=EAST)
    assert issued.title in clerk.get(f"{reverse('documents:deliveries')}?region={EAST}").content.decode()
    assert "签收" in clerk.get(received.get_absolute_url()).content.decode()
    assert clerk.get(reverse("documents:delivery-pdf", args=[received.pk])).content.startswith(b"%PDF")
    assert clerk.post(reverse("documents:receive", args=[received.pk])).status_code == 302
    assert "已签收1/2" in publisher.get(issued.get_absolute_url()).content.decode()


def test_who_sends_is_not_among_the_receivers(scope, issued, offices):
    own = operator("publisher", CITY)
    with open_scope(own):
        offered = {one.pk for one in deliveries.list_receivers(own, issued, [])}
    assert offered >= {one.pk for one in offices} and not offered & own.organisation_ids
