"""A paper's own words as a style says them: what names its period or place becomes relative, everything else stays as it is. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from anju import periods
from anju.core.wording import period_label
from anju.documents.checker.claims import read_claims
from anju.documents.styles.language import times
from anju.documents.text.wording import claim_words

TITLE_MARKS = re.compile("《[^》]*》|〔[^〕]*〕|\\[[^\\]]*\\]")
BEFORE = re.compile("同期|上年|去年|同比|上一年")
MONTHS = r"(?P<year>(?:19|20)\d\d)年(?P<gap>度?)(?:(?P<first>\d{1,2})(?P<to>月?[-—–−~～至到]+))?(?:(?P<month>\d{1,2})月(?!\d*[-—–~～至到]))?(?P<half>[上下]半年|[一二三四1-4]季度)?(?P<end>底)?"
BARE_MONTHS = r"(?<![\d年])(?:(?P<first2>\d{1,2})(?P<to2>月?[-—–−~～至到]+))?(?P<month2>\d{1,2})月"
SPOKEN = re.compile(f"{MONTHS}|{BARE_MONTHS}")
WHOLE_YEAR = "year"
CLAUSE = re.compile("[^，；。！？：]+")
TURNED = re.compile("同比|环比|同期|上年|去年|上月")


def claim_spans(sentence: str, turns: Sequence[Sequence[str]]) -> list[tuple[int, int]]:
    """Where a clause claims something of numbers without saying one: 各项任务已经完成, 均超额, 同比增加. It holds of the paper's own period alone.

    turns: words for more and for less, in pairs.
    """
    about = claim_words()["about"]
    claimed = {
        clause
        for clause, over, every in read_claims(sentence)
        if over or every or any(word in clause for word in about)
    }
    found = []
    for clause in CLAUSE.finditer(sentence):
        text = clause[0].strip()
        turned = TURNED.search(text) and any(word in text for pair in turns for word in pair)
        if (text in claimed or turned) and not re.search(r"\d", text):
            found.append(clause.span())
    return found


@dataclass
class PaperWords:
    """period, place: of the paper. fixed: the times that stay as they are, each with the words around, for whoever looks the style over."""

    period: str
    place: str
    annex: bool = False  # titles and heads of annexes know fewer words, and no doubled braces
    fixed: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.year = int(self.period[:4])
        self.shape = times.shape_of(self.period)
        self.month = periods.period_end(self.period).month

    def relative(self, text: str, around: str = "") -> str:
        """The text with its times and its place relative. around: the sentence, which tells whether a year is compared with."""
        pieces, at = [], 0
        for mark in TITLE_MARKS.finditer(text):
            pieces += [self._spoken(text[at : mark.start()], around or text), self._plain(mark[0])]
            at = mark.end()
        return "".join([*pieces, self._spoken(text[at:], around or text)])

    def _plain(self, text: str) -> str:
        """Braces are no placeholders."""
        text = text.replace("｛", "（").replace("｝", "）")
        if self.annex:
            return text.replace("{", "（").replace("}", "）")
        return text.replace("{", "{{").replace("}", "}}")

    def _spoken(self, text: str, around: str) -> str:
        pieces, at = [], 0
        for match in SPOKEN.finditer(text):
            pieces += [self._named(text[at : match.start()]), self._time(match, around)]
            at = match.end()
        return "".join([*pieces, self._named(text[at:])])

    def _named(self, text: str) -> str:
        return "{place}".join(self._plain(one) for one in text.split(self.place)) if self.place else self._plain(text)

    def _time(self, match: re.Match[str], around: str) -> str:
        said = match[0]
        if match["month2"]:
            return self._bare(match)
        year, month = int(match["year"]), match["month"]
        ago = self.year - year
        if ago and not (ago == -1 or (ago == 1 and BEFORE.search(around))):
            return self._stays(said, around)
        spoken = "{year}" if not ago else f"{{year{'-' if ago > 0 else '+'}{abs(ago)}}}"
        if month:
            if self.shape == WHOLE_YEAR or ago == -1:
                return said.replace(match["year"], spoken, 1)
            if int(month) != self.month:
                return self._stays(said, around)
            begun = f"{match['first']}{match['to']}" if match["first"] else ""
            return f"{spoken}年{match['gap']}{begun}{{month}}月{match['end'] or ''}"
        if match["half"]:
            same = said.removesuffix("底") == period_label(self.period)
            return ("{period}" + (match["end"] or "")) if same and not ago else self._stays(said, around)
        if match["first"]:  # 2021年1至 with nothing behind
            return said.replace(match["year"], spoken, 1)
        if match["end"] and self.shape != WHOLE_YEAR and not ago:
            return f"{spoken}年{match['gap']}底"
        return said.replace(match["year"], spoken, 1)

    def _bare(self, match: re.Match[str]) -> str:
        if self.shape == WHOLE_YEAR:
            return match[0]
        if int(match["month2"]) != self.month:
            return self._stays(match[0], match.string[max(0, match.start() - 6) : match.end() + 6])
        return f"{match['first2'] or ''}{match['to2'] or ''}{{month}}月"

    def _stays(self, said: str, around: str) -> str:
        at = around.find(said)
        near = around[max(0, at - 8) : at + len(said) + 8] if at >= 0 else said
        if near not in self.fixed:
            self.fixed.append(near)
        return said
