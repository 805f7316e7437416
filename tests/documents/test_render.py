"""Word, PDF and Excel of one HTML: every row, every page number, the page of GB/T 9704."""

import zipfile
from datetime import date
from io import BytesIO

import docx
import openpyxl
import pdfplumber
import pytest
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from fontTools.ttLib import TTFont

from anju.documents.layout import markup
from anju.documents.layout.grid import TableGrid, text_width
from anju.documents.layout.titles import balance_title, split_title
from anju.documents.writers import formats, pdf, word

MM = 360  # EMU that a rounding to twentieths of a point may take


@pytest.fixture(scope="module")
def opened(circular):
    return docx.Document(BytesIO(formats.to_docx(circular, "通报")))


@pytest.fixture(scope="module")
def pages(circular):
    with pdfplumber.open(BytesIO(formats.to_pdf(circular, "通报"))) as file:
        yield file.pages


def long_annex(counties: int) -> str:
    rows = "".join(
        f'<tr><th scope="row">第{n}县</th><td class="num">{n * 7}</td><td class="num">{n * 5}</td><td class="num">71.4%</td></tr>'
        for n in range(1, counties + 1)
    )
    return (
        '<article class="official"><h1>通报</h1><section class="body"><p>见附件。</p></section><section class="annex" data-title="分县"><p class="annex-mark">附件</p>'
        '<h1>分县情况</h1><table class="annex-table"><thead><tr><th rowspan="2">县区</th><th colspan="3">开工</th></tr><tr><th>任务量</th><th>开工量</th><th>完成率</th></tr></thead>'
        f"<tbody>{rows}</tbody></table></section></article>"
    )


def rows_of(circular):
    return [TableGrid(table).rows for table in markup.parse_article(circular).iter("table")]


# --- Word --------------------------------------------------------------------


def test_word_has_the_page_of_the_standard_in_every_section(opened):
    assert [section.orientation for section in opened.sections] == [
        WD_ORIENT.PORTRAIT,
        *[WD_ORIENT.LANDSCAPE] * 4,
        WD_ORIENT.PORTRAIT,
    ]
    upright, turned = opened.sections[0], opened.sections[1]
    for section, size, margins in ((upright, (210, 297), (37, 26, 35, 28)), (turned, (297, 210), (28, 37, 26, 35))):
        assert (section.page_width, section.page_height) == pytest.approx([Mm(one) for one in size], abs=2 * MM * 10)
        found = (section.top_margin, section.right_margin, section.bottom_margin, section.left_margin)
        assert found == pytest.approx([Mm(one) for one in margins], abs=2 * MM * 10)
    for section in opened.sections:
        grid = section._sectPr.find(qn("w:docGrid"))
        assert (grid.get(qn("w:type")), grid.get(qn("w:linePitch"))) == ("lines", "579")


def test_word_carries_its_title(opened):
    assert opened.core_properties.title == "通报"


def test_word_numbers_the_pages_of_every_section_outside(opened):
    assert opened.settings.odd_and_even_pages_header_footer
    for section in opened.sections:
        for footer, side in ((section.footer, "right"), (section.even_page_footer, "left")):
            paragraph = footer.paragraphs[0]._p
            assert not footer.is_linked_to_previous
            assert " PAGE " in [one.text for one in paragraph.iter(qn("w:instrText"))]
            assert paragraph.pPr.jc.get(qn("w:val")) == side
            assert paragraph.pPr.ind.get(qn(f"w:{side}")) == "280"
        assert section._sectPr.find(qn("w:pgNumType")) is None  # numbers go on


def test_word_fits_22_lines_of_28_characters(opened):
    body = opened.styles["Body Text"]
    assert body.base_style.name == "Normal" and opened.styles["Normal"].font.size == Pt(16)
    line = opened.styles["Body Text"].paragraph_format.line_spacing
    section = opened.sections[0]
    height = section.page_height - section.top_margin - section.bottom_margin
    width = section.page_width - section.left_margin - section.right_margin
    assert height // line == 22
    assert width // (Pt(16) - 3175) == 28  # 16 pt less a quarter of a point


def test_word_names_the_offices_fonts(opened):
    def font(style):
        return opened.styles[style].element.rPr.rFonts.get(qn("w:eastAsia"))

    assert [font(style) for style in ("Normal", "Heading 1", "Heading 2", "Title", "发文机关标志")] == [
        "仿宋_GB2312", "黑体", "楷体_GB2312", "方正小标宋简体", "方正小标宋简体"]  # fmt: skip


