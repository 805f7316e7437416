"""The offline workbook: it looks as the form does, only what may be filled is unlocked, and merging it loses nobody's change."""

from io import BytesIO

import pytest
from openpyxl import load_workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.comments import Comment

from anju.core.models.trail import Trail
from anju.core.people.scope import open_scope
from anju.problems import ASK, Refused
from anju.returns.files import offline_workbook_file
from anju.returns.models import Cell
from anju.returns.queries import returns
from anju.returns.queries.grid import lay_out_grid
from anju.returns.services import filling, opening
from anju.returns.services.filling import CellEntry
from anju.returns.services.offline import workbook as offline_workbook

NAME = "月报.xlsx"


class Sheet:
    """The workbook as a clerk has it open: cells by row name and column code."""

    def __init__(self, content: bytes) -> None:
        self.book = load_workbook(BytesIO(content))
        self.page = self.book["填报"]
        self.codes_row = next(row for row in range(1, 20) if self.page.cell(row, 1).value == "#列")
        self.columns = {self.page.cell(self.codes_row, at).value: at for at in range(3, self.page.max_column + 1)}

    def row(self, label: str) -> int:
        return next(
            row for row in range(self.codes_row, self.page.max_row + 1) if self.page.cell(row, 2).value == label
        )

    def cell(self, label: str, code: str):
        return self.page.cell(self.row(label), self.columns[code])

    def __setitem__(self, place: tuple[str, str], value: object) -> None:
        self.cell(*place).value = value

    @property
    def content(self) -> bytes:
        out = BytesIO()
        self.book.save(out)
        return out.getvalue()


@pytest.fixture
def clerk(people, draft, acting):
    return acting(people["clerk"])


@pytest.fixture
def sheet(clerk, draft):
    return Sheet(offline_workbook.write_workbook(clerk, draft))


@pytest.fixture
def at(projects):
    """Line keys by the project's name."""
    return {project.name: f"p{project.pk}" for project in projects}


def merge(by, draft, sheet, name=NAME):
    return offline_workbook.merge_workbook(
        by=by, ret_id=draft.pk, content=sheet if isinstance(sheet, bytes) else sheet.content, name=name
    )


def text(by, draft, line, column):
    return lay_out_grid(by, draft).cells[line, column].text


def put(by, draft, line, column, said):
    cell = lay_out_grid(by, draft).cells[line, column]
    assert not filling.fill_cells(
        by=by, ret_id=draft.pk, changes=[CellEntry(line, column, said, cell.version)]
    ).conflicts


# --- the file ----------------------------------------------------------------


def test_it_looks_as_the_form_does(sheet, draft):
    page = sheet.page
    assert page["B1"].value == draft.form.name
    heads = {str(area): page.cell(area.min_row, area.min_col).value for area in page.merged_cells.ranges}
    assert {"自年初累计", "住房", "老旧小区", "资金"} <= set(heads.values())
    start = page.cell(sheet.codes_row - 1, sheet.columns["start"])
    assert (
        start.value == "开工（套）"
        and page.cell(sheet.codes_row - 1, sheet.columns["invest"]).value == "完成投资（万元）"
    )
    assert page.freeze_panes == page.cell(sheet.codes_row + 1, 3).coordinate
    assert page.print_title_rows and page.page_setup.orientation == "landscape"


def test_only_what_may_be_filled_is_unlocked(sheet, draft, clerk):
    assert sheet.page.protection.sheet and sheet.page.protection.password is None
    assert not sheet.cell("东关棚改", "start").protection.locked
    for label, code in (("东关棚改", "planned"), ("东关棚改", "start_rate"), ("合计", "start"), ("东关小区", "start")):
        assert sheet.cell(label, code).protection.locked, (label, code)
    grid = lay_out_grid(clerk, draft)
    unlocked = sum(not cell.protection.locked for row in sheet.page.iter_rows(min_col=3) for cell in row)
    assert unlocked == sum(cell.open for cell in grid.cells.values())


