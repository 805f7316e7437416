"""PDF: pandoc's typst writer and one typst template of the layout Word gets from word_reference.py."""

import datetime
import json
import re
from functools import lru_cache
from pathlib import Path

import typst
from lxml import html

from anju.documents.layout.article import PageFormat, TablePlan, lay_out_article
from anju.documents.writers.word import run_pandoc, too_long
from anju.isolation import Killed, run_isolated, seconds_for
from anju.trees import TREES

HERE = Path(__file__).parent
SERIF, SANS = "Noto Serif CJK SC", "Noto Sans CJK SC"
# What offices have, under the names their machines give it; then what is bundled.
FACES = {
    "title": ("方正小标宋简体", "FZXiaoBiaoSong-B05S", "方正小标宋_GBK", "FZXiaoBiaoSong-B05"),
    "fang": ("仿宋_GB2312", "FangSong_GB2312", "方正仿宋_GBK", "FZFangSong-Z02", "仿宋", "FangSong", "STFangsong"),
    "hei": ("黑体", "SimHei", "方正黑体_GBK", "FZHei-B01", "STHeiti"),
    "kai": ("楷体_GB2312", "KaiTi_GB2312", "方正楷体_GBK", "FZKai-Z03", "楷体", "KaiTi", "STKaiti"),
    "song": ("宋体", "SimSun", "方正书宋_GBK", "STSong"),
}
# pandoc names an alignment for every column, which would undo the template's vertical one; each cell brings its own anyway.
COLUMN_ALIGN = re.compile(r"^ +align: \((?:auto|left|right|center|,)+\),\n", re.MULTILINE)


def to_pdf(article: html.HtmlElement, title: str = "", on: datetime.date | None = None) -> bytes:
    """The document as PDF. on: the day it says it was made (issued documents: their date), so that the same text gives the same bytes."""
    with TREES:
        source = lay_out_article(article, TypstMarkup()).source.replace(" typst-", " typst:")  # lxml takes no colon
    body = COLUMN_ALIGN.sub("", run_pandoc(source, "typst").decode())
    stamp = datetime.datetime.combine(on or datetime.date(1980, 1, 1), datetime.time(), datetime.UTC)
    try:
        return run_isolated(typeset, body, title, stamp, seconds=seconds_for(len(body)))
    except Killed as killed:
        raise too_long(title) from killed


def typeset(body: str, title: str, stamp: datetime.datetime) -> bytes:
    """typst's own part, in a process of its own."""
    source = f"{_fonts()}{_template()}#set document(title: {_string(title)})\n#show: official\n{body}"
    return _compiler().compile(input=source.encode(), format="pdf", timestamp=stamp)


def warm_up() -> None:
    """What each document needs, and takes the longest: the fonts."""
    _fonts()
    _compiler()


@lru_cache(maxsize=1)
def _compiler() -> typst.Compiler:
    return typst.Compiler(root=str(HERE), font_paths=known_fonts())


@lru_cache(maxsize=1)
def known_fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=True, include_embedded_fonts=False, font_paths=[str(HERE / "fonts")])


@lru_cache(maxsize=1)
def _fonts() -> str:
    """The families each part of the text is set in: the office's own if it is installed, the bundled one behind it for rare characters."""
    installed = set(known_fonts().families())
    have = {part: [name for name in names if name in installed][:1] for part, names in FACES.items()}
    lines = [f"{part}: {_array([*have[part], SANS if part == 'hei' else SERIF])}" for part in FACES]
    # 小标宋 is heavy by itself, its stand-in must be made so; a stand-in for 楷体 is told from the text by its weight.
    lines.append('title-weight: "regular"' if have["title"] else 'title-weight: "bold"')
    lines.append("kai-look: (:)" if have["kai"] else 'kai-look: (weight: "bold")')
    return f"#let fonts = ({', '.join(lines)})\n"


@lru_cache(maxsize=1)
def _template() -> str:
    return (HERE / "official.typ").read_text(encoding="utf-8")


def _string(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)  # typst's strings escape as JSON's do for what stands on one line


def _array(texts: list[str]) -> str:
    return f"({''.join(f'{_string(text)}, ' for text in texts)})"


class TypstMarkup:
    """Calls of the functions of official.typ."""

    holds = True

    def organs(self, names: list[str], suffix: str, size: int) -> str:
        return f"#organs({_array(names)}, {_string(suffix)}, {size // 2}pt)"

    def number(self, number: str) -> str:
        return f"#doc-number({_string(number)})"

    def upward(self, number: str, names: list[str]) -> str:
        return f"#upward({_string(number)}, {_array(names)})"

    def attachment(self, name: str, number: str, first: bool, last: bool) -> str:
        return f"#attachment({_string(name)}, {_string(number)}, {str(first).lower()}, {str(last).lower()})"

    def signature(self, name: str, right: int, first: bool) -> str:
        return f"#signature({_string(name)}, {right} / 10, {str(first).lower()})"

    def date(self, text: str) -> str:
        return f"#signed-on({_string(text)})"

    def imprint(self, rows: list[str], organ: str, date: str, alone: bool, page: PageFormat) -> str:
        return f"#imprint({_array(rows)}, {_string(organ)}, {_string(date)})"

    def turn(self, was: PageFormat | None, page: PageFormat) -> str:
        if was == page:
            return "#pagebreak(weak: true)"
        paper = "a3" if page == PageFormat.WIDE else "a4"
        return f'#set page("{paper}", flipped: {"false" if page == PageFormat.UPRIGHT else "true"}, margin: {"upright" if page == PageFormat.UPRIGHT else "turned"})'

    def parts(self, texts: list[str], width: int) -> str:
        return f"#parts({_array(texts)})"

    def table(self, plan: TablePlan) -> tuple[str, str]:
        totals = "".join(f"{row}, " for row in plan.totals)
        held = f"({plan.held[0]}, {plan.held[1]})" if any(plan.held) else "none"
        return f"#annex-table({plan.size}pt / 2, {plan.head}, ({totals}), {plan.padding}, {held})[", "]"
