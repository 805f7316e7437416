"""What a text may say: units agree everywhere, no sentence lacks its figures, what was written is printed or named, what was assumed says so."""

from io import BytesIO

import docx
import openpyxl
import pdfplumber
import pytest

from anju.documents.layout import markup
from anju.documents.layout.grid import NUMBER, TableGrid
from anju.documents.text import finishing
from anju.documents.text.checks import printed_value
from anju.documents.text.printing import FigureFormat
from anju.documents.text.units import unit_named_at
from anju.documents.writers import formats
from anju.figures.queries import current
from anju.figures.services import observations as figures
from anju.problems import Refused
from tests.oversight.test_circular import SUBSIDY, heads, plain, told_in
from tests.sample_place import FIRST, PERIOD, SECOND, place, told, written

pytestmark = pytest.mark.usefixtures("measures")  # made once: most of these tests need them

# --- units -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "unit", "printed"),
    [("2.53", "万户", "25300"), ("2.53", "万套", "25300"), ("25300", "户", "25300"), ("0.0001", "万户", "1")],
)
def test_a_count_is_printed_in_the_unit_of_its_head_whatever_unit_it_was_published_in(scope, value, unit, printed):
    told(scope, SUBSIDY)
    told_in(scope, "shanty.start.target", value, unit)
    version = written(scope, "circular")
    grid = TableGrid(next(markup.parse_article(version.html).iter("table")))
    cells = [cell.text for cell in grid.cells if cell.row >= grid.head]
    assert printed in cells and f"开工{printed}套" in plain(version)
    assert printed == "1" or value not in cells or value == printed
    sheet = openpyxl.load_workbook(BytesIO(formats.annex_xlsx(version.html))).worksheets[0]
    assert int(printed) in [cell for row in sheet.iter_rows(values_only=True) for cell in row]
    table = next(one for one in docx.Document(BytesIO(formats.to_docx(version.html))).tables if len(one.rows) > 3)
    assert printed in [cell.text for row in table.rows for cell in row.cells]


@pytest.mark.parametrize(
    ("unit", "prose", "said"),
    [
        ("万户", "全市开工[[shanty.start]]套。", "全市开工14400套。"),
        ("万户", "全市开工[[shanty.start]]万套。", "全市开工1.44万套。"),
        ("户", "全市开工[[shanty.start]]套。", "全市开工1.44套。"),
        ("万户", "全市开工[[shanty.start 套 0]]套。", "全市开工14400套。"),
        ("万户", "全市开工[[shanty.start 万套 1]]万户。", "全市开工1.4万户。"),
    ],
)
def test_the_writers_own_words_say_the_unit_that_a_figure_is_printed_in(scope, unit, prose, said):
    told(scope, SUBSIDY)
    told_in(scope, "shanty.start", "1.44" if unit != "户" else "144", unit)
    text = plain(written(scope, "circular", prose={"work": [prose]}))
    assert (said if unit != "户" else "全市开工144套。") in text


@pytest.mark.parametrize(
    "prose",
    [
        "开工[[shanty.start 万套 2]]套。",
        "开工[[shanty.start 套 0]]万套。",
        "投资[[invest.done 亿元 2]]万元。",
        "投资[[invest.done 万元]]亿元。",
        "投资[[invest.done]]元左右，[[invest.done 元]]万元。",
        "开工[[shanty.start]]亿元。",
        "面积[[old.area.target 万㎡]]平方米。",
        "开工[[shanty.start 亿元 2]]。",
    ],
)
def test_a_unit_that_is_not_the_figures_is_refused_and_every_one_is_named(scope, prose):
    told(scope, SUBSIDY | {"shanty.start": "14400", "invest.done": "27.27", "old.area.target": "12.5"})
    with pytest.raises(Refused) as refused:
        written(scope, "circular", prose={"work": [prose, "又开工[[shanty.start]]万元。"]})
    assert {one.code for one in refused.value.problems} == {"DOC-036"} and len(refused.value.problems) == 2


@pytest.mark.parametrize(
    ("value", "unit", "printed"),
    [("12.5", "亿元", "12.5"), ("12.50", "亿元", "12.5"), ("125000", "万元", "13"), ("12", "亿元", "12")],
)
def test_only_what_is_converted_is_cut_to_the_places_of_its_head(scope, value, unit, printed):
    told(scope, SUBSIDY)
    told_in(scope, "invest.done", value, unit)
    figure = current.current_figures(scope, ["invest.done"], [place(scope)], [PERIOD])(
        "invest.done", place(scope), PERIOD
    )
    assert FigureFormat.of("亿元 upto 0").digits(figure) == printed


def test_units_are_read_where_they_begin():
    assert [unit_named_at(text) for text in ("万平方米，", "平方米", "亿元（国", "套，", "幢", "%", "人民")] == [
        "万㎡", "㎡", "亿元", "套", "栋", "", "人"]  # fmt: skip


# --- sentences without their figures ------------------------------------------------


def article(body: str):
    return markup.parse_article(f'<article class="official"><section class="body">{body}</section></article>')


BLANK = '<data class="fig none" data-ref="a@1/2021"></data>'
KNOWN = '<data class="fig" value="5" data-ref="b@1/2021">5</data>'


def test_a_generated_sentence_without_its_figure_is_taken_out_and_named():
    root = article(f"<p>开工{BLANK}套。建成{KNOWN}套，投资{KNOWN}亿元。其余{BLANK}个，另有{KNOWN}个。</p>")
    reminders = finishing.drop_unfinished(root, {})
    assert markup.element_text(root.find(".//p")) == "建成5套，投资5亿元。"
    assert [one.code for one in reminders] == ["DOC-034"] * 2 and "开工（缺）套" in reminders[0].what


