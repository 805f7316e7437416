"""Reading a .docx that came back from Word or WPS: its paragraphs and table rows as they read there, whatever the editor did to its runs.

Changes that were tracked count as accepted; what is struck out or hidden does not count; a text box is read once, after the paragraph it hangs on.
"""

import posixpath
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO

from lxml import etree

from anju.documents.writers.word import W
from anju.problems import Problem, Refused

LIMIT = 64 * 1024 * 1024  # of a part, unpacked; the longest report of a province has not a tenth of it
ELEMENTS = 800_000  # of a part, some twenty times the longest report; more fill the memory and say nothing
BLOCKS = 20_000  # paragraphs and rows with text: some six hundred pages
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
OFFICE_DOCUMENT = "/officeDocument"
RESAVE = "请用 Word 或 WPS 另存为“Word 文档（*.docx）”，去掉密码，再上传。"
EDGES = {"header": "页眉", "footer": "页脚"}
NUMBERED = re.compile("[0-9０-９]")
SMALLEST = 8  # half points; below four points nobody reads
OFF = ("0", "false", "off")
UNREAD = {"del", "moveFrom", "rt", "instrText", "delText", "pPr", "rPr", "tcPr", "sdtPr", "tabs", "tblPr", "trPr"}
SUPERSCRIPTS = str.maketrans("0123456789+-()", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾")
SHADES = (("shd",), ("highlight",), ("pPr", "shd"), ("tcPr", "shd"), ("tblPr", "shd"), ("tblPr", "tblStyle"))
SUBSCRIPTS = str.maketrans("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎")
SYMBOL_MINUS = "F02D"  # of the font Symbol, as Word inserts it


@dataclass(frozen=True)
class UnreadText:
    """A text with numbers that is not read. where: 页眉, 页脚, or 正文 for what nobody sees there (white, tiny, hidden, struck out)."""

    where: str
    text: str


@dataclass(frozen=True)
class WordBlock:
    """A paragraph, or a row of a table with its cells by their place in the row: a dragged border moves none.

    Cells merged into the one above count for the places and are left out. width: how many places the row has.
    """

    text: str
    cells: dict[int, str] | None = None
    width: int = 0


@dataclass(frozen=True)
class WordFile:
    """blocks: what counts, in order; unread: what has numbers and does not."""

    blocks: list[WordBlock]
    unread: list[UnreadText]


@dataclass(frozen=True)
class WordParts:
    """What is opened of a package. unseen: styles whose text does not count; edges: heads and feet of the pages, each with its name."""

    body: etree._Element
    unseen: set[str]
    notes: list[etree._Element | None]
    edges: list[tuple[str, etree._Element]]


def read_word(content: bytes, name: str = "上传的文件") -> list[WordBlock]:
    """Paragraphs and rows in order, then footnotes. Refused DOC-040 when it is no readable .docx."""
    return read_word_file(content, name).blocks


def read_word_file(content: bytes, name: str = "上传的文件") -> WordFile:
    """The same, with the numbers at the edges of its pages and those that nobody sees."""
    parts = _open_parts(content, name)
    reader = _WordReader(parts.unseen)
    blocks: list[WordBlock] = []
    for part in (parts.body, *(note for notes_part in parts.notes for note in _written_notes(notes_part))):
        for block in reader.read(part):
            blocks.append(block)
            if len(blocks) > BLOCKS:
                raise _refused(name, f"里面的段落和表格行超过{BLOCKS}个，多得不正常。")
    return WordFile(blocks, _unread(parts.edges, reader))


def open_body(content: bytes, name: str) -> tuple[etree._Element, Callable[[etree._Element], str]]:
    """The body of a .docx, and what a paragraph of it reads. Refused DOC-040."""
    parts = _open_parts(content, name)
    reader = _WordReader(parts.unseen)
    return parts.body, lambda paragraph: reader.paragraph_text(paragraph)


def _open_parts(content: bytes, name: str) -> WordParts:
    if content.startswith(OLE):
        raise _refused(name, "是加了密码的文件，或者是旧版 .doc。")
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            parts = {_part_name(one.filename).lower(): one for one in archive.infolist()}
            main = _main_part(archive, parts, name)
            root = _parse(archive, parts[main], name)
            styles = next(_parse_beside(archive, parts, main, "styles", name), None)
            notes = [next(_parse_beside(archive, parts, main, part, name), None) for part in ("footnotes", "endnotes")]
            edges = [
                (where, part)
                for kind, where in EDGES.items()
                for part in _parse_beside(archive, parts, main, kind, name)
            ]
    except KeyError:
        raise _refused(name, "不是 Word 文档（可能是别的压缩文件，或者 .xlsx、.odt 改了扩展名）。") from None
    except (zipfile.BadZipFile, etree.XMLSyntaxError, zlib.error, struct.error, EOFError, OSError, RuntimeError,
            NotImplementedError, ValueError, OverflowError):  # fmt: skip
        raise _refused(name, "打不开：不是 .docx，或者已经损坏。") from None
    if _namespace(root) not in (W, STRICT):
        raise _refused(name, "不是 Word 文档（可能是 .xlsx、.pptx 改了扩展名）。")
    body = next((node for node in _children(root) if _local(node) == "body"), None)
    if body is None:
        raise _refused(name, "里面没有正文。")
    return WordParts(body, _unseen_styles(styles), notes, edges)


def _unread(edges: list[tuple[str, etree._Element]], reader: "_WordReader") -> list[UnreadText]:
    """What has digits at the edges of the pages (their numbers are none: Word counts those), and among what nobody sees."""
    unread = [UnreadText("正文", text) for text in reader.unseen_texts if NUMBERED.search(text)]
    for where, part in edges:
        edge = _WordReader(reader.unseen, fields=False)
        texts = [block.text for block in edge.read(part)] + edge.unseen_texts
        unread += [UnreadText(where, text) for text in texts if NUMBERED.search(text)]
    return list(dict.fromkeys(unread))


def _refused(name: str, what: str) -> Refused:
    return Refused(Problem("DOC-040", name, what, RESAVE))


# --- parts -------------------------------------------------------------------


def _part_name(name: str) -> str:
    """As a part is looked up: some programs write backslashes, other capitals or ./ into its name."""
    return posixpath.normpath("/" + name.replace("\\", "/")).lstrip("/")


def _main_part(archive: zipfile.ZipFile, parts: dict[str, zipfile.ZipInfo], name: str) -> str:
    """Where the text is: what the package's relationships say (Word online writes document2.xml). KeyError: it is no Word file."""
    if "_rels/.rels" in parts:
        for relation in _children(_parse(archive, parts["_rels/.rels"], name)):
            if relation.get("Type", "").endswith(OFFICE_DOCUMENT):
                target = _part_name(relation.get("Target", "")).lower()
                if target in parts:
                    return target
    return "word/document.xml" if "word/document.xml" in parts else parts["word/document.xml"].filename


def _parse_beside(
    archive: zipfile.ZipFile, parts: dict[str, zipfile.ZipInfo], main: str, kind: str, name: str
) -> Iterator[etree._Element]:
    """The parts of a kind that the text refers to."""
    folder, _, file = main.rpartition("/")
    relations = parts.get(f"{folder}/_rels/{file}.rels".lstrip("/"))
    if relations is None:
        return
    for relation in _children(_parse(archive, relations, name)):
        if relation.get("Type", "").endswith(f"/{kind}"):
            target = relation.get("Target", "").replace("\\", "/")
            part = parts.get(_part_name(target if target.startswith("/") else f"{folder}/{target}").lower())
            if part is not None:
                yield _parse(archive, part, name)


def _parse(archive: zipfile.ZipFile, part: zipfile.ZipInfo, name: str) -> etree._Element:
    if part.file_size > LIMIT:
        raise _refused(name, "里面的正文大得不正常。")
    source = archive.read(part)
    if source.count(b"<") - source.count(b"</") > ELEMENTS:
        raise _refused(name, "里面的段落多得不正常。")
    return etree.fromstring(source, etree.XMLParser(resolve_entities=False, no_network=True))


def _children(node: etree._Element) -> Iterator[etree._Element]:
    return node.iterchildren(etree.Element)


def _local(node: etree._Element) -> str:
    return str(node.tag).rpartition("}")[2]


def _namespace(node: etree._Element) -> str:
    return str(node.tag).rpartition("}")[0].lstrip("{")


def _child(node: etree._Element | None, *path: str) -> etree._Element | None:
    for name in path:
        node = next((one for one in _children(node) if _local(one) == name), None) if node is not None else None
    return node


def _value(node: etree._Element | None, name: str = "val") -> str:
    """An attribute in the element's own namespace, of either edition."""
    if node is None:
        return ""
    return next((value for key, value in node.attrib.items() if str(key).rpartition("}")[2] == name), "")


def _written_notes(part: etree._Element | None) -> list[etree._Element]:
    """Footnotes that somebody wrote: every file has separators among them."""
    return [] if part is None else [note for note in _children(part) if _value(note, "type") in ("", "normal")]


# --- the order of things ------------------------------------------------------


def paragraph_nodes(part: etree._Element) -> Iterator[etree._Element]:
    """Every paragraph of it in the file's order, those of cells and boxes too."""
    return (node for node in part.iter(etree.Element) if _local(node) == "p" and _namespace(node) in (W, STRICT))


def body_parts(node: etree._Element) -> Iterator[tuple[str, etree._Element]]:
    """("p", paragraph) and ("tbl", table) as they follow each other; a box after the paragraph it hangs on."""
    for child in _children(node):
        kind = _local(child)
        if kind == "p":
            yield "p", child
            for box in child.iter(etree.Element):
                if _local(box) == "txbxContent" and not any(
                    _local(above) == "Fallback" for above in box.iterancestors()
                ):
                    yield from body_parts(box)
        elif kind == "tbl":
            yield "tbl", child
        elif kind not in UNREAD and kind not in ("sectPr", "Fallback"):
            yield from body_parts(child)


def table_rows(node: etree._Element) -> Iterator[etree._Element]:
    """The rows of a table that stand."""
    for child in _children(node):
        if _local(child) == "tr":
            if _child(child, "trPr", "del") is None and not _says_yes(_child(child, "trPr", "hidden")):
                yield child
        elif _local(child) not in UNREAD:
            yield from table_rows(child)


def grid_cells(row: etree._Element) -> Iterator[tuple[etree._Element, int, bool]]:
    """(cell, how many columns it covers, whether it goes on from the row above)."""
    for child in _children(row):
        if _local(child) == "tc":
            if _child(child, "tcPr", "cellDel") is None:
                span = _value(_child(child, "tcPr", "gridSpan"))
                merge = _child(child, "tcPr", "vMerge")
                across = int(span) if span.isdecimal() and span.isascii() and len(span) < 4 else 1
                yield child, max(1, across), merge is not None and _value(merge) != "restart"
        elif _local(child) not in UNREAD:
            yield from grid_cells(child)


# --- what counts -------------------------------------------------------------


def _is_unseen(properties: etree._Element | None) -> bool | None:
    """Struck out or hidden by these properties; None when they do not say."""
    said = None
    for one in () if properties is None else _children(properties):
        if _local(one) in ("strike", "dstrike", "vanish"):
            if _says_yes(one):
                return True
            said = False
        elif _local(one) == "color":
            if _is_white(_value(one), _value(one, "themeColor")) and not _is_shaded(properties):
                return True
        elif _local(one) == "sz" and _is_tiny(_value(one)):
            return True
    return said


def _is_tiny(size: str) -> bool:
    return re.fullmatch(r"[0-9]{1,3}", size) is not None and int(size) < SMALLEST


def _is_white(colour: str, theme: str) -> bool:
    """White, or so near to it that nobody sees it on paper."""
    shades = re.fullmatch(r"([0-9A-F]{2})([0-9A-F]{2})([0-9A-F]{2})", colour.upper())
    return theme in ("background1", "light1") or (
        bool(shades) and min(int(shade, 16) for shade in shades.groups()) >= 0xF0
    )


def _says_yes(switch: etree._Element | None) -> bool:
    return switch is not None and _value(switch).lower() not in OFF


def _is_shaded(properties: etree._Element | None) -> bool:
    """Whether something is behind the letters: of the run, the paragraph, the cell or the table. A style may be for a shaded cell."""
    node = properties
    while node is not None:
        if _local(node) == "style" or any(_child(node, *path) is not None for path in SHADES):
            return True
        node = node.getparent()
    return False


def _unseen_styles(styles: etree._Element | None) -> set[str]:
    """Styles whose text is struck out or hidden, by themselves or by what they are based on."""
    own: dict[str, tuple[bool | None, str]] = {}
    for style in () if styles is None else _children(styles):
        if _local(style) == "style":
            unseen = _is_unseen(_child(style, "rPr"))
            own[_value(style, "styleId")] = (unseen, _value(_child(style, "basedOn")))
    unseen_styles = set()
    for style in own:
        name, passed = style, set()
        while name in own and name not in passed:
            passed.add(name)
            unseen, name = own[name]
            if unseen is not None:
                unseen_styles |= {style} if unseen else set()
                break
    return unseen_styles


# --- text --------------------------------------------------------------------


class _WordReader:
    """Reads the blocks of a part. unseen: the styles whose text does not count; fields: whether what Word computes (page numbers) is read."""

    def __init__(self, unseen: set[str], *, fields: bool = True) -> None:
        self.unseen, self.fields = unseen, fields
        self.unseen_texts: list[str] = []  # what did not count
        self.depth = 0  # of fields
        self.carried = ""  # of a paragraph whose end was deleted: it goes on with the next

    def read(self, part: etree._Element) -> Iterator[WordBlock]:
        yield from self.blocks(part)
        if self.carried:
            yield WordBlock(self.carried)
            self.carried = ""

    def blocks(self, parent: etree._Element) -> Iterator[WordBlock]:
        for node in _children(parent):
            kind = _local(node)
            if kind == "p":
                yield from self._paragraph(node)
            elif kind == "tbl":
                for row in table_rows(node):
                    yield self._row(row)
            elif (
                kind in ("AlternateContent", "Choice")
                or (kind == "Fallback" and _is_only_choice(node))
                or kind in ("sdt", "sdtContent", "ins", "moveTo", "smartTag", "customXml")
            ):
                yield from self.blocks(node)

    def _paragraph(self, node: etree._Element) -> Iterator[WordBlock]:
        if not len(node):
            return
        boxes: list[etree._Element] = []
        text = self.carried + self._text(node, boxes)
        if _child(node, "pPr", "rPr", "del") is not None:
            self.carried = text
        else:
            self.carried = ""
            if text:
                yield WordBlock(text)
        for box in boxes:
            yield from self.blocks(box)

    def paragraph_text(self, node: etree._Element) -> str:
        """Of one paragraph, without the boxes that hang on it."""
        return self._text(node, [])

    def _row(self, row: etree._Element) -> WordBlock:
        cells: dict[int, str] = {}
        width = 0
        for place, cell in enumerate(self._row_cells(row)):
            width = place + 1
            merge = _child(cell, "tcPr", "vMerge")
            if merge is None or _value(merge) == "restart":
                cells[place] = "\n".join(self._cell_lines(cell))
        return WordBlock("|".join(cells.values()), cells, width)

    def _row_cells(self, node: etree._Element) -> Iterator[etree._Element]:
        for child in _children(node):
            if _local(child) == "tc":
                if _child(child, "tcPr", "cellDel") is None:
                    yield child
            elif _local(child) not in UNREAD:
                yield from self._row_cells(child)

    def _cell_lines(self, node: etree._Element) -> Iterator[str]:
        """The paragraphs of a cell, each once."""
        for child in _children(node):
            if _local(child) == "p":
                boxes: list[etree._Element] = []
                if text := self._text(child, boxes):
                    yield text
                for box in boxes:
                    yield from self._cell_lines(box)
            elif _local(child) not in UNREAD and (_local(child) != "Fallback" or _is_only_choice(child)):
                yield from self._cell_lines(child)

    def _text(self, paragraph: etree._Element, boxes: list[etree._Element]) -> str:
        style = _value(_child(paragraph, "pPr", "pStyle"))
        return "".join(self._pieces(paragraph, boxes, style in self.unseen))

    def _pieces(self, node: etree._Element, boxes: list[etree._Element], unseen: bool) -> Iterator[str]:
        for child in _children(node):
            kind = _local(child)
            if kind == "txbxContent":
                boxes.append(child)
            elif kind == "r":
                properties = _child(child, "rPr")
                own = _is_unseen(properties)
                if own is None and (style := _value(_child(properties, "rStyle"))):
                    own = style in self.unseen or None
                text = "".join(self._pieces(child, boxes, unseen))
                if self.depth and not self.fields:
                    continue
                if not (unseen if own is None else own):
                    yield text.translate(_shift(properties))
                elif text:
                    self.unseen_texts.append(text)
            elif kind == "fldChar":
                self.depth = max(0, self.depth + {"begin": 1, "end": -1}.get(_value(child, "fldCharType"), 0))
            elif kind == "fldSimple" and not self.fields:
                continue
            elif kind == "t":
                yield child.text or ""
            elif kind in ("br", "cr"):
                yield "\n"
            elif kind in ("tab", "ptab"):
                yield "\t"
            elif kind == "noBreakHyphen":
                yield "-"
            elif kind == "sym":
                yield "-" if _value(child, "char").upper() == SYMBOL_MINUS else "□"
            elif kind in ("sup", "sub"):  # of a formula
                yield "".join(self._pieces(child, boxes, unseen)).translate(
                    SUPERSCRIPTS if kind == "sup" else SUBSCRIPTS
                )
            elif kind == "num":
                yield "".join(self._pieces(child, boxes, unseen)) + "/"
            elif kind not in UNREAD and (kind != "Fallback" or _is_only_choice(child)):
                yield from self._pieces(child, boxes, unseen)


def _shift(properties: etree._Element | None) -> dict[int, int]:
    """Letters above or below the line are marks, whichever way they were put there."""
    kind, height = _value(_child(properties, "vertAlign")), _value(_child(properties, "position"))
    if kind == "superscript" or (not kind and re.fullmatch(r"(?:[4-9]|[1-9][0-9]+)(?:pt)?", height)):
        return SUPERSCRIPTS
    return (
        SUBSCRIPTS
        if kind == "subscript" or (not kind and re.fullmatch(r"-(?:[4-9]|[1-9][0-9]+)(?:pt)?", height))
        else {}
    )


def _is_only_choice(fallback: etree._Element) -> bool:
    """A text box stands twice in its file: for programs of today, and for old ones; the second is read when there is no first."""
    return all(_local(node) != "Choice" for node in _children(fallback.getparent()))
