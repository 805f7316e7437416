"""Mutated papers go up to be bound: a page or a sentence each, whatever is in them. A sample; ANJU_MUTATED_PAPERS asks for thousands."""

import io
import os
import random
import re
import tempfile
import time
import zipfile
import zlib
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from anju.core.pages.addresses import path_of
from anju.documents.checker import reading
from anju.documents.models import BoundPaper
from tests.attack.mutations import spoil_bytes, spoil_package
from tests.cast import everyone, sign_in
from tests.documents.binding.test_pages import AT, JSON
from tests.sample_place import CITY

BY_HAND = "ANJU_MUTATED_PAPERS" in os.environ
COUNT = int(os.environ.get("ANJU_MUTATED_PAPERS", "8"))
SEED = int(os.environ.get("ANJU_MUTATED_SEED", "20211130"))
LONGEST = 20  # seconds for all six requests, on a machine that does nothing else; looked at by hand alone
TEXTS = [
    "<w:ins w:id=\"1\" w:author=\"甲\"><w:r><w:t>增加99套</w:t></w:r></w:ins>", "<w:del w:id=\"2\"><w:r><w:delText>减少3套</w:delText></w:r></w:del>",
    "<w:r><w:fldChar w:fldCharType=\"begin\"/></w:r><w:r><w:instrText> = 1/0 </w:instrText></w:r>", "<w:r><w:fldChar w:fldCharType=\"end\"/></w:r>",
    "<w:r><w:t>{each x: {a}} {choose b: 增加 → c}</w:t></w:r>", "<w:r><w:t>" + "9" * 3000 + "套</w:t></w:r>", "<w:r><w:t>" + "（" * 500 + "</w:t></w:r>",
    "<w:r><w:t>附件1</w:t></w:r>", "<w:r><w:t>&#x202e;套21&#xfffe;</w:t></w:r>", "<w:r><w:noBreakHyphen/><w:t>5</w:t><w:tab/><w:t>5</w:t></w:r>",
    "<w:r><w:t>2023年13月、0000年、2023—2020年、第一季度、第9季度</w:t></w:r>", "<w:r><w:t>完成率0/0、-0.00%、1e9万套、１２３.４.５亿元、约余套</w:t></w:r>",
    "<w:r><w:t>“'\\\":#{}[]&amp;*!|&gt;%@`</w:t></w:r>", "<w:bookmarkStart w:id=\"0\"/>", "<w:r><w:footnoteReference w:id=\"99\"/></w:r>",
]  # fmt: skip
TABLES = [
    "<w:tbl><w:tr><w:tc><w:p/></w:tc></w:tr></w:tbl>", "<w:tbl/>", "<w:tbl><w:tr/></w:tbl>", "<w:tbl><w:tr><w:tc/></w:tr></w:tbl>",
    "<w:tbl><w:tr><w:tc><w:tbl><w:tr><w:tc><w:p><w:r><w:t>12</w:t></w:r></w:p></w:tc></w:tr></w:tbl><w:p/></w:tc></w:tr></w:tbl>",
    "<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val=\"99999999\"/></w:tcPr><w:p><w:r><w:t>合计</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>7</w:t></w:r></w:p></w:tc></w:tr></w:tbl>",
    "<w:tbl>" + "<w:tr>" + "<w:tc><w:p><w:r><w:t>3</w:t></w:r></w:p></w:tc>" * 70 + "</w:tr>" * 1 + "</w:tbl>",
    "<w:tbl>" + "<w:tr><w:tc><w:tcPr><w:vMerge/></w:tcPr><w:p><w:r><w:t>钟山区</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>1,0</w:t></w:r></w:p></w:tc></w:tr>" * 40 + "</w:tbl>",
]  # fmt: skip
CELL = [
    "钟山区",
    "六枝特区",
    "合计",
    "其中：",
    "%",
    "万套",
    "-",
    "/",
    "增减",
    "同比",
    "12.5%",
    "1.2.3",
    "序号",
    "",
    "公租房\n开工",
    "2023年5月",
]
SPANS = ['<w:gridSpan w:val="3"/>', '<w:gridSpan w:val="0"/>', '<w:gridSpan w:val="-2"/>', '<w:gridSpan w:val="x"/>', '<w:vMerge w:val="restart"/>',
         "<w:vMerge/>", '<w:hMerge w:val="restart"/>']  # fmt: skip
STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)


