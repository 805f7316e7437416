"""Formulas and conditions of a style: those of the rule language, over the style's names, and a few questions of names. Pure.

known(x), count(list) and the like are put into the formula as names before it is parsed: the parser stays the rulebooks' own.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from anju.rules.engine.evaluation import evaluate_formula
from anju.rules.language.formula import Expr, FormulaError, Name, formula_names, operator_calls, parse_formula
from anju.rules.language.operators import WINDOWS

QUESTIONS = {
    "known": "有数，词是有字", "state": "状态", "older": "不是本期末的数", "count": "有几个", "any": "有没有", "all": "是不是全部", "none": "是不是一个也没有",
    "given": "选项写了没有", "reported": "有人报过（无任务、未报也算）", "written": "自由正文写了没有", "shared": "是按比例定的",
}  # fmt: skip
OF_LISTS = ("count", "any", "all", "none")
ASKED = re.compile(rf"\b({'|'.join(QUESTIONS)})\s*\(\s*([a-z][a-z0-9_.]*\*?)\s*\)")
TEXT = re.compile(r"('[^']*')")
MARK = "ask_"
PLACES = 40  # of a quotient: more than any rounding that follows can see


class ConditionError(ValueError):
    """Why a formula or condition will not do, in Chinese."""


@dataclass(frozen=True)
class StyleCondition:
    """text: as written; expr: parsed; asks: name within the tree → (question, of what)."""

    text: str
    expr: Expr
    asks: tuple[tuple[str, tuple[str, str]], ...] = ()

    def names(self) -> Iterator[tuple[str, str]]:
        """(question, name) of all that it speaks of; question "" for a value itself."""
        asks = dict(self.asks)
        for name in dict.fromkeys(formula_names(self.expr)):
            yield asks.get(name, ("", name))


def is_name(condition: StyleCondition) -> str:
    """The name that a condition is, when it is nothing else."""
    return condition.expr.name if isinstance(condition.expr, Name) and not condition.asks else ""


def read_condition(text: str) -> StyleCondition:
    """ConditionError for what is no formula."""
    asks: dict[tuple[str, str], str] = {}

    def name(match: re.Match[str]) -> str:
        return asks.setdefault((match[1], match[2]), f"{MARK}{len(asks)}")

    text = text.strip()
    if MARK in text:
        raise ConditionError(f"名称不能以 {MARK} 开头。")
    parts = [part if place % 2 else ASKED.sub(name, part) for place, part in enumerate(TEXT.split(text))]
    try:
        expr = parse_formula("".join(parts))
    except FormulaError as error:
        raise ConditionError(str(error)) from None
    if used := sorted(call.name for call in operator_calls(expr) if call.name in WINDOWS):
        raise ConditionError(f"这里不能用 {used[0]}：没有一组行可以合计。")
    return StyleCondition(text, expr, tuple((mark, asked) for asked, mark in asks.items()))


def evaluate(condition: StyleCondition, value: Callable[[str, str], Any]) -> Decimal | bool | str | None:
    """What it comes to, None when it cannot be told. value(question, name): of what it speaks of; None is unknown."""
    asks = dict(condition.asks)
    return evaluate_formula(condition.expr, lambda name: value(*asks.get(name, ("", name))), PLACES)