def test_word_headings_are_headings(opened):
    heads = [(one.style.name, one.text) for one in opened.paragraphs if one.style.name.startswith("Heading")]
    assert heads[0] == ("Heading 1", "一、年度目标任务完成情况") and ("Heading 2", "（一）资金支持") in heads


def test_word_tables_have_every_row_and_repeat_their_heads(opened, circular):
    tables = [table for table in opened.tables if table.style.name == "Table"]
    assert [len(table.rows) for table in tables] == rows_of(circular)
    heads = [
        [row._tr.trPr is not None and row._tr.trPr.find(qn("w:tblHeader")) is not None for row in table.rows].count(
            True
        )
        for table in tables
    ]
    assert heads == [3, 2, 3, 2]
    for table in tables:
        grid = [int(column.get(qn("w:w"))) for column in table._tbl.tblGrid]
        assert sum(grid) == 12756 and min(grid) > 350
        for row in table.rows:
            assert row._tr.trPr.find(qn("w:cantSplit")) is not None
            for cell in row._tr.tc_lst:
                assert cell.tcPr.find(qn("w:vAlign")).get(qn("w:val")) == "center"


def test_word_merges_the_cells_of_the_head(opened):
    table = next(table for table in opened.tables if table.style.name == "Table")
    assert table.cell(0, 0)._tc is table.cell(2, 0)._tc  # 县区名称 over three rows
    assert table.cell(0, 1)._tc is table.cell(0, 11)._tc and table.cell(0, 1)._tc is not table.cell(0, 12)._tc


def test_word_numbers_stand_right_and_labels_in_the_middle(opened):
    table = next(table for table in opened.tables if table.style.name == "Table")
    row = table.rows[4]._tr.tc_lst
    assert [cell.p_lst[0].pPr.jc.val if cell.p_lst[0].pPr.jc is not None else None for cell in row][:2] == [None, 2]
    assert opened.styles["表文15"].paragraph_format.alignment == 1


def test_the_same_text_gives_the_same_bytes(circular):
    assert formats.to_docx(circular) == formats.to_docx(circular)
    assert formats.to_pdf(circular) == formats.to_pdf(circular)


# --- PDF ---------------------------------------------------------------------


def table_rows(page) -> int:
    return sum(len(table.rows) for table in page.find_tables())


def test_pdf_has_every_row_of_every_annex(pages, circular):
    turned = [page for page in pages if page.width > page.height]
    assert [table_rows(page) for page in turned] == rows_of(circular)


def test_every_page_of_the_pdf_is_numbered_outside(pages):
    for number, page in enumerate(pages, 1):
        low = page.crop((0, page.height - 95, page.width, page.height)).extract_words(keep_blank_chars=True)
        (found,) = [one for one in low if one["text"].replace(" ", "") == f"—{number}—"]
        assert (found["x0"] > page.width / 2) == (number % 2 == 1)


def test_pdf_fits_28_characters_in_a_line_and_22_lines_on_a_page():
    body = "".join("<p>" + "安居工程" * 60 + "</p>" for _ in range(6))
    with pdfplumber.open(
        BytesIO(formats.to_pdf(f'<article class="official"><section class="body">{body}</section></article>'))
    ) as file:
        page = file.pages[1]
        lines = page.crop((0, 90, page.width, page.height - 95)).extract_text_lines()
        assert len(lines) == 22
        assert max(len(line["text"]) for line in lines) == 28


@pytest.mark.parametrize("counties", [1, 36, 120])
def test_a_long_table_loses_no_row_in_any_format(counties):
    text = long_annex(counties)
    with pdfplumber.open(BytesIO(formats.to_pdf(text))) as file:
        words = [one["text"] for page in file.pages for one in page.extract_words()]
        heads = sum(1 for page in file.pages[1:] for _ in page.find_tables())
        drawn = sum(table_rows(page) for page in file.pages)
        numbered = [any(one["text"] == str(n) for one in page.extract_words()) for n, page in enumerate(file.pages, 1)]
    assert [words.count(f"第{n}县") for n in range(1, counties + 1)] == [1] * counties
    assert drawn - 2 * heads == counties and all(numbered)
    table = docx.Document(BytesIO(formats.to_docx(text))).tables[-1]
    assert [row.cells[0].text for row in table.rows[2:]] == [f"第{n}县" for n in range(1, counties + 1)]
    sheet = openpyxl.load_workbook(BytesIO(formats.annex_xlsx(text))).active
    assert sum(1 for row in sheet.iter_rows(values_only=True) if row[0] and str(row[0]).startswith("第")) == counties


