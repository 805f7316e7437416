"""An .xlsx as a package of parts, found by their relations however their names are written, and put in order for readers that guess names."""

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO
from xml.etree import ElementTree

WORKBOOK, RELATIONS, STYLES, STRINGS = (
    "xl/workbook.xml",
    "xl/_rels/workbook.xml.rels",
    "xl/styles.xml",
    "xl/sharedStrings.xml",
)
ERRORS = (b"#REF!", b"#DIV/0!", b"#VALUE!", b"#NAME?", b"#N/A", b"#NUM!", b"#NULL!")  # that calamine knows
_ERROR_VALUE = re.compile(
    rb"""(<(?:\w+:)?c\s[^>]*?\bt=["']e["'][^>]*>(?:(?!</(?:\w+:)?c>).)*?<(?:\w+:)?v>)([^<]*)(?=<)""", re.DOTALL
)
_COUNTS = re.compile(rb"""\b(?:uniqueCount|count)=["'](\d+)["']""")
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = "application/vnd.openxmlformats-officedocument.spreadsheetml"


@dataclass(frozen=True)
class SheetPart:
    name: str
    path: str
    visible: bool
    relation: str


class Package:
    """The parts of an .xlsx. KeyError, ParseError or BadZipFile when it is damaged. workbook: '' when there is none."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.zip = zipfile.ZipFile(io.BytesIO(data))
        self.parts = {_plain(info.filename).lower(): info for info in self.zip.infolist()}
        self.workbook = self._main_part()
        self.styles = self.strings = ""
        self.uncomputed = (
            False  # its writer computes nothing: it asks Excel to do so when it opens the file, and writes 0 until then
        )
        self.sheets: list[SheetPart] = []
        self.orderly = self.workbook == WORKBOOK and self._exact(WORKBOOK)

    def has(self, path: str) -> bool:
        return path.lower() in self.parts

    def read(self, path: str) -> bytes:
        return self.zip.read(self.parts[path.lower()])

    def open(self, path: str) -> IO[bytes]:
        return self.zip.open(self.parts[path.lower()])

    def tree(self, path: str) -> ElementTree.Element:
        return ElementTree.fromstring(self.read(path))

    def _exact(self, path: str) -> bool:
        return self.has(path) and self.parts[path.lower()].filename == path

    def _main_part(self) -> str:
        if self.has("_rels/.rels"):
            for relation in self.tree("_rels/.rels"):
                if relation.get("Type", "").endswith("/officeDocument"):
                    target = _resolve("", relation.get("Target", ""))
                    if self.has(target):
                        return target
        return WORKBOOK if self.has(WORKBOOK) else ""

    def find_parts(self) -> bool:
        """Follow the workbook's relations to its sheets, styles and texts. False: it is no workbook."""
        folder, name = posixpath.split(self.workbook)
        if self.workbook.endswith(".bin") or folder.lower() == "word":
            return False
        targets: dict[str | None, tuple[str, str]] = {}
        for relation in self.tree(f"{folder}/_rels/{name}.rels".lstrip("/")):
            kind, target = relation.get("Type", "").rpartition("/")[2], relation.get("Target", "")
            path = _resolve(folder, target)
            targets[relation.get("Id")] = (kind, path)
            if kind == "styles":
                self.styles = next((known for known in (path, STYLES) if self.has(known)), "")
            elif kind == "sharedStrings":
                self.strings = next((known for known in (path, STRINGS) if self.has(known)), "")
            if kind in ("worksheet", "styles", "sharedStrings") and self.has(path):
                straight = target in (f"/{path}", path.removeprefix("xl/"))
                self.orderly = self.orderly and straight and self._exact(path)
        self.orderly = self.orderly and self.styles in ("", STYLES) and self.strings in ("", STRINGS)
        for element in self.tree(self.workbook).iter():
            if element.tag.endswith("}calcPr"):
                self.uncomputed = element.get("fullCalcOnLoad") in ("1", "true")
            if element.tag.rpartition("}")[2] == "sheet":
                identity = next((value for key, value in element.attrib.items() if key.endswith("}id")), None)
                kind, path = targets.get(identity, ("", ""))
                if kind == "worksheet":
                    visible = element.get("state", "visible") == "visible"
                    self.sheets.append(SheetPart(element.get("name", ""), path, visible, identity or ""))
        return True

    def comments(self, path: str) -> Iterator[tuple[str, str, str]]:
        """The comments of a sheet: cell, author, text."""
        folder, name = posixpath.split(path)
        if not self.has(f"{folder}/_rels/{name}.rels"):
            return
        for relation in self.tree(f"{folder}/_rels/{name}.rels"):
            target = _resolve(folder, relation.get("Target", ""))
            if relation.get("Type", "").endswith("/comments") and self.has(target):
                tree = self.tree(target)
                authors = [author.text or "" for author in tree.iterfind(".//{*}author")]
                for comment in tree.iterfind(".//{*}comment"):
                    index = comment.get("authorId", "")
                    author = authors[int(index)] if index.isdecimal() and int(index) < len(authors) else ""
                    text = "".join(part.text or "" for part in comment.iterfind(".//{*}t"))
                    yield comment.get("ref", ""), author, text

    def orderly_bytes(self, strange_errors: frozenset[str]) -> bytes:
        """The file for readers that guess names. strange_errors: sheets that hold errors newer than those readers."""
        strings = self._honest_strings()
        if self.orderly and not strange_errors and strings is None:
            return self.data
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new:
            new.writestr(WORKBOOK, self.read(self.workbook))
            rows = [
                (sheet.relation, "worksheet", f"worksheets/sheet{number}.xml")
                for number, sheet in enumerate(self.sheets, 1)
            ]
            for sheet, (_, _, target) in zip(self.sheets, rows, strict=True):
                content = self.read(sheet.path)
                new.writestr(f"xl/{target}", _old_errors(content) if sheet.path in strange_errors else content)
            if self.styles:
                new.writestr(STYLES, self.read(self.styles))
                rows.append(("rIdStyles", "styles", "styles.xml"))
            if self.strings:
                new.writestr(STRINGS, self.read(self.strings) if strings is None else strings)
                rows.append(("rIdStrings", "sharedStrings", "sharedStrings.xml"))
            new.writestr(RELATIONS, _relations(rows))
            new.writestr("_rels/.rels", _relations([("rId1", "officeDocument", WORKBOOK)]))
            new.writestr("[Content_Types].xml", _content_types(rows))
        return out.getvalue()

    def _honest_strings(self) -> bytes | None:
        """The shared texts without a count that claims more than the part can hold: readers ask for that much memory. None: as they are."""
        if not self.strings:
            return None
        with self.open(self.strings) as stream:
            head = stream.read(4096)
        first = head[: head.find(b">", head.find(b"sst")) + 1]
        size = self.parts[self.strings.lower()].file_size
        if all(int(count) <= size for count in _COUNTS.findall(first)):
            return None
        return _COUNTS.sub(b"", first) + self.read(self.strings)[len(first) :]


def _plain(name: str) -> str:
    return name.replace("\\", "/").lstrip("/")


def _resolve(folder: str, target: str) -> str:
    target = target.replace("\\", "/")
    return posixpath.normpath(target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target))


def _old_errors(content: bytes) -> bytes:
    """#SPILL! and whatever comes next as #N/A; what they really are is known from the scan."""
    return _ERROR_VALUE.sub(lambda match: match[1] + (match[2] if match[2] in ERRORS else b"#N/A"), content)


def _relations(rows: list[tuple[str, str, str]]) -> str:
    inner = "".join(
        f'<Relationship Id="{key}" Type="{_OFFICE}/{kind}" Target="{target}"/>' for key, kind, target in rows
    )
    return f'<Relationships xmlns="{_RELATIONS}">{inner}</Relationships>'


def _content_types(rows: list[tuple[str, str, str]]) -> str:
    inner = "".join(f'<Override PartName="/xl/{target}" ContentType="{_MAIN}.{kind}+xml"/>' for _, kind, target in rows)
    return (
        f'<Types xmlns="{_TYPES}"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/><Override PartName="/{WORKBOOK}" ContentType="{_MAIN}.sheet.main+xml"/>{inner}</Types>'
    )
