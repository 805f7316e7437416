"""Circulars of a made-up month of a real city, in five offices' wordings: what each number stands for is known, since it was put in from the ledger.

A paper is written with places <<code@region~period|unit|places>> for its numbers; what is printed there is the ledger's, as the unit and the decimals ask.
"""

import io
import re
from dataclasses import dataclass, field
from pathlib import Path

import docx

from anju.core.people.scope import Actor
from anju.documents.binding.holdings import FigureMeant
from anju.documents.styles.language.times import shift_period
from anju.figures.queries.standing import StandingFigures
from anju.yaml_files import load_yaml
from tests.sample_place import CITY, place

MAY, JUNE = "2023-05", "2023-06"
A, B, C, D = "520201", "520203", "520281", "520204"  # 钟山区、六枝特区、盘州市、水城区
PARTS = (A, B, C, D)
COUNTED = {
    "shanty.start": (320, 41),
    "shanty.complete.continued": (210, 37),
    "prh.start": (95, 13),
    "subsidy.households": (260, 53),
    "old.communities": (14, 3),
    "old.households": (1830, 217),
}
TARGETS = {
    "shanty.start.target": 811,
    "shanty.complete.target": 530,
    "prh.start.target": 240,
    "subsidy.households.target": 640,
    "old.communities.target": 38,
}
MONEY = {
    "invest.done": (3412, 57),
    "loan.credit": (9020, 0),
    "loan.issued": (6713, 97),
    "bond.issued": (1240, 33),
}  # 百分之一亿元
TOKEN = re.compile(
    r"<<(?P<code>[a-z_.]+)(?:@(?P<region>\w+))?(?:~(?P<period>[\w-]+))?(?P<change>[+%])?(?:\|(?P<unit>[^|>]*)\|(?P<places>\d))?>>"
)


def fill_ledger(user: Actor) -> None:
    """Figures of two months, of the same months a year before, and the year's targets; the city's own and its parts'."""
    from anju.figures import catalogue
    from anju.figures.services.observations import enter_figure

    catalogue.load_catalogue(by=user)
    for year, period in ((2022, "2022-05"), (2022, "2022-06"), (2023, MAY), (2023, JUNE)):
        grown = (year - 2022) * 7 + int(period[-2:]) - 5
        told: dict[str, dict[str, int]] = {code: {} for code in (*PARTS, CITY)}
        for number, part in enumerate(PARTS):
            for index, (code, (base, step)) in enumerate(COUNTED.items()):
                if year == 2022 and index:
                    continue
                told[part][code] = base + step * (grown + number * 3) + number * (11 + index)
            for index, (code, (base, step)) in enumerate(MONEY.items()):
                if year == 2022 and code != "invest.done":
                    continue
                told[part][code] = base // (number + 2) + step * grown + index
        for code in {code for figures in told.values() for code in figures}:
            told[CITY][code] = sum(figures.get(code, 0) for figures in told.values())
        for region, figures in told.items():
            for code, value in figures.items():
                text = f"{value // 100}.{value % 100:02}" if code in MONEY else str(value)
                enter_figure(by=user, measure=code, region=place(user, region), period=period, value=text)
    for number, part in enumerate((*PARTS, CITY)):
        for index, (code, base) in enumerate(TARGETS.items()):
            value = base * 4 + 6 * (17 + index) if part == CITY else base + number * (17 + index)
            enter_figure(by=user, measure=code, region=place(user, part), period="2023", value=str(value))
    enter_figure(by=user, measure="invest.target", region=place(user, CITY), period="2023", value="168.5")


@dataclass
class KnownPaper:
    """file: the paper as Word. meant: what its numbers stand for, in their order; None for those that are no figure's."""

    file: bytes
    meant: list[FigureMeant | None] = field(default_factory=list)


