"""Reading a .docx that came back from Word or WPS: its paragraphs and table rows as text, whatever the editor did to its runs."""

import re
import unicodedata
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO

from lxml import etree

from anju.documents.writers.word import w
from anju.problems import Problem, Refused

LIMIT = 64 * 1024 * 1024  # of the text part, unpacked; the longest report of a province has not a tenth of it
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
GROUPED = re.compile(r"(?<=\d)[,，](?=\d{3}(?!\d))")
BLANKS = re.compile(r"[\s\u200b\ufeff]+")
RESAVE = "请用 Word 或 WPS 另存为“Word 文档（*.docx）”，去掉密码，再上传。"


@dataclass(frozen=True)
class Block:
    """A paragraph, or a row of a table with its cells by grid column."""

    text: str
    cells: dict[int, str] | None = None
    table: int = -1


def read(content: bytes, name: str = "上传的文件") -> list[Block]:
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
    body = root.find(w("body"))
    if body is None:
        raise _refused(name, "里面没有正文。")
    return list(_blocks(body, [0]))


def _refused(name: str, what: str) -> Refused:
    return Refused(Problem("DOC-040", name, what, RESAVE))


def _blocks(parent: etree._Element, tables: list[int]) -> Iterator[Block]:
    for node in parent:
        if node.tag == w("p"):
            yield Block(_text(node))
        elif node.tag == w("tbl"):
            number, tables[0] = tables[0], tables[0] + 1
            for row in node.iter(w("tr")):
                cells = _cells(row)
                yield Block("|".join(cells.values()), cells, number)
        elif node.tag in (w("sdt"), w("sdtContent"), w("ins"), w("smartTag"), w("customXml")):
            yield from _blocks(node, tables)


def _cells(row: etree._Element) -> dict[int, str]:
    cells: dict[int, str] = {}
    column = 0
    for cell in row.iter(w("tc")):
        if next(cell.iterancestors(w("tr"))) is not row:
            continue  # of a table inside a cell
        span = cell.find(f"{w('tcPr')}/{w('gridSpan')}")
        merge = cell.find(f"{w('tcPr')}/{w('vMerge')}")
        if merge is None or merge.get(w("val")) == "restart":
            cells[column] = "".join(_text(paragraph) for paragraph in cell.iter(w("p")))
        column += int(span.get(w("val"))) if span is not None else 1
    return cells


def _text(paragraph: etree._Element) -> str:
    pieces = []
    for node in paragraph.iter(w("t"), w("tab"), w("br"), w("noBreakHyphen")):
        above = {one.tag for one in node.iterancestors()}
        if w("del") in above or w("moveFrom") in above or node.getparent().tag == w("tabs"):
            continue
        pieces.append(node.text or "" if node.tag == w("t") else "-" if node.tag == w("noBreakHyphen") else " ")
    return "".join(pieces)


def plain(text: str) -> str:
    """The text as it is compared: full-width digits and signs made half-width, thousands joined, no blanks."""
    text = unicodedata.normalize("NFKC", text).replace("−", "-")
    return GROUPED.sub("", BLANKS.sub("", text))
