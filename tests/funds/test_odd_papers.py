"""Odd papers and odd moments: other brackets, dates before the receipt, lines that are void or used up meanwhile, a city's own book of the clock."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from anju.core.models.file import File
from anju.core.regions.tree import find_region
from anju.funds.base import QuotaRow
from anju.funds.models import QuotaDocument, QuotaLine
from anju.funds.queries import quotas
from anju.funds.reminders import quota_reminders
from anju.funds.services.quotas import receive_quota
from anju.funds.services.recalls import recall_quota
from anju.funds.services.sharing_out import assign_quota
from anju.problems import Refused
from anju.projects.models import Project
from anju.rules.shipped.library import BOOKS
from tests.cast import CITY, EAST, WEST, person, sign_in
from tests.funds.test_quotas import PAPER, RECEIVED, ROW, TODAY, as_, codes, give, held, recall, register, void


@pytest.fixture
def city(scope):
    return find_region(scope, CITY)


def test_whichever_brackets_are_typed_it_is_the_same_number(city):
    register(paper=replace(PAPER, number="示例财综[2026]第09号"))
    for text in (PAPER.number, "示例财综（2026）9号", " 示例财综【２０２６】９号 "):
        with pytest.raises(Refused) as refused:
            register(paper=replace(PAPER, number=text))
        assert codes(refused) == ["FUND-003"]
    assert QuotaDocument.objects.get().number == PAPER.number


def test_the_largest_amount_can_be_shown(city):
    with pytest.raises(Refused) as refused:
        register([replace(ROW, amount="10000000000.000001")])
    assert codes(refused) == ["FUND-004"]
    register([replace(ROW, amount="10000000000")])
    assert "10000000000" in held(CITY, date.today())[0].says


def test_a_paper_that_hands_on_is_no_older_than_the_receipt_and_of_its_year(city):
    register()
    for wrong in ({"dated": RECEIVED - timedelta(days=1)}, {"budget_year": 2025}):
        with pytest.raises(Refused) as refused:
            give({EAST: "1"}, paper=replace(PAPER, **{"number": "g", "dated": TODAY, **wrong}))
        assert codes(refused) == ["FUND-017"]
        paper = replace(PAPER, **{"number": "r", "dated": TODAY, **wrong})
        row = QuotaRow(amount="1", taken_from=QuotaLine.objects.get().pk)
        with as_("finance") as by, pytest.raises(Refused) as refused:
            recall_quota(by=by, region=city, paper=paper, rows=[row])
        assert codes(refused) == ["FUND-017"]
    give({EAST: "1"}, paper=replace(PAPER, number="g", dated=RECEIVED))


def test_what_is_void_or_a_projects_is_not_received(city):
    register()
    given = give({EAST: "100"})
    line = given.lines.get().pk
    void(given)
    with as_("finance", EAST) as by, pytest.raises(Refused) as refused:
        receive_quota(by=by, line_id=line, on=TODAY)
    assert codes(refused) == ["FUND-012"]
    assert QuotaLine.objects.get(pk=line).received_on is None


def test_a_project_of_a_county_gives_back_to_the_county_not_past_it(city):
    register(region=EAST)
    with as_("finance", EAST) as by:
        region = find_region(by, EAST)
        Project.objects.create(region=region, code="E1", name="东街小区改造", kind="old", year=2026, by="x")
        [item], line = quotas.list_items(by, region, 2026), QuotaLine.objects.get()
        rows = [QuotaRow(amount="3800", item=item, taken_from=line.pk)]
        assigned = assign_quota(
            by=by, region=region, paper=replace(PAPER, number="a", dated=TODAY), rows=rows
        ).lines.get()
        with pytest.raises(Refused) as refused:
            receive_quota(by=by, line_id=assigned.pk, on=TODAY)
        assert codes(refused) == ["FUND-012"]
    with pytest.raises(Refused) as refused:
        recall({assigned.pk: "800"})
    assert codes(refused) == ["FUND-014"]


def test_an_advance_notice_is_completed_once_and_then_not_void(city):
    advance = register([replace(ROW, amount="6000")], paper=replace(PAPER, number="示例〔2025〕60号", stage="advance"))
    formal = replace(PAPER, stage="formal", follows=advance)
    row = replace(ROW, already="6000", whole="9800")
    done = register([row], paper=formal)
    with pytest.raises(Refused) as refused:
        void(advance)
    assert codes(refused) == ["FUND-016"]
    with pytest.raises(Refused) as refused:
        register([row], paper=replace(formal, number="又一份"))
    assert codes(refused) == ["FUND-005"]
    void(done)
    void(advance)
    with pytest.raises(Refused) as refused:
        register([row], paper=formal)
    assert codes(refused) == ["FUND-005"]


def post(client, path, fields, region=CITY):
    """A finance officer's own browser."""
    sign_in(client, person("finance", region))
    return client.post(f"/funds/{path}/?region={region}&period=2026", fields)


