"""A Word file that came back: which numbers were changed in it, in which sentence, and which the ledger no longer bears out."""

from io import BytesIO

import docx
import pytest

from anju.documents.queries import documents
from anju.documents.text import readback
from anju.documents.writers.formats import to_docx
from anju.figures.services import observations as figures
from anju.problems import Refused
from tests.documents.conftest import YEAR


@pytest.fixture
def word(scope, draft):
    return docx.Document(BytesIO(to_docx(documents.find_version(scope, draft).html)))


def saved(word) -> bytes:
    stream = BytesIO()
    word.save(stream)
    return stream.getvalue()


def paragraph(word, part):
    return next(one for one in word.paragraphs if part in one.text)


def retype(paragraph, old, new, pieces=1):
    """Replace as an editor does: the text torn into runs of a few characters."""
    text = paragraph.text.replace(old, new)
    assert text != paragraph.text
    for run in paragraph.runs:
        run.text = ""
    for at in range(0, len(text), pieces):
        paragraph.add_run(text[at : at + pieces])


def test_a_file_not_edited_says_nothing(scope, draft, word):
    found = readback.compare_edited(scope, draft, saved(word))
    assert found.changed == [] and found.disagree == [] and found.prose == []
    assert len(found.figures) == len(documents.find_version(scope, draft).figures)


def test_a_changed_number_is_told_with_its_sentence(scope, draft, word):
    retype(paragraph(word, "全年发放"), "685", "690")
    found = readback.compare_edited(scope, draft, saved(word))
    assert [(one.ref, one.printed, one.found, one.where) for one in found.changed] == [
        ("subsidy.households@140500/2021", "685", "690", "正文第1段")
    ]
    assert (
        "全年发放租赁补贴690户" in found.changed[0].sentence and found.disagree == found.changed and found.prose == []
    )


@pytest.mark.parametrize("typed", ["６６３１", "6,631", "6，631", "6\u2009631"])
def test_another_way_of_typing_a_number_is_no_change(scope, draft, word, typed):
    retype(paragraph(word, "全市开工"), "6631", typed, pieces=2)
    assert readback.compare_edited(scope, draft, saved(word)).changed == []


def test_a_space_put_between_the_digits_is_told(scope, draft, word):
    retype(paragraph(word, "全市开工"), "6631", "6 631", pieces=2)
    assert [one.printed for one in readback.compare_edited(scope, draft, saved(word)).changed] == ["6631"]


def test_a_cell_of_the_annex_is_read(scope, city, draft, word):
    table = next(table for table in word.tables if table.rows[0].cells[0].text == "县区名称")
    row = next(row for row in table.rows if row.cells[1].text == "450")
    row.cells[2].paragraphs[0].runs[0].text = "432"
    found = readback.compare_edited(scope, draft, saved(word))
    assert [(one.printed, one.found) for one in found.changed] == [("423", "432")]
    assert found.changed[0].where == f"附件 {row.cells[0].text}"


def test_rows_put_in_another_order_are_still_known(scope, draft, word):
    table = next(table for table in word.tables if table.rows[0].cells[0].text == "县区名称")
    table._tbl.append(table.rows[2]._tr)
    found = readback.compare_edited(scope, draft, saved(word))
    assert found.changed == []


def test_words_are_told_apart_from_numbers(scope, draft, word):
    retype(paragraph(word, "要加快进度"), "要加快进度", "要加快工作进度")
    retype(paragraph(word, "全市开工"), "投资", "完成投资")
    word.add_paragraph("另加一句。")
    found = readback.compare_edited(scope, draft, saved(word))
    assert found.changed == []
    assert ("要加快进度。", "要加快工作进度。") in [(one.old, one.new) for one in found.prose]
    assert any(one.new == "另加一句。" and one.old == "" for one in found.prose)
    assert any("完成投资27.3亿元" in one.new for one in found.prose)


def test_a_deleted_sentence_leaves_its_figures_without_answer(scope, draft, word):
    gone = paragraph(word, "全市开工")
    gone._p.getparent().remove(gone._p)
    found = readback.compare_edited(scope, draft, saved(word))
    assert {(one.ref.split("@")[0], one.found) for one in found.changed} == {("shanty.start", ""), ("invest.done", "")}


def test_joined_paragraphs_are_still_read(scope, draft, word):
    first, second = paragraph(word, "全市开工"), paragraph(word, "要加快进度")
    first.add_run(second.text)
    second._p.getparent().remove(second._p)
    found = readback.compare_edited(scope, draft, saved(word))
    assert found.changed == [] and found.prose == []


def test_a_number_the_ledger_has_left_behind_disagrees_though_unchanged(scope, city, draft, word):
    figures.correct_figure(by=scope, measure="shanty.start", region=city, period=YEAR, value="6640", reason="补报")
    found = readback.compare_edited(scope, draft, saved(word))
    assert found.changed == []
    assert [(one.found, one.ledger) for one in found.disagree] == [("6631", "6640")]


def test_tracked_changes_count_as_accepted(scope, draft, word):
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    run = next(run for run in paragraph(word, "全市开工").runs if "6631" in run.text)
    before, after = run.text.split("6631")
    run.text = before
    last = run._r
    for tag, inner, text in (("w:del", "w:delText", "6631"), ("w:ins", "w:t", "6633"), ("", "w:t", after)):
        new, said = OxmlElement("w:r"), OxmlElement(inner)
        said.text = text
        new.append(said)
        if tag:
            change = OxmlElement(tag)
            change.set(qn("w:id"), "1")
            change.append(new)
            new = change
        last.addnext(new)
        last = new
    found = readback.compare_edited(scope, draft, saved(word))
    assert [(one.printed, one.found) for one in found.changed] == [("6631", "6633")] and found.prose == []


@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04 torn", b"%PDF-1.7", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600]
)
def test_what_is_no_docx_is_told_and_not_traced(scope, draft, content):
    with pytest.raises(Refused, match="DOC-040"):
        readback.compare_edited(scope, draft, content, "回收件.docx")


def test_another_zip_is_no_docx(scope, draft, circular):
    from anju.documents.writers.formats import annex_xlsx

    with pytest.raises(Refused, match="DOC-040"):
        readback.compare_edited(scope, draft, annex_xlsx(circular))


def test_a_torn_docx_is_told(scope, draft, word):
    whole = saved(word)
    with pytest.raises(Refused, match="DOC-040"):
        readback.compare_edited(scope, draft, whole[: len(whole) // 2])
