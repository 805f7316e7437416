"""A form's formulas and checks as one rulebook (规则书) of kind check: one language, one engine, one way to tell why."""

import json
import re
from typing import Any

from anju.problems import Place, Problem, Refused
from anju.quantities import unit_of_measure
from anju.returns.forms.spec import FormColumn, FormSpec
from anju.rules.book.schema import Book
from anju.rules.language.formula import FormulaError, formula_names, parse_formula
from anju.rules.load import load_text

BEFORE = {"last_": "上期", "ago_": "上年同期", "ledger_": "台账"}
DIGITS = 17  # of base units: what a sum over all lines may reach; a cell may have four fewer
FIX = "请改正这张表的检查或算式，见《怎样写一张报表》（docs/forms.md）。"


def unit_places(unit_name: str) -> int:
    """Decimals that the unit needs so that nothing stored is lost: 万元 six, 套 none."""
    return len(str(unit_of_measure(unit_name).factor)) - 1


def _range(unit_name: str) -> list[str]:
    end = 10 ** (DIGITS - unit_places(unit_name))
    return [str(-end), str(end)]


def _used(spec: FormSpec) -> set[str]:
    """Every name that formulas and sentences use."""
    texts = [c.formula for c in spec.columns if c.formula] + [c.formula for c in spec.checks]
    texts += [piece.partition(":")[0] for c in spec.checks for piece in re.findall(r"\{([^}]*)\}", c.says)]
    found: set[str] = set()
    for text in texts:
        try:
            found |= set(formula_names(parse_formula(text)))
        except FormulaError:
            continue  # the loader of books tells it, with its place
    return found


def _input(column: FormColumn, label: str) -> dict[str, Any]:
    if column.type == "number":
        return {"label": label, "unit": column.unit, "places": unit_places(column.unit), "range": _range(column.unit)}
    if column.type == "choice":
        return {"label": label, "enum": list(column.choices)}
    return {"label": label, "type": column.type}


def _document(spec: FormSpec) -> dict[str, Any]:
    used = _used(spec)
    inputs: dict[str, Any] = {}
    for column in spec.columns:
        if column.code in used and not column.formula:
            inputs[column.code] = _input(column, column.label)
        for prefix, said in BEFORE.items():
            if prefix + column.code in used:
                inputs[prefix + column.code] = _input(column, f"{column.label}（{said}）")
    for fact in spec.across:
        if fact.name in used:
            inputs[fact.name] = {
                "label": fact.label,
                "unit": fact.unit,
                "places": unit_places(fact.unit),
                "range": _range(fact.unit),
            }
    if "row" in used:
        inputs["row"] = {"label": "行", "type": "text"}
    if "month" in used:
        inputs["month"] = {"label": "月份", "unit": "月", "range": ["1", "12"]}
    return {
        "kind": "check", "subject": spec.code, "applies": {"from": "1900-01-01"}, "title": spec.name, "row": "line",
        "sources": {"S1": {"title": spec.name}}, "inputs": inputs,
        "steps": {
            c.code: {"label": c.label, "unit": c.unit, "places": c.places, "show": c.places, "formula": c.formula}
            for c in spec.columns if c.formula
        },
        "conditions": {
            c.name: {"label": "、".join(spec.by_code[x].label for x in c.columns), "level": c.level, "formula": c.formula, "says": c.says}
            for c in spec.checks
        },
    }  # fmt: skip


_known: dict[tuple[str, int], Book] = {}


def compile_form(spec: FormSpec) -> Book:
    """Made once for each version of a form. Refused RET-003 with everything that is wrong with the formulas."""
    if (spec.digest, spec.language) not in _known:
        content = json.dumps(_document(spec), ensure_ascii=False).encode()
        try:
            _known[spec.digest, spec.language] = load_text(content, spec.code, spec.language)
        except Refused as refused:
            raise Refused(*(_of_form(spec, one) for one in refused.problems)) from None
    return _known[spec.digest, spec.language]


def _of_form(spec: FormSpec, problem: Problem) -> Problem:
    """A problem of the book that a form becomes, as one of the form: by the same keys, without the line that nobody wrote."""
    keys = problem.where.field
    return Problem("RET-003", Place(f"表 {spec.code} {keys}", field=keys), f"{problem.what}{problem.fix}", FIX)
