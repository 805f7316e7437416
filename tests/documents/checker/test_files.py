"""Real files in and out: .docx and .pdf of the same paper say the same; the annotated copy is opened again and read."""

import io

import docx
import pytest

from anju.documents.checker import annotation
from anju.documents.checker.inspection import inspect_file, report_of
from anju.documents.checker.reading import read_paper, read_text
from anju.documents.text.word_file import read_word
from anju.problems import Refused
from tests.documents.checker.planting import blocks_of

TEXT = (
    "关于2021年度住房保障工作完成情况的通报\n\n"
    "审计发现的21个问题，已完成整改18个，正在整改3个，整改率为58.7%。全市筹措资金9.51亿元（其中：中央2.93亿元，基建5.62亿元，市县9199.36万元，社会463.58万元）。\n\n"
    "县区\t任务（套）\t完成（套）\t完成率\n合计\t1000\t1130\t113.0%\n甲县\t400\t500\t125.0%\n乙县\t350\t350\t100.0%\n丙县\t250\t280\t122.0%\n\n"
)


@pytest.fixture(scope="module")
def word() -> bytes:
    return blocks_of(read_text(TEXT)).docx()


@pytest.fixture(scope="module")
def portable(circular_page) -> bytes:
    from anju.documents.writers.formats import write_formats

    return write_formats(circular_page, ["pdf"], "示例")["pdf"]


@pytest.fixture(scope="module")
def circular_page() -> str:
    from tests.documents.conftest import DATA

    return (DATA / "circular.html").read_text(encoding="utf-8")


def test_a_word_file_is_looked_through(word):
    report = report_of(inspect_file(word, "通报.docx"))
    assert {(one.level, one.kind, one.printed) for one in report.findings} == {
        ("矛盾", "比率", "58.7%"),
        ("矛盾", "比率", "122.0%"),
        ("舍入", "截尾", "9.51亿元"),
    }


def test_the_annotated_copy_has_a_comment_at_each_finding_and_the_same_text(word):
    book = inspect_file(word, "通报.docx")
    report = report_of(book)
    annotated = annotation.annotate_word(word, report, "通报.docx")
    comments = list(docx.Document(io.BytesIO(annotated)).comments)
    assert [comment.text for comment in comments] == [annotation.comment_text(one) for one in report.findings]
    assert {comment.author for comment in comments} == {"安居核对"}
    assert [block.text for block in read_word(annotated)] == [block.text for block in read_word(word)]


def test_a_comment_stands_at_its_number(word):
    report = report_of(inspect_file(word, "通报.docx"))
    annotated = docx.Document(io.BytesIO(annotation.annotate_word(word, report, "通报.docx")))
    (row,) = [row for row in annotated.tables[0].rows if row.cells[0].text == "丙县"]
    assert row.cells[3]._tc.xpath(".//w:commentReference")
    assert not row.cells[2]._tc.xpath(".//w:commentReference")


def test_the_pdf_of_a_paper_reads_as_its_page_does(portable, circular_page):
    from_pdf = read_paper(portable, "通报.pdf")
    from_page = read_paper(circular_page.encode(), "通报.html")
    assert from_pdf.kind == "pdf"
    wanted = sorted((number.text, number.family) for paragraph in from_page.paragraphs for number in paragraph.numbers)
    read = sorted((number.text, number.family) for paragraph in from_pdf.paragraphs for number in paragraph.numbers)
    assert [one for one in wanted if one not in read] == []
    cells = sorted(cell.number.text for table in from_page.tables for cell in table.cells.values() if cell.number)
    cells_read = sorted(cell.number.text for table in from_pdf.tables for cell in table.cells.values() if cell.number)
    assert cells_read == cells


def test_our_own_true_paper_is_silent_as_a_page_and_as_a_pdf(portable, circular_page):
    for content, name in ((circular_page.encode(), "通报.html"), (portable, "通报.pdf")):
        report = report_of(inspect_file(content, name))
        assert [one for one in report.contradictions if one.kind != "用语"] == [], name
        assert report.checked > 100


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"%PDF-1.7\nbroken", "DOC-090"),
        (b"\x00\x01\x02\x03" * 100, "DOC-090"),
        (b"", "DOC-090"),
        (b"PK\x03\x04broken", "DOC-040"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1old", "DOC-040"),
    ],
)
def test_what_is_no_paper_is_refused_with_a_sentence(content, code):
    with pytest.raises(Refused) as refused:
        inspect_file(content, "坏的.docx")
    (problem,) = refused.value.problems
    assert problem.code == code
    assert problem.what and problem.fix


def test_the_page_marks_each_finding_where_it_is(word):
    book = inspect_file(word, "通报.docx")
    report = report_of(book)
    marked = [
        piece.text
        for part in annotation.marked_parts(book.paper, report)
        for pieces in [part.pieces, *(cell for row in part.rows for cell in row)]
        for piece in pieces
        if piece.number
    ]
    assert sorted(marked) == sorted(["58.7%", "122.0%", "9.51亿元"])
