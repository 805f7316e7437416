"""Styles that this version of the program cannot read: which papers they would be of, as far as their text tells. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from anju.problems import Place, Problem, Refused

CODE = r"[\"']?([a-z][a-z0-9_-]*)[\"']?"
STYLE = re.compile(rf"^style:[ \t]*{CODE}", re.MULTILINE)
NAME = re.compile(r"^name:[ \t]*[\"']?([^\"'\n]+)", re.MULTILINE)
REGION = re.compile(r"^region:[ \t]*[\"']?([0-9]{6})\b", re.MULTILINE)
APPLIES = re.compile(r"^applies:(.*(?:\n[ \t]+.*)*)", re.MULTILINE)
VARIANTS = re.compile(r"^variants:(.*(?:\n[ \t]+.*)*)", re.MULTILINE)
VARIANT = re.compile(rf"(?:^|[{{,])[ \t]*{CODE}[ \t]*:[ \t]*(?=\{{|\n|$)", re.MULTILINE)


@dataclass(frozen=True)
class UnusableStyle:
    """Set aside: where it would apply papers are refused with what is wrong with it, and all others go on."""

    code: str
    name: str
    region: str | None
    applies_from: date
    applies_until: date | None
    file: str
    problems: tuple[Problem, ...]

    def in_force(self, on: date) -> bool:
        return self.applies_from <= on and (self.applies_until is None or on <= self.applies_until)

    def each_kind(self, text: str) -> "list[UnusableStyle]":
        """The style itself and one for each variant that its text has."""
        return [self, *(replace(self, code=code) for code in spoken_variants(text) if code != self.code)]

    def refusal(self) -> Refused:
        what = f"有 {len(self.problems)} 处现在的程序读不懂，不用来写公文。第一处：{self.problems[0]}"
        fix = "请改正后再写；已发布的，照改正的另起一稿发布，或者废止它。anju style list 列出全部错误。"
        return Refused(Problem("DOC-159", Place(f"文书样式 {self.file}", file=self.file), what, fix))


def spoken_code(text: str) -> str:
    """Of which kind a text says that it is; "" where it does not."""
    match = STYLE.search(text)
    return match[1] if match else ""


def set_aside(text: str, file: str, problems: Sequence[Problem]) -> list[UnusableStyle]:
    """The kinds that a text would be the style of. [] where it does not say which, where, or from when: then it may be the one that applies anywhere."""
    code, region, applies = STYLE.search(text), REGION.search(text), APPLIES.search(text)
    since = _day(applies[1], "from") if applies else None
    if not code or not region or since is None:
        return []
    name = NAME.search(text)
    first = UnusableStyle(
        code=code[1], name=name[1].strip() if name else code[1], region=region[1], applies_from=since,
        applies_until=_day(applies[1], "until") if applies else None, file=file, problems=tuple(problems),
    )  # fmt: skip
    return first.each_kind(text)


def spoken_variants(text: str) -> Iterator[str]:
    """The other kinds of the same text."""
    block = VARIANTS.search(text)
    if block:
        yield from dict.fromkeys(match[1] for match in VARIANT.finditer(block[1]) if match[1] not in VARIANT_KEYS)


VARIANT_KEYS = ("name", "periods", "title")


def _day(text: str, key: str) -> date | None:
    match = re.search(rf"\b{key}:[ \t]*[\"']?([0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}})", text)
    try:
        return date.fromisoformat(match[1]) if match else None
    except ValueError:
        return None
