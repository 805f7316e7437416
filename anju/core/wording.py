"""How pages and papers say a period, a date, a browser, in Chinese."""

import re
import unicodedata
from datetime import date, datetime
from functools import lru_cache

from django.utils import timezone

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


NUMERALS = dict(zip("〇○零一二三四五六七八九", "000123456789", strict=True))
MONTHS = {"十二": "12", "十一": "11", "十": "10", **dict(zip("一二三四五六七八九", "123456789", strict=True))}
YEAR, MONTH, TO = r"(?P<year>(?:19|20)\d\d)", r"(?P<month>1[0-2]|0?[1-9])", r"(?:0?1月?(?:份)?[-—–−~～至到])?"
IN_TEXT = (
    rf"{YEAR}年{TO}{MONTH}月(?:份)?(?:(?P<day>\d{{1,2}})日)?",
    rf"{YEAR}[-./]{MONTH}(?!\d)(?:[-./](?P<day>\d{{1,2}})(?!\d))?",
    rf"{YEAR}年?(?:前|第)?(?P<quarter>[1-4一二两三四])个?季度",
    rf"{YEAR}年?(?P<half>[上下])半年",
    rf"{YEAR}年",
)
WITHOUT_YEAR = rf"(?<!\d){TO}{MONTH}月(?:份)?(?!\d)"


def period_in(text: str, year: str = "") -> str:
    """The one period that a title speaks of: 2021-05 of ××市2021年1—5月…进展情况. "" for none, and for several that are not one within the other.

    year: of a month that is written without its year.
    """
    text = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))
    text = re.sub(f"[{''.join(NUMERALS)}]{{4}}(?=年)", lambda found: "".join(map(NUMERALS.get, found[0])), text)
    text = re.sub(r"(十二|十一|十|[一二三四五六七八九])(?=月)", lambda found: MONTHS[found[1]], text)
    named: list[str] = []
    for pattern in IN_TEXT:
        named += (_named_period(found.groupdict()) for found in re.finditer(pattern, text))
        text = re.sub(pattern, "", text)  # what was read is not read again as less
    if not named and year:
        named = [f"{year}-{int(found['month']):02}" for found in re.finditer(WITHOUT_YEAR, text)]
    months = [one for one in named if len(one) < len("2021-12-31")]
    known = set(months or named)  # the day that a table was made on says nothing beside what it is about
    finest = {one for one in known if len(one) > 4} or known
    years = {one[:4] for one in known}
    return finest.pop() if len(finest) == 1 and len(years) == 1 else ""


def _named_period(said: dict[str, str | None]) -> str:
    year = said["year"]
    if quarter := said.get("quarter"):
        return f"{year}-Q{dict(zip('一二两三四', '12234', strict=True)).get(quarter, quarter)}"
    if half := said.get("half"):
        return f"{year}-H{'上下'.index(half) + 1}"
    if month := said.get("month"):
        return f"{year}-{int(month):02}" + (f"-{int(said['day']):02}" if said.get("day") else "")  # type: ignore[arg-type]
    return str(year)


def read_day(value: object) -> str:
    """A date as 2021年8月25日, with the time of the day for a moment; "" for what is neither."""
    if isinstance(value, datetime):
        local = timezone.localtime(value)
        return f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}"
    if isinstance(value, date):
        return f"{value.year}年{value.month}月{value.day}日"
    return ""


def browser_name(agent: str) -> str:
    """What a browser calls itself, as people would: Chrome，Windows."""
    names = [next((name for word, name in known if word in agent), "") for known in (BROWSERS, SYSTEMS)]
    return "，".join(name for name in names if name) or "说不出名称的程序"