def test_a_choice_has_a_list_and_a_number_the_three_words(sheet):
    page, lists = sheet.page, {}
    for rule in page.data_validations.dataValidation:
        lists[next(iter(rule.sqref.ranges)).bounds[0]] = rule
    stamp = sheet.book["_安居"]

    def words(code):
        area = lists[sheet.columns[code]].formula1.partition("!")[2].replace("$", "")
        return [cell.value for (cell,) in stamp[area]]

    assert words("stage") == ["未开工", "三通一平", "基础施工", "主体施工", "封顶", "竣工"]
    assert words("start") == ["未报", "无任务", "不适用"]
    assert (
        lists[sheet.columns["stage"]].showErrorMessage and not lists[sheet.columns["start"]].showErrorMessage
    )  # a number passes
    assert any("ISNUMBER" in rule.formula[0] for found in page.conditional_formatting for rule in found.rules)


def test_what_the_ledger_says_stands_in_a_note(sheet):
    assert "台账：448" in sheet.cell("东关棚改", "start").comment.text


def test_a_text_that_looks_like_a_formula_stays_words(clerk, draft, at):
    put(clerk, draft, at["东关棚改"], "note", "=1+2")
    again = Sheet(offline_workbook.write_workbook(clerk, draft))
    assert again.cell("东关棚改", "note").data_type == "s"
    result = merge(clerk, draft, offline_workbook.write_workbook(clerk, draft))
    assert result.clean and not result.saved


def test_a_return_that_is_no_draft_comes_all_locked(clerk, draft, people, acting):
    type(draft).objects.filter(pk=draft.pk).update(state="review")
    draft.refresh_from_db()
    page = Sheet(offline_workbook.write_workbook(clerk, draft)).page
    assert all(cell.protection.locked for row in page.iter_rows(min_col=3) for cell in row)


# --- merging -----------------------------------------------------------------


def test_the_same_workbook_changes_nothing(clerk, draft, sheet):
    before = list(Cell.objects.filter(ret=draft).order_by("id").values_list("id", "version"))
    result = merge(clerk, draft, sheet)
    assert result.clean and not (result.saved or result.kept)
    assert list(Cell.objects.filter(ret=draft).order_by("id").values_list("id", "version")) == before


def test_what_was_changed_in_the_workbook_is_written(clerk, draft, sheet, at):
    sheet["东关棚改", "complete"] = 12
    sheet["东关棚改", "invest"] = 4400.5
    sheet["东关棚改", "stage"] = "主体施工"
    sheet["西关棚改", "complete"] = "无任务"
    sheet["东关小区", "note"] = "  雨季停工\n十天 "
    sheet["西关棚改", "basic"] = None
    result = merge(clerk, draft, sheet)
    assert result.clean and len(result.saved) == 6
    said = [text(clerk, draft, at[name], code) for name, code in (
        ("东关棚改", "complete"), ("东关棚改", "invest"), ("东关棚改", "stage"), ("西关棚改", "complete"), ("东关小区", "note"), ("西关棚改", "basic"),
    )]  # fmt: skip
    assert said == ["12", "4400.5", "主体施工", "无任务", "雨季停工\n十天", ""]
    assert Cell.objects.get(ret=draft, line=at["东关棚改"], column="complete").via == "workbook"
    assert Trail.objects.filter(act="returns.merge").count() == 1


def test_uploading_it_twice_is_as_good_as_once(clerk, draft, sheet):
    sheet["东关棚改", "complete"] = 12
    merge(clerk, draft, sheet)
    again = merge(clerk, draft, sheet)
    assert again.clean and not (again.saved or again.kept)


def test_what_others_changed_meanwhile_stays(clerk, draft, sheet, at):
    put(clerk, draft, at["东关棚改"], "invest", "4500")
    sheet["东关棚改", "complete"] = 12
    result = merge(clerk, draft, sheet)
    assert [(one.column, one.base, one.theirs) for one in result.kept] == [("invest", "4320", "4500")]
    assert text(clerk, draft, at["东关棚改"], "invest") == "4500"
    assert text(clerk, draft, at["东关棚改"], "complete") == "12"


def test_both_to_different_things_is_a_conflict_and_overwrites_nothing(clerk, draft, sheet, at):
    put(clerk, draft, at["东关棚改"], "invest", "4500")
    sheet["东关棚改", "invest"] = 4600
    sheet["东关棚改", "complete"] = 12
    result = merge(clerk, draft, sheet)
    (one,) = result.conflicts
    assert (one.mine, one.theirs, one.base) == ("4600", "4500", "4320")
    assert one.who and one.when[:4] == "2026" and "您填的是 4600" in one.says and "4500" in one.says
    assert text(clerk, draft, at["东关棚改"], "invest") == "4500"
    assert [place.column for place in result.saved] == ["complete"]


