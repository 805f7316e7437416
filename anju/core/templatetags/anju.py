"""Tags of the frame: links that keep where and when, texts of periods and dates, problems."""

import re
from collections.abc import Iterable
from datetime import date, datetime
from functools import lru_cache
from urllib.parse import quote, urlencode

from django import template
from django.utils import timezone
from django.utils.safestring import SafeString

from anju.core.pages import html
from anju.core.pages.addresses import path_of
from anju.core.pages.html import NOTHING, element, markup, optional, slot, writer
from anju.core.people import permissions
from anju.core.people.identity import name_of
from anju.problems import BLOCK, Problem

register = template.Library()

DOOR = "figures:door"


def address(request, to, *parts: object, **changes: object) -> str:
    """A page's address with the region and period of this page kept, unless changed; an empty change takes a key away.

    to: a route's name with the parts of its path, a thing that has a page of its own, or a path made by path_of; nothing for the query alone.
    """
    if not isinstance(to, str):
        path = to.get_absolute_url()
    elif to and not to.startswith("/"):
        path = path_of(to, *parts)
    else:
        path = to
    made = getattr(request, "anju_frame", None)  # the region and period the page stands in
    kept = {"region": made.region.code, "period": made.period} if made and made.region else {}
    kept |= {key: str(value) for key, value in changes.items()}
    pairs = {key: value for key, value in kept.items() if value not in ("", "None")}
    return f"{path}?{urlencode(pairs)}" if pairs else path


@register.simple_tag(takes_context=True)
def at(context, to, *parts, **changes):
    """Another page, in the same region and period: {% at "projects:list" %}, {% at "documents:edit" document.pk %}, {% at project %}."""
    return address(context["request"], to, *parts, **changes)


@register.simple_tag(takes_context=True)
def here(context, **changes):
    """This page with something of its address changed, all else kept; a changed view starts at its first page."""
    request = context["request"]
    pairs = {key: values for key, values in request.GET.lists() if key != "page"}
    pairs |= {key: [str(value)] for key, value in changes.items()}
    pairs = {key: values for key, values in pairs.items() if values not in ([""], ["None"])}
    return f"{request.path}?{urlencode(pairs, doseq=True)}" if pairs else request.path


write_choice = writer(element("li", element("a", slot("text"), href=slot("href"), aria_current=optional("current"))))


@register.simple_tag(takes_context=True)
def choices(context, key, listed):
    """This page elsewhere or at another time: entries of a menu. listed: (what the address says, what people read, whether it is here)."""
    request = context["request"]
    rest = urlencode(
        {name: values for name, values in request.GET.lists() if name not in ("page", key) and values != [""]},
        doseq=True,
    )
    base = f"{request.path}?{rest}{'&' if rest else ''}{key}="
    return html.join(
        write_choice(href=f"{base}{quote(code)}", current="true" if current else "", text=text)
        for code, text, current in listed
    )


@register.simple_tag(takes_context=True)
def may(context, act):
    """May this person do that act in the region the page stands in? What they may not is not offered."""
    request = context["request"]
    user, made = getattr(request, "operator", None), getattr(request, "anju_frame", None)
    return user is not None and permissions.may(user, act, made.region.pk if made and made.region else None)


@register.filter
def has_stop(problems: Iterable[Problem]) -> bool:
    return any(problem.level == BLOCK for problem in problems)


@lru_cache(maxsize=1024)  # a menu has those of five years
def period_label(period: str) -> str:
    """A period as officials write it: 2021年, 2021年三季度, 2021年1—8月, 截至2021年12月31日."""
    if match := re.fullmatch(r"(\d{4})-Q([1-4])", period):
        return f"{match[1]}年{'一二三四'[int(match[2]) - 1]}季度"
    if match := re.fullmatch(r"(\d{4})-H([12])", period):
        return f"{match[1]}年{'上下'[int(match[2]) - 1]}半年"
    if match := re.fullmatch(r"(\d{4})-(\d{2})", period):
        month = int(match[2])
        return f"{match[1]}年1月" if month == 1 else f"{match[1]}年1—{month}月"
    if match := re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})", period):
        return f"截至{match[1]}年{int(match[2])}月{int(match[3])}日"
    return f"{period}年" if re.fullmatch(r"\d{4}", period) else period


@register.filter(name="period")
def period_filter(value) -> str:
    return period_label(str(value)) if value else ""


write_unbroken = writer(element("span", slot("text"), css="nowrap"))


@register.filter
def unbroken(text: str) -> SafeString:
    """A text in which no line ends within a period: 2021年1—8月 stays whole."""
    pieces = re.split(r"(（?\d{4}年\d+—\d+月）?)", text)
    return html.join(write_unbroken(text=piece) if place % 2 else piece for place, piece in enumerate(pieces))


BROWSERS = (
    ("Edg/", "Edge"),
    ("Firefox/", "火狐"),
    ("QQBrowser", "QQ 浏览器"),
    ("MicroMessenger", "微信"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("HarmonyOS", "鸿蒙"),
    ("Windows", "Windows"),
    ("Android", "安卓手机"),
    ("iPhone", "苹果手机"),
    ("iPad", "苹果平板"),
    ("Mac OS", "苹果电脑"),
    ("Linux", "Linux"),
)


@register.filter
def browser(agent: str) -> str:
    """What a browser calls itself, as people would: Chrome，Windows."""
    names = [next((name for word, name in known if word in agent), "") for known in (BROWSERS, SYSTEMS)]
    return "，".join(name for name in names if name) or "说不出名称的程序"


@register.filter
def day(value) -> str:
    """A date as 2021年8月25日, with the time of the day for a moment."""
    if isinstance(value, datetime):
        local = timezone.localtime(value)
        return f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}"
    if isinstance(value, date):
        return f"{value.year}年{value.month}月{value.day}日"
    return ""


