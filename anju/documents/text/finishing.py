"""What is done to a text once it is printed: sentences without their figures are taken out, what was written has its place, what was assumed is marked."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from lxml import etree, html

from anju.documents.layout import markup
from anju.documents.layout.grid import ASSUMED
from anju.documents.layout.markup import class_names, element_text, find_by_class
from anju.documents.text import units
from anju.documents.text.numerals import chinese_numeral
from anju.problems import ASK, Problem

HEADINGS = ("h2", "h3", "h4")
NUMERALS = {
    "h2": (re.compile(r"^[一二三四五六七八九十]+、"), lambda number: f"{chinese_numeral(number)}、"),
    "h3": (re.compile(r"^（[一二三四五六七八九十]+）"), lambda number: f"（{chinese_numeral(number)}）"),
    "h4": (re.compile(r"^\d+\."), lambda number: f"{number}."),
}
NUMBERED = re.compile(r"附件\d+")
UNPRINTED, BLANK = "DOC-035", "DOC-037"
UNSETTLED = (UNPRINTED, BLANK)  # what must be settled before a text is signed
MARKS = ("（推定）", "〔推定〕")  # outside and inside brackets
NOTE = f"注：带{ASSUMED}的为推定数。"

Run = str | html.HtmlElement


# --- sentences without their figures -------------------------------------------


def drop_unfinished(article: html.HtmlElement, cited: Mapping[str, Any]) -> list[Problem]:
    """Take out the generated sentences that lack a figure, and the headings that then stand over nothing. A reminder (DOC-034) for each."""
    reminders: list[Problem] = []
    for block in list(article.iter("p")):
        if block.get("data-prose") is not None or "table-note" in class_names(block) or not any(map(_blank, block)):
            continue
        kept: list[Run] = []
        for sentence in _sentences(block):
            missing = [one for one in sentence if not isinstance(one, str) and _blank(one)]
            if not missing:
                kept += sentence
                continue
            text = "".join(one if isinstance(one, str) else element_text(one) or "（缺）" for one in sentence)
            names = "、".join(dict.fromkeys(_name(one, cited) for one in missing))
            what = f"“{text}”缺{names}，这一句没有印出。"
            reminders.append(
                Problem("DOC-034", "正文", what, "请补报所缺的数再拟稿；确实没有的，可以在自由正文里另写。", ASK)
            )
        _refill(block, kept)
    _drop_empty_headings(article)
    _number_headings(article)
    return reminders


def _blank(node: html.HtmlElement) -> bool:
    return node.tag == "data" and "none" in class_names(node) and not element_text(node)


def _name(node: html.HtmlElement, cited: Mapping[str, Any]) -> str:
    figure = cited.get(node.get("data-ref", ""))
    region = getattr(getattr(figure, "region", None), "name", "")
    reported = getattr(figure, "reported", "")
    why = f"（{getattr(figure, 'why', '')}）" if reported else ""  # a total of which some have reported: who has not
    return f"{region}“{getattr(figure, 'name', '') or node.get('data-ref')}”{why}"


def _sentences(block: html.HtmlElement) -> Iterator[list[Run]]:
    """The block's words and elements, sentence by sentence."""
    sentence: list[Run] = []
    for run in _runs(block):
        for piece in re.split("(?<=。)", run) if isinstance(run, str) else [run]:
            if isinstance(piece, str) and not piece:
                continue
            sentence.append(piece)
            if isinstance(piece, str) and piece.endswith("。"):
                yield sentence
                sentence = []
    if sentence:
        yield sentence


def _runs(block: html.HtmlElement) -> Iterator[Run]:
    yield block.text or ""
    for child in block:
        yield child
        yield child.tail or ""


def _refill(block: html.HtmlElement, runs: Iterable[Run]) -> None:
    """Put these words and elements into the block; an empty one goes."""
    runs = list(runs)
    for child in list(block):
        block.remove(child)
    block.text, last = None, None
    for run in runs:
        if not isinstance(run, str):
            block.append(run)
            run.tail, last = None, run
        elif last is None:
            block.text = (block.text or "") + run
        else:
            last.tail = (last.tail or "") + run
    if not runs:
        block.drop_tree()


def _drop_empty_headings(article: html.HtmlElement) -> None:
    """Take out the headings of ours over which nothing is said."""
    for tag in reversed(HEADINGS):
        for heading in list(article.iter(tag)):
            if heading.get("data-prose") is None and not _over_something(heading):
                heading.drop_tree()