def test_both_to_the_same_is_no_conflict(clerk, draft, sheet, at):
    put(clerk, draft, at["东关棚改"], "invest", "4500.00")
    sheet["东关棚改", "invest"] = 4500
    assert merge(clerk, draft, sheet).clean


def test_a_number_written_another_way_is_no_change(clerk, draft, sheet):
    sheet["东关棚改", "invest"] = "４３２０.00"
    sheet["东关棚改", "start"] = "448 "
    result = merge(clerk, draft, sheet)
    assert result.clean and not result.saved


def test_every_cell_that_cannot_be_taken_is_told_at_once_and_the_others_are_saved(clerk, draft, sheet, at):
    sheet["东关棚改", "complete"] = "=D5+1"
    sheet["东关棚改", "basic"] = "约三十"
    sheet["东关棚改", "invest"] = 4400.125
    sheet["东关棚改", "stage"] = "快完了"
    sheet["东关棚改", "handover"] = True
    sheet["西关棚改", "pay"] = -5
    sheet["西关棚改", "arrive"] = 7
    result = merge(clerk, draft, sheet)
    assert {key[1] for key in result.refused} == {"complete", "basic", "invest", "stage", "handover", "pay"}
    assert len(result.problems) == 6 and [place.column for place in result.saved] == ["arrive"]
    for label, code in (("东关棚改", "complete"), ("东关棚改", "invest"), ("西关棚改", "pay")):
        ref = sheet.cell(label, code).coordinate
        assert any(f"《{NAME}》工作表“填报” 单元格 {ref}" in str(problem.where) for problem in result.problems)
    assert "3 位小数" in str(result.problems) and "公式" in str(result.problems)
    assert text(clerk, draft, at["东关棚改"], "invest") == "4320"


def test_a_row_that_was_deleted_or_moved_loses_nothing(clerk, draft, sheet, at):
    gone = sheet.row("西关棚改")
    sheet["东关棚改", "complete"] = 12
    sheet.page.delete_rows(gone)
    result = merge(clerk, draft, sheet)
    assert [place.column for place in result.saved] == ["complete"]
    assert [problem.code for problem in result.problems] == ["RET-616"] and "西关棚改" in result.problems[0].what
    assert text(clerk, draft, at["西关棚改"], "basic") == "300"
    assert text(clerk, draft, at["东关棚改"], "complete") == "12"


def test_a_row_of_ones_own_and_a_row_twice_are_told(clerk, draft, sheet):
    page, last, row = sheet.page, sheet.page.max_row + 1, sheet.row("东关棚改")
    page.cell(last, 2).value, page.cell(last, sheet.columns["start"]).value = "新项目", 50
    for column in range(1, page.max_column + 1):
        page.cell(last + 1, column).value = page.cell(row, column).value
    result = merge(clerk, draft, sheet)
    assert sorted(problem.code for problem in result.problems) == ["RET-607", "RET-608"]


def test_rows_added_or_removed_since_are_told(clerk, draft, sheet, projects, county, at):
    from anju.projects.services import projects as ledger
    from anju.returns.models import Line

    made = ledger.register_project(
        by=clerk, region=county, code="A9", name="北关棚改", kind="shanty", year="2021", units="10"
    )
    opening.refresh_return(by=clerk, ret_id=draft.pk)
    Cell.objects.filter(ret=draft, line=at["西关棚改"]).delete()
    Line.objects.filter(ret=draft, key=at["西关棚改"]).delete()
    sheet["西关棚改", "complete"] = 3
    sheet["东关棚改", "complete"] = 12
    result = merge(clerk, draft, sheet)
    assert {problem.code: problem.what for problem in result.problems} == {
        "RET-615": "“西关棚改”在下载以后已从报表中去掉，您在这一行改的没有保存：自年初累计—住房—竣工 3。", "RET-617": "下载以后新增了 1 行：北关棚改，工作簿里没有。",
    }  # fmt: skip
    assert [place.column for place in result.saved] == ["complete"] and all(
        problem.level == ASK for problem in result.problems
    )
    assert f"p{made.pk}" in {line.key for line in lay_out_grid(clerk, draft).lines}


# --- the wrong workbook ------------------------------------------------------


def codes(refused):
    return [problem.code for problem in refused.value.problems]


