"""Opening and filling: what is known is there already, each cell is compared and set, and nobody's word is lost."""

import threading

import pytest
from django.db import connection

from anju.core.models.trail import Trail
from anju.core.people.scope import open_scope
from anju.problems import Refused
from anju.returns.models import Cell, Change, Return
from anju.returns.queries import checks, reading, returns
from anju.returns.queries.grid import lay_out_grid
from anju.returns.services import filling, opening
from anju.returns.services.filling import CellEntry
from tests.returns.conftest import FORM, PERIOD


def cell(by, ret, line, column):
    return lay_out_grid(by, ret).cells[line, column]


def test_a_return_opens_with_what_the_ledger_knows(people, draft, projects, acting):
    by, (east, west, old) = acting(people["clerk"]), projects
    grid = lay_out_grid(by, draft)
    assert [line.label for line in grid.lines] == ["西关棚改", "东关棚改", "东关小区", "合计"]
    of = lambda project, column: grid.cells[f"p{project.pk}", column].text  # noqa: E731
    assert (of(east, "start"), of(east, "start_money"), of(east, "invest")) == ("448", "166", "4320")
    assert (of(west, "start"), of(west, "basic"), of(west, "invest")) == ("0", "300", "1000.50".rstrip("0"))
    assert (of(old, "old_start"), of(old, "old_planned"), of(east, "kind"), of(east, "planned")) == (
        "120",
        "120",
        "棚户区改造",
        "282",
    )
    assert not grid.cells[f"p{old.pk}", "start"].exists  # an old community has no flats
    assert of(east, "complete") == ""  # never recorded is not none
    assert of(east, "start_rate") == "158.9"
    assert (grid.cells["total", "start"].text, grid.cells["total", "complete"].text) == ("448", "")


def test_opening_again_gives_the_same(people, draft, county, acting):
    by = acting(people["clerk"])
    assert opening.open_return(by=by, form_code=FORM, region=county, period=PERIOD) == draft
    assert Return.objects.count() == 1


def test_only_the_units_own_clerk_opens_it(people, county, forms, acting):
    for who, code in (("reviewer", "ACT-001"), ("accountant", "RET-012")):
        by = acting(people[who])
        with pytest.raises(Refused, match=code):
            opening.open_return(by=by, form_code=FORM, region=county, period=PERIOD)
    by = acting(people["neighbour"])
    with pytest.raises(type(county).DoesNotExist):
        opening.open_return(by=by, form_code=FORM, region=county, period=PERIOD)


def test_a_period_of_another_kind_is_refused(people, county, forms, acting):
    by = acting(people["clerk"])
    for period, code in (("2021", "RET-010"), ("2021-Q3", "RET-010"), ("2016-12", "RET-013")):
        with pytest.raises(Refused, match=code):
            opening.open_return(by=by, form_code=FORM, region=county, period=period)


def test_a_cell_is_saved_and_its_change_kept(people, draft, projects, acting):
    by, line = acting(people["clerk"]), f"p{projects[0].pk}"
    seen = cell(by, draft, line, "invest")
    done = filling.fill_cells(by=by, ret_id=draft.pk, changes=[CellEntry(line, "invest", "4,500.25", seen.version)])
    assert (
        [(one.text, one.version) for one in done.saved] == [("4500.25", 2)] and not done.conflicts and not done.problems
    )
    (was,) = returns.cell_history(by, draft, line, "invest")
    assert (was.who, was.before, was.after, was.via) == ("clerk", "4320", "4500.25", "填报")
    assert cell(by, draft, line, "invest").changed and cell(by, draft, line, "invest").ledger == "4320"


def test_who_comes_second_is_told_who_was_first(people, draft, projects, acting):
    by, line = acting(people["clerk"]), f"p{projects[0].pk}"
    seen = cell(by, draft, line, "invest").version
    filling.fill_cells(by=by, ret_id=draft.pk, changes=[CellEntry(line, "invest", "4500", seen)])
    done = filling.fill_cells(
        by=by, ret_id=draft.pk, changes=[CellEntry(line, "invest", "4600", seen), CellEntry(line, "complete", "0")]
    )
    (conflict,) = done.conflicts
    assert (conflict.who, conflict.text, conflict.mine, conflict.version) == ("clerk", "4500", "4600", 2)
    assert "填为“4500”，您填的是“4600”" in conflict.said
    assert [one.column for one in done.saved] == ["complete"]  # the rest is written all the same
    assert cell(by, draft, line, "invest").text == "4500"