def test_pdf_and_word_are_laid_out_on_one_page(pages, opened):
    sizes = {(page.width > page.height) for page in pages}
    assert sizes == {True, False} and round(pages[0].width) == round(opened.sections[0].page_width.pt)


# --- Excel -------------------------------------------------------------------


def test_excel_holds_numbers_as_they_are_printed(circular):
    book = openpyxl.load_workbook(BytesIO(formats.annex_xlsx(circular)))
    assert book.sheetnames == ["开工建成投资补贴", "续建项目建成", "贷款与债券", "审计整改"]
    city = {
        cell.coordinate: cell for row in book["开工建成投资补贴"].iter_rows() for cell in row if cell.value is not None
    }
    assert (city["B6"].value, city["B6"].number_format) == (4776, "0")
    assert (str(city["I6"].value), city["I6"].number_format) == ("1.388", "0.0%")
    assert (str(city["S6"].value), city["S6"].number_format) == ("27.27", "0.00")
    assert all(cell.data_type == "n" for cell in city.values() if str(cell.value).replace(".", "").isdigit())
    merged = {str(one) for one in book["开工建成投资补贴"].merged_cells.ranges}
    assert {"A3:A5", "B3:L3", "M3:P3", "R4:S4"} <= merged


def test_excel_of_a_document_without_annexes_opens():
    book = openpyxl.load_workbook(BytesIO(formats.annex_xlsx('<article class="official"><h1>甲</h1></article>')))
    assert book.sheetnames == ["无附表"]


# --- the rest ----------------------------------------------------------------


def test_a_bundle_holds_every_format_of_every_document(circular):
    archive = zipfile.ZipFile(
        BytesIO(formats.bundle_documents([("关于甲/乙的通报", circular), ("关于甲/乙的通报", long_annex(1))]))
    )
    assert archive.testzip() is None
    assert sorted(archive.namelist()) == sorted(
        f"关于甲 乙的通报{tail}"
        for tail in (".docx", ".pdf", "（附表）.xlsx", "（2）.docx", "（2）.pdf", "（附表）（2）.xlsx")
    )


def test_a_page_stands_alone(circular):
    page = formats.to_page(circular, "<通报>")
    assert (
        "<title>&lt;通报&gt;</title>" in page
        and 'data-ref="shanty.start@140500/2021"' in page
        and "http" not in page.replace("http-equiv", "")
    )


def test_what_cannot_be_laid_out_is_told():
    from anju.problems import Refused

    with pytest.raises(Refused, match="DOC-001"):
        formats.to_pdf("<p>甲</p>")
    with pytest.raises(Refused, match="DOC-002"):
        formats.to_docx('<article class="official"><img src="x"><script>1</script></article>')


def test_signs_of_markup_are_only_signs():
    text = '<article class="official"><section class="body"><p>甲#乙$丙*丁_戊@己\\庚`辛[壬]{癸}~&lt;b&gt;</p></section></article>'
    with pdfplumber.open(BytesIO(formats.to_pdf(text))) as file:
        assert "甲#乙$丙*丁_戊@己\\庚`辛[壬]{癸}~<b>" in file.pages[0].extract_text().replace("\n", "")
    assert docx.Document(BytesIO(formats.to_docx(text))).paragraphs[0].text == "甲#乙$丙*丁_戊@己\\庚`辛[壬]{癸}~<b>"


def test_joint_reports_name_every_office_and_signatory():
    text = (
        '<article class="official"><header class="letterhead"><p class="organ">甲市财政局</p><p class="organ">甲市住房和城乡建设局</p><p class="suffix">文件</p>'
        '<p class="doc-number">甲财综〔2021〕1号</p><p class="signatory">签发人：<span class="name">张三</span> <span class="name">李四</span></p></header><h1>报告</h1></article>'
    )
    with pdfplumber.open(BytesIO(formats.to_pdf(text))) as file:
        found = "".join(
            one["text"] for one in sorted(file.pages[0].chars, key=lambda one: (round(one["top"]), one["x0"]))
        )
    told = docx.Document(BytesIO(formats.to_docx(text)))
    words = "".join(one.text for table in told.tables for row in table.rows for one in row.cells) + "".join(
        one.text for one in told.paragraphs
    )
    for name in ("甲财综〔2021〕1号", "签发人：", "张三", "李四"):
        assert name in words and name in found.replace("　", "")
    assert "甲市财政局" in words and "文件" in words


