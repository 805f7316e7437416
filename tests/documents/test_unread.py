"""Numbers of a Word file that nobody reads: at the edges of its pages, white, tiny, hidden, struck out. They are told."""

import pytest
from docx.enum.dml import MSO_THEME_COLOR
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.shared import Pt, RGBColor

from anju.documents.text import readback, word_file
from tests.documents.test_word_edits import ARTICLE, file, saved  # noqa: F401


def unread(file):  # noqa: F811
    edited = word_file.read_word_file(saved(file))
    compared = readback.compare_blocks(ARTICLE, ARTICLE, edited.blocks, edited.unread)
    return [(one.where, one.text) for one in compared.unread], compared


def test_an_untouched_export_has_nothing_unread(file):  # noqa: F811
    told, compared = unread(file)
    assert told == [] and compared.changed == []


@pytest.mark.parametrize("edge", ["header", "footer", "first_page_header", "even_page_footer"])
def test_a_number_at_the_edge_of_the_page_is_told(file, edge):  # noqa: F811
    file.sections[0].different_first_page_header_footer = True
    part = getattr(file.sections[0], edge)
    part.is_linked_to_previous = False
    part.add_paragraph("全市开工９９９９套")
    told, compared = unread(file)
    assert told == [("页眉" if "header" in edge else "页脚", "全市开工９９９９套")]
    assert compared.changed == []


def test_the_numbers_of_pages_and_words_at_the_edge_are_nothing(file):  # noqa: F811
    part = file.sections[0].header
    part.is_linked_to_previous = False
    part.add_paragraph("示例市住房和城乡建设局")
    page = f'<w:fldSimple {nsdecls("w")} w:instr=" PAGE "><w:r><w:t>12</w:t></w:r></w:fldSimple>'
    part.add_paragraph("第")._p.append(parse_xml(page))
    for piece in ("begin", "separate", "12", "end"):
        inner = f"<w:t>{piece}</w:t>" if piece == "12" else f'<w:fldChar w:fldCharType="{piece}"/>'
        part.paragraphs[-1]._p.append(parse_xml(f"<w:r {nsdecls('w')}>{inner}</w:r>"))
    assert unread(file)[0] == []


def white(run):
    run.font.color.rgb = RGBColor(255, 255, 255)


def nearly_white(run):
    run.font.color.rgb = RGBColor(0xFE, 0xFE, 0xFE)


def background(run):
    run.font.color.theme_color = MSO_THEME_COLOR.BACKGROUND_1


def tiny(run):
    run.font.size = Pt(1)


def small(run):
    run.font.size = Pt(3)


def hidden(run):
    run.font.hidden = True


def struck(run):
    run.font.strike = True


@pytest.mark.parametrize("look", [white, nearly_white, background, tiny, small, hidden, struck])
def test_a_number_that_nobody_sees_is_told(file, look):  # noqa: F811
    look(file.paragraphs[2].add_run("另有8888套"))
    told, compared = unread(file)
    assert told == [("正文", "另有8888套")]
    assert compared.changed == []


@pytest.mark.parametrize("look", [white, tiny])
def test_a_number_that_nobody_sees_any_more_is_gone(file, look):  # noqa: F811
    for paragraph in file.paragraphs:
        for run in paragraph.runs:
            if "27.27" in run.text:
                look(run)
    told, compared = unread(file)
    assert [one.ref for one in compared.changed] and any("27.27" in text for _, text in told)


def test_words_that_nobody_sees_are_nothing(file):  # noqa: F811
    white(file.paragraphs[2].add_run("内部资料"))
    assert unread(file)[0] == []
