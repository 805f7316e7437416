"""What is different between two styles, told in words, in the order of the text: sentences, conditions, columns, figures, lists."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Any, NamedTuple

from anju.documents.styles.editing.outline import OutlinedBlock, OutlinedColumn, StyleOutline, outline_style
from anju.documents.styles.editing.source import StyleSource
from anju.yaml_files import load_yaml

TOKEN = re.compile(r"【[^】]*】(?:〔[^〕]*〕)?|[0-9A-Za-z][0-9A-Za-z.%-]*|.", re.DOTALL)
AS_WRITTEN = "写法"
TOLD_WHOLE = ("style", "name", "region", "applies", "periods", "title", "sections", "enclosure", "prose")
TOLD = {  # of what has more than the outline tells
    "figures": ("measure", "dimension", "member", "calibre", "period", "region", "over", "formula", "sum", "of", "count", "show", "unit", "places", "label"),
    "lists": ("of", "where", "order", "top", "label", "measure"),
    "annexes": ("name", "title", "when", "head", "code", "figure", "period", "formula", "show"),
}  # fmt: skip
NAMED = ("name", "key", "head", "task", "label")
SAME, OLD, NEW = "same", "old", "new"
NEAR = 0.4  # of two sentences: one was made of the other


@dataclass(frozen=True)
class StyleDifference:
    """where: which part. parts: (same, old or new; words), in the order to be read."""

    where: str
    parts: tuple[tuple[str, str], ...]


class NamedMeasure(NamedTuple):
    """What an outline tells of a measure."""

    code: str
    name: str


def style_differences(
    before: str, after: str, measures: Mapping[str, Any], outline: StyleOutline | None = None
) -> list[StyleDifference]:
    """Of two texts that can be read as YAML. outline: of the second, where it is made already."""
    names = tuple(NamedMeasure(code, measure.name) for code, measure in measures.items())
    old = list(_lines_before(before, names))
    new = [*style_lines(outline or outline_style(StyleSource(after), measures)), *untold_lines(after)]
    found: list[StyleDifference] = []
    for way, start, end, first, last in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if way != "equal":
            found += _changed(old[start:end], new[first:last])
    return found


@lru_cache(maxsize=32)
def _lines_before(text: str, names: tuple[NamedMeasure, ...]) -> tuple[tuple[str, str], ...]:
    """Of the style in force, which stays while one writes at another."""
    outline = outline_style(StyleSource(text), {one.code: one for one in names})
    return (*style_lines(outline), *untold_lines(text))


def _changed(old: list[tuple[str, str]], new: list[tuple[str, str]]) -> Iterator[StyleDifference]:
    """Lines that stand in each other's place, beside each other where one was made of the other."""
    left = list(old)
    for where, text in new:
        near = max(left, key=lambda line: _likeness(line, (where, text)), default=None)
        if near is None or _likeness(near, (where, text)) < NEAR:
            yield StyleDifference(where, ((NEW, text),))
            continue
        for gone in left[: left.index(near)]:
            yield StyleDifference(gone[0], ((OLD, gone[1]),))
        left = left[left.index(near) + 1 :]
        yield StyleDifference(where, tuple(_words(near[1], text)))
    for where, text in left:
        yield StyleDifference(where, ((OLD, text),))


def _likeness(one: tuple[str, str], two: tuple[str, str]) -> float:
    return SequenceMatcher(None, one[1], two[1], autojunk=False).ratio() if one[0] == two[0] else 0.0


def _words(old: str, new: str) -> Iterator[tuple[str, str]]:
    """Figures, dates and numbers whole: a year of which one digit is another is another year."""
    before, after = TOKEN.findall(old), TOKEN.findall(new)
    for way, start, end, first, last in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if way == "equal":
            yield SAME, "".join(before[start:end])
            continue
        if end > start:
            yield OLD, "".join(before[start:end])
        if last > first:
            yield NEW, "".join(after[first:last])


def style_lines(outline: StyleOutline) -> Iterator[tuple[str, str]]:
    """(part, text) of all that is said."""
    yield "名称", outline.head["name"]
    yield "适用期", f"{outline.head['from']}起" + (f"至{outline.head['until']}" if outline.head["until"] else "")
    yield "期间", outline.head["periods"]
    if outline.title:
        yield "标题", outline.title.text
    yield from _blocks(outline.blocks, outline.prose)
    yield from _blocks(outline.enclosure, outline.prose)
    for annex in outline.annexes:
        title = annex.title.text if annex.title else annex.name
        yield "附表", title + (f"（{annex.when_text}时才附）" if annex.when_text else "")
        yield from _columns(annex.columns, f"附表“{title}”")
    for one in outline.figures:
        show = "，".join(one.spec[key] for key in ("show", "unit", "places") if one.spec.get(key))
        yield (
            "数",
            one.label
            + (f"：{one.spec['formula_text']}" if one.spec.get("formula_text") else "")
            + (f"（{show}）" if show else ""),
        )
    for one in outline.lists:
        yield "名单", one.label


def untold_lines(text: str) -> Iterator[tuple[str, str]]:
    """What the outline does not tell, as it is written: options and what they print, sets, conditions, rows of annexes. Who publishes sees that too."""
    for path, value in _written(load_yaml(text, plain=True), ()):
        if not is_told(path):
            yield AS_WRITTEN, f"{' '.join(path)}：{value}"


def is_told(path: tuple[str, ...]) -> bool:
    """Whether the outline tells what stands there."""
    if path[0] == "annexes":
        return path[-1] in TOLD["annexes"]
    if path[0] in TOLD:
        return path[2:3] == () or path[2] in TOLD[path[0]]
    return path[0] in TOLD_WHOLE


def _written(node: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Every word of a text with the way to it; what is listed goes by its name, so that one more does not change the others."""
    if isinstance(node, Mapping):
        for key, value in node.items():
            yield from _written(value, (*path, str(key)))
    elif isinstance(node, list) and any(isinstance(one, Mapping | list) for one in node):
        for number, one in enumerate(node, 1):
            named = next((str(one[key]) for key in NAMED if key in one), "") if isinstance(one, Mapping) else ""
            yield from _written(one, (*path, named or str(number)))
    else:
        yield (
            path,
            "、".join(map(str, node))
            if isinstance(node, list)
            else str(node).lower()
            if isinstance(node, bool)
            else str(node),
        )


def _blocks(blocks: list[OutlinedBlock], prose: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for block in blocks:
        told = f"（{block.when_text}时才写）" if block.when_text else ""
        told += f"（每一项写一段：{block.repeat_text}）" if block.repeat_text else ""
        part = "标题" if block.kind == "heading" else "正文"
        if block.kind == "prose":
            yield "自由正文", prose.get(block.prose, block.prose) + told
        for number, sentence in enumerate(block.sentences):
            yield part, (told if not number else "") + sentence.text
        yield from _blocks(block.blocks, prose)


def _columns(columns: list[OutlinedColumn], where: str) -> Iterator[tuple[str, str]]:
    for column in columns:
        yield where, f"栏“{column.head}”" + (f"：{column.says}" if column.says else "")
        yield from _columns(column.below, where)
