"""A sealed scan beside its return: nothing is compared that nobody looked at, and what differs asks for a correction."""

from contextlib import contextmanager
from io import BytesIO

import psycopg
import pytest
from PIL import Image

from anju.core.database.postgres import DATABASE, SUPERUSER, Cluster
from anju.core.models.trail import Trail
from anju.documents.writers import formats
from anju.oversight.queries.reminders import list_reminders
from anju.problems import Refused
from anju.returns.files import papers, scan_reading
from anju.returns.files.scans import compared_figures, is_busy, key_figures, with_readings
from anju.returns.models import Paper, ScanComparison
from anju.returns.queries import checks
from anju.returns.queries.grid import lay_out_grid
from anju.returns.services import answers, corrections, filling
from anju.returns.services.filling import CellEntry
from anju.returns.services.scans import LookedAt, compare_scan, keep_scan
from tests.conftest import HOME
from tests.returns.conftest import pass_on


@pytest.fixture
def printed(ready, people, acting):
    """The return is submitted; its own print with a text layer stands for the scan."""
    pass_on(people, ready, "city")
    by = acting(people["clerk"])
    return keep_scan(by=by, ret_id=ready.pk, name="8月盖章件.pdf", content=papers.form_pdf(by, ready))


@pytest.fixture
def picture(ready, people, acting):
    """A photograph, which no program reads."""
    pass_on(people, ready, "city")
    out = BytesIO()
    Image.new("RGB", (30, 20), "white").save(out, "PNG")
    return keep_scan(by=acting(people["clerk"]), ret_id=ready.pk, name="8月.png", content=out.getvalue())


def started(by, ret):
    """The total of starts: 448 of three projects."""
    return next(one for one in key_figures(lay_out_grid(by, ret)) if one.text == "448")


def codes(refused):
    return [one.code for one in refused.value.problems]


def test_the_totals_of_a_print_are_read_and_are_the_same(printed, people, ready):
    by, sheet = people["clerk"], lay_out_grid(people["clerk"], ready)
    figures = with_readings(by, printed, sheet, compared_figures(by, printed, sheet))
    assert len(figures) > 5 and all(one.line == "total" for one in figures)
    assert [one.where for one in figures if not one.reads_same] == []
    assert not [one for one in figures if one.compared]  # what a program read nobody has looked at


def test_another_number_in_the_print_is_seen(ready, people, acting):
    pass_on(people, ready, "city")
    by = acting(people["clerk"])
    html = papers.form_html(by, ready)
    before, _, after = html.rpartition(">448<")  # of the line of sums
    changed = formats.to_pdf(f"{before}>484<{after}", "表")
    other = keep_scan(by=by, ret_id=ready.pk, name="8月.pdf", content=changed)
    sheet = lay_out_grid(by, ready)
    unlike = [one for one in with_readings(by, other, sheet, key_figures(sheet)) if one.reading and not one.reads_same]
    assert [(one.text, one.reading) for one in unlike] == [("448", "484")]


def test_of_a_picture_nothing_is_read_and_nothing_claimed(picture, people, ready):
    by, sheet = people["clerk"], lay_out_grid(people["clerk"], ready)
    assert {one.reading for one in with_readings(by, picture, sheet, key_figures(sheet))} == {""}
    assert not ScanComparison.objects.exists()


def test_what_is_no_pdf_at_all_is_no_failure(ready, people, acting):
    by = acting(people["clerk"])
    broken = keep_scan(by=by, ret_id=ready.pk, name="坏.pdf", content=b"%PDF-1.4\nnothing\n%%EOF")
    sheet = lay_out_grid(by, ready)
    assert {one.reading for one in with_readings(by, broken, sheet, key_figures(sheet))} == {""}


def test_each_figure_is_confirmed_by_a_person_with_name_and_time(picture, people, ready, acting):
    by = acting(people["reviewer"])
    one = started(by, ready)
    compare_scan(by=by, ret_id=ready.pk, paper_id=picture.pk, looked_at=[LookedAt(one.line, one.column)])
    seen = [each for each in compared_figures(by, picture, lay_out_grid(by, ready)) if each.compared]
    assert [(each.column, each.compared.by_name, each.compared.paper_text) for each in seen] == [
        (one.column, "reviewer某", "")
    ]
    row = Trail.objects.get(act="returns.compare_scan")
    assert (row.said["count"], row.said["digest"]) == (1, picture.file.sha256)
    assert row.said["after"]["same"] == [one.key]


def test_a_number_typed_as_it_is_counts_as_the_same(picture, people, ready, acting):
    by = acting(people["lock"])
    one = started(by, ready)
    (made,) = compare_scan(
        by=by, ret_id=ready.pk, paper_id=picture.pk, looked_at=[LookedAt(one.line, one.column, "４４８")]
    )
    assert made.paper_text == ""


@pytest.mark.parametrize(
    ("paper_text", "kept"), [("448.0", ""), ("448.50", "448.50"), ("-448", "-448"), ("12.505", "12.505")]
)
def test_what_stands_on_paper_is_written_down_whatever_the_column_takes(
    picture, people, ready, acting, paper_text, kept
):
    by = acting(people["lock"])
    one = started(by, ready)
    (made,) = compare_scan(
        by=by, ret_id=ready.pk, paper_id=picture.pk, looked_at=[LookedAt(one.line, one.column, paper_text)]
    )
    assert made.paper_text == kept