def test_the_same_value_from_an_older_version_is_no_conflict(people, draft, projects, acting):
    by, line = acting(people["clerk"]), f"p{projects[0].pk}"
    seen = cell(by, draft, line, "invest").version
    filling.fill_cells(by=by, ret_id=draft.pk, changes=[CellEntry(line, "invest", "4500", seen)])
    done = filling.fill_cells(by=by, ret_id=draft.pk, changes=[CellEntry(line, "invest", "4500.00", seen)])
    assert not done.conflicts and done.saved[0].version == 2 and Change.objects.count() == 1


def test_a_text_that_will_not_do_is_told_and_the_others_are_saved(people, draft, projects, acting):
    by, line, old = acting(people["clerk"]), f"p{projects[0].pk}", f"p{projects[2].pk}"
    puts = [
        CellEntry(line, "complete", "12①"), CellEntry(line, "handover", "1.5"), CellEntry(line, "gather", "3"), CellEntry(line, "stage", "快了"), CellEntry(line, "planned", "3"),
        CellEntry(old, "start", "3"), CellEntry("p0", "start", "3"), CellEntry(line, "start_rate", "3"), CellEntry(line, "arrive", "-5"), CellEntry(line, "pay", "12.5"),
    ]  # fmt: skip
    done = filling.fill_cells(by=by, ret_id=draft.pk, changes=puts)
    assert [one.column for one in done.saved] == ["pay"]
    assert [one.code for one in done.problems] == [
        "RET-031",
        "RET-031",
        "RET-030",
        "RET-032",
        "RET-030",
        "RET-030",
        "RET-030",
        "RET-030",
        "RET-031",
    ]
    assert str(done.problems[0].where) == "东关棚改 “竣工”" and len(done.refused) == 9


@pytest.mark.parametrize(
    ("column", "typed", "text"),
    [
        ("complete", "１２", "12"),
        ("complete", "1,020", "1020"),
        ("complete", " 1\u2009020 ", "1020"),
        ("complete", "1万2千", "12000"),
        ("complete", "１，０２０", "1020"),
        ("complete", "12套", "12"),
        ("complete", "0.2万", "2000"),
        ("complete", "=100+20", "120"),
        ("complete", "＝（１００＋２０）×２", "240"),
        ("complete", "=10/4*2", "5"),
        ("complete", "12.0", "12"),
        ("invest", "0.5亿", "5000"),
        ("invest", "0.5亿元", "5000"),
        ("invest", "12345600元", "1234.56"),
        ("invest", "=1200.5-0.25", "1200.25"),
        ("invest", "1,200.50", "1200.50"),
        ("complete", "未上报", "未报"),
        ("complete", "不涉及", "不适用"),
    ],
)
def test_a_cell_takes_what_the_reader_of_workbooks_takes(people, draft, projects, acting, column, typed, text):
    by, line = acting(people["clerk"]), f"p{projects[0].pk}"
    seen = cell(by, draft, line, column).version
    done = filling.fill_cells(by=by, ret_id=draft.pk, changes=[CellEntry(line, column, typed, seen)])
    assert not done.problems, done.problems[0].what
    assert cell(by, draft, line, column).text == text


@pytest.mark.parametrize(
    "typed",
    [
        "5①", "5²", "㊿", "10,20", "1,0200", "约43", "43余", "1.2.3", "=1/3", "=A1+1", "=100+", "=1/0", ".6", "6.", "1e3", "2.8E-17", "NaN",
        "Infinity", "12户", "3万元", "十二", "-5", "O.5", "1O", "12 13 1", "(5)", "#REF!", "9" * 40, "=" + "9*" * 90 + "9",
    ],
)  # fmt: skip
def test_a_cell_takes_no_number_that_is_not_certain(people, draft, projects, acting, typed):
    by, line = acting(people["clerk"]), f"p{projects[0].pk}"
    before = cell(by, draft, line, "complete")
    done = filling.fill_cells(by=by, ret_id=draft.pk, changes=[CellEntry(line, "complete", typed, before.version)])
    assert [one.code for one in done.problems] == ["RET-031"] and not done.saved
    assert cell(by, draft, line, "complete") == before


def test_states_can_be_typed_and_a_cell_cleared(people, draft, projects, acting):
    by, line = acting(people["clerk"]), f"p{projects[0].pk}"
    filling.fill_cells(
        by=by, ret_id=draft.pk, changes=[CellEntry(line, "complete", "无任务"), CellEntry(line, "handover", "未报")]
    )
    assert (cell(by, draft, line, "complete").state, cell(by, draft, line, "handover").text) == ("no_task", "未报")
    filling.fill_cells(by=by, ret_id=draft.pk, changes=[CellEntry(line, "handover", "", 1)])
    assert cell(by, draft, line, "handover").text == ""
    assert [one.after for one in returns.cell_history(by, draft, line, "handover")] == ["", "未报"]


