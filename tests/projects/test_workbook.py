"""Out to a workbook, changed offline, and back."""

import io
from datetime import date

import pytest
from openpyxl import load_workbook
from openpyxl.styles import Font

from anju.core.models.people import Organisation
from anju.problems import Refused
from anju.projects.files import returned, workbook
from anju.projects.files.returned import open_returned
from anju.projects.models import Project
from anju.projects.queries import projects
from anju.projects.services import events
from anju.projects.services.projects import edit_project
from anju.projects.services.workbook import import_workbook
from anju.workbooks.files.numbers import parse_number, read_number_format
from anju.workbooks.writing import marking, tables
from tests.projects.conftest import DAY


@pytest.fixture
def book(clerk, county, project):
    """change({(row, "heading"): value}) → the exported workbook with these cells changed."""
    events.record_event(by=clerk, project_id=project.pk, kind="start", on=DAY, amount="100", mode="physical")
    exported = workbook.export_workbook(clerk, county)

    def change(cells=None, source=exported):
        opened = load_workbook(io.BytesIO(source))
        sheet = opened[workbook.SHEET]
        heads = {cell.value: cell.column for cell in sheet[2]}
        for (row, heading), value in (cells or {}).items():
            sheet.cell(row, heads[heading]).value = value
        out = io.BytesIO()
        opened.save(out)
        return out.getvalue()

    return change


def bring(clerk, county, content, **more):
    return import_workbook(by=clerk, region=county, content=content, name="项目.xlsx", **more)


def codes(refused):
    return [problem.code for problem in refused.value.problems]


def test_what_was_not_changed_changes_nothing(clerk, county, project, book):
    done = bring(clerk, county, book())
    assert (done.made, done.changed, done.unchanged) == ([], [], 1)
    assert Project.objects.get(pk=project.pk).version == 1


def test_cells_are_changed_and_new_rows_registered(clerk, county, project, book):
    Organisation.objects.create(region=county, kind="builder", name="安居建设公司")
    content = book({
        (3, "地址"): "东关街1号", (3, "合同约定竣工日期"): date(2027, 6, 30), (3, "建设单位"): "安居建设公司", (3, "经度（度）"): 112.851234,
        (4, "编码"): "P2", (4, "名称"): "西关", (4, "类型"): "公共租赁住房", (4, "计划年度"): 2025, (4, "计划投资（万元）"): 27.27,
    })  # fmt: skip
    assert bring(clerk, county, content, preview=True).said() == "登记 1 个项目，修改 1 个，0 个没有变化。"
    assert Project.objects.count() == 1
    bring(clerk, county, content)
    now, new = Project.objects.get(pk=project.pk), Project.objects.get(code="P2")
    assert (now.address, now.due_on, now.builder.name, now.longitude) == (
        "东关街1号",
        date(2027, 6, 30),
        "安居建设公司",
        112_851_234,
    )
    assert (new.investment, new.year, new.state) == (27_270_000, 2025, "planned")
    assert bring(clerk, county, content).said() == "登记 0 个项目，修改 0 个，2 个没有变化。"  # sent twice


def test_every_problem_is_at_its_cell_and_nothing_is_stored(clerk, county, book):
    content = book(
        {
            (3, "合同约定竣工日期"): "快了",
            (3, "地址"): "东关",
            (3, "计划套数（套）"): 300,
            (4, "名称"): "没有编码",
            (5, "区划"): "没有县",
            (5, "编码"): "X",
        }
    )
    with pytest.raises(Refused) as refused:
        bring(clerk, county, content)
    assert sorted(codes(refused)) == ["PROJ-002", "PROJ-002", "PROJ-003", "PROJ-043", "PROJ-046"]
    places = {(problem.where.cell, problem.where.field): problem.code for problem in refused.value.problems}
    assert places["Z3", "合同约定竣工日期"] == "PROJ-003" and places["B5", "区划"] == "PROJ-046"
    assert Project.objects.get().address == ""
    marked = load_workbook(io.BytesIO(marking.mark_workbook(content, refused.value.problems, name="项目.xlsx")))
    assert marked[workbook.SHEET]["C4"].comment is not None


