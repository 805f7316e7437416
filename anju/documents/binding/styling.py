"""The style that a bound paper makes: its own wording, figures where its numbers stood, its tables as annexes. Written as YAML, checked like any other."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from io import StringIO
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from anju import periods
from anju.core.models.region import Region
from anju.documents.binding.holdings import FigureMeant, Holdings
from anju.documents.binding.naming import FigureNames
from anju.documents.binding.parts import PaperParts, heading_of, parts_of
from anju.documents.binding.sentences import ParagraphWriter
from anju.documents.binding.style_tables import AnnexWriter
from anju.documents.binding.wording import PaperWords
from anju.documents.checker.paper import ReadPaper
from anju.documents.styles.language import times

QUOTED = ("text", "title", "heading", "head", "label", "name", "corner", "note", "number", "what", "fix", "where")


@dataclass
class MadeStyle:
    """text: the YAML. notes: what stays as it was, and should be looked at. parts: what the layout prints, for the first draft."""

    text: str
    notes: list[str] = field(default_factory=list)
    parts: PaperParts = field(default_factory=PaperParts)


def make_style(
    paper: ReadPaper, meanings: Mapping[int, FigureMeant | str], holdings: Holdings, period: str, *, code: str, name: str,
) -> MadeStyle:  # fmt: skip
    """From a paper and what each of its numbers stands for."""
    region = holdings.own
    parts = parts_of(paper)
    words, heads = PaperWords(period, region.name), PaperWords(period, region.name, annex=True)
    names = FigureNames(holdings)
    writer = ParagraphWriter(meanings, names, words)
    regions: dict[str, Region] = {one.code: one for one in holdings.regions}
    tables = AnnexWriter(paper, meanings, names, heads, regions)
    sections = write_blocks(parts, writer)
    annexes = []
    for index, table in enumerate(paper.tables):
        declared = tables.annex(index)
        if declared is not None:
            annexes.append({"name": f"annex_{index + 1}", "table": declared})
        elif any(cell.number for cell in table.cells.values()):
            tables.notes.append(f"{table.name}里没有一个数认定是台账的，这张表没有放进样式")
    source = {"title": parts.title or paper.name} | ({"number": parts.number} if parts.number else {})
    style: dict[str, Any] = {
        "style": code,
        "name": name,
        "region": region.code,
        "applies": {"from": f"{periods.period_bounds(period[:4])[0]:%Y-%m-%d}"},
        "sources": [source],
        "periods": [times.shape_of(period)],
        "title": words.relative(parts.title) if parts.title else "{place}{period}" + name,
        "needs": ["organs", "addressee"],
    }
    if writer.options:
        style["options"] = writer.options
    style |= {"figures": names.figures, "sections": sections}
    if annexes:
        style["annexes"] = annexes
    if writer.claims:
        style["reminders"] = [remind_of_claim(name, words) for name, words in writer.claims]
    notes = [f"照原样写的时间，请看是否每期要改：“{one}”" for one in words.fixed + heads.fixed] + tables.notes
    notes += [
        f"没有认定、下期拟稿时要填的数：{one['label']}" for one in writer.options.values() if one["type"] == "text"
    ]
    notes += [f"没有数、下期要您说是否仍然成立才写的话：“{words}”" for _, words in writer.claims]
    return MadeStyle(dump_style(style, notes), notes, parts)


def remind_of_claim(name: str, words: str) -> dict[str, str]:
    """Nothing that the office wrote vanishes without a word."""
    return {
        "when": f"not given({name})", "where": "正文", "what": f"“{words}”没有写进去：上期的话，本期是否仍然成立还没有选。",
        "fix": "请在选项里选照写或者不写。",
    }  # fmt: skip


def write_blocks(parts: PaperParts, writer: ParagraphWriter) -> list[dict[str, Any]]:
    """Paragraphs under their headings, as they stood. A heading over nothing is a sentence."""
    top: list[dict[str, Any]] = []
    open_at: list[tuple[int, list[dict[str, Any]]]] = [(0, top)]
    body = parts.body
    for index, paragraph in enumerate(body):
        level, words = heading_of(paragraph)
        below = level and index + 1 < len(body) and (heading_of(body[index + 1])[0] or 9) > level
        if not below:
            sentences = writer.sentences(paragraph)
            open_at[-1][1].append({"text": sentences[0] if len(sentences) == 1 else sentences})
            continue
        while open_at[-1][0] >= level:
            open_at.pop()
        content: list[dict[str, Any]] = []
        heading = "".join(writer.sentences(paragraph, words))
        open_at[-1][1].append({"heading": heading, "content": content})
        open_at.append((level, content))
    return top


def dump_style(style: Mapping[str, Any], notes: list[str]) -> str:
    """As YAML that people read: sentences in quotes, figures one a line."""
    yaml = YAML()
    yaml.width = 1_000_000
    yaml.indent(mapping=2, sequence=4, offset=2)
    out = StringIO()
    yaml.dump(quoted(style), out)
    head = "".join(f"# {line}\n" for note in notes for line in note.splitlines())
    return f"# 由一份公文做成的样式；写法见《文书样式》。\n{head}{out.getvalue()}"


def quoted(said: Any, key: str = "") -> Any:
    """The same with every text of people in quotes."""
    if isinstance(said, Mapping):
        return {name: quoted(value, name) for name, value in said.items()}
    if isinstance(said, list | tuple):
        return [quoted(value, key) for value in said]
    if isinstance(said, str) and (key in QUOTED or not said.isascii() or said.isdecimal() or "-" in said):
        return DoubleQuotedScalarString(said)
    return said
