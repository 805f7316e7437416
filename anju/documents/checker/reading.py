"""A .docx, a .pdf with text, a page of ours or plain text as a paper. Pure; for strangers' files it runs in a child (anju.isolation)."""

import io
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from lxml import etree, html

from anju.documents.checker.numerals import PURE, read_cell, read_numbers, unit_in_head
from anju.documents.checker.paper import ReadPaper, ReadPaperCell, ReadParagraph, ReadTable
from anju.documents.text import word_file
from anju.documents.text.quantities import plain_text
from anju.problems import Problem, Refused
from anju.rules.book.tree import UNPRINTABLE

PAGES = 300
CELLS = 200_000
LINES = 40_000
ANNEX = re.compile(r"^附(?:件|表)\d{0,2}[:：.]?")
DASH = re.compile(r"^[-—－/\\~]+$")
CENTRED = re.compile(r"^(?:第?[-—–]*\d+[-—–]*页?|[-—–]\s*\d+\s*[-—–])$")


def read_paper(content: bytes, name: str = "上传的文件") -> ReadPaper:
    """Refused DOC-040 for a .docx that cannot be read, DOC-090 for anything that is no paper with text."""
    if content.startswith(b"%PDF") or b"%PDF-" in content[:1024]:
        return _read_pdf(content, name)
    if content.startswith(b"PK") or content.startswith(word_file.OLE):
        return _read_word(content, name)
    text = _decoded(content)
    if text is None:
        raise Refused(
            Problem(
                "DOC-090",
                name,
                "不是 Word、PDF、网页或纯文本文件。",
                "请把公文另存为 .docx，或者带文字的 .pdf，再上传。",
            )
        )
    if re.search(r"<(?:html|article|body|table|p)\b", text[:20_000], re.IGNORECASE):
        return read_html(text, name)
    return read_text(text, name)


def _decoded(content: bytes) -> str | None:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        strange = sum(letter < " " and letter not in "\r\n\t\f" for letter in text[:10_000])
        return text if text.strip() and not strange else None
    return None


# --- Word --------------------------------------------------------------------


def _read_word(content: bytes, name: str) -> ReadPaper:
    builder = _Builder(ReadPaper(name, "docx"))
    body, text_of = word_file.open_body(content, name)
    nodes = list(word_file.paragraph_nodes(body))  # held: lxml makes an element anew when nobody holds it
    anchors = {id(node): index for index, node in enumerate(nodes)}
    for kind, node in word_file.body_parts(body):
        if kind == "p":
            builder.add_text(text_of(node), anchors.get(id(node), -1))
        else:
            builder.add_table(_word_rows(node, text_of, anchors))
        builder.check_size(name)
    return builder.finished()


def _word_rows(table: Any, text_of: Any, anchors: dict[int, int]) -> list[list[tuple[str, int, int, int]]]:
    """Rows of (text, anchor, columns, rows): rows 0 for a cell that goes on from above."""
    rows = []
    for row in word_file.table_rows(table):
        cells = []
        for cell, across, goes_on in word_file.grid_cells(row):
            nodes = list(word_file.paragraph_nodes(cell))
            text = "".join(text_of(node) for node in nodes)
            anchor = anchors.get(id(nodes[0]), -1) if nodes else -1
            cells.append((text, anchor, min(across, 60), 0 if goes_on else 1))
        rows.append(cells)
    return rows


# --- PDF ---------------------------------------------------------------------


def _read_pdf(content: bytes, name: str) -> ReadPaper:
    import pdfplumber
    from pdfminer.pdfdocument import PDFPasswordIncorrect

    builder = _Builder(ReadPaper(name, "pdf"))
    try:
        with pdfplumber.open(io.BytesIO(content)) as file:
            if len(file.pages) > PAGES:
                raise Refused(
                    Problem("DOC-090", name, f"有 {len(file.pages)} 页，上限是 {PAGES} 页。", "请按章节分成几个文件。")
                )
            for page in file.pages:
                _read_page(page, builder)
                builder.check_size(name)
    except Refused:
        raise
    except PDFPasswordIncorrect:
        raise Refused(Problem("DOC-090", name, "是加了密码的 PDF。", "请去掉密码后再上传。")) from None
    except RecursionError as error:
        raise _broken_pdf(name) from error
    except Exception as error:  # pdfminer falls over broken files in as many ways as there are
        if isinstance(error, MemoryError):
            raise
        raise _broken_pdf(name) from error
    paper = builder.finished()
    if not paper.paragraphs and not paper.tables:
        raise Refused(
            Problem(
                "DOC-090",
                name,
                "里面没有文字，可能是扫描件。",
                "请上传带文字的 PDF 或 Word 文件；扫描件请先识别成文字。",
            )
        )
    return paper


