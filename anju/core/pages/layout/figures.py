"""Figures as pages show them, and the links to where they come from."""

from typing import Any
from urllib.parse import quote

from django.utils.safestring import SafeString

from anju.core.pages.addresses import path_of
from anju.core.pages.layout.markup import NOTHING, element, markup, optional, slot, writer
from anju.core.pages.layout.sheets import SheetCell
from anju.quantities import APPROXIMATE

DOOR = "figures:door"
STATES = {
    "unreported": ("未报", "未报：应当填报而尚未填报"),
    "no_task": ("无任务", "无任务：本期没有下达这项任务"),
    "not_applicable": ("不适用", "不适用：这项指标与本单位无关"),
}
write_assumed = writer(element("span", "推定", css="as", title="推定：原文没有印出，依据见出处"))
ASSUMED = write_assumed()
write_state = writer(element("span", slot("word"), css="st", title=slot("note")))
write_number = writer(slot("text"), markup("mark"))
write_figure = writer(element("a", markup("shown"), css="fig", href=slot("href"), title=optional("note")))
write_blank = writer(element("span", title=slot("why")))


def figure_html(figure: Any, unit: str | None = None, places: int | None = None, sign: bool = False) -> str:
    """What a table's cell shows of a figure: 0 is 0; 未报, 无任务, 不适用, 已报1/2 and blank are told apart; 推定 is marked."""
    text = figure.text(unit or None, places, True)
    if text == "":
        stored = getattr(figure, "observation_id", None) is not None
        word, note = STATES.get(figure.state, ("", "")) if stored or figure.state == "no_task" else ("", "")
        if waiting := getattr(figure, "reported", ""):
            word, note = waiting, figure.why
        return write_state(word=word, note=note) if word else ""
    text = (f"+{text}" if sign and not text.startswith("-") else text).replace("-", "−")
    before, middle, after = APPROXIMATE[figure.approx]
    percent = "%" if (unit or figure.unit) == "%" else ""
    return write_number(text=f"{before}{text}{percent}{middle}{after}", mark=ASSUMED if figure.assumed else NOTHING)


def provenance_link(figure: Any, shown: str, note: str = "") -> SafeString:
    """The door itself. Where nothing is shown there is still a place to point at, and it says why it is blank."""
    if not shown:
        return write_blank(why=note or getattr(figure, "why", "") or "空白：没有这个数")
    return write_figure(href=f"{path_of(DOOR)}?ref={quote(str(figure.reference))}", note=note, shown=shown)


def door(cell: SheetCell) -> SafeString:
    """A cell's figure as a door to its provenance."""
    return provenance_link(cell.figure, figure_html(cell.figure, cell.unit, cell.places), cell.note)