def test_what_is_typed_for_a_line_that_is_used_up_meanwhile_is_told_not_dropped(city, client):
    first, second = register([ROW, replace(ROW, amount="10", source="province")]).lines.order_by("id")
    give({WEST: "3800"}, line=first.pk)
    with as_("finance") as by:
        east = find_region(by, EAST)
    head = {"number": "示例市财〔2026〕4号", "title": "通知", "issuer": "示例市财政局", "dated": str(TODAY)}
    cells = {f"r{east.pk}-{first.pk}": "100", f"r{east.pk}-{second.pk}": "10"}
    answer = post(client, "hand-down", {**head, **cells})
    assert answer.status_code == 422 and "FUND-006" in answer.content.decode()
    give({WEST: "10"}, line=second.pk, paper=replace(PAPER, number="g2", dated=TODAY))
    answer = post(client, "hand-down", {**head, **cells})  # nothing is left: told, not "not found"
    assert answer.status_code == 422 and "FUND-006" in answer.content.decode()
    answer = post(client, "recall", {**head, f"amount-{first.pk}": "1"})
    assert answer.status_code == 422 and "FUND-014" in answer.content.decode()
    assert QuotaDocument.objects.count() == 3
    answer = post(client, "hand-down", {**head, f"r{east.pk}-{10**18 - 1}": "1", "r1x-2": "1", "r-1": "1"})
    assert answer.status_code == 422 and answer.content.decode().count("FUND-006") >= 1


@pytest.fixture
def own_book(tmp_path, monkeypatch):
    """Writes the city's own book of the clock from the shipped one."""
    monkeypatch.setenv("ANJU_BOOKS", str(tmp_path))
    shipped = (BOOKS / "warning" / "quota-undistributed.yaml").read_text("utf-8").split("examples:")[0]

    def write(*changes):
        text = shipped.replace("subject: quota-undistributed", f'subject: quota-undistributed\nregion: "{CITY}"')
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        (tmp_path / "own.yaml").write_text(text, "utf-8")

    return write


def test_a_city_s_own_book_of_twenty_days_counts_there_and_below(city, own_book):
    own_book(('value: "30"', 'value: "20"'))
    register()
    assert held(CITY, RECEIVED + timedelta(days=20))[0].css == "warn"
    assert held(CITY, RECEIVED + timedelta(days=21))[0].css == "bad"


@pytest.mark.parametrize(
    "change",
    [("over", "beyond"), ("  place:", "  source: {label: 来源, type: text}\n  place:")],
    ids=["other steps", "an input that is not known here"],
)
def test_no_book_of_a_city_keeps_its_people_from_their_page(city, client, own_book, change):
    own_book(change)
    register()
    with as_("finance") as by:
        assert [one.says for one in quotas.held_quotas(by, [city], TODAY)]
        assert list(quota_reminders(by, timezone.now()))
    sign_in(client, person("finance", CITY))
    assert client.get(f"/?region={CITY}&period=2026").status_code == 200
    assert client.get(f"/funds/?region={CITY}&period=2026").status_code == 200


def test_late_is_what_the_book_colours_red_whatever_it_calls_it(city, own_book):
    own_book(("held_late", "overdue"))
    register()
    assert held(CITY, RECEIVED + timedelta(days=31))[0].css == "bad"


def test_a_form_that_is_refused_leaves_no_scan_behind(city, client):
    sign_in(client, person("clerk", EAST))
    scan = SimpleUploadedFile("文件.pdf", b"%PDF-1.4", content_type="application/pdf")
    before = File.objects.count()
    posted = {"number": "x", "file": scan, "amount-1": "1", "rows": "6"}
    assert client.post(f"/funds/register/?region={EAST}&period=2026", posted).status_code == 422
    assert File.objects.count() == before