def _broken_pdf(name: str) -> Refused:
    return Refused(
        Problem(
            "DOC-090", name, "打不开：不是 PDF，或者已经损坏。", "请用阅读软件打开看是否正常，再另存或重新打印成 PDF。"
        )
    )


def _read_page(page: Any, builder: "_Builder") -> None:
    """The lines outside ruled tables, and the tables, from the top."""
    tables = page.find_tables()
    boxes = [table.bbox for table in tables]
    outside = page.filter(lambda one: not _inside(one, boxes)) if boxes else page
    pieces: list[tuple[Any, Any]] = [(table.bbox[1], _pdf_rows(table)) for table in tables]
    for line in outside.extract_text_lines(return_chars=False, strip=True):
        if not CENTRED.match(line["text"].replace(" ", "")):
            pieces.append((line["top"], line))
    builder.page = page.page_number
    right = max((line["x1"] for _, line in pieces if isinstance(line, dict)), default=0)
    for _, piece in sorted(pieces, key=lambda one: one[0]):
        if isinstance(piece, dict):
            full = piece["x1"] > right - 24
            builder.add_line(piece["text"], full)
        else:
            builder.close()
            builder.add_table(piece)


def _pdf_rows(table: Any) -> list[list[tuple[str, int, int, int]]]:
    """Rows of (text, anchor, columns, rows): how far a cell reaches is seen from its ruled box."""
    lefts = sorted({box[0] for box in table.cells})
    tops = sorted({box[1] for box in table.cells})
    covered: set[tuple[int, int]] = set()
    rows = []
    for at, (texts, line) in enumerate(zip(table.extract(), table.rows, strict=False)):
        cells = []
        for column, text in enumerate(texts):
            if (at, column) in covered:
                continue
            box = line.cells[column] if column < len(line.cells) else None
            across = sum(box[0] <= left < box[2] - 1 for left in lefts) if box else 1
            down = sum(box[1] <= top < box[3] - 1 for top in tops) if box else 1
            covered |= {(at + y, column + x) for y in range(down) for x in range(across)}
            cells.append((text or "", -1, max(1, across), max(1, down)))
        rows.append(cells)
    return rows


def _inside(piece: dict[str, Any], boxes: Sequence[tuple[Any, Any, Any, Any]]) -> bool:
    if "x0" not in piece or "top" not in piece:
        return False
    return any(x0 - 1 <= piece["x0"] <= x1 + 1 and top - 1 <= piece["top"] <= bottom for x0, top, x1, bottom in boxes)


# --- our own pages, and plain text -------------------------------------------


def read_html(text: str, name: str = "文书") -> ReadPaper:
    builder = _Builder(ReadPaper(name, "html"))
    try:
        root = html.document_fromstring(text.encode(), parser=html.HTMLParser(encoding="utf-8", huge_tree=False))
    except (etree.LxmlError, ValueError) as error:
        raise Refused(Problem("DOC-090", name, "不是可读的网页。", "请另存为 .docx 再上传。")) from error
    blocks = ("p", "h1", "h2", "h3", "h4", "li", "table")
    index = -1
    for node in root.iter(etree.Element):
        if node.tag in ("script", "style"):
            continue
        if node.tag == "table":
            rows = []
            for row in node.iter("tr"):
                cells = [
                    ("".join(cell.itertext()), -1, _span(cell, "colspan"), _span(cell, "rowspan"))
                    for cell in row.iter("th", "td")
                ]
                rows.append(cells)
            builder.add_table(rows)
        elif node.tag in blocks and not any(above.tag == "table" for above in node.iterancestors()):
            index += 1
            builder.add_text("".join(node.itertext()), index)
        builder.check_size(name)
    return builder.finished()


def _span(cell: Any, name: str) -> int:
    value = cell.get(name, "1")
    return min(60, int(value)) if value.isdecimal() and value.isascii() and len(value) < 4 and int(value) else 1


def read_text(text: str, name: str = "文本") -> ReadPaper:
    """Lines are paragraphs; lines with tabs are rows of a table."""
    builder = _Builder(ReadPaper(name, "txt"))
    rows: list[list[tuple[str, int, int, int]]] = []
    for line in [*text.splitlines(), ""]:
        if "\t" in line:
            rows.append([(cell, -1, 1, 1) for cell in line.split("\t")])
            continue
        if rows and not line.strip():
            builder.add_table(rows)
            rows = []
        if line.strip():
            if rows:
                builder.add_table(rows)
                rows = []
            builder.add_text(line, -1)
        builder.check_size(name)
    return builder.finished()


