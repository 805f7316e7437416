"""Figures as pages show them, and the links to where they come from."""

from typing import Any
from urllib.parse import quote

from django.utils.safestring import SafeString, mark_safe

from anju.core.pages.addresses import path_of
from anju.core.pages.layout.escaping import escaped
from anju.core.pages.layout.sheets import Cell
from anju.quantities import APPROXIMATE

DOOR = "figures:door"
STATES = {
    "unreported": ("未报", "未报：应当填报而尚未填报"),
    "no_task": ("无任务", "无任务：本期没有下达这项任务"),
    "not_applicable": ("不适用", "不适用：这项指标与本单位无关"),
}
ASSUMED = mark_safe('<span class="as" title="推定：原文没有印出，依据见出处">推定</span>')


def figure_html(figure: Any, unit: str | None = None, places: int | None = None, sign: bool = False) -> str:
    """What a table's cell shows of a figure: 0 is 0; 未报, 无任务, 不适用 and blank are told apart; 推定 is marked."""
    text = figure.text(unit or None, places, True)
    if text == "":
        stored = getattr(figure, "observation_id", None) is not None
        word, note = STATES.get(figure.state, ("", "")) if stored or figure.state == "no_task" else ("", "")
        return mark_safe(f'<span class="st" title="{note}">{word}</span>') if word else ""  # words of ours
    text = (f"+{text}" if sign and not text.startswith("-") else text).replace("-", "−")
    before, middle, after = APPROXIMATE[figure.approx]
    percent = "%" if (unit or figure.unit) == "%" else ""
    return mark_safe(
        f"{before}{text}{percent}{middle}{after}{ASSUMED if figure.assumed else ''}"
    )  # digits, and words of ours


def opened(figure: Any, shown: str, note: str = "") -> SafeString:
    """The door itself. Where nothing is shown there is still a place to point at, and it says why it is blank."""
    if not shown:
        return mark_safe(f'<span title="{escaped(note or getattr(figure, "why", "") or "空白：没有这个数")}"></span>')
    title = f' title="{escaped(note)}"' if note else ""
    return mark_safe(
        f'<a class="fig" href="{path_of(DOOR)}?ref={quote(str(figure.reference))}"{title}>{escaped(shown)}</a>'
    )  # quote leaves nothing to escape


def door(cell: Cell) -> SafeString:
    """A cell's figure as a door to its provenance."""
    return opened(cell.figure, figure_html(cell.figure, cell.unit, cell.places), cell.note)
