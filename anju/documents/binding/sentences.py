"""A paragraph of a paper as sentences of a style: the office's own words, with figures in the place of numbers."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from anju.documents.binding.contexts import vocabulary
from anju.documents.binding.holdings import AMOUNT, GROWTH, FigureMeant
from anju.documents.binding.naming import FigureNames, look_of
from anju.documents.binding.wording import PaperWords, claim_spans
from anju.documents.checker.paper import PaperNumber, ReadParagraph
from anju.documents.styles.language.schema import TO_FILL
from anju.quantities import ABOUT, APPROXIMATE

CONSTANT = "constant"  # confirmed to be no figure of the ledger: it stays as it is printed
DIGITS = re.compile(r"[0-9]+(?:[,，][0-9]{3})*(?:\.[0-9]+)?")
LONGEST = 3_000  # letters of one sentence of a style; a longer one is several
BLANK = "＿＿"
KEPT, OTHER = "keep", "其他"
STILL = {KEPT: "照写", "drop": "不写"}


@dataclass
class ParagraphWriter:
    """meanings: number → figure, CONSTANT, or nothing where nobody said. options: what the writer fills in next time; claims: of these
    the options about words, each with its words."""

    meanings: Mapping[int, FigureMeant | str]
    names: FigureNames
    words: PaperWords
    options: dict[str, dict[str, Any]] = field(default_factory=dict)
    claims: list[tuple[str, str]] = field(default_factory=list)

    def sentences(self, paragraph: ReadParagraph, text: str | None = None) -> list[str]:
        """text: the words of a heading, which is the paragraph without its numeral."""
        offset = 0 if text is None else len(paragraph.text) - len(text)
        found: list[str] = []
        for index, begin, sentence in paragraph.sentences():
            numbers = [one for one in paragraph.numbers if one.sentence == index and one.start >= offset]
            start = max(begin, offset)
            if start >= begin + len(sentence):
                continue
            found += self.sentence(paragraph.text, start, begin + len(sentence), numbers)
        return found

    def sentence(self, text: str, begin: int, end: int, numbers: list[PaperNumber]) -> list[str]:
        """In pieces that a style takes. What claims something without a number is written only where the writer says that it still holds."""
        around = text[begin:end]
        pieces: list[str] = []
        at = begin
        for start, until in claim_spans(around, vocabulary()["turns"]):
            start, until = begin + start, begin + until
            if start > begin and start == at + 1 and pieces and pieces[-1].startswith("{choose fill_"):
                start = at  # the comma between two claims goes with the second
            elif start > begin:
                start -= 1  # with the comma before it
            elif until < end:
                until += 1  # the first clause, with what ends it
            pieces += self.written(text, at, start, numbers, around)
            pieces += self.claim(text[start:until], around)
            at = until
        pieces += self.written(text, at, end, numbers, around)
        lines, line = [], ""
        for piece in pieces:
            for part in re.findall(f".{{1,{LONGEST}}}", piece, re.DOTALL) if "{" not in piece else [piece]:
                if line and len(line) + len(part) > LONGEST:
                    lines, line = [*lines, line], ""
                line += part
        return [one for one in (*lines, line) if one]

    def written(self, text: str, begin: int, end: int, numbers: list[PaperNumber], around: str) -> list[str]:
        """The words from begin to end, with what stands for each of the numbers between. around: the whole sentence."""
        pieces: list[str] = []
        at = begin
        for number in numbers:
            if not begin <= number.start < end:
                continue
            before, printed, after = self.figure(text, at, number)
            if not printed:
                continue
            pieces += [self.words.relative(before, around), printed]
            at = after
        return [*pieces, self.words.relative(text[at:end], around)]

    def claim(self, clause: str, around: str) -> list[str]:
        """Words that were true of their own period: the writer says each time whether they are."""
        said = self.words.relative(clause, around)
        if len(said) > LONGEST or "|" in said or "→" in said:
            return [said]
        name = f"{TO_FILL}{len(self.options) + 1}"
        told = re.sub("[{}｛｝]", "", clause.strip("，；。！？："))[:60]
        self.options[name] = {"type": "choice", "label": f"“{told}”本期是否仍然成立", "values": dict(STILL)}
        self.claims.append((name, told))
        return [f"{{choose {name}: {KEPT} → {said} | {OTHER} → }}"]

    def figure(self, text: str, at: int, number: PaperNumber) -> tuple[str, str, int]:
        """(the words before it, what stands for it, where the words go on); "" for a number that stays among the words."""
        meant = self.meanings.get(number.serial)
        before, raw = text[at : number.start], text[number.start : number.end]
        match = DIGITS.match(raw)
        if meant == CONSTANT or match is None:
            return "", "", at
        rest = raw[match.end() :]
        look = look_of(number, match[0])
        if not isinstance(meant, FigureMeant) or look is None:
            return self.words.relative(before) and before, self.to_fill(number, match[0]) + rest, number.end
        if number.text.startswith("-") and before.endswith(("-", "−")):
            before = before[:-1]
        before, rest = self.without_said_approx(meant, before, rest)
        if number.family in ("%",):
            rest = rest.removeprefix("%").removeprefix("％")
        if meant.change in (AMOUNT, GROWTH):
            turned = self.turned(meant, look, before, rest)
            if turned:
                return turned[0], turned[1], number.end
        name = self.names.name_of(meant, look)
        return before, self.reference(name, look) + rest, number.end

    def reference(self, name: str, look: str) -> str:
        said = self.names.figures[name]
        plain = said.get("show") == look
        if "formula" in said:
            plain = said.get("places") == int(re.findall(r"\d+", look)[0]) and "bare" not in look
        return f"{{{name}}}" if plain else f"{{{name} {look}}}"

    def turned(self, meant: FigureMeant, look: str, before: str, rest: str) -> tuple[str, str] | None:
        """增加10套 → 增加 or 减少, as it turns out next time."""
        for up, down in vocabulary()["turns"]:
            word = next((one for one in (up, down) if before.endswith(one)), "")
            if not word:
                continue
            sign = self.names.name_of(meant, look)
            size = self.names.name_of(meant, look, absolute=True)
            printed = self.reference(size, look) + rest
            branches = f"{{choose {sign}: 增加 → {up}{printed} | 减少 → {down}{printed} | 持平 → 持平}}"
            return before[: -len(word)], branches
        return None

    def without_said_approx(self, meant: FigureMeant, before: str, rest: str) -> tuple[str, str]:
        """约 and 余 that the ledger's figure says itself."""
        held = self.names.holdings.look_up(meant)
        approx = held.figures[0].approx if held else ""
        if not approx:
            return before, rest
        said_before, said_after, _ = APPROXIMATE[approx]
        return before.removesuffix(said_before or ABOUT), rest.removeprefix(said_after)

    def to_fill(self, number: PaperNumber, digits: str) -> str:
        """What no figure is known for: typed when the next paper is drafted, visibly blank until then."""
        name = f"{TO_FILL}{len(self.options) + 1}"
        about = re.sub("[{}｛｝]", "", number.before)[-16:]
        label = f"{number.where}“{about}”（上期{digits[:20]}{number.unit}）"
        self.options[name] = {"type": "text", "label": label}
        return f"{{when given({name}): {{{name}}} | {BLANK}}}"
