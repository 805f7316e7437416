"""What is wrong, said to the person who must act. Below every room, so that all of them say it alike."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

BLOCK = "阻断"  # nothing is stored
ASK = "提醒"  # stored once the reminder is answered, and the answer is kept
NOTE = "说明"  # stored; nobody has to do anything about it


@dataclass(frozen=True)
class Place:
    """Where a problem is, in parts. It becomes words by str(), last of all; nobody reads the words back.

    file: its name; sheet: the name of a worksheet; cell: F12; line: of a text file or a table, from 1, 0 where there is none.
    field: the heading of a column, the label of an input, or the path of keys in a YAML file, as the user knows it.
    text: the words, where they are not those that the parts have by themselves: 《文件》工作表“…” 单元格 F12 “列名”.
    """

    text: str = ""
    file: str = ""
    sheet: str = ""
    cell: str = ""
    line: int = 0
    field: str = ""

    @classmethod
    def of(cls, thing: str, field: str) -> Place:
        """A field of a thing that is no file: 项目“…” “计划套数”."""
        return cls(text=f"{thing} “{field}”", field=field)

    def __str__(self) -> str:
        if self.text:
            return self.text
        text = f"《{self.file}》" if self.file else ""
        text += f"工作表“{self.sheet}”" if self.sheet else ""
        text += f"第 {self.line} 行" if self.line else ""
        text += f" 单元格 {self.cell}" if self.cell else ""
        return text + (f" “{self.field}”" if self.field else "")

    def __bool__(self) -> bool:
        return bool(str(self))

    def parts(self) -> dict[str, str | int]:
        """The parts that are known, without the words."""
        return {name: value for name, value in asdict(self).items() if value and name != "text"}


@dataclass(frozen=True, init=False)
class Problem:
    """One thing to mend. Every code has a line in docs/errors/.

    where: the place, or its words where there are no parts to it; what: what was found there; fix: what to do.
    """

    code: str
    where: Place
    what: str
    fix: str
    level: str = BLOCK

    def __init__(self, code: str, where: Place | str, what: str, fix: str, level: str = BLOCK) -> None:
        place = Place(where) if isinstance(where, str) else where
        self.__dict__.update(code=code, where=place, what=what, fix=fix, level=level)

    def __str__(self) -> str:
        return f"[{self.code}·{self.level}] {self.where}：{self.what} {self.fix}"

    def as_dict(self) -> dict[str, str]:
        """As it is stored: in words. Problem(**stored) reads it again."""
        return {name: str(value) for name, value in vars(self).items()}

    def as_json(self) -> dict[str, Any]:
        """For programs: the words, and the parts of the place beside them."""
        return self.as_dict() | {"place": self.where.parts()}


@dataclass(frozen=True)
class ProblemGroup:
    """What is wrong alike: the same rule in the same column. first: the first place of `count`, which stands for them all."""

    first: Problem
    count: int


def group_problems(problems: Iterable[Problem]) -> list[ProblemGroup]:
    """By level, code, file, worksheet and column, in the order of the first of each: fifty thousand bad cells have a handful of causes."""
    groups: dict[tuple[str, ...], list[Problem]] = {}
    for one in problems:
        column = one.where.field or one.where.cell.rstrip("0123456789") or one.where.text
        groups.setdefault((one.level, one.code, one.where.file, one.where.sheet, column), []).append(one)
    return [ProblemGroup(alike[0], len(alike)) for alike in groups.values()]


class Refused(Exception):
    """An act was refused. Carries every problem at once, never only the first."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = list(problems)


class ConfigurationFault(Refused):
    """What was set up here is wrong: nobody who opens a page can mend it, and the administrator must hear of it."""


def length_problems(code: str, where: Place | str, text: str, most: int, fix: str = "请写得简短些。") -> list[Problem]:
    """The problem of a text that somebody typed and that is longer than is kept, or none. It is refused and never cut."""
    count = len(text.strip())
    return [Problem(code, where, f"写了{count}个字，最多{most}个。", fix)] if count > most else []