def test_a_sum_leaves_out_what_has_no_task_and_is_unknown_with_what_is_not_reported(people, draft, projects, acting):
    by, (one, two) = acting(people["clerk"]), (f"p{projects[0].pk}", f"p{projects[1].pk}")
    filling.fill_cells(
        by=by, ret_id=draft.pk, changes=[CellEntry(one, "handover", "无任务"), CellEntry(two, "handover", "12")]
    )
    assert cell(by, draft, "total", "handover").text == "12"
    filling.fill_cells(by=by, ret_id=draft.pk, changes=[CellEntry(one, "handover", "未报", 1)])
    assert cell(by, draft, "total", "handover").text == ""


def test_nobody_else_fills_it(people, draft, acting):
    for who, code in (("reviewer", "ACT-001"), ("accountant", "RET-012")):
        by = acting(people[who])
        with pytest.raises(Refused, match=code):
            filling.fill_cells(by=by, ret_id=draft.pk, changes=[CellEntry("p1", "start", "1")])
    by = acting(people["neighbour"])
    with pytest.raises(Return.DoesNotExist):
        filling.fill_cells(by=by, ret_id=draft.pk, changes=[])


def test_the_database_hides_a_return_even_where_the_query_does_not(people, draft, acting):
    acting(people["neighbour"])
    assert not Return.objects.exists() and not Cell.objects.exists()
    acting(people["auditor"])
    assert not Return.objects.exists() and not Cell.objects.exists()  # a draft


def test_a_page_costs_the_same_statements_for_three_projects_and_for_thirty(
    people, county, draft, acting, django_assert_num_queries
):
    from django.test.utils import CaptureQueriesContext

    from anju.projects.services import projects as ledger

    by = acting(people["clerk"])

    def cost():
        with CaptureQueriesContext(connection) as seen:
            ret = returns.get_return(by, draft.pk)
            read = reading.read_return(by, ret)
            lay_out_grid(by, ret, read)
            checks.check_return(by, ret, read)
        return len(seen)

    few = cost()
    for n in range(27):
        ledger.register_project(
            by=by, region=county, code=f"N{n}", name=f"新项目{n}", kind="prh", year="2021", units="100"
        )
    assert opening.refresh_return(by=by, ret_id=draft.pk) > 27
    assert len(lay_out_grid(by, draft).lines) == 31
    assert cost() == few


def test_refreshing_takes_what_came_and_leaves_what_was_typed(people, draft, projects, acting):
    from datetime import date

    from anju.projects.services import events

    by, line = acting(people["clerk"]), f"p{projects[0].pk}"
    filling.fill_cells(by=by, ret_id=draft.pk, changes=[CellEntry(line, "invest", "4400", 1)])
    for kind, amount in (("invest", "100"), ("basic", "20")):
        events.record_event(by=by, project_id=projects[0].pk, kind=kind, on=date(2021, 8, 15), amount=amount)
    assert opening.refresh_return(by=by, ret_id=draft.pk) == 1
    assert (cell(by, draft, line, "invest").text, cell(by, draft, line, "basic").text) == ("4400", "20")


def test_two_at_once_write_one_cell_once(committed):
    """Really at once, on two connections."""
    from tests.returns.conftest import complete  # noqa: F401
    from tests.returns.together import month

    people, ret, line = month()
    ready, outcomes = threading.Barrier(2), []

    def write(text):
        try:
            by = people["clerk"]
            with open_scope(by):
                ready.wait()
                outcomes.append(filling.fill_cells(by=by, ret_id=ret.pk, changes=[CellEntry(line, "invest", text, 0)]))
        finally:
            connection.close()

    threads = [threading.Thread(target=write, args=(text,)) for text in ("1", "2")]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert sorted((len(one.saved), len(one.conflicts)) for one in outcomes) == [(0, 1), (1, 0)]


def test_a_note_is_written_once_and_not_over_somebody_s(people, draft, acting):
    by = acting(people["clerk"])
    for _ in range(2):
        filling.write_explanation(by=by, ret_id=draft.pk, text="汛期停工。", before="")
    with pytest.raises(Refused, match="RET-035"):
        filling.write_explanation(by=by, ret_id=draft.pk, text="另一种说法。", before="")
    (row,) = Trail.objects.filter(act="returns.note")
    assert (row.object_type, row.object_id) == ("returns.return", str(draft.pk))
    assert (row.said["before"], row.said["after"]) == ("", "汛期停工。")