def test_another_period_and_region_are_told_together(
    clerk, draft, people, projects, county, next_county, sheet, acting
):
    other = opening.open_return(by=clerk, form_code=draft.form.code, region=county, period="2021-09")
    with pytest.raises(Refused) as refused:
        merge(clerk, other, sheet)
    assert codes(refused) == ["RET-612"] and "2021年8月" in str(refused.value)
    by = acting(people["neighbour"])
    theirs = opening.open_return(by=by, form_code=draft.form.code, region=next_county, period="2021-09")
    with pytest.raises(Refused) as refused:
        merge(by, theirs, sheet)
    assert codes(refused) == ["RET-611", "RET-612"]


def test_an_older_correction_is_told(clerk, draft, sheet):
    type(draft).objects.filter(pk=draft.pk).update(serial=2)
    with pytest.raises(Refused) as refused:
        merge(clerk, draft, sheet)
    assert codes(refused) == ["RET-613"]


def test_another_version_of_the_form_is_told(clerk, draft, sheet):
    from anju.returns.models import Form

    spec = returns.return_spec(draft)
    newer = Form.objects.create(
        code=spec.code, since="2021-08-01", name=spec.name, digest="f" * 64, spec=draft.form.spec
    )
    type(draft).objects.filter(pk=draft.pk).update(form=newer)
    with pytest.raises(Refused) as refused:
        merge(clerk, draft, sheet)
    assert codes(refused) == ["RET-610"]


def test_what_is_no_workbook_of_ours_is_told(clerk, draft, sheet):
    from openpyxl import Workbook

    plain = BytesIO()
    Workbook().save(plain)
    whole = sheet.content
    tampered = Sheet(whole)
    stamped = next(
        cell
        for row in tampered.book["_安居"].iter_rows(min_row=4, min_col=2)
        for cell in row
        if "|448" in str(cell.value)
    )
    stamped.value = "1|999"
    twice = Sheet(whole)
    twice.book.copy_worksheet(twice.page)
    bare = Sheet(whole)
    bare.page.delete_cols(1)
    for content, code in (
        (b"", "WB-009"), (b"%PDF-1.7 ...", "WB-003"), (whole[:3000], "WB-005"), (plain.getvalue(), "WB-009"), (tampered.content, "RET-604"),
        (twice.content, "RET-606"), (bare.content, "RET-605"),
    ):  # fmt: skip
        with pytest.raises(Refused) as refused:
            merge(clerk, draft, content)
        assert codes(refused) == [code]
    filled = Workbook()
    filled.active["A1"] = "随便一张表"
    out = BytesIO()
    filled.save(out)
    with pytest.raises(Refused, match="RET-603"):
        merge(clerk, draft, out.getvalue())


def test_others_do_not_merge(people, draft, sheet, acting):
    content = sheet.content
    by = acting(people["reviewer"])
    with pytest.raises(Refused, match="ACT-001"):
        merge(by, draft, content)
    by = acting(people["neighbour"])
    with pytest.raises(type(draft).DoesNotExist):
        merge(by, draft, content)


def test_a_return_that_was_handed_in_takes_nothing(clerk, draft, sheet):
    type(draft).objects.filter(pk=draft.pk).update(state="review")
    with pytest.raises(Refused, match="RET-020"):
        merge(clerk, draft, sheet)


# --- the workbook back again -------------------------------------------------


def test_the_workbook_comes_back_marked_and_settles_the_conflict_when_uploaded_again(clerk, draft, sheet, at):
    put(clerk, draft, at["东关棚改"], "invest", "4500")
    put(clerk, draft, at["西关棚改"], "basic", "310")
    sheet["东关棚改", "invest"] = 4600
    sheet["东关棚改", "complete"] = 12
    sheet["东关小区", "old_start"] = "一百"
    result = merge(clerk, draft, sheet)
    back = Sheet(offline_workbook.mark_merge(clerk, draft, result))
    colours = {code: back.cell(label, code).fill.fgColor.rgb[2:] for label, code in (
        ("东关棚改", "invest"), ("东关棚改", "complete"), ("西关棚改", "basic"), ("东关小区", "old_start"),
    )}  # fmt: skip
    assert colours == {"invest": "FFD966", "complete": "C6EFCE", "basic": "DDEBF7", "old_start": "FFC7CE"}
    assert back.cell("东关棚改", "invest").value == 4600 and "4500" in back.cell("东关棚改", "invest").comment.text
    assert back.cell("东关小区", "old_start").value == "一百" and back.cell("西关棚改", "basic").value == 310
    assert [row[0].value for row in back.book["合并结果"].iter_rows(min_row=2)] == [
        "冲突",
        "没有读取",
        "已保存",
        "别人改过",
    ]
    back["东关小区", "old_start"] = 100
    settled = merge(clerk, draft, back)
    assert settled.clean and {place.column for place in settled.saved} == {"invest", "old_start"}
    assert text(clerk, draft, at["东关棚改"], "invest") == "4600"