@register.filter
def get(mapping, key):
    """One entry of a mapping by a key that is itself a variable."""
    return mapping.get(key) if mapping else None


STATES = {
    "unreported": ("未报", "未报：应当填报而尚未填报"),
    "no_task": ("无任务", "无任务：本期没有下达这项任务"),
    "not_applicable": ("不适用", "不适用：这项指标与本单位无关"),
}
APPROXIMATELY = {"约": ("约", "", ""), "余": ("", "余", ""), "左右": ("", "", "左右")}
write_assumed = writer(element("span", "推定", css="as", title="推定：原文没有印出，依据见出处"))
ASSUMED = write_assumed()
write_state = writer(element("span", slot("word"), css="st", title=slot("note")))
write_number = writer(slot("text"), markup("mark"))
write_figure = writer(element("a", markup("shown"), css="fig", href=slot("href"), title=optional("note")))
write_blank = writer(element("span", title=slot("why")))


def reference(figure) -> str:
    """How a figure is named in an address: code@region/period:calibre, as documents name it."""
    if own := getattr(figure, "ref", ""):
        return own
    return f"{figure.code}@{figure.region.code}/{figure.period}" + (f":{figure.calibre}" if figure.calibre else "")


def figure_html(figure, unit: str | None = None, places: int | None = None, sign: bool = False):
    """What a table's cell shows of a figure: 0 is 0; 未报, 无任务, 不适用 and blank are told apart; 推定 is marked."""
    text = figure.text(unit or None, places, True)
    if text == "":
        stored = getattr(figure, "observation_id", None) is not None
        word, note = STATES.get(figure.state, ("", "")) if stored or figure.state == "no_task" else ("", "")
        return write_state(word=word, note=note) if word else ""
    text = (f"+{text}" if sign and not text.startswith("-") else text).replace("-", "−")
    before, middle, after = APPROXIMATELY.get(figure.approx, ("", "", ""))
    percent = "%" if (unit or figure.unit) == "%" else ""
    return write_number(text=f"{before}{text}{percent}{middle}{after}", mark=ASSUMED if figure.assumed else NOTHING)


def opened(figure, shown, note: str = ""):
    """The door itself. Where nothing is shown there is still a place to point at, and it says why it is blank."""
    if not shown:
        return write_blank(why=note or getattr(figure, "why", "") or "空白：没有这个数")
    return write_figure(href=f"{path_of(DOOR)}?ref={quote(reference(figure))}", note=note, shown=shown)


@register.simple_tag
def door(cell):
    """A cell's figure as a door to its provenance."""
    return opened(cell.figure, figure_html(cell.figure, cell.unit, cell.places), cell.note)


write_row = writer(element("tr", markup("cells"), css=slot("css"), id=optional("key")), "\n")
write_first = writer(element("th", markup("text"), scope="row", css=slot("css")))
write_cell = writer(
    element(
        "td",
        markup("text"),
        css=slot("css"),
        title=optional("note"),
        data_label=optional("label"),
    )
)
write_link = writer(element("a", markup("text"), href=slot("href")))


@register.simple_tag
def sheet_rows(sheet):
    """The body of core/sheet.html. Written here: a template takes several times as long, and a page may have thousands of cells."""
    return html.join(
        write_row(
            css=row.css,
            key=f"row-{row.key}" if row.key else "",
            cells=html.join(_first(cell) if number == 0 else _cell(cell) for number, cell in enumerate(row.cells)),
        )
        for row in sheet.rows
    )


def _first(cell) -> SafeString:
    return write_first(css=f"first {cell.css}", text=_linked(cell))


def _cell(cell) -> SafeString:
    if cell.figure:
        return write_cell(css="fig", note="", label=cell.label, text=door(cell))
    return write_cell(css=cell.css, note=cell.note, label=cell.label, text=_linked(cell))


def _linked(cell) -> str:
    return write_link(href=cell.href, text=cell.text) if cell.href else cell.text


@register.simple_tag
def fig(figure, unit=None, places=None, sign=False):
    """The same in running text of a page: 开工 6,631 套."""
    return opened(figure, figure_html(figure, unit, places, sign) or "—")


@register.simple_tag(takes_context=True)
def sort_link(context, key):
    """Sort by that column, downwards first; a second click turns it."""
    request = context["request"]
    return here(context, sort=key if request.GET.get("sort") == f"-{key}" else f"-{key}")


@register.simple_tag(takes_context=True)
def sort_state(context, key):
    return {key: "asc", f"-{key}": "desc"}.get(context["request"].GET.get("sort", ""), "")


PEOPLE = {"local": "本机操作员", "generate": "模拟数据"}


@register.filter
def person(key: str) -> str:
    """The name of who acted: this machine's operator, or a person by their user name."""
    return PEOPLE.get(key) or name_of(key) or key


@register.filter
def calibre(code: str, names) -> str:
    return names.get(code, code) if names else code


@register.simple_tag
def fig_text(figure, unit=None, places=None, sign=False):
    """A difference or a remainder: made here and now, so there is no door behind it."""
    return figure_html(figure, unit, places, sign=sign)


@register.simple_tag(takes_context=True)
def here_as(context, ending):
    """This very page as a file: its address with .xlsx before the question mark."""
    request = context["request"]
    query = request.GET.urlencode()
    return f"{request.path.rstrip('/')}.{ending}{'?' + query if query else ''}"


@register.filter
def stored_ref(figure: dict) -> str:
    """The reference of a figure as a run kept it."""
    return f"{figure['code']}@{figure['region']}/{figure['period']}" + (
        f":{figure['calibre']}" if figure["calibre"] else ""
    )