def spoil_word(chance: random.Random, content: bytes) -> bytes:
    """What offices and attackers put into a document, in a package that opens."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name in source.namelist():
            part = source.read(name)
            if name == "word/document.xml":
                text = part.decode()
                for _ in range(chance.choice((1, 3, 8))):
                    text = chance.choice(CHANGES)(chance, text)
                part = text.encode("utf-8", "surrogatepass")
            package.writestr(name, part)
    return out.getvalue()


def put(chance: random.Random, text: str, mark: str, told: list[str]) -> str:
    places = [one.end() for one in re.finditer(mark, text)]
    if not places:
        return text
    at = chance.choice(places)
    return text[:at] + chance.choice(told) + text[at:]


def other_text(chance: random.Random, text: str) -> str:
    runs = list(re.finditer(r"<w:t(?: [^>]*)?>([^<]*)</w:t>", text))
    if not runs:
        return text
    one, other = chance.choice(runs), chance.choice(runs)
    says = chance.choice(
        [chance.choice(CELL), other[1], one[1] * 30, one[1][::-1], "".join(chance.sample(one[1], len(one[1])))]
    )
    return text[: one.start(1)] + says + text[one.end(1) :]


def other_part(chance: random.Random, text: str) -> str:
    """A row, a cell or a paragraph taken out, or there twice."""
    kind = chance.choice(("tr", "tc", "p", "tbl"))
    parts = list(re.finditer(rf"<w:{kind}(?: [^>]*)?>.*?</w:{kind}>", text, re.DOTALL))
    if not parts:
        return text
    one = chance.choice(parts)
    return text[: one.start()] + one[0] * chance.choice((0, 0, 2, 9)) + text[one.end() :]


CHANGES = [
    lambda chance, text: put(chance, text, r"<w:p>|<w:p [^>/]*>|</w:pPr>", TEXTS),
    lambda chance, text: put(chance, text, r"</w:p>(?!</w:tc>)|<w:body>", TABLES),
    lambda chance, text: put(chance, text, r"<w:tcPr>", SPANS),
    other_text, other_text, other_part, other_part,
]  # fmt: skip


def spoil_pdf(chance: random.Random, content: bytes) -> bytes:
    """Bytes of the file, or what a stream of it says: numbers, operators, texts."""
    if chance.random() < 0.3:
        return spoil_bytes(chance, content)
    streams = list(STREAM.finditer(content))
    for one in chance.sample(streams, min(len(streams), chance.choice((1, 2, 6)))):
        try:
            inside = zlib.decompress(one[1])
        except zlib.error:
            continue
        for _ in range(chance.choice((1, 4, 20))):
            inside = spoil_bytes(chance, inside)
        content = content.replace(one[1], zlib.compress(inside), 1)
    return content


SPOILERS = {"docx": (spoil_word, spoil_word, spoil_word, spoil_package), "pdf": (spoil_pdf,)}


PAGE = """<article><h1>关于2023年5月住房保障工作进展的通报</h1><p>截至5月底，全市棚户区改造开工3232套，完成投资12.57亿元，完成率56.3%。其中：钟山区开工320套，六枝特区361套，分别完成40%、27.5%。</p>
<table><tr><th>地区</th><th>任务</th><th>开工</th><th>开工率</th></tr><tr><td>全市</td><td>811</td><td>681</td><td>84.0%</td></tr><tr><td>钟山区</td><td>400</td><td>320</td><td>80.0%</td></tr>
<tr><td>六枝特区</td><td>411</td><td>361</td><td>87.8%</td></tr></table></article>"""


@pytest.fixture(scope="module")
def papers():
    """The same short paper as .docx and as .pdf."""
    from anju.documents.writers.formats import write_formats

    return write_formats(PAGE, ["docx", "pdf"], "示例")


@pytest.fixture
def client(ledger):
    client = Client()
    sign_in(client, everyone(CITY))
    return client


def test_a_mutated_paper_is_bound_or_told_why_not(client, papers):
    """Read, shown, answered, made a style, dropped."""
    chance = random.Random(SEED)
    told: dict[str, int] = {}
    for index in range(COUNT):
        kind = "pdf" if index % 4 == 3 else "docx"
        content = chance.choice(SPOILERS[kind])(chance, papers[kind])
        begun = time.monotonic()
        try:
            said = whole_way(client, chance, content, f"文.{kind}")
            assert not BY_HAND or time.monotonic() - begun < LONGEST
        except Exception as error:
            error.add_note(f"{SEED}, {index}: {kind}, {said_of(content, kind)}")
            raise
        told[said] = told.get(said, 0) + 1
    assert told["bound"] > COUNT / 4, told


def said_of(content: bytes, kind: str) -> str:
    """Where the file that failed was put, to be looked at."""
    path = Path(tempfile.gettempdir()) / f"anju-broken-{SEED}.{kind}"
    path.write_bytes(content)
    return str(path)


def whole_way(client, chance: random.Random, content: bytes, name: str) -> str:
    """Each answer is a page or a sentence with what to do."""
    answer = client.post(path_of("documents:bindings-read") + AT, {"file": SimpleUploadedFile(name, content)})
    if answer.status_code == 422:
        problems = answer.context["problems"]
        assert problems and all(one.what and one.fix for one in problems)
        return problems[0].code
    assert answer.status_code == 302
    bound = BoundPaper.objects.latest("pk")
    page = client.get(path_of("documents:binding", bound.pk))
    assert page.status_code == 200
    assert client.post(path_of("documents:binding-certain", bound.pk)).status_code == 302
    for serial in chance.sample(sorted(map(int, bound.proposals)), min(2, len(bound.proposals))):
        picked = {"serial": serial, "pick": chance.choice(["0", "none", "open", "1"])}
        assert client.post(path_of("documents:binding-answer", bound.pk), picked, **JSON).status_code in (200, 422)
    made = client.post(path_of("documents:binding-style", bound.pk), {"name": "样式"})
    assert made.status_code in (302, 422)
    assert client.post(path_of("documents:binding-drop", bound.pk)).status_code == 302
    return "bound" if made.status_code == 302 else "style " + made.context["problems"][0].code


def test_letters_that_the_database_does_not_keep_are_seen_and_part_digits():
    """A PDF may give NUL for a letter that its fonts do not know."""
    for letter in ("\0", "\x1b", "\ud800", "\u202e"):
        builder = reading._Builder(reading.ReadPaper("文.pdf", "pdf"))
        builder.add_line(f"全市开工3{letter}2套，完成12套。", False)
        builder.add_table(
            [[(f"地区{letter}", -1, 1, 1), ("开工", -1, 1, 1)], [("钟山区", -1, 1, 1), (f"1{letter}2", -1, 1, 1)]]
        )
        paper = builder.finished()
        assert paper.paragraphs[0].text == "全市开工3�2套，完成12套。"
        assert 32 not in [one.value for one in paper.numbers()] and "�" in paper.tables[0].cells[0, 0].text
