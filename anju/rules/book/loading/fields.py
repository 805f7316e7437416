"""Fields that every part of a rulebook writes alike: texts, units, places, ranges, enums, periods, citations."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from anju.quantities import ALIASES, UNITS
from anju.rules.book.schema import BookSource
from anju.rules.book.tree import ProblemReport, YamlNode
from anju.rules.language.formula import Allowed
from anju.rules.language.versions import LANGUAGE


class FieldReader:
    """failed: names of what was written and cannot be used, and the part they stand in; what uses them is told only after they are mended."""

    def __init__(self, report: ProblemReport, language: int = LANGUAGE) -> None:
        self.report, self.language = report, language
        self.failed: dict[str, str] = {}
        self.sources: dict[str, BookSource] = {}
        self.refusals: dict[str, list[Allowed]] = {}  # conditions that bands of parameters refuse by

    def text(self, fields: dict[str, YamlNode], key: str) -> str:
        return fields[key].text() if key in fields else ""

    def period(self, fields: dict[str, YamlNode]) -> tuple[date, date | None]:
        since = (fields["from"].day() if "from" in fields else None) or date(1900, 1, 1)
        return since, self.until(fields, since)

    def until(self, fields: dict[str, YamlNode], since: date) -> date | None:
        until = fields["until"].day() if "until" in fields else None
        if until and until < since:
            fields["until"].wrong("BOOK-014", f"止于 {until}，早于起始日 {since}。", "请核对两个日期。")
        return until

    def citation(self, tree: YamlNode | None) -> str:
        """“S1 第五条”: begins with a declared source."""
        if tree is None:
            return ""
        value = tree.text()
        if value.split(" ")[0] not in self.sources:
            tree.wrong(
                "BOOK-015",
                f"“{value}”没有指明依据。",
                f"请以 sources 里的编号开头，例如“S1 第五条”；现有：{'、'.join(self.sources) or '无'}。",
            )
        return value

    def unit(self, tree: YamlNode) -> str:
        value = tree.text()
        known = [part in UNITS or part in ALIASES for part in value.split("/")]
        if not all(known) or len(known) > 2:
            tree.wrong("BOOK-016", f"不认识的计量单位“{value}”。", f"可写：{'、'.join(UNITS)}，或“元/㎡”的样子。")
        return "/".join(ALIASES.get(part, part) for part in value.split("/"))

    def places(self, tree: YamlNode | None) -> int | None:
        value = tree.integer() if tree else None
        if tree and value is not None and not 0 <= value <= 12:
            tree.wrong("BOOK-017", f"小数位数 {value} 不行。", "请写 0 至 12。")
            return 0
        return value

    def range(self, tree: YamlNode | None) -> tuple[Decimal, Decimal] | None:
        if tree is None:
            return None
        ends = [item.limit() for item in tree.elements()]
        if len(ends) != 2 or ends[0] is None or ends[1] is None or ends[0] > ends[1]:
            tree.wrong("BOOK-018", "范围须是 [最小, 最大]。", "例如 range: [0, 1e9]。")
            return None
        return ends[0], ends[1]

    def enum(self, tree: YamlNode | None) -> tuple[str, ...]:
        if tree is None:
            return ()
        values = tuple(item.text() for item in tree.elements())
        if (
            len(set(values)) != len(values)
            or not values
            or len(values) > 500
            or any(set(value) & set("'\"\\") for value in values)
        ):
            tree.wrong("BOOK-019", "可选值须有 1 至 500 个，互不相同，不含引号和反斜杠。", "请改写。")
        return values
