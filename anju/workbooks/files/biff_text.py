"""Texts of an .xls: Unicode since Excel 97, bytes of a code page before; the shared ones, cut over records; runs of other fonts."""

import struct
from collections.abc import Callable
from typing import NamedTuple

from anju.workbooks.files.looks import TextRun, read_runs
from anju.workbooks.files.ole import DamagedFile

CODE_PAGES = {
    936: "gb18030", 10008: "gb18030", 54936: "gb18030", 950: "big5", 10002: "big5", 932: "cp932", 949: "cp949",
    1200: "utf-16-le", 65001: "utf-8", 0x8000: "mac-roman", 0x8001: "cp1252",
}  # fmt: skip


class RichText(NamedTuple):
    """A text, and from which letter on it has which font."""

    text: str
    runs: tuple[tuple[int, int], ...] = ()


class Texts:
    """How this file writes text. wide: Unicode."""

    def __init__(self, wide: bool) -> None:
        self.wide, self.code_page = wide, "gb18030"
        self.shared: list[RichText] = []

    def set_code_page(self, number: int) -> None:
        self.code_page = CODE_PAGES.get(number, f"cp{number}")
        try:
            b"".decode(self.code_page)
        except LookupError:
            self.code_page = "gb18030"

    def short(self, data: bytes) -> str:
        """A text whose length takes one byte."""
        return self._decode(data, data[0], 1)[0]

    def long(self, data: bytes) -> str:
        """A text whose length takes two bytes."""
        return self.rich(data).text

    def letters(self, data: bytes, length: int) -> str:
        """A text whose length stands elsewhere."""
        return self._decode(data, length, 0)[0]

    def rich(self, data: bytes) -> RichText:
        """The same, with its runs."""
        text, at = self._decode(data, struct.unpack_from("<H", data)[0], 2)
        if not self.wide:
            count = data[at] if at < len(data) else 0
            runs = [(data[at + 1 + 2 * n], data[at + 2 + 2 * n]) for n in range(count) if at + 2 + 2 * n < len(data)]
            places = [len(data[2 : 2 + first].decode(self.code_page, "replace")) for first, _ in runs]
            return RichText(text, tuple((place, font) for place, (_, font) in zip(places, runs, strict=True)))
        count = struct.unpack_from("<H", data, at)[0] if at + 2 <= len(data) else 0
        runs = [struct.unpack_from("<HH", data, at + 2 + 4 * n) for n in range(count) if at + 6 + 4 * n <= len(data)]
        return RichText(text, tuple(runs))

    def _decode(self, data: bytes, length: int, at: int) -> tuple[str, int]:
        """The text, and where it ends."""
        if not self.wide:
            return data[at : at + length].decode(self.code_page, "replace"), at + length
        if at >= len(data):
            return "", at
        size = length * (2 if data[at] & 1 else 1)
        body = data[at + 1 : at + 1 + size]
        return body.decode("utf-16-le" if data[at] & 1 else "latin-1", "replace"), at + 1 + size

    def read_shared(self, parts: list[bytes]) -> None:
        """The table of shared texts, which runs over as many records as it needs."""
        if parts:
            self.shared = _SharedTexts(parts).read()


class _SharedTexts:
    """A cursor over the records of the table. Where letters are cut, the next record begins with their width."""

    def __init__(self, parts: list[bytes]) -> None:
        self.parts, self.part, self.at = parts, 0, 8

    def read(self) -> list[RichText]:
        texts = []
        while self._more():
            length, flags = struct.unpack("<HB", self._bytes(3))
            runs = struct.unpack("<H", self._bytes(2))[0] if flags & 8 else 0
            extra = struct.unpack("<I", self._bytes(4))[0] if flags & 4 else 0
            text = self._letters(length, flags & 1)
            formats = [struct.unpack("<HH", self._bytes(4)) for _ in range(runs)]
            self._bytes(extra)
            texts.append(RichText(text, tuple(formats)))
        return texts

    def _more(self) -> bool:
        while self.part < len(self.parts) and self.at >= len(self.parts[self.part]):
            self.part, self.at = self.part + 1, 0
        return self.part < len(self.parts)

    def _bytes(self, count: int) -> bytes:
        pieces = []
        while count and self._more():
            piece = self.parts[self.part][self.at : self.at + count]
            pieces.append(piece)
            self.at += len(piece)
            count -= len(piece)
        if count:
            raise DamagedFile("文字表不完整")
        return b"".join(pieces)

    def _letters(self, length: int, wide: int) -> str:
        pieces: list[str] = []
        while length:
            if self.part >= len(self.parts):
                raise DamagedFile("文字表不完整")
            here = self.parts[self.part]
            if self.at >= len(here):
                self.part, self.at = self.part + 1, 1
                if self.part >= len(self.parts) or not self.parts[self.part]:
                    raise DamagedFile("文字表不完整")
                wide = self.parts[self.part][0] & 1
                continue
            size = 2 if wide else 1
            body = here[self.at : self.at + length * size]
            body = body[: len(body) // size * size]
            if not body:
                raise DamagedFile("文字表不完整")
            pieces.append(body.decode("utf-16-le" if wide else "latin-1", "replace"))
            self.at += len(body)
            length -= len(body) // size
        return "".join(pieces)


def runs_flaw(rich: RichText, font: Callable[[int], tuple[bool, bool, int]]) -> tuple[str, str]:
    """(what is left without struck-out and raised letters, what is the matter with them)."""
    if not rich.runs:
        return rich.text, ""
    ends = [*(first for first, _ in rich.runs[1:]), len(rich.text)]
    runs = [TextRun(rich.text[: rich.runs[0][0]])]
    for (start, index), end in zip(rich.runs, ends, strict=True):
        struck, raised, _ = font(index)
        runs.append(TextRun(rich.text[start:end], struck, raised))
    return read_runs(runs)
