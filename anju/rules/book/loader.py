"""Read a rulebook file into a Book, or refuse it with every problem at once, each with its line."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

from anju.quantities import ALIASES, UNITS
from anju.rules.book.notation import band_faults, flat_values, places_of, plain_map, short_text
from anju.rules.book.order import total_step
from anju.rules.book.schema import (
    COLOURS,
    DATE,
    ENUM,
    KINDS,
    LEVELS,
    MAX_CONDITIONS,
    MAX_KEYS,
    NUMBER,
    PAYING,
    RESERVED,
    RESERVED_BY_LANGUAGE,
    TEXT,
    TRUTH,
    Band,
    Book,
    BookCondition,
    BookInput,
    BookSource,
    BookStep,
    BracedFigure,
    DatedValue,
    Keyed,
    Parameter,
    SentenceTemplate,
    SortKey,
    Suspension,
    Value,
    WorkedExample,
)
from anju.rules.book.tree import INTEGER, ProblemReport, YamlNode
from anju.rules.language.exact import needed_places, to_scaled
from anju.rules.language.formula import IDENTIFIER, Expr, FormulaError, parse_formula
from anju.rules.language.ir import LIMIT
from anju.rules.language.versions import LANGUAGE

HEAD = (
    "kind", "subject", "region", "applies", "title", "sources", "row", "suspended", "note", "partition",
    "inputs", "parameters", "steps", "criteria", "conditions", "order", "result", "total", "examples",
)  # fmt: skip
IMPLIED = {"scoring": "total", "queue": "rank"}
REGION = re.compile(r"[0-9]{6}(-[A-Z]{1,6})?\Z")
BAND_EDGES = {
    "above": ("lower", False),
    "at_least": ("lower", True),
    "upto": ("upper", True),
    "below": ("upper", False),
}


class BookLoader:
    """failed: names of what was written and cannot be used, and the part they stand in; what uses them is told only after they are mended."""

    def __init__(self, report: ProblemReport, language: int = LANGUAGE) -> None:
        self.report, self.language = report, language
        later = (words for since, words in RESERVED_BY_LANGUAGE.items() if since <= language)
        self.reserved = RESERVED.union(*later)
        self.failed: dict[str, str] = {}
        self.sources: dict[str, BookSource] = {}
        self.taken: dict[str, int] = {}

    def book(self, tree: YamlNode, digest: str) -> Book:
        head = tree.fields(HEAD, ("kind", "subject", "applies", "title", "row", "sources"))
        kind = head["kind"].choice(KINDS) if "kind" in head else ""
        if implied := IMPLIED.get(kind):
            self.taken[implied] = 0
        applies = head["applies"].fields(("from", "until"), ("from",)) if "applies" in head else {}
        since, until = self.period(applies)
        self.sources = {key: self.source(key, item) for key, item in self.items(head, "sources")}
        inputs = {name: self.input(name, item) for name, item in self.names(head, "inputs")}
        parameters = {name: self.parameter(name, item) for name, item in self.names(head, "parameters")}
        steps = {name: step for name, item in self.names(head, "steps") if (step := self.step(name, item))}
        criteria = {
            name: step for name, item in self.names(head, "criteria") if (step := self.step(name, item, criterion=True))
        }
        conditions = {
            name: got for name, item in self.names(head, "conditions") if (got := self.condition(name, item, kind))
        }
        if len(conditions) > MAX_CONDITIONS:
            head["conditions"].wrong(
                "BOOK-020", f"有 {len(conditions)} 个条件，最多 {MAX_CONDITIONS} 个。", "请分成几本规则书。"
            )
        total = head["total"].decimal() if "total" in head else None
        if kind == "scoring":
            criteria["total"] = total_step(criteria)
        return Book(
            file=self.report.file, digest=digest, kind=kind, subject=self.slug(head.get("subject")),
            region=self.region(head["region"]) if "region" in head else None,
            applies_from=since, applies_until=until,
            title=head["title"].text() if "title" in head else "", row=head["row"].text() if "row" in head else "",
            sources=self.sources, inputs=inputs, parameters=parameters, steps={**steps, **criteria}, conditions=conditions,
            result=head["result"].text() if "result" in head else IMPLIED.get(kind, ""), total=total,
            order=tuple(self.order(head["order"])) if "order" in head else (),
            partition=tuple(item.text() for item in head["partition"].elements()) if "partition" in head else (),
            examples=tuple(self.example(item) for item in head["examples"].elements()) if "examples" in head else (),
            suspended=self.suspended(head["suspended"]) if "suspended" in head else None,
            note=head["note"].text() if "note" in head else "", language=self.language,
        )  # fmt: skip

    # -- head

    def items(self, head: dict[str, YamlNode], key: str) -> Iterable[tuple[str, YamlNode]]:
        return head[key].items() if key in head else ()

    def names(self, head: dict[str, YamlNode], key: str) -> Iterable[tuple[str, YamlNode]]:
        """The named things of one part; a name is used once in the whole book."""
        for name, item in self.items(head, key):
            if not IDENTIFIER.match(name) or len(name) > 60:
                self.failed[name] = key
                item.wrong(
                    "BOOK-012",
                    f"名称“{name}”写法不对。",
                    "名称用小写英文字母开头，只含小写字母、数字和下划线，最长 60 个字符。",
                )
            elif name in self.reserved:
                self.failed[name] = key
                item.wrong("BOOK-012", f"名称“{name}”是系统留用的词。", "请换一个名称。")
            elif name in self.taken:
                where = f"第 {self.taken[name]} 行已用过" if self.taken[name] else "由系统自动算出"
                item.wrong("BOOK-003", f"名称“{name}”重复：{where}。", "请换一个名称。")
            else:
                self.taken[name] = item.line
                yield name, item

    def slug(self, tree: YamlNode | None) -> str:
        value = tree.text() if tree else ""
        if tree and not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", value):
            tree.wrong(
                "BOOK-012", f"subject“{value}”写法不对。", "用小写英文字母、数字和连字符，例如 old-communities。"
            )
        return value

    def region(self, tree: YamlNode) -> str:
        value = tree.text()
        if not REGION.match(value):
            tree.wrong(
                "BOOK-013", f"区划代码“{value}”写法不对。", "写六位代码并加引号；开发区等用自编代码，如 123456-KFQ。"
            )
        return value

    def period(self, fields: dict[str, YamlNode]) -> tuple[date, date | None]:
        since = fields["from"].day() if "from" in fields else None
        until = fields["until"].day() if "until" in fields else None
        if since and until and until < since:
            fields["until"].wrong("BOOK-014", f"止于 {until}，早于起始日 {since}。", "请核对两个日期。")
        return since or date(1900, 1, 1), until

    def suspended(self, tree: YamlNode) -> Suspension | None:
        fields = tree.fields(("from", "until", "why", "by"), ("from", "why", "by"))
        if not {"from", "why", "by"} <= fields.keys():
            return None
        since, until = self.period(fields)
        return Suspension(since, fields["why"].text(), fields["by"].text(), until)

    def source(self, key: str, tree: YamlNode) -> BookSource:
        if not re.fullmatch(r"S[0-9]{1,2}", key):
            tree.wrong("BOOK-012", f"依据的编号“{key}”写法不对。", "编号写 S1、S2 …")
        fields = tree.fields(("title", "number", "issued", "trust", "url", "note"), ("title",))
        texts = {name: item.text() for name, item in fields.items() if name != "trust"}
        trust = fields["trust"].choice(("核", "次", "忆")) if "trust" in fields else ""
        return BookSource(key=key, title=texts.pop("title", ""), trust=trust, **texts)

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

    # -- inputs and parameters

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

    def text(self, fields: dict[str, YamlNode], key: str) -> str:
        return fields[key].text() if key in fields else ""

    def parameter(self, name: str, tree: YamlNode) -> Parameter:
        fields = tree.fields(
            ("label", "type", "unit", "show", "by", "bands", "enum", "values", "note"), ("label", "values")
        )
        kind = fields["type"].choice((NUMBER, DATE)) if "type" in fields else (ENUM if "enum" in fields else NUMBER)
        if "by" in fields and "bands" in fields:
            tree.wrong("BOOK-023", "by 和 bands 只能写一个。", "按取值列举用 by，按区间用 bands。")
        enum = self.enum(fields.get("enum"))
        by, bands = self.keys(fields.get("by")), self.text(fields, "bands")
        values = []
        for item in fields["values"].elements() if "values" in fields else ():
            if dated := self.dated(item, kind, enum, by, bands):
                values.append(dated)
        self.check_dates(tree, values)
        return Parameter(
            name=name, label=self.text(fields, "label"), type=kind, unit=self.unit(fields["unit"]) if "unit" in fields else "",
            places=max((places_of(value) for dated in values for value in flat_values(dated.value)), default=0), show=self.places(fields.get("show")),
            by=by, bands=bands, enum=enum, values=tuple(values), note=self.text(fields, "note"), line=tree.line,
        )  # fmt: skip

    def keys(self, tree: YamlNode | None) -> tuple[str, ...]:
        """The names that a table is keyed by: one, or a list of them."""
        if tree is None:
            return ()
        names = tuple(item.text() for item in tree.elements()) if tree.is_list() else (tree.text(),)
        if not 1 <= len(set(names)) == len(names) <= MAX_KEYS:
            tree.wrong("BOOK-023", f"by 须是 1 至 {MAX_KEYS} 个不同的名称。", "例如 by: [class, persons]。")
        return names

    def dated(
        self, tree: YamlNode, kind: str, enum: tuple[str, ...], by: tuple[str, ...], bands: str
    ) -> DatedValue | None:
        fields = tree.fields(("from", "until", "value", "source", "checked"), ("from", "value", "source", "checked"))
        source = self.citation(fields.get("source"))
        since, until = self.period(fields)
        checked = fields["checked"].day() if "checked" in fields else None
        if "value" not in fields or checked is None:
            return None
        value: Value | None
        if by:
            value = self.keyed(fields["value"], kind, enum, len(by))
        elif bands:
            value = self.banded(fields["value"], kind, enum)
        else:
            value = self.plain(fields["value"], kind, enum)
        return None if value is None else DatedValue(since, value, source, checked, until, tree.line)

    def plain(self, tree: YamlNode, kind: str, enum: tuple[str, ...]) -> Decimal | str | date | None:
        if kind == NUMBER:
            return tree.decimal()
        return tree.day() if kind == DATE else tree.choice(enum)

    def keyed(self, tree: YamlNode, kind: str, enum: tuple[str, ...], depth: int) -> Keyed | None:
        values: dict[str, Decimal | str | Keyed] = {}
        for key, item in tree.items():
            value = self.plain(item, kind, enum) if depth == 1 else self.keyed(item, kind, enum, depth - 1)
            if isinstance(value, Decimal | str | dict):
                values[key] = value
        if not values or set(values) == {"more"}:
            tree.wrong("BOOK-024", "没有列出取值。", '例如 {1: "30", 2: "45", more: "60"}。')
        return values or None

    def banded(self, tree: YamlNode, kind: str, enum: tuple[str, ...]) -> tuple[Band, ...] | None:
        bands = []
        for item in tree.elements():
            fields = item.fields((*BAND_EDGES, "value"), ("value",))
            edges: dict[str, Any] = {}
            for key in BAND_EDGES.keys() & fields.keys():
                side, closed = BAND_EDGES[key]
                if side in edges:
                    item.wrong(
                        "BOOK-025",
                        "同一端写了两次。",
                        "下端写 above（不含）或 at_least（含），上端写 upto（含）或 below（不含）。",
                    )
                edges |= {side: fields[key].decimal(), f"{side}_closed": closed}
            value = self.plain(fields["value"], kind, enum) if "value" in fields else None
            if isinstance(value, Decimal | str):
                bands.append(Band(value, **edges))
        self.check_bands(tree, bands)
        return tuple(bands) or None

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

    # -- steps, conditions, sentences

    def formula(self, tree: YamlNode | None) -> tuple[str, Expr] | None:
        if tree is None:
            return None
        node = tree.scalar()
        text = str(node.value).strip() if node else ""
        try:
            return text, parse_formula(text)
        except FormulaError as error:
            tree.wrong("BOOK-030", f"公式“{short_text(text)}”：{error}", "请改写公式。")
            return None

    def step(self, name: str, tree: YamlNode, criterion: bool = False) -> BookStep | None:
        extra = ("under", "points", "standard") if criterion else ()
        required = ("points", "says", "formula") if criterion else ("formula",)
        fields = tree.fields(
            ("label", *extra, "unit", "places", "show", "range", "enum", "formula", "says", "clause", "source", "note"),
            required,
        )
        if criterion and (wrong := [key for key in ("unit", "enum") if key in fields]):
            tree.wrong("BOOK-022", f"评分项不写 {'、'.join(wrong)}。", "评分项的单位就是分（point）。")
        points = fields["points"].decimal() if "points" in fields else None
        formula = self.formula(fields.get("formula"))
        if formula is None or (criterion and points is None):
            self.failed[name] = "criteria" if criterion else "steps"
            return None
        under = tuple(item.text() for item in fields["under"].elements()) if "under" in fields else ()
        return BookStep(
            name=name, label=self.text(fields, "label") or (under[-1] if under else name), formula=formula[0], expr=formula[1],
            unit="point" if criterion else (self.unit(fields["unit"]) if "unit" in fields else None),
            places=self.places(fields.get("places")), show=self.places(fields.get("show")), range=self.range(fields.get("range")),
            enum=self.enum(fields.get("enum")), points=points, under=under,
            standard=self.text(fields, "standard"),
            says=self.says(fields.get("says")), clause=self.citation(fields.get("clause")), source=self.citation(fields.get("source")),
            note=self.text(fields, "note"), line=tree.line,
        )  # fmt: skip

    def condition(self, name: str, tree: YamlNode, kind: str) -> BookCondition | None:
        own = {"warning": ("colour", "propose"), "check": ("level",)}.get(kind, ())
        gate = ("gate",) if kind in PAYING and self.language > 1 else ()
        fields = tree.fields(
            ("label", "formula", "says", "clause", "source", "note", *own, *gate), ("formula", "says", *own[:1])
        )
        formula, says = self.formula(fields.get("formula")), self.says(fields.get("says"))
        if formula is None or says is None:
            self.failed[name] = "conditions"
            return None
        return BookCondition(
            name=name, label=self.text(fields, "label") or name, formula=formula[0], expr=formula[1], says=says,
            colour=fields["colour"].choice(COLOURS) if "colour" in fields else "", propose=self.text(fields, "propose"),
            level=fields["level"].choice(LEVELS) if "level" in fields else "", clause=self.citation(fields.get("clause")),
            source=self.citation(fields.get("source")), note=self.text(fields, "note"), line=tree.line,
            gate=fields["gate"].truth() is not False if "gate" in fields else True,
        )  # fmt: skip

    def says(self, tree: YamlNode | None) -> SentenceTemplate | None:
        if tree is None:
            return None
        text = tree.text()
        parts: list[str | BracedFigure] = []
        for index, piece in enumerate(re.split(r"[{}]", text)):
            if index % 2 == 0:
                parts.append(piece)
                continue
            body, _, form = piece.partition(":")
            try:
                parts.append(self.figure(body.strip(), form.split()))
            except (FormulaError, ValueError) as error:
                tree.wrong(
                    "BOOK-031",
                    f"句子里的“{{{short_text(piece)}}}”：{error}",
                    "花括号里写名称或算式，可加“: 单位 小数位”。",
                )
        if text.count("{") != text.count("}") or re.search(r"\{[^}]*\{|\}[^{]*\}", text) or re.match(r"[^{]*\}", text):
            tree.wrong("BOOK-031", "花括号没有配齐。", "每个 { 后面有一个 }，不能套用。")
        return SentenceTemplate(text, tuple(parts))

    def figure(self, body: str, form: list[str]) -> BracedFigure:
        unit = places = None
        for word in form:
            if INTEGER.match(word) and 0 <= int(word) <= 12:
                places = int(word)
            elif word in UNITS or word in ALIASES:
                unit = ALIASES.get(word, word)
            else:
                raise ValueError(f"不认识的写法“{word}”。")
        return BracedFigure(parse_formula(body), unit, places)

    def order(self, tree: YamlNode) -> Iterable[SortKey]:
        for item in tree.elements():
            words = item.text().split()
            if len(words) != 2 or words[1] not in ("asc", "desc"):
                item.wrong(
                    "BOOK-026",
                    f"排序“{' '.join(words)}”写法不对。",
                    "写成“名称 asc”（从小到大）或“名称 desc”（从大到小）。",
                )
            else:
                yield SortKey(words[0], words[1] == "desc")

    # -- examples

    def example(self, tree: YamlNode) -> WorkedExample:
        fields = tree.fields(
            ("name", "given", "rows", "expect", "date", "assumed", "because", "source"), ("name", "expect")
        )
        rows = {key: plain_map(item) for key, item in fields["rows"].items()} if "rows" in fields else None
        if "expect" not in fields:
            expect: dict[str, Any] = {}
        elif rows is None:
            expect = plain_map(fields["expect"])
        else:
            expect = {key: plain_map(item) for key, item in fields["expect"].items()}
        return WorkedExample(
            name=self.text(fields, "name"), given=plain_map(fields["given"]) if "given" in fields else {}, expect=expect, rows=rows,
            date=fields["date"].day() if "date" in fields else None, because=self.text(fields, "because"), source=self.text(fields, "source"),
            assumed=tuple(item.text() for item in fields["assumed"].elements()) if "assumed" in fields else (), line=tree.line,
        )  # fmt: skip