def test_a_finer_number_in_the_print_is_seen_as_another(ready, people, acting):
    pass_on(people, ready, "city")
    by = acting(people["clerk"])
    before, _, after = papers.form_html(by, ready).rpartition(">448<")
    other = keep_scan(by=by, ret_id=ready.pk, name="8月.pdf", content=formats.to_pdf(f"{before}>448.5<{after}", "表"))
    sheet = lay_out_grid(by, ready)
    unlike = [one for one in with_readings(by, other, sheet, key_figures(sheet)) if one.reading and not one.reads_same]
    assert [(one.text, one.reading) for one in unlike] == [("448", "448.5")]


@contextmanager
def reading_something_else(user):
    """The person's turn to have a file read is taken by another tab."""
    with psycopg.connect(**Cluster(HOME).connection(SUPERUSER, DATABASE), autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(hashtext('anju.reading'), hashtext(%s))", [user.key])
        yield


def test_what_was_not_read_now_is_not_kept_as_unreadable(printed, people, ready):
    by, sheet = people["clerk"], lay_out_grid(people["clerk"], ready)
    one = started(by, ready)
    about = {"by": by, "ret_id": ready.pk, "paper_id": printed.pk, "looked_at": [LookedAt(one.line, one.column)]}
    with reading_something_else(by):
        with pytest.raises(Refused) as refused:
            compare_scan(**about)
        assert codes(refused) == ["READ-005"] and is_busy(refused.value) and not ScanComparison.objects.exists()
        with pytest.raises(Refused, match="READ-005"):
            with_readings(by, printed, sheet, key_figures(sheet))
    (made,) = compare_scan(**about)
    assert made.reading == "448"


def test_a_difference_stops_the_lock_until_it_is_answered_or_mended(picture, people, ready, acting):
    by = acting(people["lock"])
    one = started(by, ready)
    compare_scan(by=by, ret_id=ready.pk, paper_id=picture.pk, looked_at=[LookedAt(one.line, one.column, "484")])
    with pytest.raises(Refused, match="盖章件上是 484，报表上是 448"):
        pass_on(people, ready, "locked")
    clerk = acting(people["clerk"])
    answers.answer_check(
        by=clerk, ret_id=ready.pk, check_id="scan", line=one.line, column=one.column, text="盖章件手写笔误，已重盖。"
    )
    assert pass_on(people, ready, "locked").state == "locked"


def test_of_a_locked_return_a_difference_asks_for_a_correction(picture, people, ready, acting):
    pass_on(people, ready, "locked")
    by = acting(people["lock"])
    one = started(by, ready)
    compare_scan(by=by, ret_id=ready.pk, paper_id=picture.pk, looked_at=[LookedAt(one.line, one.column, "449")])
    clerk = acting(people["clerk"])
    assert [each.what for each in list_reminders(clerk) if "盖章件与锁定的数有1处不一致" in each.what]
    correction = corrections.begin_correction(by=clerk, ret_id=ready.pk, reason="与盖章件不符")
    assert not [each for each in list_reminders(clerk) if "盖章件与锁定" in each.what]
    (found,) = [each for each in checks.check_return(clerk, correction) if each.check_id == "scan"]
    assert (found.line, found.column) == (one.line, one.column)
    cell = correction.cells.filter(column=one.column, value__isnull=False).order_by("-value").first()
    shown = lay_out_grid(clerk, correction).cells[cell.line, cell.column]
    filling.fill_cells(
        by=clerk,
        ret_id=correction.pk,
        changes=[CellEntry(cell.line, cell.column, str(int(shown.text) + 1), shown.version)],
        via="page",
    )
    assert not [each for each in checks.check_return(clerk, correction) if each.check_id == "scan"]


def test_what_cannot_be_said_of_a_scan(picture, people, ready, acting):
    by = acting(people["clerk"])
    one = started(by, ready)
    about = {"ret_id": ready.pk, "paper_id": picture.pk}
    for looked_at, code in (
        ([], "RET-656"),
        ([LookedAt("没有", one.column)], "RET-655"),
        ([LookedAt(one.line, one.column, "很多")], "RET-657"),
        ([LookedAt(one.line, one.column, "约448")], "RET-657"),
        ([LookedAt(one.line, one.column, "448.0000001")], "RET-657"),
        ([LookedAt(one.line, one.column, "=1" + "+1" * 40)], "RET-657"),
    ):
        with pytest.raises(Refused) as refused:
            compare_scan(by=by, **about, looked_at=looked_at)
        assert codes(refused) == [code]
    same = [LookedAt(one.line, one.column)]
    with pytest.raises(Refused, match="ACT-001"):
        compare_scan(by=acting(people["finance"]), **about, looked_at=same)
    with pytest.raises(type(ready).DoesNotExist):
        compare_scan(by=acting(people["neighbour"]), **about, looked_at=same)
    acting(people["clerk"])
    type(ready).objects.filter(pk=ready.pk).update(note="改过")
    with pytest.raises(Refused, match="RET-654"):
        compare_scan(by=by, **about, looked_at=same)
    assert not ScanComparison.objects.exists()


def test_a_page_is_drawn_in_a_child(printed):
    content = bytes(Paper.objects.get(pk=printed.pk).file.content)
    assert scan_reading.draw_page(content, 1).startswith(b"\x89PNG") and scan_reading.draw_page(content, 99) == b""
    assert scan_reading.count_pages(content) >= 1