def _over_something(heading: html.HtmlElement) -> bool:
    level = HEADINGS.index(heading.tag)
    for one in heading.itersiblings():
        if one.tag in ("h1", *HEADINGS[: level + 1]):
            return False
        if one.tag in HEADINGS or element_text(one).strip() or one.find(".//data") is not None:
            return True
    return False


def _number_headings(article: html.HtmlElement) -> None:
    """Our headings in their order again; those of the writer keep their own number and count."""
    for section in article.iter("section"):
        counts = dict.fromkeys(HEADINGS, 0)
        for heading in section:
            if heading.tag not in HEADINGS:
                continue
            shape, write = NUMERALS[heading.tag]
            counts[heading.tag] += 1
            for below in HEADINGS[HEADINGS.index(heading.tag) + 1 :]:
                counts[below] = 0
            if heading.get("data-prose") is None and heading.text:
                heading.text = shape.sub(write(counts[heading.tag]), heading.text)


def name_annexes(article: html.HtmlElement) -> None:
    """A single attachment is 附件, without a number."""
    annexes = [one for one in article.iter("section") if "annex" in class_names(one)]
    marks = [mark for one in annexes for mark in find_by_class(one, "annex-mark")]
    numbered = [mark for mark in marks if NUMBERED.fullmatch(element_text(mark))]
    if len(numbered) != 1:
        return
    numbered[0].text = "附件"
    section = numbered[0].getparent()
    if NUMBERED.fullmatch(section.get("data-title", "")):
        section.set("data-title", "附件")


# --- what the office wrote -------------------------------------------------------


def blank_prose(article: html.HtmlElement, cited: Mapping[str, Any]) -> list[Problem]:
    """A reminder (DOC-037) for each paragraph of the writer's that prints a figure nobody knows. It is not signed so."""
    reminders = []
    for block in article.iter("p", *HEADINGS):
        missing = [one for one in block.iter("data") if _blank(one)] if block.get("data-prose") is not None else []
        if missing:
            names = "、".join(dict.fromkeys(_name(one, cited) for one in missing))
            what = f"“{element_text(block)[:40]}”引用的{names}没有数，印出来是空白。"
            fix = "请补报这个数，或者改写这一段，再拟稿；没有改好的不能签发。"
            reminders.append(Problem(BLANK, f"自由正文“{block.get('data-prose')}”", what, fix, ASK))
    return reminders


def lost_prose(paragraphs: Mapping[str, Collection[Any]], printed: Collection[str]) -> list[Problem]:
    """A reminder (DOC-035) for each section of the writer's that has no place in this text. It is not signed so."""
    return [
        Problem(
            UNPRINTED,
            f"自由正文“{key}”",
            f"这份文书里没有它的位置，{len(items)}段话没有印出。",
            "这一部分没有数，所以没有写；请补报数据，或者把这些话移到别的段落，再拟稿；没有改好的不能签发。",
            ASK,
        )
        for key, items in paragraphs.items()
        if items and key not in printed
    ]


# --- what was assumed --------------------------------------------------------------


def lacks_marks(text: str) -> bool:
    """Is it a text of before assumed figures were marked: there are some, and none says so?"""
    article = markup.parse_article(text)
    assumed = any("assumed" in class_names(one) for one in article.iter("data"))
    return assumed and not any(mark in element_text(article) for mark in (*MARKS, NOTE))


def mark_assumed(article: html.HtmlElement) -> None:
    """Every assumed figure says so in the text itself, wherever it is read: （推定） behind its unit, in tables a mark and a note."""
    tables: list[html.HtmlElement] = []
    for node in [one for one in article.iter("data") if "assumed" in class_names(one)]:
        above = next((one for one in node.iterancestors("td", "th", "p", "li")), None)
        if above is not None and above.tag in ("td", "th"):
            node.tail = ASSUMED + (node.tail or "")
            table = next(one for one in node.iterancestors("table"))
            if table not in tables:
                tables.append(table)
        else:
            _mark_in_text(node, above)
    for table in tables:
        note = etree.Element("p", {"class": "table-note"})
        note.text = NOTE
        table.addnext(note)


def _mark_in_text(node: html.HtmlElement, block: html.HtmlElement | None) -> None:
    tail = node.tail or ""
    unit = next((name for name in units.BY_LENGTH if tail.startswith(name)), "")
    before = _text_before(node, block) if block is not None else ""
    mark = MARKS[before.count("（") > before.count("）")]
    node.tail = unit + mark + tail[len(unit) :]


def _text_before(node: html.HtmlElement, block: html.HtmlElement) -> str:
    words: list[str] = []
    for event, one in etree.iterwalk(block, events=("start", "end")):
        if one is node:
            break
        words.append((one.text if event == "start" else one.tail) or "")
    return "".join(words)