# --- putting together --------------------------------------------------------


class _Builder:
    """Takes texts and tables in order; names their places; reads their numbers at the end."""

    def __init__(self, paper: ReadPaper) -> None:
        self.paper = paper
        self.part, self.count = "正文", 0
        self.page = 0
        self.broken = False  # a table stood between
        self.open: list[str] = []
        self.cells = 0
        self.tables: dict[str, int] = {}  # part → how many tables it has so far

    def check_size(self, name: str) -> None:
        if self.cells > CELLS or len(self.paper.paragraphs) > LINES:
            raise Refused(
                Problem("DOC-090", name, "里面的段落或表格多得不正常。", "请删去正文和表格以外的内容，再上传。")
            )

    def add_line(self, text: str, full: bool) -> None:
        """A line of a page. full: it reaches the right edge, so its paragraph may go on below."""
        starts = bool(
            re.match(
                r"^(?:[一二三四五六七八九十]+、|（[一二三四五六七八九十]+）|附件|\d+[.．、])", text.replace(" ", "")
            )
        )
        if starts:
            self.close()
        self.open.append(text)
        if not full or (text.rstrip().endswith(("。", "：")) and not full):
            self.close()

    def close(self) -> None:
        if self.open:
            pieces, self.open = self.open, []
            self.add_text(" ".join(pieces), -1)

    def add_text(self, text: str, anchor: int) -> None:
        plain = fold(text)
        if not plain:
            return
        if ANNEX.match(plain) and len(plain) < 8:
            self.part, self.count = plain.rstrip(":：."), 0
        before = self.paper.paragraphs[-1] if self.paper.paragraphs and not self.broken else None
        if before is not None and _goes_on(before.text, plain):  # a sentence that a page's end tore in two
            before.joined = [*(before.joined or [(0, before.anchor)]), (len(before.text), anchor)]
            before.text += plain
            before.heading = False
            return
        self.broken = False
        self.count += 1
        page = f"第{self.page}页" if self.page else ""
        paragraph = ReadParagraph(plain, f"{page}{self.part}第{self.count}段", anchor, self.page)
        paragraph.part = self.part
        paragraph.heading = len(plain) < 60 and not plain.endswith(("。", "；", "，"))
        self.paper.paragraphs.append(paragraph)

    def add_table(self, rows: Iterable[Sequence[tuple[str, int, int, int]]]) -> None:
        self.close()
        cells: dict[tuple[int, int], ReadPaperCell] = {}
        cover: dict[tuple[int, int], ReadPaperCell] = {}
        width = count = 0
        for at, row in enumerate(rows):
            count, column = at + 1, 0
            for text, anchor, across, down in row:
                while (at, column) in cover:
                    column += 1
                if down:
                    cell = cells[at, column] = ReadPaperCell(fold(text), anchor, at, column)
                    cover |= {(at + y, column + x): cell for y in range(down) for x in range(across)}
                elif (at - 1, column) in cover:
                    cover |= {(at, column + x): cover[at - 1, column] for x in range(across)}
                column += across
                self.cells += 1
            width = max(width, column)
        if len(cells) < 2 or width < 2:
            for cell in cells.values():
                self.add_text(cell.text, cell.anchor)
            return
        if self.page and self.broken and self.paper.tables[-1].columns == width:
            self._continue(cells, count)
            return
        title = next((one.text for one in reversed(self.paper.paragraphs[-3:]) if not one.text.startswith("单位")), "")
        above = next((one.text for one in reversed(self.paper.paragraphs[-2:]) if "单位" in one.text), "")
        self.tables[self.part] = self.tables.get(self.part, 0) + 1
        count_here = self.tables[self.part]
        page = f"第{self.page}页" if self.page else ""
        own = f"表{count_here}" if count_here > 1 or self.part == "正文" else ""
        name = page + ("" if self.part == "正文" else self.part) + own
        table = ReadTable(name, title, cells, count, width, unit=unit_in_head(above) if above else "", cover=cover)
        table.part = self.part
        self.paper.tables.append(table)
        self.broken = True

    def _continue(self, cells: dict[tuple[int, int], ReadPaperCell], count: int) -> None:
        """The table of the page before goes on; what its head repeats is left out."""
        table = self.paper.tables[-1]
        above = [
            [table.cells[at].text for at in sorted(table.cells) if at[0] == row] for row in range(min(table.rows, 8))
        ]
        here = [[cells[at].text for at in sorted(cells) if at[0] == row] for row in range(count)]
        repeated = 0
        while repeated < count and repeated < len(above) and here[repeated] == above[repeated]:
            repeated += 1
        for (row, column), cell in cells.items():
            if row >= repeated:
                cell.row = table.rows + row - repeated
                table.cells[cell.row, column] = table.cover[cell.row, column] = cell
        table.rows += count - repeated

    def finished(self) -> ReadPaper:
        self.close()
        for paragraph in self.paper.paragraphs:
            read_numbers(paragraph)
        for index, table in enumerate(self.paper.tables):
            read_table(table, index)
        for index, paragraph in enumerate(self.paper.paragraphs):
            for number in paragraph.numbers:
                number.paragraph = index
        for serial, number in enumerate(self.paper.numbers()):
            number.serial = serial
        return self.paper