def test_notes_and_colours_of_the_clerks_own_do_no_harm(clerk, draft, sheet):
    sheet.cell("东关棚改", "start").comment = Comment("问过工地", "张")
    sheet.book.create_sheet("草稿纸")["A1"] = "=1/0"
    sheet["东关棚改", "complete"] = 12
    result = merge(clerk, draft, sheet)
    assert result.clean and len(result.saved) == 1


def test_a_thousand_rows_are_read_back_as_written():
    fields = [offline_workbook_file.WorkbookColumn(f"c{n}", ("组", f"列{n}"), unit="万元", places=2) for n in range(10)]
    rows = [(f"p{n}", f"项目{n}", False) for n in range(1000)]
    slots = {
        (key, one.code): offline_workbook_file.WorkbookSlot(f"{n}.5", 1)
        for n, (key, _, _) in enumerate(rows)
        for one in fields
    }
    table = offline_workbook_file.WorkbookTable("表", ("行",), "项目名称", fields, rows, slots, {"ret": "1"})
    got = offline_workbook_file.read_file(
        offline_workbook_file.write_file(table), NAME, {one.code: "number" for one in fields}
    )
    assert {key: found.text for key, found in got.cells.items()} == {key: slot.text for key, slot in slots.items()}
    assert got.stamp == {"ret": "1", "layout": offline_workbook_file.LAYOUT} and not got.problems


def test_what_excel_makes_of_an_entry_is_understood():
    """A share typed as 94%, a day that became a date, a number in a column of words, a number too long for Excel."""
    from datetime import datetime

    kinds = {"share": "number", "day": "date", "words": "text", "long": "number"}
    fields = [
        offline_workbook_file.WorkbookColumn(code, (code,), kind, unit="%" if code == "share" else "", places=1)
        for code, kind in kinds.items()
    ]
    slots = {
        ("r", code): offline_workbook_file.WorkbookSlot("1234567890123456.5" if code == "long" else "", 1)
        for code in kinds
    }
    sheet = Sheet(
        offline_workbook_file.write_file(
            offline_workbook_file.WorkbookTable("表", (), "行", fields, [("r", "甲", False)], slots, {"ret": "1"})
        )
    )
    assert sheet.cell("甲", "long").value == "1234567890123456.5"
    sheet["甲", "share"] = 0.945
    sheet.cell("甲", "share").number_format = "0.0%"
    sheet["甲", "day"] = datetime(2021, 8, 20)
    sheet["甲", "words"] = 3
    got = offline_workbook_file.read_file(sheet.content, NAME, kinds)
    assert [got.cells["r", code].text for code in kinds] == ["94.5%", "2021-08-20", "3", "1234567890123456.5"]
    assert not any(found.flaw for found in got.cells.values())


@pytest.mark.parametrize(
    ("value", "code", "shown", "flawed"),
    [
        ("5", '@"亿元"', "5亿元", False),
        ("未报", '@"亿元"', "未报", False),
        (-5, "0.00;0.00", "-5", True),
        (-5, "0.00;-0.00", "-5", False),
        (5, '0"000"', "5", True),
    ],
)
def test_a_returned_cell_is_what_it_shows(value, code, shown, flawed):
    fields = [offline_workbook_file.WorkbookColumn("n", ("n",), "number", unit="万元", places=2)]
    table = offline_workbook_file.WorkbookTable(
        "表",
        (),
        "行",
        fields,
        [("r", "甲", False)],
        {("r", "n"): offline_workbook_file.WorkbookSlot("", 1)},
        {"ret": "1"},
    )
    sheet = Sheet(offline_workbook_file.write_file(table))
    sheet["甲", "n"] = value
    sheet.cell("甲", "n").number_format = code
    found = offline_workbook_file.read_file(sheet.content, NAME, {"n": "number"}).cells["r", "n"]
    assert (found.text, bool(found.flaw)) == (shown, flawed)


# --- whatever is changed on either side --------------------------------------

