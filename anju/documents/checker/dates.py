"""Title against content, days that no calendar has, annexes that are spoken of and not there. Pure."""

import re
from collections import Counter
from datetime import date

from anju.documents.checker.findings import Ledgerbook
from anju.documents.checker.paper import ReadParagraph

DAY = re.compile(r"(?:(?P<year>(?:19|20)[0-9]{2})年)?(?P<month>[0-9]{1,2})月(?:(?P<day>[0-9]{1,2})日)?")
YEAR = re.compile(r"((?:19|20)[0-9]{2})年")
SIGNED = re.compile(r"^((?:19|20)[0-9]{2})年([0-9]{1,2})月([0-9]{1,2})日(?:印发)?$")
UNTIL = re.compile(r"截[至止到](?:目前)?[，,]?((?:19|20)[0-9]{2})年(?:([0-9]{1,2})月)?(?:([0-9]{1,2})日)?(底|末)?")
ANNEXES = re.compile(r"附件[：:]?([0-9]{1,2})(?:[-—–至、](?:附件)?([0-9]{1,2}))?")
CITY = re.compile(
    r"^(?:关于)?(?:印发|下达)?(?:(?:19|20)[0-9]{2}年(?:度)?)?([一-龥]{2,4}?(?:市|自治州|盟))(?!级|场|区|政|直|县)"
)
LISTED = re.compile(r"^-?(?:附件[：:])?([0-9]{1,2})[.．、]")
ASKED = 3
LONGEST_MONTH = {1: 31, 2: 29, 3: 31, 4: 30, 5: 31, 6: 30, 7: 31, 8: 31, 9: 30, 10: 31, 11: 30, 12: 31}


def check_dates(paper: Ledgerbook) -> None:
    paragraphs = paper.paper.paragraphs
    for paragraph in paragraphs:
        _impossible_days(paper, paragraph)
    _title_year(paper, paragraphs)
    _title_city(paper, paragraphs)
    _later_than_signed(paper, paragraphs)
    _missing_annexes(paper, paragraphs)


def _impossible_days(paper: Ledgerbook, paragraph: ReadParagraph) -> None:
    for match in DAY.finditer(paragraph.text):
        if match.start() and paragraph.text[match.start() - 1] in "0123456789.个":
            continue
        month, day = int(match["month"]), int(match["day"] or 1)
        wrong = not 1 <= month <= 12 or not 1 <= day <= LONGEST_MONTH.get(month, 31)
        if match["year"] and not wrong:
            try:
                date(int(match["year"]), month, day)
            except ValueError:
                wrong = True
        if (
            wrong
            and not paragraph.text[match.end() :].startswith(("内", "以上", "份"))
            and (match["day"] or match["year"])
        ):
            paper.tell_words(
                "日期",
                paragraph,
                match.start(),
                printed=match[0],
                other="没有这一天",
                arithmetic=f"日历上没有{match[0]}。",
            )


def _body(paragraphs: list[ReadParagraph], title: str) -> list[ReadParagraph]:
    return [one for one in paragraphs if one.text != title and not SIGNED.match(one.text)]


def _title_year(paper: Ledgerbook, paragraphs: list[ReadParagraph]) -> None:
    title = paper.paper.title
    years = set(YEAR.findall(title))
    if len(years) != 1:
        return
    year = years.pop()
    body = Counter(other for one in _body(paragraphs, title) for other in YEAR.findall(one.text))
    if not body[year] and body and max(body.values()) >= ASKED:
        other = body.most_common(1)[0][0]
        heading = next(one for one in paragraphs if one.text == title)
        paper.tell_words(
            "标题",
            heading,
            0,
            printed=f"{year}年",
            other=f"{other}年",
            arithmetic=f"标题写{year}年，正文一处也没有说到{year}年，说的多是{other}年（{body[other]}处）。",
        )


def _title_city(paper: Ledgerbook, paragraphs: list[ReadParagraph]) -> None:
    title = paper.paper.title
    match = CITY.search(title)
    if match is None:
        return
    stem = match[1].rstrip("市")
    body = _body(paragraphs, title)
    others = Counter(
        name for one in body for name in re.findall(r"(?<![一-龥])([一-龥]{2,3})市(?![级场区政直县民])", one.text)
    )
    whole = "".join(one.text for one in body) + "".join(
        cell.text for table in paper.paper.tables for cell in table.cells.values()
    )
    if stem not in whole and others and others.most_common(1)[0][1] >= ASKED:
        heading = next(one for one in paragraphs if one.text == title)
        other = others.most_common(1)[0][0]
        paper.tell_words(
            "标题",
            heading,
            0,
            printed=match[1],
            other=f"{other}市",
            arithmetic=f"标题写{match[1]}，正文一处也没有说到，说的多是{other}市。",
        )


def _later_than_signed(paper: Ledgerbook, paragraphs: list[ReadParagraph]) -> None:
    """截至 a day after the paper's own date."""
    days = [match for one in paragraphs if (match := SIGNED.match(one.text))]
    if not days:
        return
    signed = max(tuple(int(part) for part in match.groups()) for match in days)
    for paragraph in paragraphs:
        for match in UNTIL.finditer(paragraph.text):
            year, month, day = int(match[1]), int(match[2] or 12), int(match[3] or 0)
            if (year, month, day or (28 if match[4] else 0)) > signed and (match[2] or match[4]):
                signed_text = "{}年{}月{}日".format(*signed)
                paper.tell_words(
                    "日期",
                    paragraph,
                    match.start(),
                    printed=match[0],
                    other=signed_text,
                    arithmetic=f"写{match[0]}的数，落款却是{signed_text}。",
                )


def _missing_annexes(paper: Ledgerbook, paragraphs: list[ReadParagraph]) -> None:
    """附件1-4 in the text, three in the list."""
    listed: list[int] = []
    for begin, paragraph in enumerate(paragraphs):
        if not re.match(r"^-?附件[：:]", paragraph.text):
            continue
        numbers: list[int] = []
        for one in paragraphs[begin : begin + 20]:
            match = LISTED.match(one.text)
            if match is None and one is not paragraph:
                if numbers:
                    break
                continue
            if match and int(match[1]) == len(numbers) + 1:
                numbers.append(int(match[1]))
        listed = max(listed, numbers, key=len)
    if len(listed) < 2:
        return
    for paragraph in paragraphs:
        for match in ANNEXES.finditer(paragraph.text):
            if paragraph.text.startswith(("附件", "-附件")) or LISTED.match(paragraph.text):
                continue
            most = int(match[2] or match[1])
            if most > len(listed) and most < 30:
                paper.tell_words(
                    "附件",
                    paragraph,
                    match.start(),
                    printed=match[0],
                    other=f"{len(listed)}个附件",
                    arithmetic=f"文中说到{match[0]}，文末只列了{len(listed)}个附件。",
                )
