"""Where a number stands, in words: its clause, its sentence, its headings, the place and the period that they name. Pure."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from anju.core.models.region import Region
from anju.core.regions.names import short_name
from anju.documents.asking.proposing import canonical
from anju.documents.checker.paper import PaperNumber, ReadPaper, ReadParagraph
from anju.yaml_files import load_yaml

TIME = re.compile(r"(?P<year>(?:19|20)\d\d)年(?:(?P<month>\d{1,2})月)?(?!底?(?:以?前|仍|未|尚))")
EXCEPT = re.compile("(?:不含|除|不包括|剔除|扣除)$")
LEAD_IN = 12  # letters at a paragraph's beginning where it says of which place it is
CLAUSE = re.compile("[，,。；;：:（）()！？]")
NEAR, BESIDE, AROUND, ABOVE, FAR = 20, 15, 11, 7, 3  # how much a word counts by where it stands, of 20


@cache
def vocabulary() -> dict[str, Any]:
    """words.yaml."""
    said: dict[str, Any] = load_yaml(Path(__file__).with_name("words.yaml").read_text(encoding="utf-8"), plain=True)
    return said


@lru_cache(maxsize=65536)
def pairs_of(text: str) -> frozenset[str]:
    """Pairs of letters of a text in the catalogue's words."""
    plain = canonical(text)
    return frozenset(plain[at : at + 2] for at in range(len(plain) - 1))


@dataclass
class NumberContext:
    """words: (pairs of letters, how much they count), the nearest first. stage: task, done, left or "". region: None is the paper's own.
    periods: relative or absolute, as its sentence says them; the nearest last. listed: its place among numbers that are told 分别."""

    number: PaperNumber
    words: list[tuple[frozenset[str], int]] = field(default_factory=list)
    near: str = ""
    stage: str = ""
    region: Region | None = None
    named: bool = False  # the region stands in its own sentence
    period: str = ""
    changes: bool = False
    antecedent: PaperNumber | None = None

    def covered(self, pairs: frozenset[str]) -> int:
        """How many hundredths of these pairs are said around the number, the near ones counting more."""
        if not pairs:
            return 0
        total = 0
        for pair in pairs:
            total += next((weight for said, weight in self.words if pair in said), 0)
        return total * 5 // len(pairs)

    def unsaid(self, pairs: frozenset[str], telling: frozenset[str]) -> int:
        """How many hundredths of what its own clause tells is nothing that the measure speaks of."""
        mine = self.words[0][0] & telling if self.words else frozenset()
        return 100 * len(mine - pairs) // len(mine) if mine else 0


