"""Steps, criteria and conditions of a rulebook: their formulas and their sentences, and the keys of an order."""

from __future__ import annotations

import re
from collections.abc import Iterable

from anju.quantities import ALIASES, UNITS
from anju.rules.book.loading.fields import FieldReader
from anju.rules.book.notation import short_text
from anju.rules.book.order import order_text, ranked
from anju.rules.book.schema import (
    COLOURS,
    LEVELS,
    PAYING,
    BookCondition,
    BookStep,
    BracedFigure,
    SentenceTemplate,
    SortKey,
)
from anju.rules.book.tree import INTEGER, YamlNode
from anju.rules.language.formula import And, Expr, FormulaError, parse_formula

TIES = ("shared", "unique")  # equal rows have one place, or there are no equal rows


class StepReader(FieldReader):
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

    def rollup(self, name: str, tree: YamlNode) -> BookStep | None:
        """What the members of a row come to."""
        fields = tree.fields(("label", "unit", "places", "formula", "clause", "source", "note"), ("formula",))
        formula = self.formula(fields.get("formula"))
        if formula is None:
            self.failed[name] = "rollups"
            return None
        return BookStep(
            name=name, label=self.text(fields, "label") or name, formula=formula[0], expr=formula[1], places=self.places(fields.get("places")),
            unit=self.unit(fields["unit"]) if "unit" in fields else None, clause=self.citation(fields.get("clause")),
            source=self.citation(fields.get("source")), note=self.text(fields, "note"), line=tree.line,
        )  # fmt: skip

    def rank(self, name: str, tree: YamlNode) -> BookStep | None:
        """A place in an order, as a step that formulas may use."""
        fields = tree.fields(("label", "order", "ties", "unit", "clause", "source", "note"), ("order", "ties"))
        order = tuple(self.order(fields["order"])) if "order" in fields else ()
        ties = fields["ties"].choice(TIES) if "ties" in fields else ""
        if "order" in fields and fields["order"].is_list() and not fields["order"].elements():
            tree.wrong("BOOK-026", "order 里没有排序键。", "例如 order: [points desc]。")
        if not order or ties not in TIES:
            self.failed[name] = "ranks"
            return None
        return BookStep(
            name=name, label=self.text(fields, "label") or "名次", formula=order_text(order), expr=ranked(order, shared=ties == "shared"),
            unit=self.unit(fields["unit"]) if "unit" in fields else None, clause=self.citation(fields.get("clause")),
            source=self.citation(fields.get("source")), note=self.text(fields, "note"), line=tree.line,
        )  # fmt: skip

    def condition(self, name: str, tree: YamlNode, kind: str) -> BookCondition | None:
        own = {"warning": ("colour", "propose"), "check": ("level",)}.get(kind, ())
        gate = ("gate",) if kind in PAYING and self.language > 1 else ()
        fields = tree.fields(
            ("label", "formula", "says", "clause", "source", "note", *own, *gate),
            (*(() if name in self.refusals else ("formula",)), "says", *own[:1]),
        )
        formula, says = self.formula(fields.get("formula")), self.says(fields.get("says"))
        parts = ([formula[1]] if formula else []) + [*self.refusals.get(name, ())]
        if ("formula" in fields and formula is None) or not parts or says is None:
            self.failed[name] = "conditions"
            return None
        return BookCondition(
            name=name, label=self.text(fields, "label") or name, says=says,
            formula=formula[0] if formula else "", expr=parts[0] if len(parts) == 1 else And(tuple(parts)),
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
