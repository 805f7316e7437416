"""What can be read of a sealed scan by a program: the numbers of its text layer, where it has one, and its pages as pictures. In a child."""

from io import BytesIO

import pdfplumber

PAGES = 20  # that are looked at
LINE = 4  # points by which words of one line may lie apart
SHARP = 100  # dots an inch of a page's picture


def read_lines(content: bytes) -> list[list[str]]:
    """The words of a PDF's text layer, line by line from the top, of a picture nothing."""
    lines: list[list[str]] = []
    with pdfplumber.open(BytesIO(content)) as pdf:
        for page in pdf.pages[:PAGES]:
            lines += _lines_of(page.extract_words(keep_blank_chars=False))
    return lines


def _lines_of(words: list[dict]) -> list[list[str]]:
    found: list[tuple[float, list[dict]]] = []
    for word in sorted(words, key=lambda one: one["top"] + one["bottom"]):
        middle = (word["top"] + word["bottom"]) / 2
        if found and abs(found[-1][0] - middle) <= LINE:
            found[-1][1].append(word)
        else:
            found.append((middle, [word]))
    return [[word["text"] for word in sorted(line, key=lambda one: one["x0"])] for _, line in found]


def count_pages(content: bytes) -> int:
    """How many pages a PDF has that are looked at."""
    with pdfplumber.open(BytesIO(content)) as pdf:
        return min(len(pdf.pages), PAGES)


def draw_page(content: bytes, number: int) -> bytes:
    """A page of a PDF, from 1, as PNG; b"" when there is no such page."""
    with pdfplumber.open(BytesIO(content)) as pdf:
        if not 1 <= number <= min(len(pdf.pages), PAGES):
            return b""
        out = BytesIO()
        pdf.pages[number - 1].to_image(resolution=SHARP).original.save(out, "PNG")
        return out.getvalue()
