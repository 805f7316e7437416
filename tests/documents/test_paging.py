"""What stands on a page together: thirteen counties, a row, a form's last row with its signers, the 版记 with what is before it."""

import copy
from io import BytesIO

import docx
import pdfplumber
import pytest
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn
from lxml import html

from anju.documents.layout import markup
from anju.documents.layout.grid import TableGrid
from anju.documents.writers import formats


def with_counties(circular: str, count: int) -> str:
    """The circular with so many counties in each annex below the city."""
    root = html.fromstring(circular)
    for table in root.iter("table"):
        body = table.find("tbody")
        parts = list(body)[1:]
        for row in parts:
            body.remove(row)
        for number in range(count):
            row = copy.deepcopy(parts[number % len(parts)])
            row[0].text = f"第{number + 1}县"
            body.append(row)
    return html.tostring(root, encoding="unicode")


@pytest.mark.parametrize("counties", [6, 11, 13])
def test_so_many_counties_stand_on_one_landscape_page_in_every_annex(circular, counties):
    text = with_counties(circular, counties)
    with pdfplumber.open(BytesIO(formats.to_pdf(text))) as file:
        turned = [page for page in file.pages if page.width > page.height]
        assert [sum(len(table.rows) for table in page.find_tables()) for page in turned] == [
            TableGrid(table).rows for table in markup.parse_article(text).iter("table")
        ]


def test_in_word_too_their_rows_are_no_higher_than_the_page(circular):
    document = docx.Document(BytesIO(formats.to_docx(with_counties(circular, 13))))
    for table in (one for one in document.tables if one.style.name == "Table"):
        heights = [int(row._tr.trPr.find(qn("w:trHeight")).get(qn("w:val"))) for row in table.rows]
        assert sum(heights) < 8844 - 1200


def form(rows: int, long: tuple[int, ...] = (), notes: tuple[str, ...] = ("说明：如实填报。",), head: str = "") -> str:
    """A return as it is printed. long: rows with a text of several lines, 始 at its beginning and 终 at its end."""
    lines = "".join(
        f'<tr><th scope="row" class="text">第{row}项目</th><td class="num">{row}</td>'
        f'<td class="text">{f"始{row}。" + "说明" * 150 + f"终{row}。" if row in long else ""}</td></tr>'
        for row in range(rows)
    )
    below = "".join(f'<p class="table-note">{note}</p>' for note in notes)
    return (
        f'<article class="official"><section class="annex{head}" data-title="表"><h1>项目进度月报表</h1>'
        '<p class="parts"><span>填报单位：甲</span><span>2021年9月</span><span>计量单位：套</span></p>'
        f'<table class="annex-table"><thead><tr><th>项目</th><th>套数</th><th>备注</th></tr></thead><tbody>{lines}</tbody></table>{below}'
        '<p class="parts"><span>单位负责人：某</span><span>审核人：某</span><span>报出日期：2021年9月1日</span></p></section></article>'
    )


@pytest.mark.parametrize("head", ["", " landscape"])
@pytest.mark.parametrize("rows", [1, 13, 14, 15, 27, 28, 29, 33, 34, 35])
def test_the_signers_never_stand_without_a_row_of_their_table(rows, head):
    with pdfplumber.open(BytesIO(formats.to_pdf(form(rows, head=head)))) as file:
        pages = [page.extract_text() for page in file.pages]
    assert sum(page.count("单位负责人：") for page in pages) == 1 and sum(page.count("如实填报") for page in pages) == 1
    assert f"第{rows - 1}项目" in pages[-1] and "单位负责人：" in pages[-1]
    assert sum(page.count(f"第{row}项目") for row in range(rows) for page in pages) >= rows


def test_a_row_of_several_lines_stays_whole():
    with pdfplumber.open(BytesIO(formats.to_pdf(form(30, tuple(range(1, 30, 3)))))) as file:
        pages = [page.extract_text() for page in file.pages]
    assert len(pages) > 2
    for row in range(1, 30, 3):
        assert [index for index, page in enumerate(pages) if f"始{row}。" in page] == [
            index for index, page in enumerate(pages) if f"终{row}。" in page
        ]


def test_a_row_that_is_higher_than_half_a_page_may_break_and_loses_nothing():
    text = form(3, (1,)).replace("说明" * 150, "说明" * 2500)
    with pdfplumber.open(BytesIO(formats.to_pdf(text))) as file:
        words = "".join(page.extract_text() for page in file.pages).replace("\n", "")
    assert words.count("明") >= 2500 and "终1。" in words and "第2项" in words


def test_word_keeps_rows_whole_and_the_last_with_its_notes_and_signers():
    document = docx.Document(BytesIO(formats.to_docx(form(30, (3, 7)))))
    [table] = [one for one in document.tables if one.style.name == "Table"]
    assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in table.rows)
    kept = [[one.pPr.find(qn("w:keepNext")) is not None for one in row._tr.iter(qn("w:p"))] for row in table.rows[1:]]
    assert all(kept[-1]) and not any(kept[-2])
    note = table._tbl.getnext()
    assert note.pPr.find(qn("w:keepNext")) is not None and "如实填报" in "".join(note.itertext())


def paper(rows: int) -> str:
    lines = "".join(f'<tr><th scope="row">第{row}县</th><td class="num">{row}</td></tr>' for row in range(rows))
    return (
        '<article class="official"><h1>通报</h1><section class="body"><p>见附件。</p></section><section class="annex landscape" data-title="附件">'
        '<p class="annex-mark">附件</p><h1>情况</h1><table class="annex-table"><thead><tr><th>县</th><th>套</th></tr></thead>'
        f'<tbody>{lines}</tbody></table></section><footer class="imprint"><p class="copies">抄送：某某</p>'
        '<p class="print"><span class="organ">某局</span><span class="date">2022年1月18日</span>印发</p></footer></article>'
    )


@pytest.mark.parametrize(("rows", "pages"), [(3, 2), (13, 3), (40, None)])
def test_the_imprint_shares_the_page_of_a_short_annex(rows, pages):
    text = paper(rows)
    with pdfplumber.open(BytesIO(formats.to_pdf(text))) as file:
        shared = file.pages[-1].width > file.pages[-1].height
        last = file.pages[-1].extract_text()
        assert "抄送：某某" in last and (pages is None or len(file.pages) == pages)
        assert shared == (f"第{rows - 1}县" in last)
    sections = docx.Document(BytesIO(formats.to_docx(text))).sections
    assert (sections[-1].orientation == WD_ORIENT.LANDSCAPE) == shared