def test_headings_over_nothing_go_and_the_others_are_numbered_again():
    root = article(
        f"<h2>一、甲</h2><p>开工{BLANK}套。</p><h2>二、乙</h2><h3>（一）子</h3><h3>（二）丑</h3><p>建成{KNOWN}套。</p><h2>三、丙</h2><p>话。</p>"
    )
    finishing.drop_unfinished(root, {})
    assert [one.text for one in root.iter("h2", "h3")] == ["一、乙", "（一）丑", "二、丙"]


def test_what_the_writer_wrote_is_never_taken_out():
    root = article(f'<h2 data-prose="a">二、甲</h2><p data-prose="a">开工{BLANK}套。</p>')
    assert finishing.drop_unfinished(root, {}) == [] and root.find(".//p") is not None
    assert [one.code for one in finishing.blank_prose(root, {})] == ["DOC-037"]


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        ("circular", "work"), ("circular", "backlog"), ("circular", "loans"), ("circular", "audit"), ("circular", "thanks"),
        ("circular", "problems"), ("circular", "requirements"), ("evaluation-report", "old_use"), ("evaluation-report", "old_quality"),
        ("evaluation-report", "prh_shanty_subsidy"), ("evaluation-report", "prh_shanty_satisfaction"), ("evaluation-report", "suggestions"),
        ("self-evaluation", "project_effect"), ("region-evaluation", "effect_old"), ("region-evaluation", "effect_management"),
        ("decomposition", "plan_after"),
    ],
)  # fmt: skip
def test_what_the_office_wrote_is_printed_where_there_is_no_figure_beside_it(scope, kind, key):
    told(scope, {"arh.start": "400"})
    version = written(scope, kind, prose={key: ["这一段话是拟稿人写的。"]})
    assert "这一段话是拟稿人写的。" in plain(version)
    assert not [one for one in version.warnings if one["code"] == "DOC-035"]


# --- what was assumed -----------------------------------------------------------------


@pytest.fixture
def assumed(scope):
    told(scope, {"subsidy.households.target": "100"})
    for code, value in ((FIRST, "40"), (SECOND, "60")):
        told(scope, {"subsidy.households.target": value}, code)
    figures.assume_figure(
        by=scope, measure="subsidy.households", region=place(scope), period=PERIOD, value="120", basis="按进度推算"
    )
    return written(scope, "circular")


def test_an_assumed_figure_says_so_in_the_text_behind_its_unit(assumed):
    assert "租赁补贴发放120户（推定），为年度任务的120.0%（推定）" in plain(assumed)


def test_an_assumed_figure_says_so_in_word_pdf_and_excel_and_stays_a_number(assumed):
    word = docx.Document(BytesIO(formats.to_docx(assumed.html)))
    cells = [cell.text for table in word.tables for row in table.rows for cell in row.cells]
    assert "120*" in cells and "100" in cells and "120户（推定）" in "".join(one.text for one in word.paragraphs)
    assert finishing.NOTE in [one.text for one in word.paragraphs]
    with pdfplumber.open(BytesIO(formats.to_pdf(assumed.html))) as file:
        text = "".join(page.extract_text() for page in file.pages).replace("\n", "")
    assert "120*" in text and "120户（推定）" in text and finishing.NOTE in text
    sheet = openpyxl.load_workbook(BytesIO(formats.annex_xlsx(assumed.html))).worksheets[0]
    [cell] = [one for row in sheet.iter_rows() for one in row if one.value == 120]
    assert cell.number_format == '0"*"' and finishing.NOTE in [one.value for row in sheet.iter_rows() for one in row]


def test_a_marked_number_of_a_table_is_still_read_as_a_number():
    assert NUMBER.match("27.27*") and str(printed_value("1,020*")) == "1020" and not NUMBER.match("27*27")


def test_inside_brackets_the_mark_has_brackets_of_its_own():
    root = article(
        '<p>授信<data class="fig">5</data>亿元（国开行<data class="fig assumed">3</data>亿元、农发行<data class="fig">2</data>亿元）。</p>'
    )
    finishing.mark_assumed(root)
    assert markup.element_text(root.find(".//p")) == "授信5亿元（国开行3亿元〔推定〕、农发行2亿元）。"


def test_nothing_is_marked_where_nothing_was_assumed(scope):
    told(scope, SUBSIDY)
    version = written(scope, "circular")
    assert "推定" not in plain(version) and heads(version)


# --- annexes ----------------------------------------------------------------------------------


def marks(version) -> list[str]:
    return [markup.element_text(one) for one in markup.find_by_class(markup.parse_article(version.html), "annex-mark")]


def test_a_single_attachment_has_no_number_and_several_have(scope):
    told(scope, SUBSIDY)
    assert marks(written(scope, "circular")) == ["附件"]
    told(scope, {"loan.credit": "2"})
    assert marks(written(scope, "circular")) == ["附件1", "附件2"]


def test_a_head_over_nothing_but_its_own_total_is_the_column(scope):
    told(scope, {"shanty.start.target": "100", "shanty.start": "90", "shanty.start.monetised": "9"})
    grid = TableGrid(next(markup.parse_article(written(scope, "circular").html).iter("table")))
    heads = [(cell.row, cell.text, cell.rows, cell.columns) for cell in grid.cells if cell.row < grid.head]
    assert (1, "任务量", 2, 1) in heads and (1, "开工量", 1, 2) in heads and (2, "合计", 1, 1) in heads


def test_a_table_without_parts_has_no_empty_level_of_heads(scope):
    told(scope, {"shanty.start.target": "100", "shanty.start": "90"})
    grid = TableGrid(next(markup.parse_article(written(scope, "circular").html).iter("table")))
    assert grid.head == 2 and "合计" not in [cell.text for cell in grid.cells if cell.row < grid.head]