class PaperPrinter:
    """Prints a paper from the ledger of a period, and knows what it printed."""

    def __init__(self, user: Actor, period: str = JUNE) -> None:
        self.user, self.period = user, period
        self.regions = {code: place(user, code) for code in (CITY, *PARTS)}
        self.readers: dict[str, StandingFigures] = {}
        self.meant: list[FigureMeant | None] = []

    def figure(self, meant: FigureMeant):
        if meant.period not in self.readers:
            codes = [
                *COUNTED,
                *TARGETS,
                *MONEY,
                "invest.target",
                "shanty.start.rate",
                "shanty.complete.rate",
                "prh.start.rate",
                "subsidy.households.rate",
                "invest.rate",
                "loan.rate",
                "old.start.rate",
            ]
            when = shift_period(self.period, meant.period)
            self.readers[meant.period] = StandingFigures(self.user, codes, [*self.regions.values()], when)
        return self.readers[meant.period](meant.code, self.regions[meant.region])

    def text(self, text: str) -> str:
        """Places filled in; every other number that the reader will find there must be written 〖12个〗, and is noted as nobody's."""
        out, at = "", 0
        for match in re.finditer(rf"{TOKEN.pattern}|〖(?P<other>[^〗]*)〗", text):
            out += text[at : match.start()]
            at = match.end()
            if match["other"]:
                self.meant.append(None)
                out += match["other"]
            else:
                out += self.number(match)
        return out + text[at:]

    def number(self, match: re.Match[str]) -> str:
        meant = FigureMeant(match["code"], match["region"] or CITY, match["period"] or "")
        figure = self.figure(meant)
        if match["change"]:
            before = self.figure(FigureMeant(meant.code, meant.region, "same-last-year"))
            change = "growth" if match["change"] == "%" else "amount"
            self.meant.append(FigureMeant(meant.code, meant.region, "", "", change, "same-last-year"))
            if change == "amount":
                return f"{figure.value - before.value}套"
            return f"{round_text(100 * (figure.value - before.value), before.value)}%"
        self.meant.append(meant)
        if figure.unit == "%" or figure.kind == "ratio":
            return figure.text("%", int(match["places"] or 1)) + "%"
        unit = match["unit"] or figure.unit
        return figure.text(unit, int(match["places"]) if match["places"] else None) + unit

    def cell(self, code: str, region: str, unit: str, places: int | None, period: str = "") -> str:
        meant = FigureMeant(code, region, period)
        figure = self.figure(meant)
        if not figure.known:
            return ""
        self.meant.append(meant)
        if figure.kind == "ratio":
            return figure.text("%", 1) + "%"
        return figure.text(unit or None, places)


def round_text(top: int, bottom: int) -> str:
    tenths = (2 * top * 10 + bottom) // (2 * bottom)
    return f"{tenths // 10}.{tenths % 10}"


def print_paper(user: Actor, number: int, period: str = JUNE) -> KnownPaper:
    """One of the five, of that month."""
    printer = PaperPrinter(user, period)
    paragraphs, annexes = PAPERS[number]
    document = docx.Document()
    words = {"month": str(int(period[-2:]))}
    for text in paragraphs:
        document.add_paragraph(printer.text(text.replace("@@", words["month"])))
    for annex in annexes:
        write_annex(document, printer, annex, words["month"])
    out = io.BytesIO()
    document.save(out)
    return KnownPaper(out.getvalue(), printer.meant)


def write_annex(document, printer: PaperPrinter, annex: dict, month: str) -> None:
    if annex.get("mark"):
        document.add_paragraph(annex["mark"])
    document.add_paragraph(annex["title"].replace("@@", month))
    if annex.get("unit"):
        document.add_paragraph(f"单位：{annex['unit']}")
    heads = annex["heads"]
    deep = max(len(path) for path, *_ in heads)
    numbered = bool(annex.get("numbered"))
    shift = 2 if numbered else 1
    rows = annex["rows"]
    table = document.add_table(rows=deep + len(rows), cols=len(heads) + shift)
    before = ["序号", annex["corner"]] if numbered else [annex["corner"]]
    for column, text in enumerate(before):
        table.cell(0, column).merge(table.cell(deep - 1, column)).text = text
    for level in range(deep):
        at = 0
        while at < len(heads):
            path = heads[at][0]
            if level >= len(path):
                at += 1
                continue
            end = at
            while (
                end + 1 < len(heads) and level < len(path) - 1 and heads[end + 1][0][: level + 1] == path[: level + 1]
            ):
                end += 1
            last = deep - 1 if level == len(path) - 1 else level
            table.cell(level, at + shift).merge(table.cell(last, end + shift)).text = path[level].replace("@@", month)
            at = end + 1
    for row, (label, region) in enumerate(rows, deep):
        if numbered:
            table.cell(row, 0).text = str(row - deep + 1) if region != CITY else ""
        table.cell(row, shift - 1).text = label
        for column, (_, code, unit, places, *rest) in enumerate(heads, shift):
            table.cell(row, column).text = printer.cell(code, region, unit, places, rest[0] if rest else "")


