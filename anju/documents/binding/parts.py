"""The parts of an official paper: title, addressee, body, attachments, signature. What the layout prints by itself is no part of the text. Pure."""

import re
from dataclasses import dataclass, field

from anju.documents.checker.paper import ReadPaper, ReadParagraph

DATE = re.compile(r"(?:19|20)\d\d年\d{1,2}月\d{1,2}日(?:印发)?")
NUMBER = re.compile(r"^[^。；]{2,20}[〔\[【(（](?:19|20)\d\d[〕\]】)）](?:第)?\d+号$")
IMPRINT = re.compile(r"^(?:抄报|抄送|主送|主办|校对|联系人|附注|此件|（此件|分送|共印)")
ADDRESSEE = re.compile(r"^[^。；0-9]{2,300}[：:]$")
ATTACHMENTS = re.compile(r"^附件\d?[:：]")
LIST_OF_ANNEXES = re.compile(r"^\d{1,2}[.．、]")
HEADINGS = (
    (1, re.compile(r"^[一二三四五六七八九十]{1,3}、(?P<text>.+)$")),
    (2, re.compile(r"^（[一二三四五六七八九十]{1,3}）(?P<text>.+)$")),
    (3, re.compile(r"^\d{1,2}[.．、](?P<text>.+)$")),
)
BODY = "正文"
NOTE = re.compile(r"^(?:注|备注|说明)[：:]")


@dataclass
class PaperParts:
    """number: 文号. organs, addressee: as they stood. body: its paragraphs; organs: who signs."""

    title: str = ""
    number: str = ""
    addressee: str = ""
    organs: list[str] = field(default_factory=list)
    body: list[ReadParagraph] = field(default_factory=list)


def parts_of(paper: ReadPaper) -> PaperParts:
    parts = PaperParts()
    body = [one for one in paper.paragraphs if one.part == BODY]
    title = paper.title
    at = next((index for index, one in enumerate(body) if title and one.text == title), -1)
    parts.title = title
    parts.number = next((one.text for one in body[: at + 1] if NUMBER.match(one.text)), "")
    rest = body[at + 1 :]
    if rest and NUMBER.match(rest[0].text):
        parts.number, rest = rest[0].text, rest[1:]
    if rest and ADDRESSEE.match(rest[0].text) and not rest[0].numbers:
        parts.addressee, rest = rest[0].text.rstrip("：:"), rest[1:]
    end = next((index for index, one in enumerate(rest) if index and ATTACHMENTS.match(one.text)), None)
    if end is not None:
        tail, rest = rest[end:], rest[:end]
        parts.organs = [one.text for one in tail if _is_organ(one) and not LIST_OF_ANNEXES.match(one.text)]
    dated = False
    while rest and (IMPRINT.match(rest[-1].text) or DATE.fullmatch(rest[-1].text) or (dated and _is_organ(rest[-1]))):
        if DATE.fullmatch(rest[-1].text):
            dated = True
        elif dated and not IMPRINT.match(rest[-1].text):
            parts.organs.insert(0, rest[-1].text)
        rest = rest[:-1]
    parts.body = rest
    return parts


def _is_organ(paragraph: ReadParagraph) -> bool:
    text = paragraph.text
    return (
        paragraph.heading
        and len(text) < 40
        and text != "年月日"
        and not re.search("[，。；：:0-9]", text)
        and not ATTACHMENTS.match(text)
    )


def heading_of(paragraph: ReadParagraph) -> tuple[int, str]:
    """(level, words) of a heading that stands alone; 0 for a paragraph."""
    if paragraph.heading:
        for level, shape in HEADINGS:
            if match := shape.match(paragraph.text):
                return level, match["text"]
    return 0, paragraph.text