class ParagraphContexts:
    """The contexts of the numbers of a paper's sentences."""

    def __init__(self, paper: ReadPaper, regions: Sequence[Region], period: str) -> None:
        self.paper, self.period, self.own = paper, period, regions[0]
        names: dict[str, Region] = {}
        for region in reversed(regions[1:]):
            for name in (short_name(region.name), *region.also, region.name):
                if len(name) > 1:
                    names[name] = region
        self.names = names
        every = sorted(names, key=len, reverse=True)
        self.named = re.compile("|".join(map(re.escape, every))) if every else None
        word = vocabulary()["whole"]
        self.whole = re.compile("|".join(map(re.escape, [*word, regions[0].name])))

    def read(self) -> list[NumberContext]:
        contexts: list[NumberContext] = []
        above: list[str] = []
        for paragraph in self.paper.paragraphs:
            if paragraph.heading and not paragraph.numbers:
                above = [*above[-1:], paragraph.text]
                continue
            contexts += self._paragraph(paragraph, "".join(above))
        return contexts

    def _paragraph(self, paragraph: ReadParagraph, above: str) -> list[NumberContext]:
        contexts = []
        lead = self._mention(paragraph.text[:LEAD_IN])
        for index, number in enumerate(paragraph.numbers):
            begin, sentence = next((begin, text) for at, begin, text in paragraph.sentences() if at == number.sentence)
            before = paragraph.text[begin : number.start]
            after = paragraph.text[number.end : begin + len(sentence)]
            context = NumberContext(number)
            previous = [one for one in paragraph.numbers[:index] if one.sentence == number.sentence]
            since = previous[-1].end - begin if previous else 0
            own = before[since:]
            tail = CLAUSE.split(after, maxsplit=1)[0] if number.unit in ("%", "％") else ""
            context.near = number.before if len(number.before) >= len(own.strip("，、")) else own
            behind = tail[:12] if not re.match("[、和及与]", tail) else ""
            context.words = [
                (pairs_of(context.near + behind), NEAR),
                (pairs_of(own), BESIDE + 2),
                (pairs_of(before), BESIDE),
                (pairs_of(paragraph.text[:begin]), AROUND),
                (pairs_of(above), ABOVE),
                (pairs_of(self.paper.title + after), FAR),
            ]
            context.stage = stage_in(before)
            here = self._mention(before)
            context.region, context.named = (here[0], True) if here else (lead[0] if lead else None, False)
            context.period = self._time(before)
            context.changes = any(word in context.near for word in vocabulary()["change"])
            contexts.append(context)
        self._told_one_by_one(paragraph, contexts)
        return contexts

    def _mention(self, text: str) -> tuple[Region | None] | None:
        """The last place that is named: (None,) for the paper's own; None for none."""
        last, region = -1, None
        for match in self.whole.finditer(text):
            last, region = match.start(), None
        for match in self.named.finditer(text) if self.named else ():
            if match.start() >= last and not EXCEPT.search(text[: match.start()]):
                last, region = match.start(), self.names[match[0]]
        return (region,) if last >= 0 else None

    def _time(self, text: str) -> str:
        """The nearest period that is named before: relative where it can be."""
        found, last = "", -1
        for word, said in vocabulary()["periods"].items():
            at = text.rfind(word)
            if at > last or (at == last >= 0 and at + len(word) > last):
                found, last = str(said), at
        for match in TIME.finditer(text):
            if match.start() >= last:
                last = match.start()
                ago = int(self.period[:4]) - int(match["year"])
                found = "" if ago == 0 else f"year-{ago}" if ago > 0 else match["year"]
        return found

    def _told_one_by_one(self, paragraph: ReadParagraph, contexts: list[NumberContext]) -> None:
        """甲、乙、丙分别完成1套、2套、3套: each number has its own place; 分别为…% behind as many numbers: each is of its own number."""
        by_start = {one.number.start: one for one in contexts}
        for match in re.finditer("分别|依次", paragraph.text):
            begin = max(paragraph.text.rfind(sign, 0, match.start()) for sign in "。；！？") + 1
            run = run_behind(paragraph, match.end())
            if len(run) < 2:
                continue
            places = [one[0] for one in self.named.finditer(paragraph.text, begin, match.start())] if self.named else []
            tail = places[-len(run) :]
            if len(tail) == len(run) and len(set(tail)) == len(run):
                for number, name in zip(run, tail, strict=True):
                    by_start[number.start].region, by_start[number.start].named = self.names[name], True
                continue
            earlier = [one for one in paragraph.numbers if begin <= one.start < match.start()]
            if len(earlier) >= len(run):
                for number, other in zip(run, earlier[-len(run) :], strict=True):
                    by_start[number.start].antecedent = other


def run_behind(paragraph: ReadParagraph, at: int) -> list[PaperNumber]:
    """The numbers that stand one after the other from there, with nothing but 、和 and a few words between."""
    run: list[PaperNumber] = []
    for number in paragraph.numbers:
        if number.start < at:
            continue
        if run and not re.fullmatch("[、和及与，]", paragraph.text[run[-1].end : number.start]):
            break
        if run and number.family != run[0].family:
            break
        run.append(number)
    return run


def stage_in(text: str) -> str:
    """What was said last of: what was asked, what was reached, what is lacking."""
    found, last = "", -1
    for stage, words in vocabulary()["stages"].items():
        for word in words:
            at = text.rfind(word)
            if at > last:
                found, last = str(stage), at
    return found


def telling_pairs(names: Iterable[str]) -> frozenset[str]:
    """Every pair of letters of which some measure's name speaks."""
    return frozenset(pair for name in names for pair in pairs_of(name))
