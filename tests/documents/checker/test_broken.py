"""Mutated files: a sentence each, whatever is in them. The whole count is run by hand (COUNT); a sample here."""

import os
import random

import pytest

from anju.documents.checker.annotation import annotate_word
from anju.documents.checker.inspection import inspect_file, report_of
from anju.documents.checker.reading import read_text
from anju.isolation import read_isolated
from anju.problems import Refused
from tests.documents.checker.planting import blocks_of
from tests.documents.checker.test_files import TEXT

COUNT = int(os.environ.get("ANJU_MUTATED_PAPERS", "60"))
PIECES = (
    "<w:tbl>",
    "</w:p>",
    "9" * 400,
    "（" * 300,
    "<w:tr/>",
    "、",
    "%",
    "分别",
    "其中",
    '<w:gridSpan w:val="999"/>',
    "",
)


def mutated(content: bytes, chance: random.Random) -> bytes:
    """A file with bytes changed, taken out, put in, or cut off."""
    broken = bytearray(content)
    for _ in range(chance.choice((1, 3, 12))):
        at = chance.randrange(len(broken))
        kind = chance.randrange(5)
        if kind == 0:
            broken[at] = chance.randrange(256)
        elif kind == 1:
            del broken[at : at + chance.randrange(1, 60)]
        elif kind == 2:
            broken[at:at] = bytes(chance.randrange(256) for _ in range(chance.randrange(1, 30)))
        elif kind == 3:
            del broken[at:]
        else:
            broken[at : at + 20] = broken[: chance.randrange(1, 400)]
        if not broken:
            return b"x"
    return bytes(broken)


def mutated_word(content: bytes, chance: random.Random) -> bytes:
    """The text of the document changed inside a package that opens."""
    import io
    import zipfile

    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as package, zipfile.ZipFile(out, "w") as written:
        for part in package.infolist():
            data = package.read(part)
            if part.filename == "word/document.xml":
                text = data.decode()
                for _ in range(chance.choice((1, 4, 9))):
                    at = chance.randrange(len(text))
                    text = text[:at] + chance.choice(PIECES) + text[at + chance.choice((0, 0, 5)) :]
                data = text.encode()
            written.writestr(part.filename, data)
    return out.getvalue()


def look(content: bytes, name: str) -> int:
    """All that is done with a file that was sent."""
    report = report_of(inspect_file(content, name))
    if name.endswith("docx"):
        annotate_word(content, report, name)
    return report.numbers


@pytest.fixture(scope="module")
def files() -> list[tuple[bytes, str]]:
    from anju.documents.writers.formats import write_formats
    from tests.documents.conftest import DATA

    page = (DATA / "circular.html").read_text(encoding="utf-8")
    return [(blocks_of(read_text(TEXT)).docx(), "通报.docx"), (write_formats(page, ["pdf"], "示例")["pdf"], "通报.pdf")]


def test_a_mutated_file_gets_a_sentence(files):
    chance = random.Random(20211130)
    for index in range(COUNT):
        content, name = files[index % 2]
        change = mutated_word if name.endswith("docx") and index % 4 == 0 else mutated
        broken = change(content, chance)
        try:
            assert read_isolated(look, broken, name, file=name) >= 0
        except Refused as refused:
            told = refused.problems
        else:
            told = []
        assert all(problem.code[:4] in ("DOC-", "READ") and problem.what and problem.fix for problem in told)
