"""The register of 文号: each is used once however it is typed, what is left out is explained, and whoever must explain is told."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from anju.core.models.trail import Trail
from anju.core.people.scope import open_scope
from anju.documents.models import DocumentNumber
from anju.documents.overdue import overdue_documents
from anju.documents.queries import numbers
from anju.documents.services.documents import issue_document, sign_off_document, write_document
from anju.documents.services.numbers import explain_gap, reserve_number, void_number
from anju.documents.text.numbering import NumberParts, parse_number, ranges
from anju.oversight.models import SentReminder
from anju.problems import Refused
from tests.cast import CITY, ELSEWHERE, operator, person, sign_in
from tests.documents.conftest import YEAR

DAY = date(2022, 1, 18)
CODE = "示保办字"


def issue(scope, region, number, organ="甲", on=DAY):
    document = write_document(by=scope, kind="sample", region=region, period=YEAR, options={"organ": organ})
    sign_off_document(by=scope, document=document, on=on)
    return issue_document(by=scope, document=document, number=number, on=on)


def gaps(scope, region):
    return [(one.code, one.year, one.first, one.last) for one in numbers.list_gaps(scope, [region])]


def test_a_code_longer_than_is_kept_is_no_number():
    assert parse_number("字" * 50 + "〔2026〕2号") == NumberParts("字" * 50, 2026, 2)
    assert parse_number("字" * 51 + "〔2026〕2号") is None


@pytest.mark.parametrize(
    ("typed", "parts"),
    [
        ("示保办字〔2022〕1号", (CODE, 2022, 1)),
        ("示保办字[2022]1号", (CODE, 2022, 1)),
        ("示保办字【2022】第１号", (CODE, 2022, 1)),
        (" 示保办字（2022） 01号 ", (CODE, 2022, 1)),
        ("示保办字〔2022〕0号", None),
        ("示保办字2022-1", None),
        ("〔2022〕1号", None),
        ("", None),
    ],
)
def test_a_number_is_taken_apart_whatever_brackets_were_typed(typed, parts):
    assert parse_number(typed) == (NumberParts(*parts) if parts else None)


def test_serials_as_stretches():
    assert ranges([1, 2, 3, 7, 9, 10]) == [(1, 3), (7, 7), (9, 10)]
    assert ranges([]) == []


@pytest.mark.parametrize("again", ["示保办字[2022]1号", "示保办字（2022）１号", "示保办字〔2022〕01号"])
def test_the_same_number_in_other_brackets_is_the_same_number(scope, city, kind, again):
    first = issue(scope, city, "示保办字〔2022〕1号")
    with pytest.raises(Refused, match="DOC-020") as refused:
        issue(scope, city, again, "乙")
    assert first.title in refused.value.problems[0].what


def test_it_is_printed_as_the_standard_has_it(scope, city, kind):
    assert issue(scope, city, "示保办字[2022]1号").number == "示保办字〔2022〕1号"


def test_other_codes_years_and_regions_count_by_themselves(scope, city, kind):
    issue(scope, city, "示保办字〔2022〕1号")
    issue(scope, city, "示保办函〔2022〕1号", "乙")
    issue(scope, city, "示保办字〔2021〕1号", "丙")
    assert gaps(scope, city) == []
    assert len(numbers.list_series(scope, [city])) == 3


def test_what_is_left_out_is_a_gap_until_it_is_explained(scope, city, kind):
    issue(scope, city, "示保办字〔2022〕1号")
    issue(scope, city, "示保办字〔2022〕4号", "乙")
    assert gaps(scope, city) == [(CODE, 2022, 2, 3)]
    assert [one.what for one in overdue_documents(scope, city, DAY)] == ["示保办字〔2022〕2—3号"]
    explain_gap(by=scope, region=city, code=CODE, year=2022, first=2, last=2, state="void", reason="拟发后未印发")
    assert gaps(scope, city) == [(CODE, 2022, 3, 3)]
    explain_gap(by=scope, region=city, code=CODE, year=2022, first=3, last=3, state="outside", reason="线下印发")
    assert gaps(scope, city) == [] == overdue_documents(scope, city, DAY)
    row = DocumentNumber.objects.get(serial=2)
    assert (row.state, row.reason, row.by) == ("void", "拟发后未印发", scope.key) and row.at
    assert Trail.objects.filter(act="documents.explain_gap").count() == 2


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"reason": " "}, "DOC-042"),
        ({"reason": "长" * 201}, "DOC-042"),
        ({"state": "used"}, "DOC-043"),
        ({"first": 1}, "DOC-043"),
        ({"last": 4}, "DOC-043"),
        ({"first": 3, "last": 2}, "DOC-043"),
        ({"code": "别的字"}, "DOC-043"),
    ],
)
def test_only_a_gap_is_explained_and_with_a_reason(scope, city, kind, change, code):
    issue(scope, city, "示保办字〔2022〕1号")
    issue(scope, city, "示保办字〔2022〕4号", "乙")
    said = {"code": CODE, "year": 2022, "first": 2, "last": 3, "state": "void", "reason": "未印发"} | change
    with pytest.raises(Refused, match=code):
        explain_gap(by=scope, region=city, **said)
    assert gaps(scope, city) == [(CODE, 2022, 2, 3)]


def test_the_second_explanation_of_one_gap_is_refused(scope, city, kind):
    issue(scope, city, "示保办字〔2022〕2号")
    said = {"code": CODE, "year": 2022, "first": 1, "last": 1, "state": "void", "reason": "未印发"}
    explain_gap(by=scope, region=city, **said)
    with pytest.raises(Refused, match="DOC-043"):
        explain_gap(by=scope, region=city, **said)


def test_an_explained_number_is_not_used_and_says_who_and_why(scope, city, kind):
    issue(scope, city, "示保办字〔2022〕2号")
    explain_gap(by=scope, region=city, code=CODE, year=2022, first=1, last=1, state="void", reason="未印发")
    with pytest.raises(Refused, match="DOC-041") as refused:
        issue(scope, city, "示保办字〔2022〕1号", "乙")
    assert "空号：未印发" in refused.value.problems[0].what and scope.name in refused.value.problems[0].what


def test_a_reserved_number_is_used_by_its_paper(scope, city, kind):
    row = reserve_number(by=scope, region=city, parts=NumberParts(CODE, 2022, 5), reason="年度通报")
    assert gaps(scope, city) == [(CODE, 2022, 1, 4)]
    with pytest.raises(Refused, match="DOC-020"):
        reserve_number(by=scope, region=city, parts=NumberParts(CODE, 2022, 5), reason="另一件")
    document = issue(scope, city, "示保办字〔2022〕5号")
    row.refresh_from_db()
    assert (row.state, row.document) == ("used", document)
    with pytest.raises(Refused, match="DOC-020"):
        reserve_number(by=scope, region=city, parts=NumberParts(CODE, 2022, 5), reason="另一件")
    with pytest.raises(Refused, match="STATE-001"):
        void_number(by=scope, number_id=row.pk, reason="不用了")


def test_a_reserved_number_that_is_not_needed_becomes_void_with_its_reason(scope, city, kind):
    row = reserve_number(by=scope, region=city, parts=NumberParts(CODE, 2022, 1), reason="年度通报")
    with pytest.raises(Refused, match="DOC-042"):
        void_number(by=scope, number_id=row.pk, reason=" ")
    assert void_number(by=scope, number_id=row.pk, reason="不印发了").state == "void"
    with pytest.raises(Refused, match="DOC-041"):
        issue(scope, city, "示保办字〔2022〕1号")


def test_to_reserve_says_for_what(scope, city):
    with pytest.raises(Refused, match="DOC-042"):
        reserve_number(by=scope, region=city, parts=NumberParts(CODE, 2022, 1), reason=" ")


def test_only_the_publisher_of_the_region(scope, city):
    parts = NumberParts(CODE, 2022, 1)
    with open_scope(operator("city_reviewer", CITY)) as reviewer, pytest.raises(Refused, match="ACT-001"):
        reserve_number(by=reviewer, region=city, parts=parts, reason="通报")
    with open_scope(operator("publisher", ELSEWHERE)) as other, pytest.raises(city.DoesNotExist):
        reserve_number(by=other, region=city, parts=parts, reason="通报")
    with open_scope(operator("publisher", CITY)) as publisher:
        row = reserve_number(by=publisher, region=city, parts=parts, reason="通报")
    with open_scope(operator("publisher", ELSEWHERE)) as other, pytest.raises(DocumentNumber.DoesNotExist):
        void_number(by=other, number_id=row.pk, reason="不用了")


def test_the_publisher_is_told_of_a_gap_at_once_and_no_more_once_it_is_explained(scope, city, kind):
    issue(scope, city, "示保办字〔2022〕3号")
    told = SentReminder.objects.get(done_at=None, key="number-gap/示保办字/2022")
    assert told.act == "documents.number" and "1—2号空着" in told.what
    explain_gap(by=scope, region=city, code=CODE, year=2022, first=1, last=2, state="outside", reason="系统启用以前")
    told.refresh_from_db()
    assert told.done_at is not None


def test_the_next_number_is_offered(scope, city, kind):
    year = timezone.localdate().year
    assert numbers.suggest_number(scope, city, "sample", year) == ""
    issue(scope, city, f"示保办字〔{year - 1}〕7号")
    assert numbers.suggest_number(scope, city, "sample", year) == f"示保办字〔{year}〕1号"
    issue(scope, city, f"示保办字〔{year}〕1号", "乙")
    assert numbers.suggest_number(scope, city, "sample", year) == f"示保办字〔{year}〕2号"


def test_a_number_of_another_form_is_used_once_and_stands_apart(scope, city, kind):
    document = issue(scope, city, "市房保通字第三号")
    assert numbers.shapeless_documents(scope, city) == [document] and not numbers.list_series(scope, [city])
    with pytest.raises(Refused, match="DOC-020"):
        issue(scope, city, "市房保通字第三号", "乙")


def test_the_page_lists_explains_and_leaves_as_a_file(scope, city, kind):
    issue(scope, city, "示保办字〔2022〕1号")
    issue(scope, city, "示保办字〔2022〕4号", "乙")
    client = Client()
    sign_in(client, person("publisher", CITY))
    at = f"{reverse('documents:numbers')}?region={CITY}"
    shown = client.get(at).content.decode()
    assert "2个空号没有说明" in shown and "示保办字〔2022〕2—3号" in shown
    address = f"{reverse('documents:explain-gap')}?region={CITY}"
    posted = {"code": CODE, "year": "2022", "first": "2", "last": "3", "state": "void", "reason": ""}
    assert client.post(address, posted).status_code == 422
    assert client.post(address, posted | {"reason": "未印发"}).status_code == 302
    assert "没有说明" not in client.get(at).content.decode()
    reserved = f"{reverse('documents:reserve-number')}?region={CITY}"
    assert client.post(reserved, {"number": "五号", "reason": "通报"}).status_code == 422
    assert client.post(reserved, {"number": "示保办字[2022]5号", "reason": "通报"}).status_code == 302
    row = DocumentNumber.objects.get(serial=5)
    assert (
        client.post(f"{reverse('documents:void-number', args=[row.pk])}?region={CITY}", {"reason": "不用"}).status_code
        == 302
    )
    exported = client.get(at + "&export=xlsx")
    assert exported["Content-Type"].startswith("application/vnd") and exported.status_code == 200


@pytest.mark.parametrize(("year", "serial"), [(9999, 7), (0, 7), (2022, 99_999)])
def test_a_slip_of_the_hand_keeps_no_number_that_leaves_thousands_of_gaps(scope, city, year, serial):
    with pytest.raises(Refused, match="DOC-043"):
        reserve_number(by=scope, region=city, parts=NumberParts(CODE, year, serial), reason="通报")
    assert not DocumentNumber.objects.exists()