CHINESE_SIGNS = str.maketrans(",;:!?()", "，；：！？（）")


def fold(text: str) -> str:
    """Plain text in the signs of Chinese prose: the checks know one form of each. What cannot be printed or kept stays seen, between digits too."""
    return UNPRINTABLE.sub("�", plain_text(text).translate(CHINESE_SIGNS))


STARTS = re.compile(
    r"^(?:#|[一二三四五六七八九十]+、|[（(][一二三四五六七八九十\d]+[)）]|附件|附表|\d{1,2}[.．、]|第[一二三四五六七八九十]+[章条节])"
)


def _goes_on(before: str, after: str) -> bool:
    return (
        len(before) > 24
        and bool(re.search("[，。；]", before))
        and before[-1] not in "。；：:！？”）)》"
        and not STARTS.match(after)
    )


def read_table(table: ReadTable, index: int) -> None:
    """Its heads, labels and numbers."""
    by_row: dict[int, list[ReadPaperCell]] = {}
    for cell in table.cells.values():
        by_row.setdefault(cell.row, []).append(cell)
    table.head = next((row for row in range(table.rows) if _is_body(by_row.get(row, []))), table.rows)
    if table.head == 0 and table.rows > 1:
        table.head = 0
    used = {cell.column for cell in table.cells.values() if cell.row >= table.head and cell.text}
    reach = [cell.column for cell in table.cells.values() if cell.row == table.head - 1]
    table.ragged = bool(used) and (not reach or _bottom_heads(table, used) < len(used) * 6 // 10)
    for column in range(table.columns):
        table.heads[column] = "·".join(dict.fromkeys(_heads_over(table, column)))
    title_unit = unit_in_head(table.title) or table.unit
    for row in range(table.head, table.rows):
        texts = [cell for cell in sorted(by_row.get(row, []), key=lambda one: one.column) if cell.text]
        label = "".join(cell.text for cell in texts[:3] if not PURE.match(cell.text) and not DASH.match(cell.text))
        table.labels[row] = label or (texts[0].text if texts else "")
        for cell in by_row.get(row, []):
            unit = (
                ""
                if table.ragged
                else next(
                    (unit for text in reversed([*_heads_over(table, cell.column)]) if (unit := unit_in_head(text))), ""
                )
            )
            read_cell(cell, unit or title_unit)
            if cell.number is not None:
                head = "" if table.ragged else table.heads.get(cell.column, "")
                cell.number.table, cell.number.before = index, head
                place = f"第{row + 1}行“{table.labels[row][:16]}”第{cell.column + 1}列"
                cell.number.where = f"{table.name} {place}" + (f"“{head.rpartition('·')[2][:20]}”" if head else "")


def _bottom_heads(table: ReadTable, used: set[int]) -> int:
    """How many used columns have a head of their own that begins there."""
    begin = {cell.column for cell in table.cells.values() if cell.row < table.head and cell.text}
    return len(begin & used)


def _is_body(cells: list[ReadPaperCell]) -> bool:
    """A row with numbers in it that are no years."""
    texts = [cell.text for cell in cells if cell.text]
    numbers = [text for text in texts if PURE.match(text) and not re.fullmatch(r"(?:19|20)\d\d", text)]
    return bool(numbers) and (len(numbers) * 3 >= len(texts) or len(texts) <= 4) and not _is_column_numbers(texts)


def _is_column_numbers(texts: list[str]) -> bool:
    """The line 1 2 3 4 … under a head."""
    digits = [int(text) for text in texts if text.isdecimal() and text.isascii() and len(text) < 4]
    return len(digits) >= 3 and digits == list(range(digits[0], digits[0] + len(digits))) and digits[0] in (1, 2)


def _heads_over(table: ReadTable, column: int) -> Iterator[str]:
    """The heads over a column from the top."""
    for row in range(table.head):
        cell = table.cover.get((row, column))
        if cell is not None and cell.text:
            yield cell.text