SAID = ("", "0", "1", "1.50", "未报", "7")


@pytest.mark.slow  # books made at random
def test_every_cell_ends_as_three_ways_say(clerk, draft, at):
    """Fifteen months of two people changing the same cells at will: what one of them changed stands, what both changed stays as it was written."""
    import random

    chance = random.Random(20210820)
    cells = [
        (label, code)
        for label in ("东关棚改", "西关棚改")
        for code in ("invest", "arrive", "pay", "start", "basic", "complete")
    ]
    for _ in range(15):
        sheet = Sheet(offline_workbook.write_workbook(clerk, draft))
        grid = lay_out_grid(clerk, draft)
        base = {place: grid.cells[at[place[0]], place[1]] for place in cells}
        said = {
            place: SAID if place[1] in ("invest", "arrive", "pay") else [one for one in SAID if "." not in one]
            for place in cells
        }
        mine = {place: chance.choice(said[place]) if chance.random() < 0.4 else base[place].text for place in cells}
        theirs = {place: chance.choice(said[place]) if chance.random() < 0.4 else base[place].text for place in cells}
        filling.fill_cells(
            by=clerk,
            ret_id=draft.pk,
            changes=[
                CellEntry(at[label], code, theirs[label, code], base[label, code].version) for label, code in cells
            ],
        )
        for place, value in mine.items():
            if value != base[place].text:
                sheet[place] = value or None
        result = merge(clerk, draft, sheet)
        conflicts = {
            (label, place.column) for place in result.conflicts for label, key in at.items() if key == place.line
        }
        now = lay_out_grid(clerk, draft)
        for place in cells:
            was, end = base[place].text, now.cells[at[place[0]], place[1]].text
            one, other, start = (_number(text) for text in (mine[place], theirs[place], was))
            assert _number(end) == (one if other == start else other), (place, was, mine[place], theirs[place], end)
            assert (place in conflicts) == (one != start and other != start and one != other), (
                place,
                was,
                mine[place],
                theirs[place],
            )
        assert not result.problems


def _number(text):
    from decimal import Decimal

    return Decimal(text) if text[:1].isdigit() else text


def test_two_workbooks_at_once_lose_nothing(committed):
    """Two clerks upload at the same moment: each one's own cell is written, of the cell that both changed one wins and the other is told."""
    import threading

    from django.db import connection

    from tests.returns.together import month

    people, ret, line = month()
    by = people["clerk"]
    with open_scope(by):
        written = offline_workbook.write_workbook(by, ret)
    files = []
    for own, number in (("invest", 11), ("pay", 22)):
        sheet = Sheet(written)
        sheet["东关棚改", own] = number
        sheet["东关棚改", "basic"] = number
        files.append(sheet.content)
    results, errors, gate = [], [], threading.Barrier(2)

    def upload(content):
        try:
            gate.wait()
            with open_scope(by):
                results.append(merge(by, ret, content))
        except Exception as error:  # told by the test, not by the thread
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=upload, args=(content,)) for content in files]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    with open_scope(by):
        cells = lay_out_grid(by, ret).cells
        assert (cells[line, "invest"].text, cells[line, "pay"].text) == ("11", "22")
        assert cells[line, "basic"].text in ("11", "22")
    (conflict,) = [one for result in results for one in result.conflicts]
    assert conflict.column == "basic" and conflict.theirs == cells[line, "basic"].text != conflict.mine


def test_a_number_counts_as_it_looks(clerk, draft, sheet, at):
    """A raised or struck-out figure is refused at its cell; a unit in the cell's format is part of the number; 5① is never 51."""
    raised = CellRichText(TextBlock(InlineFont(), "5"), TextBlock(InlineFont(vertAlign="superscript"), "1"))
    sheet["东关棚改", "start"] = raised
    sheet["东关棚改", "complete"] = "5①"
    sheet["东关棚改", "invest"] = 2
    sheet.cell("东关棚改", "invest").number_format = '0"亿元"'
    result = merge(clerk, draft, sheet)
    assert {(at["东关棚改"], "start"), (at["东关棚改"], "complete")} <= result.refused.keys()
    refs = [sheet.cell("东关棚改", code).coordinate for code in ("start", "complete")]
    assert set(refs) <= {problem.where.cell for problem in result.problems}
    assert text(clerk, draft, at["东关棚改"], "start") == "448"
    assert text(clerk, draft, at["东关棚改"], "invest") == "20000"