def test_bundled_fonts_cover_the_standard_characters():
    folder = pdf.HERE / "fonts"
    wanted = {ord(one) for one in (folder / "characters.txt").read_text(encoding="utf-8").strip()}
    assert len(wanted) == 8107 and {0x4DAE, 0x2CC56, 0x30EDD} <= wanted
    for face in folder.glob("*.otf"):
        assert wanted <= set(TTFont(face, lazy=True).getBestCmap()), face.name


def test_rare_names_are_drawn():
    text = '<article class="official"><section class="body"><p>䶮𬱖𰻝</p></section></article>'
    with pdfplumber.open(BytesIO(formats.to_pdf(text))) as file:
        assert file.pages[0].extract_text().startswith("䶮𬱖𰻝")


@pytest.mark.parametrize(
    ("title", "lines"),
    [
        ("关于2021年度住房保障主要工作完成情况的通报", ["关于2021年度住房保障", "主要工作完成情况的通报"]),
        (
            "甲市财政局　甲市住房和城乡建设局关于绩效评价情况的报告",
            ["甲市财政局　甲市住房和城乡建设局", "关于绩效评价情况的报告"],
        ),
        ("短标题", ["短标题"]),
        (
            "2021年度棚户区住房改造开工、基本建成及城镇保障性安居工程投资和租赁补贴发放完成情况",
            ["2021年度棚户区住房改造开工、", "基本建成及城镇保障性安居工程", "投资和租赁补贴发放完成情况"],
        ),
        (
            "关于印发《2020年桂林市城镇保障性安居工程建设工作实施方案》的通知",
            ["关于印发《2020年桂林市城镇保障性安居工程", "建设工作实施方案》的通知"],
        ),
    ],
)
def test_a_long_title_breaks_where_the_sense_allows(title, lines):
    assert balance_title(title, word.TYPE_AREA // 2 * 10 // 220) == lines


TITLES = [
    "关于2021年三季度住房保障主要工作进展情况的通报", "关于某某市2020年度城镇保障性安居工程财政资金绩效评价有关情况的报告", "某某区2021年城镇保障性安居工程财政资金绩效自评报告",
    "2021年某某自治区城镇保障性安居工程绩效评价报告", "某某市棚户区改造2021年三季度调度会议材料", "2017年底前开工2020年底前未建成项目建成情况",
    "关于转发国务院办公厅关于加快发展保障性租赁住房的意见的通知", "城镇保障性安居工程审计发现问题整改完成情况", "龙胜各族自治县住房和城乡建设局关于做好老旧小区改造工作的通知",
]  # fmt: skip


@pytest.mark.parametrize("title", TITLES)
@pytest.mark.parametrize("room", [110, 150, 190, 344])
def test_no_line_of_a_title_ends_within_a_word(title, room):
    lines = balance_title(title, room)
    assert "".join(lines) == title and all(text_width(line) <= room for line in lines)
    ends, place = set(), 0
    for piece, _ in split_title(title):
        place += len(piece)
        ends.add(place)
    cuts = [sum(map(len, lines[:count])) for count in range(1, len(lines))]
    assert set(cuts) <= ends and not [line for line in lines if line[0] in "的》、"]


def test_a_draft_leaves_room_for_its_number_and_date():
    text = '<article class="official"><p class="doc-number"></p><footer class="sign"><p class="organ">甲局</p><p class="date"></p></footer></article>'
    draft = markup.mark_draft(text)
    assert "草稿" in draft and "年　月　日" in draft
    issued = markup.fill_number_and_date(draft, "甲〔2022〕1号", date(2022, 1, 18))
    assert ">甲〔2022〕1号<" in issued and ">2022年1月18日<" in issued and "草稿" not in issued


def test_widths_count_half_width_signs_as_half():
    assert text_width("县区2021%") == 20 + 25


def test_no_style_of_the_word_file_points_at_one_that_is_not_there(opened):
    styles = opened.styles.element
    known = {style.get(qn("w:styleId")) for style in styles.findall(qn("w:style"))}
    pointers = {node.get(qn("w:val")) for tag in ("w:basedOn", "w:link", "w:next") for node in styles.iter(qn(tag))}
    used = {
        node.get(qn("w:val")) for tag in ("w:pStyle", "w:rStyle", "w:tblStyle") for node in opened.element.iter(qn(tag))
    }
    assert pointers <= known and used <= known
