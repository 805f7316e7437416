"""Reading a .docx that came back from Word or WPS: its paragraphs and table rows as text, whatever the editor did to its runs."""

import re
import unicodedata
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO

from lxml import etree

from anju.documents.writers.word import word_tag
from anju.problems import Problem, Refused

LIMIT = 64 * 1024 * 1024  # of the text part, unpacked; the longest report of a province has not a tenth of it
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
GROUPED = re.compile(r"(?<=\d)[,，](?=\d{3}(?!\d))")
BLANKS = re.compile(r"[\s\u200b\ufeff]+")
RESAVE = "请用 Word 或 WPS 另存为“Word 文档（*.docx）”，去掉密码，再上传。"


@dataclass(frozen=True)
class WordBlock:
    """A paragraph, or a row of a table with its cells by grid column."""

    text: str
    cells: dict[int, str] | None = None
    table: int = -1


def read_word(content: bytes, name: str = "上传的文件") -> list[WordBlock]:
    """Paragraphs and rows in order; deleted text of tracked changes left out, inserted text read. Refused DOC-040 when it is no readable .docx."""
    if content.startswith(OLE):
        raise _refused(name, "是加了密码的文件，或者是旧版 .doc。")
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            if archive.getinfo("word/document.xml").file_size > LIMIT:
                raise _refused(name, "里面的正文大得不正常。")
            source = archive.read("word/document.xml")
        root = etree.fromstring(source, etree.XMLParser(resolve_entities=False, no_network=True))
    except KeyError:
        raise _refused(name, "不是 Word 文档（可能是别的压缩文件，或者 .xlsx、.odt 改了扩展名）。") from None
    except (zipfile.BadZipFile, etree.XMLSyntaxError, EOFError, OSError, RuntimeError, NotImplementedError, ValueError):
        raise _refused(name, "打不开：不是 .docx，或者已经损坏。") from None
    body = root.find(word_tag("body"))
    if body is None:
        raise _refused(name, "里面没有正文。")
    return list(_blocks(body, [0]))


def _refused(name: str, what: str) -> Refused:
    return Refused(Problem("DOC-040", name, what, RESAVE))


def _blocks(parent: etree._Element, tables: list[int]) -> Iterator[WordBlock]:
    for node in parent:
        if node.tag == word_tag("p"):
            yield WordBlock(_text(node))
        elif node.tag == word_tag("tbl"):
            number, tables[0] = tables[0], tables[0] + 1
            for row in node.iter(word_tag("tr")):
                cells = _cells(row)
                yield WordBlock("|".join(cells.values()), cells, number)
        elif node.tag in (
            word_tag("sdt"),
            word_tag("sdtContent"),
            word_tag("ins"),
            word_tag("smartTag"),
            word_tag("customXml"),
        ):
            yield from _blocks(node, tables)


def _cells(row: etree._Element) -> dict[int, str]:
    cells: dict[int, str] = {}
    column = 0
    for cell in row.iter(word_tag("tc")):
        if next(cell.iterancestors(word_tag("tr"))) is not row:
            continue  # of a table inside a cell
        span = cell.find(f"{word_tag('tcPr')}/{word_tag('gridSpan')}")
        merge = cell.find(f"{word_tag('tcPr')}/{word_tag('vMerge')}")
        if merge is None or merge.get(word_tag("val")) == "restart":
            cells[column] = "".join(_text(paragraph) for paragraph in cell.iter(word_tag("p")))
        column += int(span.get(word_tag("val"))) if span is not None else 1
    return cells


def _text(paragraph: etree._Element) -> str:
    pieces = []
    for node in paragraph.iter(word_tag("t"), word_tag("tab"), word_tag("br"), word_tag("noBreakHyphen")):
        above = {one.tag for one in node.iterancestors()}
        if word_tag("del") in above or word_tag("moveFrom") in above or node.getparent().tag == word_tag("tabs"):
            continue
        pieces.append(
            node.text or "" if node.tag == word_tag("t") else "-" if node.tag == word_tag("noBreakHyphen") else " "
        )
    return "".join(pieces)


def plain_text(text: str) -> str:
    """The text as it is compared: full-width digits and signs made half-width, thousands joined, no blanks."""
    text = unicodedata.normalize("NFKC", text).replace("−", "-")
    return GROUPED.sub("", BLANKS.sub("", text))
