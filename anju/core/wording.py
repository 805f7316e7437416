"""How pages and papers say a period, a date, a browser, in Chinese."""

import re
from datetime import date, datetime
from functools import lru_cache

from django.utils import timezone

from anju.workbooks.files.numbers import fold_number

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


HALVES, QUARTERS = {"1": "上半年", "2": "下半年"}, {"1": "一季度", "2": "二季度", "3": "三季度", "4": "四季度"}
CUMULATIVE, FLOW, STOCK, RELATIVE = "cumulative", "flow", "stock", "relative"  # kinds of measures


@lru_cache(maxsize=4096)  # a menu has those of five years
def period_label(period: str, kind: str = "") -> str:
    """A period as officials write it: 2021年, 2021年三季度, 2021年1—8月, 截至2021年12月31日, 2021—2025年, 截至2021年9月底累计.

    kind: of the measure whose figure it is the period of. What is counted since January is of 2021年1—9月 and not of the third quarter, what
    happened in a month is of 2021年8月, and what stood at its end of 2021年8月底.
    """
    if special := _label_over_years(period):
        return special
    if not (match := re.fullmatch(r"(\d{4})(?:-(?:H([12])|Q([1-4])|(\d{2})(?:-(\d{2}))?))?", period)):
        return period
    year, half, quarter, month, day = match.groups()
    if day:
        return f"截至{year}年{int(month)}月{int(day)}日"
    last = int(month or 0) or 3 * int(quarter or 0) or 6 * int(half or 0)
    if not last:
        return f"{year}年底" if kind == STOCK else f"{year}年"
    if kind in (STOCK, RELATIVE):
        return f"{year}年{last}月底" if kind == STOCK else period_name(period)
    if kind == FLOW or (not month and kind != CUMULATIVE):
        return period_name(period)
    return f"{year}年1月" if last == 1 else f"{year}年1—{last}月"


def _label_over_years(period: str) -> str:
    """Of a plan of several years, of all since the beginning; "" of what lies in one year."""
    if plan := re.fullmatch(r"(\d{4})-(\d{4})", period):
        return f"{plan[1]}—{plan[2]}年"
    since = re.fullmatch(r"(\d{4})(?:-(\d{2}))?-A", period)
    return f"截至{since[1]}年{f'{int(since[2])}月' if since[2] else ''}底累计" if since else ""


def period_name(period: str) -> str:
    """What a form of a period is called by: a month's is of the month, 2021年9月; what it counts since January its heads say."""
    if not (match := re.fullmatch(r"(\d{4})-(?:H([12])|Q([1-4])|(\d{2})(?:-(\d{2}))?)", period)):
        return f"{period}年" if re.fullmatch(r"\d{4}", period) else _label_over_years(period) or period
    year, half, quarter, month, day = match.groups()
    if month:
        return f"{year}年{int(month)}月" + (f"{int(day)}日" if day else "")
    return f"{year}年{HALVES[half] if half else QUARTERS[quarter]}"


def period_title(period: str, name: str) -> str:
    """A period before the name of a form that says its length itself: 2021年 and 年度报表 are 2021年度报表, 2021年三季度 and 季度报表 are 2021年三季度报表."""
    label = period_label(period)
    if label.endswith("年") and name.startswith("年"):
        return label.removesuffix("年") + name
    return label + next(
        (
            name.removeprefix(word)
            for word in ("季度", "半年度", "半年")
            if label.endswith(word[:2]) and name.startswith(word)
        ),
        name,
    )


NUMERALS = dict(zip("〇○零一二三四五六七八九", "000123456789", strict=True))
MONTHS = {"十二": "12", "十一": "11", "十": "10", **dict(zip("一二三四五六七八九", "123456789", strict=True))}
YEAR, MONTH, TO = (
    r"(?P<year>(?:19|20)\d\d)",
    r"(?P<month>1[0-2]|0?[1-9])",
    r"(?:(?:1[0-2]|0?[1-9])月?(?:份)?[-—–−~～至到])?",
)
IN_TEXT = (
    r"(?P<first>(?:19|20)\d\d)年?[-—–−~～至到](?P<last>(?:19|20)\d\d)年(?!\d)",
    rf"截[至止]{YEAR}年(?:{MONTH}月)?底?累计",
    rf"{YEAR}年{TO}{MONTH}月(?:份)?(?:(?P<day>\d{{1,2}})日)?",
    rf"{YEAR}[-./]{MONTH}(?!\d)(?:[-./](?P<day>\d{{1,2}})(?!\d))?",
    rf"{YEAR}年?前{MONTH}个月",
    rf"{YEAR}年?(?:前|第)?(?P<quarter>[1-4一二两三四])个?季度",
    rf"{YEAR}年?(?P<half>[上下])半年",
    rf"{YEAR}年",
)
WITHOUT_YEAR = rf"(?<!\d){TO}{MONTH}月(?:份)?(?![\d度])"  # 表4 月度情况 is of no month


def period_in(text: str, year: str = "") -> str:
    """The one period that a title speaks of: 2021-05 of ××市2021年1—5月…进展情况. "" for none, and for several that are not one within the other.

    year: of a month that is written without its year.
    """
    text = re.sub(r"\s+", "", fold_number(text))  # a footnote mark is no digit
    text = re.sub(f"[{''.join(NUMERALS)}]{{4}}(?=年)", lambda match: "".join(map(NUMERALS.get, match[0])), text)
    text = re.sub(r"(十二|十一|十|[一二三四五六七八九])(?=个?月)", lambda match: MONTHS[match[1]], text)
    named: list[str] = []
    for pattern in IN_TEXT:
        named += (
            _named_period(match.groupdict(), match[0].startswith("截") and "累计" in match[0])
            for match in re.finditer(pattern, text)
        )
        text = re.sub(pattern, "", text)  # what was read is not read again as less
    if not named and year:
        named = [f"{year}-{int(match['month']):02}" for match in re.finditer(WITHOUT_YEAR, text)]
    months = [one for one in named if len(one) < len("2021-12-31")]
    known = set(months or named)  # the day that a table was made on says nothing beside what it is about
    finest = {one for one in known if len(one) > 4} or known
    years = {one[:4] for one in known}
    return finest.pop() if len(finest) == 1 and len(years) == 1 else ""


def _named_period(parts: dict[str, str | None], since: bool = False) -> str:
    if first := parts.get("first"):
        return f"{first}-{parts['last']}"
    if since:
        return parts["year"] + (f"-{int(parts['month']):02}" if parts.get("month") else "") + "-A"  # type: ignore[operator,arg-type]
    year = parts["year"]
    if quarter := parts.get("quarter"):
        return f"{year}-Q{dict(zip('一二两三四', '12234', strict=True)).get(quarter, quarter)}"
    if half := parts.get("half"):
        return f"{year}-H{'上下'.index(half) + 1}"
    if month := parts.get("month"):
        return f"{year}-{int(month):02}" + (f"-{int(parts['day']):02}" if parts.get("day") else "")  # type: ignore[arg-type]
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
