"""What was pasted from Excel: one to three head rows, a column of names, perhaps cells. Pure."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from anju.problems import Problem, Refused
from anju.yaml_files import load_yaml

MOST_TEXT, MOST_COLUMNS, MOST_ROWS, MOST_HEADS = 200_000, 60, 500, 3
UNIT_LINE = re.compile(r"^(?:计量)?单位[:：]\s*(\S+)$")
SPACE = re.compile(r"\s+")


@cache
def words() -> dict[str, Any]:
    """words.yaml."""
    said: dict[str, Any] = load_yaml(Path(__file__).with_name("words.yaml").read_text(encoding="utf-8"), plain=True)
    return said


@dataclass(frozen=True)
class PastedTable:
    """heads: for each column behind the names its headings from the top. corner: what stands over the names; numbered: over the numbers
    before them, if there are such. unit: of a line 单位：套 above the head. title: a line above it."""

    corner: str
    heads: tuple[tuple[str, ...], ...]
    names: tuple[str, ...]
    numbered: str = ""
    unit: str = ""
    title: str = ""


def read_pasted(text: str, is_place: Callable[[str], bool]) -> PastedTable:
    """Refused DOC-120 for what is no table, DOC-121 for one that is too large. is_place: whether a text is the name of a region."""
    if len(text) > MOST_TEXT:
        raise _too_large(f"有 {len(text)} 个字")
    lines = [[SPACE.sub("", cell) for cell in line.split("\t")] for line in unquoted(text).split("\n")]
    lines = [line for line in lines if any(line)]
    title, unit = "", ""
    while lines and len([cell for cell in lines[0] if cell]) == 1:  # the title of the sheet, a line with the unit
        alone = next(cell for cell in lines.pop(0) if cell)
        if match := UNIT_LINE.match(alone):
            unit = match[1]
        else:
            title = title or alone
    width = max((len(line) for line in lines), default=0)
    if width < 2:
        raise Refused(
            Problem(
                "DOC-120",
                "粘贴的表头",
                "没有读到两栏以上的表头。",
                "请在 Excel 里选中表头和下面的地名，复制后粘贴到这里。",
            )
        )
    if width > MOST_COLUMNS:
        raise _too_large(f"有 {width} 栏")
    lines = [line + [""] * (width - len(line)) for line in lines]
    at, deep = find_names(lines, is_place)
    head, body = lines[:deep], lines[deep:]
    if len(body) > MOST_ROWS:
        raise _too_large(f"有 {len(body)} 行")
    columns = [column for column in range(at + 1, width) if any(line[column] for line in lines) or column < width - 1]
    paths = _paths(head, width)
    before = [paths[column][-1] for column in range(at) if paths[column]]
    corner = paths[at][-1] if paths[at] else "单位"
    numbered = next((one for one in before if one in words()["number"]), "")
    heads = tuple(paths[column] for column in columns)
    return PastedTable(corner, heads, tuple(line[at] for line in body), numbered, unit, title)


def unquoted(text: str) -> str:
    """A cell with a line break comes in quotes: its break is taken out."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return re.sub(
        r'(?:(?<=\t)|(?<=\n)|^)"((?:[^"]|"")*)"(?=\t|\n|$)',
        lambda one: one[1].replace('""', '"').replace("\n", ""),
        text,
    )


def _too_large(what: str) -> Refused:
    return Refused(
        Problem(
            "DOC-121",
            "粘贴的表头",
            f"太大：{what}（最多 {MOST_COLUMNS} 栏、{MOST_ROWS} 行）。",
            "请只选表头和地名一栏再复制。",
        )
    )


def find_names(lines: Sequence[Sequence[str]], is_place: Callable[[str], bool]) -> tuple[int, int]:
    """The column of the names, and how many rows are heads: those above the first name of a place; without one all of them, three at most."""
    for column in (0, 1, 2)[: len(lines[0]) - 1]:
        first = next(
            (index for index, line in enumerate(lines) if index and line[column] and is_place(line[column])), None
        )
        if first is not None:
            if first > MOST_HEADS:
                raise Refused(
                    Problem(
                        "DOC-120",
                        "粘贴的表头",
                        f"第一个地名上面有 {first} 行，表头最多 {MOST_HEADS} 行。",
                        "请从表头第一行选起再复制。",
                    )
                )
            return column, first
    heads = words()["number"]
    return (1 if lines[0][0] in heads and len(lines[0]) > 2 else 0), min(len(lines), MOST_HEADS)


def _paths(head: Sequence[Sequence[str]], width: int) -> list[tuple[str, ...]]:
    """Each column's headings. A merged cell is pasted as its text and blanks behind and below it."""
    paths: list[list[str]] = [[] for _ in range(width)]
    for index, line in enumerate(head):
        last, over = "", ()  # type: tuple[str, tuple[str, ...]]
        for column in range(width):
            here = tuple(paths[column])
            spread = index < len(head) - 1 and any(below[column] for below in head[index + 1 :])
            if line[column]:
                last, over = line[column], here
            elif not (spread and last and here == over):
                last, over = "", ()
            if last:
                paths[column].append(last)
    return [tuple(path) for path in paths]
