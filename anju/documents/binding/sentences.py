"""A paragraph of a paper as sentences of a style: the office's own words, with figures in the place of numbers."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from anju.documents.binding.contexts import vocabulary
from anju.documents.binding.holdings import AMOUNT, GROWTH, FigureMeant
from anju.documents.binding.naming import FigureNames, look_of
from anju.documents.binding.wording import PaperWords
from anju.documents.checker.paper import PaperNumber, ReadParagraph
from anju.documents.styles.language.schema import TO_FILL
from anju.quantities import ABOUT, APPROXIMATE

CONSTANT = "constant"  # confirmed to be no figure of the ledger: it stays as it is printed
DIGITS = re.compile(r"[0-9]+(?:[,，][0-9]{3})*(?:\.[0-9]+)?")
LONGEST = 3_000  # letters of one sentence of a style; a longer one is several
BLANK = "＿＿"


@dataclass
class ParagraphWriter:
    """meanings: number → figure, CONSTANT, or nothing where nobody said. options: what the writer fills in next time."""

    meanings: Mapping[int, FigureMeant | str]
    names: FigureNames
    words: PaperWords
    options: dict[str, dict[str, Any]] = field(default_factory=dict)

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
        """In pieces that a style takes."""
        around = text[begin:end]
        pieces: list[str] = []
        at = begin
        for number in numbers:
            before, printed, after = self.figure(text, at, number)
            if not printed:
                continue
            pieces += [self.words.relative(before, around), printed]
            at = after
        pieces.append(self.words.relative(text[at:end], around))
        lines, line = [], ""
        for piece in pieces:
            for part in re.findall(f".{{1,{LONGEST}}}", piece, re.DOTALL) if "{" not in piece else [piece]:
                if line and len(line) + len(part) > LONGEST:
                    lines, line = [*lines, line], ""
                line += part
        return [one for one in (*lines, line) if one]

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