def test_a_change_by_somebody_else_is_told_and_others_are_merged(clerk, county, project, book):
    content = book({(3, "地址"): "甲路", (3, "备注"): "补充"})
    edit_project(by=clerk, project_id=project.pk, version=1, licence="证1")
    bring(clerk, county, content)  # another cell: merged
    now = Project.objects.get(pk=project.pk)
    assert (now.licence, now.address, now.note) == ("证1", "甲路", "补充")
    with pytest.raises(Refused) as refused:
        bring(clerk, county, book({(3, "地址"): "乙路"}))
    assert (
        codes(refused) == ["PROJ-042"]
        and "填报员甲" in refused.value.problems[0].what
        and "甲路" in refused.value.problems[0].what
    )


def test_a_copied_row_is_not_taken_for_a_new_project(clerk, county, project, book):
    with pytest.raises(Refused) as refused:
        bring(clerk, county, book({(4, "编号"): str(project.pk), (4, "编码"): "P9"}))
    assert codes(refused) == ["PROJ-044"]


def test_another_workbook_and_a_damaged_one_are_refused(clerk, county, book):
    with pytest.raises(Refused, match="PROJ-040"):
        bring(clerk, county, tables.write_table([("名称",)], [["东关"]]))
    opened = load_workbook(io.BytesIO(book()))
    opened[workbook.STAMP]["B3"] = "7"
    out = io.BytesIO()
    opened.save(out)
    with pytest.raises(Refused, match="PROJ-041"):
        bring(clerk, county, out.getvalue())


def test_the_reviewer_may_not_bring_it_back_and_the_neighbour_sees_none_of_it(
    reviewer, neighbour, county, next_county, book, acting
):
    content = book()
    acting(reviewer)
    with pytest.raises(Refused, match="ACT-001"):
        bring(reviewer, county, content)
    acting(neighbour)
    with pytest.raises(Refused, match="PROJ-044"):
        bring(neighbour, next_county, content)


def test_more_than_a_workbook_bears_is_refused(clerk, county, project, monkeypatch):
    monkeypatch.setattr(workbook, "MOST", 0)
    with pytest.raises(Refused, match="PROJ-045"):
        workbook.export_workbook(clerk, county)
    assert projects.list_projects(clerk, projects.filter_projects(clerk, county)).count == 1


def test_the_look_of_a_cell_counts(clerk, county, project, book):
    content = book({(3, "计划套数（套）"): 300, (4, "编码"): "P2", (4, "名称"): "西关", (4, "计划投资（万元）"): 5})
    opened = load_workbook(io.BytesIO(content))
    sheet = opened[workbook.SHEET]
    heads = {cell.value: cell.column for cell in sheet[2]}
    money, flats = sheet.cell(4, heads["计划投资（万元）"]), sheet.cell(3, heads["计划套数（套）"])
    money.number_format = '0"亿元"'
    out = io.BytesIO()
    opened.save(out)
    flats.font = Font(strike=True)
    refused_file = io.BytesIO()
    opened.save(refused_file)
    with pytest.raises(Refused) as refused:
        bring(clerk, county, refused_file.getvalue())
    assert codes(refused) == ["WB-069"]
    assert refused.value.problems[0].where.cell == flats.coordinate
    rows, _ = open_returned(out.getvalue(), "项目.xlsx", sheet.max_column)
    assert "5亿元" in dict(rows)[3]


@pytest.mark.parametrize(
    ("value", "code", "shown"),
    [
        (0.85, "0%", "85%"),
        (0.8512, "0.0%", "85.12%"),
        (1, "0%", "100%"),
        (85, "0.0", "85"),
        ("5", '@"亿元"', "5亿元"),
        ("东关", '@"亿元"', "东关"),
        (-5, "0;0", "数字格式把负号藏起来了"),
    ],
)
def test_a_cell_is_what_it_shows(value, code, shown):
    assert returned.cell_text(value, read_number_format(code)) == shown


def test_a_number_kept_as_text_that_is_hidden_is_no_number():
    assert parse_number(returned.cell_text("5", read_number_format(";;;"))).state == "bad"
