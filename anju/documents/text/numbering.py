"""文号 taken apart: the code of an organ, the year, the serial. Pure."""

import re
import unicodedata
from dataclasses import dataclass

# 示保办字〔2022〕1号; people type any brackets, and the serial with 第 or a nought before it.
PATTERN = re.compile(r"^(?P<code>\S.{0,49}?)\s*[〔\[【(](?P<year>\d{4})[〕\]】)]\s*第?(?P<serial>\d{1,5})号$")


@dataclass(frozen=True, order=True)
class NumberParts:
    """code: 发文机关代字."""

    code: str
    year: int
    serial: int

    @property
    def text(self) -> str:
        """As GB/T 9704 prints it: hexagonal brackets, no 第, no nought before."""
        return f"{self.code}〔{self.year}〕{self.serial}号"


def parse_number(text: str) -> NumberParts | None:
    """None where a text has not the form of a 文号."""
    match = PATTERN.match(unicodedata.normalize("NFKC", text.strip()))
    if match is None or not int(match["serial"]):
        return None
    return NumberParts(match["code"].strip(), int(match["year"]), int(match["serial"]))


def ranges(serials: list[int]) -> list[tuple[int, int]]:
    """Ascending serials as stretches: 1, 2, 3, 7 → (1, 3), (7, 7)."""
    found: list[tuple[int, int]] = []
    for serial in serials:
        if found and serial == found[-1][1] + 1:
            found[-1] = (found[-1][0], serial)
        else:
            found.append((serial, serial))
    return found


def range_text(first: int, last: int) -> str:
    return f"{first}号" if first == last else f"{first}—{last}号"
