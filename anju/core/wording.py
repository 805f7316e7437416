"""How pages and papers say a period, a date, a browser, in Chinese."""

import re
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
