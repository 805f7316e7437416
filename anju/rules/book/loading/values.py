"""Inputs and parameters of a rulebook: what a row brings, and the dated policy numbers, keyed and banded."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

from anju.rules.book.loading.fields import FieldReader
from anju.rules.book.notation import band_faults, flat_values, places_of
from anju.rules.book.schema import (
    DATE,
    ENUM,
    MAX_KEYS,
    NUMBER,
    TEXT,
    TRUTH,
    Band,
    BookInput,
    DatedValue,
    Keyed,
    Parameter,
    Plain,
    Value,
)
from anju.rules.book.tree import ProblemReport, YamlNode
from anju.rules.language.exact import needed_places, to_scaled
from anju.rules.language.formula import IDENTIFIER, Allowed
from anju.rules.language.ir import LIMIT
from anju.rules.language.versions import LANGUAGE

NOTHING: dict[str, Plain] = {
    NUMBER: Decimal(0),
    TRUTH: False,
}  # what a band that refuses gives unless it says otherwise
BAND_EDGES = {
    "above": ("lower", False),
    "at_least": ("lower", True),
    "upto": ("upper", True),
    "below": ("upper", False),
}


DATING = ("from", "source", "checked")
Dating = dict[str, Any]


class ValueReader(FieldReader):
    """head: what the book says once for the values of all its parameters (`dated`)."""

    def __init__(self, report: ProblemReport, language: int = LANGUAGE) -> None:
        super().__init__(report, language)
        self.head: Dating = {}

    def input(self, name: str, tree: YamlNode) -> BookInput:
        origins = ("measure", "target", "ledger", "judged")
        fields = tree.fields(
            ("label", "type", "unit", "places", "show", "range", "enum", *origins, "calibre", "period", "note"),
            ("label",),
        )
        given = [key for key in origins if key in fields]
        if len(given) > 1:
            tree.wrong(
                "BOOK-021",
                f"来源写了 {len(given)} 个：{'、'.join(given)}。",
                "measure、target、ledger、judged 只能写一个；都不写就是由调用者给出。",
            )
        kind = (
            fields["type"].choice((NUMBER, TRUTH, DATE, TEXT))
            if "type" in fields
            else (ENUM if "enum" in fields else NUMBER)
        )
        if kind == NUMBER and not {"unit", "range"} <= fields.keys():
            tree.wrong(
                "BOOK-005", "数量须写明 unit 和 range。", "例如 unit: 户, range: [0, 1e8]；超出范围的数据会被拒绝。"
            )
        if kind != NUMBER and (extra := [key for key in ("unit", "places", "range", "show") if key in fields]):
            tree.wrong("BOOK-022", f"不是数量，却写了 {'、'.join(extra)}。", "请删去。")
        places = self.places(fields.get("places")) or 0
        limits = self.range(fields.get("range"))
        if limits and any(needed_places(end) > places for end in limits):
            tree.wrong("BOOK-018", "范围的两端比 places 更细。", "请增加 places 或改范围。")
            limits = None
        if limits and any(abs(to_scaled(end, places)) > LIMIT for end in limits):
            tree.wrong("BOOK-018", "范围按 places 放大后超过 38 位整数。", "请缩小范围。")
            limits = None
        return BookInput(
            name=name, label=self.text(fields, "label"), type=kind, places=places, show=self.places(fields.get("show")), range=limits,
            unit=self.unit(fields["unit"]) if "unit" in fields else "", enum=self.enum(fields.get("enum")),
            measure=self.text(fields, "measure") or self.text(fields, "target"), target="target" in fields,
            calibre=self.text(fields, "calibre"), period=self.text(fields, "period"), ledger=self.text(fields, "ledger"),
            judged="judged" in fields and bool(fields["judged"].truth()), note=self.text(fields, "note"), line=tree.line,
        )  # fmt: skip

    def parameter(self, name: str, tree: YamlNode) -> Parameter:
        fields = tree.fields(
            ("label", "type", "unit", "show", "by", "bands", "enum", *DATING, "values", "note"), ("label", "values")
        )
        kind = (
            fields["type"].choice((NUMBER, DATE, TRUTH)) if "type" in fields else (ENUM if "enum" in fields else NUMBER)
        )
        if "by" in fields and "bands" in fields:
            tree.wrong("BOOK-023", "by 和 bands 只能写一个。", "按取值列举用 by，按区间用 bands。")
        if kind == TRUTH and (extra := [key for key in ("unit", "show") if key in fields]):
            tree.wrong("BOOK-022", f"不是数量，却写了 {'、'.join(extra)}。", "请删去。")
        enum = self.enum(fields.get("enum"))
        by, bands = self.keys(fields.get("by")), self.text(fields, "bands")
        values = []
        head = self.head | self.dating(fields)
        for item in fields["values"].elements() if "values" in fields else ():
            if dated := self.dated(item, kind, enum, by, bands, head):
                values.append(dated)
        self.check_dates(tree, values)
        made = Parameter(
            name=name, label=self.text(fields, "label"), type=kind, unit=self.unit(fields["unit"]) if "unit" in fields else "",
            places=max((places_of(value) for dated in values for value in flat_values(dated.value)), default=0), show=self.places(fields.get("show")),
            by=by, bands=bands, enum=enum, values=tuple(values), note=self.text(fields, "note"), line=tree.line,
        )  # fmt: skip
        for condition in made.refusals:
            self.refusals.setdefault(condition, []).append(Allowed(name, bands, condition, made.label))
        return made

    def keys(self, tree: YamlNode | None) -> tuple[str, ...]:
        """The names that a table is keyed by: one, or a list of them."""
        if tree is None:
            return ()
        names = tuple(item.text() for item in tree.elements()) if tree.is_list() else (tree.text(),)
        if not 1 <= len(set(names)) == len(names) <= MAX_KEYS:
            tree.wrong("BOOK-023", f"by 须是 1 至 {MAX_KEYS} 个不同的名称。", "例如 by: [class, persons]。")
        return names

    def dating(self, fields: dict[str, YamlNode]) -> Dating:
        """Those of `from`, `source` and `checked` that stand here, read once for all values below; None where one will not do."""
        read: Dating = {key: fields[key].day() for key in ("from", "checked") if key in fields}
        return read | ({"source": self.citation(fields["source"])} if "source" in fields else {})

    def dated(
        self, tree: YamlNode, kind: str, enum: tuple[str, ...], by: tuple[str, ...], bands: str, head: Dating
    ) -> DatedValue | None:
        """head: what the parameter or the book says for all its values; a value's own goes first."""
        fields = tree.fields((*DATING, "until", "value"), (*(key for key in DATING if key not in head), "value"))
        own = head | self.dating(fields)
        since = own.get("from") or date(1900, 1, 1)
        until = self.until(fields, since)
        if "value" not in fields or own.get("checked") is None:
            return None
        value: Value | None
        if by:
            value = self.keyed(fields["value"], kind, enum, len(by))
        elif bands:
            value = self.banded(fields["value"], kind, enum)
        else:
            value = self.plain(fields["value"], kind, enum)
        return (
            None if value is None else DatedValue(since, value, own.get("source", ""), own["checked"], until, tree.line)
        )

    def plain(self, tree: YamlNode, kind: str, enum: tuple[str, ...]) -> Plain | None:
        if kind == NUMBER:
            return tree.decimal()
        if kind == TRUTH:
            return tree.truth()
        return tree.day() if kind == DATE else tree.choice(enum)

    def keyed(self, tree: YamlNode, kind: str, enum: tuple[str, ...], depth: int) -> Keyed | None:
        values: dict[str, Plain | Keyed] = {}
        for key, item in tree.items():
            value = self.plain(item, kind, enum) if depth == 1 else self.keyed(item, kind, enum, depth - 1)
            if value is not None:
                values[key] = value
        if not values or set(values) == {"more"}:
            tree.wrong("BOOK-024", "没有列出取值。", '例如 {1: "30", 2: "45", more: "60"}。')
        return values or None

    def banded(self, tree: YamlNode, kind: str, enum: tuple[str, ...]) -> tuple[Band, ...] | None:
        bands = []
        for item in tree.elements():
            fields = item.fields((*BAND_EDGES, "value", "refuse"))
            edges: dict[str, Any] = {}
            for key in BAND_EDGES.keys() & fields.keys():
                side, closed = BAND_EDGES[key]
                if side in edges:
                    item.wrong(
                        "BOOK-025",
                        "同一端写了两次。",
                        "下端写 above（不含）或 at_least（含），上端写 upto（含）或 below（不含）。",
                    )
                edges |= {side: self.edge(fields[key]), f"{side}_closed": closed}
            if refuses := self.text(fields, "refuse"):
                edges["refuses"] = refuses
            if "value" in fields:
                value = self.plain(fields["value"], kind, enum)
            elif refuses and kind in NOTHING:
                value = NOTHING[kind]
            else:
                item.wrong(
                    "BOOK-005",
                    "缺少“value”。",
                    "请补上。不予办理的一段写 refuse: 条件的名称，数量和真假可以不写 value。",
                )
                continue
            if value is not None:
                bands.append(Band(value, **edges))
        self.check_bands(tree, bands)
        return tuple(bands) or None

    def edge(self, tree: YamlNode) -> Decimal | str | None:
        """A number, or the name of a parameter."""
        text = str(tree.node.value)
        return text if IDENTIFIER.match(text) else tree.decimal()

    def check_bands(self, tree: YamlNode, bands: list[Band]) -> None:
        """Every value falls in exactly one band: the first is open below, the last above, neighbours meet once."""
        fix = "请补上或改正：第一段只写上端，最后一段只写下端，相邻两段同一个数一段含、一段不含。"
        for what in band_faults(bands):
            tree.wrong("BOOK-025", what, fix)

    def check_dates(self, tree: YamlNode, values: list[DatedValue]) -> None:
        for earlier, later in pairwise(values):
            if earlier.since >= later.since:
                tree.wrong(
                    "BOOK-014",
                    f"{later.since} 起的值应排在 {earlier.since} 起的值之前，或日期重复。",
                    "请按施行日期从早到晚排列。",
                )
            elif earlier.until is not None and (earlier.until >= later.since or (later.since - earlier.until).days > 1):
                tree.wrong(
                    "BOOK-014",
                    f"{earlier.since} 起的值止于 {earlier.until}，与 {later.since} 起的值之间有空当或重叠。",
                    "请删去 until，或使两者首尾相接。",
                )
        if not values:
            tree.wrong("BOOK-024", "没有一个可用的值。", "请在 values 下写出施行日期、值、依据和核对日期。")