ROWS = [("六盘水市", CITY), ("钟山区", A), ("六枝特区", B), ("盘州市", C), ("水城区", D)]
MIXED = [("水城", D), ("盘州", C), ("钟山", A), ("六枝", B), ("合计", CITY)]
STARTS = {
    "mark": "附件1",
    "title": "2023年1—@@月棚户区改造进展情况",
    "unit": "套",
    "corner": "县（市、区）",
    "rows": ROWS,
    "heads": [
        (("开工", "任务"), "shanty.start.target", "", None),
        (("开工", "完成"), "shanty.start", "", None),
        (("开工", "完成率"), "shanty.start.rate", "", None),
        (("基本建成", "任务"), "shanty.complete.target", "", None),
        (("基本建成", "完成"), "shanty.complete.continued", "", None),
        (("基本建成", "完成率"), "shanty.complete.rate", "", None),
    ],
}
RENTAL = {
    "mark": "附件2",
    "title": "2023年1—@@月公租房和租赁补贴完成情况",
    "corner": "地区",
    "rows": ROWS,
    "heads": [
        (("公租房开工（套）", "年度任务"), "prh.start.target", "", None),
        (("公租房开工（套）", "已开工"), "prh.start", "", None),
        (("公租房开工（套）", "开工率"), "prh.start.rate", "", None),
        (("租赁补贴（户）", "年度任务"), "subsidy.households.target", "", None),
        (("租赁补贴（户）", "已发放"), "subsidy.households", "", None),
        (("租赁补贴（户）", "完成率"), "subsidy.households.rate", "", None),
    ],
}
LOANS = {
    "mark": "附件3",
    "title": "棚改专项贷款、债券情况",
    "unit": "亿元",
    "corner": "县区",
    "rows": ROWS,
    "heads": [
        (("有效授信",), "loan.credit", "亿元", 2),
        (("累计发放",), "loan.issued", "亿元", 2),
        (("发放率",), "loan.rate", "", None),
        (("专项债券",), "bond.issued", "亿元", 2),
    ],
}
OLD = {
    "mark": "附件4",
    "title": "城镇老旧小区改造进展情况",
    "corner": "县区名称",
    "rows": ROWS,
    "heads": [
        (("小区数（个）", "计划"), "old.communities.target", "", None),
        (("小区数（个）", "开工"), "old.communities", "", None),
        (("惠及户数（户）",), "old.households", "", None),
        (("完成投资（亿元）", "本期"), "invest.done", "亿元", 2),
        (("完成投资（亿元）", "上年同期"), "invest.done", "亿元", 2, "same-last-year"),
    ],
}

PARAGRAPHS = load_yaml(Path(__file__).with_name("papers.yaml").read_text(encoding="utf-8"), plain=True)


def renamed(annex: dict, **names: str) -> list:
    """The heads with some of their words said otherwise."""
    return [(tuple(names.get(head, head) for head in path), *rest) for path, *rest in annex["heads"]]


ANNEXES = [
    [STARTS, RENTAL, LOANS, OLD],
    [
        STARTS | {"rows": MIXED, "numbered": True},
        RENTAL | {"rows": MIXED, "title": "公共租赁住房、租赁补贴进度表"},
        LOANS | {"rows": MIXED},
        OLD | {"rows": MIXED},
    ],
    [
        STARTS | {"title": "附表1 2023年上半年棚改完成情况表", "mark": "", "heads": renamed(STARTS, 完成率="比例")},
        RENTAL | {"title": "附表2 租赁住房情况表", "mark": "", "rows": ROWS[1:] + ROWS[:1]},
        LOANS
        | {
            "title": "附表3 融资情况",
            "mark": "",
            "unit": "",
            "heads": renamed(
                LOANS, 有效授信="授信额度（亿元）", 累计发放="已放款（亿元）", 专项债券="专项债券（亿元）"
            ),
        },
        OLD | {"title": "附表4 老旧小区改造", "mark": ""},
    ],
    [
        STARTS
        | {
            "heads": [
                (("目标任务（套）", "开工"), "shanty.start.target", "", None),
                (("目标任务（套）", "基本建成"), "shanty.complete.target", "", None),
                (("累计完成（套）", "开工"), "shanty.start", "", None),
                (("累计完成（套）", "基本建成"), "shanty.complete.continued", "", None),
                (("完成比例", "开工"), "shanty.start.rate", "", None),
                (("完成比例", "基本建成"), "shanty.complete.rate", "", None),
            ]
        },
        RENTAL | {"rows": MIXED},
        LOANS,
        OLD,
    ],
    [
        STARTS | {"title": "棚改进度（单位：套）", "unit": "", "rows": MIXED},
        RENTAL | {"title": "租赁住房进度"},
        LOANS | {"title": "资金（单位：亿元）", "unit": "", "rows": MIXED},
        OLD | {"title": "旧改进度"},
    ],
]
PAPERS = list(zip(PARAGRAPHS, ANNEXES, strict=True))
