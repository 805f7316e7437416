"""Read one formula: our own lexer lets through arithmetic and nothing else, sqlglot parses, an allow-list copies the tree.

The lexer runs first because a parser must never see hostile text: length, depth and number of tokens are limited here,
every identifier is put in quotes and every call is renamed, so that no SQL keyword or function can be meant by accident.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from anju.rules.language.operators import OPERATORS

MAX_LENGTH = 2000
MAX_DEPTH = 24
MAX_TOKENS = 400
MAX_DIGITS = 18

KEYWORDS = frozenset(["and", "or", "not", "case", "when", "then", "else", "end", "between", "in"])
IDENTIFIER = re.compile(r"[a-z][a-z0-9_]*\Z")
TOKEN = re.compile(
    r"""[ \t\r\n]+|(?P<name>[a-z][a-z0-9_]*)|(?P<number>[0-9]+(?:\.[0-9]+)?)|(?P<text>'[^'"\\\x00-\x1f]*')|(?P<sign><>|!=|<=|>=|[-+*/()=<>,])"""
)


class FormulaError(ValueError):
    """Why a formula will not do, in Chinese, for the writer of the book."""


@dataclass(frozen=True)
class Number:
    value: Decimal


@dataclass(frozen=True)
class Literal:
    """A string literal: a declared enum value or an operator's mode."""

    value: str


@dataclass(frozen=True)
class Name:
    name: str


@dataclass(frozen=True)
class Sum:
    """Terms with their signs: +1 or -1."""

    terms: tuple[tuple[int, Expr], ...]


@dataclass(frozen=True)
class Product:
    left: Expr
    right: Expr


@dataclass(frozen=True)
class Quotient:
    left: Expr
    right: Expr


@dataclass(frozen=True)
class Compare:
    sign: str  # = <> < <= > >=
    left: Expr
    right: Expr


@dataclass(frozen=True)
class And:
    parts: tuple[Expr, ...]


@dataclass(frozen=True)
class Or:
    parts: tuple[Expr, ...]


@dataclass(frozen=True)
class Not:
    part: Expr


@dataclass(frozen=True)
class Between:
    value: Expr
    low: Expr
    high: Expr


@dataclass(frozen=True)
class In:
    value: Expr
    choices: tuple[Expr, ...]


@dataclass(frozen=True)
class CaseExpression:
    branches: tuple[tuple[Expr, Expr], ...]
    otherwise: Expr


@dataclass(frozen=True)
class Call:
    name: str
    args: tuple[Expr, ...]


@dataclass(frozen=True)
class Allowed:
    """Whether what the parameter has bands of stands in a band that does not refuse by that condition. The loader makes it, nobody writes it.

    subject: the name that the bands are of; label: what the parameter is called.
    """

    parameter: str
    subject: str
    condition: str
    label: str


@dataclass(frozen=True)
class Ranked:
    """A place in an order (名次), 1 for the first. A book writes it as `order` or under `ranks`; no formula can.

    keys: each with whether it goes from the greatest down. shared: equal rows have one place; else the last key is never equal.
    entire: one unknown key leaves the whole partition without places, as in a queue; else only the rows that it might overtake.
    """

    keys: tuple[tuple[Name, bool], ...]
    shared: bool
    entire: bool = False


Expr = (
    Number
    | Literal
    | Name
    | Sum
    | Product
    | Quotient
    | Compare
    | And
    | Or
    | Not
    | Between
    | In
    | CaseExpression
    | Call
    | Allowed
    | Ranked
)


def parse_formula(text: str) -> Expr:
    """The formula as our own tree. FormulaError says what is not allowed."""
    safe = _lex(text)
    try:
        statements = sqlglot.parse(safe, dialect="postgres")
        if len(statements) != 1 or statements[0] is None:
            raise FormulaError("公式须是一个算式。")
        return _copy(statements[0])
    except SqlglotError:
        raise FormulaError("公式写法有误：括号、运算符或 case 没有配齐。") from None
    except RecursionError:
        raise FormulaError("公式嵌套太深，请拆成几个步骤。") from None


def formula_names(expr: Expr) -> Iterator[str]:
    """Every name the expression uses, in order, repeats included."""
    if isinstance(expr, Name):
        yield expr.name
    for child in children(expr):
        yield from formula_names(child)


def walk(expr: Expr) -> Iterator[Expr]:
    """The expression and all within it."""
    yield expr
    for child in children(expr):
        yield from walk(child)


def operator_calls(expr: Expr) -> Iterator[Call]:
    """Every operator call within the expression."""
    if isinstance(expr, Call):
        yield expr
    for child in children(expr):
        yield from operator_calls(child)


def children(expr: Expr) -> tuple[Expr, ...]:
    match expr:
        case Sum(terms):
            return tuple(term for _, term in terms)
        case Product(left, right) | Quotient(left, right) | Compare(_, left, right):
            return (left, right)
        case And(parts) | Or(parts):
            return parts
        case Not(part):
            return (part,)
        case Between(value, low, high):
            return (value, low, high)
        case In(value, choices):
            return (value, *choices)
        case CaseExpression(branches, otherwise):
            return (*(part for branch in branches for part in branch), otherwise)
        case Call(_, args):
            return args
        case Allowed(parameter):
            return (Name(parameter),)
        case Ranked(keys):
            return tuple(name for name, _ in keys)
        case _:
            return ()


def _lex(text: str) -> str:
    """The same formula with names quoted and calls renamed; refuses whatever is not arithmetic."""
    if len(text) > MAX_LENGTH:
        raise FormulaError(f"公式长 {len(text)} 个字符，最多 {MAX_LENGTH} 个。请拆成几个步骤。")
    tokens: list[tuple[str, str]] = []
    position = 0
    while position < len(text):
        match = TOKEN.match(text, position)
        if not match:
            raise FormulaError(_stray(text, position))
        if match.lastgroup:
            if (
                match.lastgroup in ("name", "number")
                and tokens
                and match.start() == position
                and _touches(text, position)
            ):
                raise FormulaError(f"“{text[max(0, position - 8) : position + 8]}”处数字与字母连写，写法不允许。")
            tokens.append((match.lastgroup, match.group()))
        position = match.end()
    if len(tokens) > MAX_TOKENS:
        raise FormulaError(f"公式有 {len(tokens)} 个成分，最多 {MAX_TOKENS} 个。请拆成几个步骤。")
    if not tokens:
        raise FormulaError("公式是空的。")
    out: list[str] = []
    depth = 0
    for index, (kind, token) in enumerate(tokens):
        following = tokens[index + 1][1] if index + 1 < len(tokens) else ""
        before = tokens[index - 1] if index else ("", "")
        depth += (token == "(" or token == "case") - (token == ")" or token == "end")
        if depth > MAX_DEPTH:
            raise FormulaError(f"括号或 case 套了 {MAX_DEPTH} 层以上。请拆成几个步骤。")
        if depth < 0:
            raise FormulaError("括号或 case … end 没有配齐。")
        if kind == "name" and token in KEYWORDS:
            if token == "not" and before[1] == "not":
                raise FormulaError("not 连用了两次。")
            out.append(token)
        elif kind == "name" and following == "(":
            if token not in OPERATORS:
                raise FormulaError(f"没有“{token}”这个算子。可用的有：{'、'.join(OPERATORS)}。")
            out.append(f"f_{token}")
        elif kind == "name":
            out.append(f'"{token}"')
        elif kind == "number":
            if len(token.replace(".", "")) > MAX_DIGITS:
                raise FormulaError(f"数 {token} 超过 {MAX_DIGITS} 位。")
            out.append(token)
        else:
            if token in "+-" and before[1] in ("+", "-", "*", "/"):
                raise FormulaError(f"“{before[1]} {token}”两个运算符连写，请加括号或改写。")
            if kind == "text" and not token.strip("'"):
                raise FormulaError("字符串是空的。")
            out.append("<>" if token == "!=" else token)
    if depth:
        raise FormulaError("括号或 case … end 没有配齐。")
    return " ".join(out)


def _touches(text: str, position: int) -> bool:
    return position > 0 and (text[position - 1].isalnum() or text[position - 1] in "_.")


def _stray(text: str, position: int) -> str:
    character = text[position]
    if character == "'":
        return "字符串没有写完，或含有引号、反斜杠、控制字符。"
    if character == ".":
        return "公式里不能写带点的名称，小数请写成 0.5 的样子。"
    shown = character if character.isprintable() else f"U+{ord(character):04X}"
    if character.isalpha():
        return f"公式里不能有“{shown}”：名称只用小写英文字母、数字和下划线，中文写在 label。"
    return f"公式里不能有“{shown}”：只允许四则运算、比较、and or not、case、between、in 和规定的算子。"


_COMPARE: dict[type[exp.Expr], str] = {
    exp.EQ: "=",
    exp.NEQ: "<>",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.GT: ">",
    exp.GTE: ">=",
}


def _copy(node: exp.Expr) -> Expr:
    """Copy the nodes on the allow-list; refuse all others."""
    if isinstance(node, exp.Paren):
        return _copy(node.this)
    if isinstance(node, exp.Column):
        if node.table or not isinstance(node.this, exp.Identifier) or not IDENTIFIER.match(node.name):
            raise FormulaError(f"名称“{node.name}”写法不允许。")
        return Name(node.name)
    if isinstance(node, exp.Literal):
        return Literal(node.this) if node.is_string else Number(Decimal(node.this))
    if isinstance(node, exp.Neg):
        return Sum(((-1, _copy(node.this)),))
    if isinstance(node, exp.Add | exp.Sub):
        return Sum(tuple(_terms(node)))
    if isinstance(node, exp.Mul):
        return Product(_copy(node.left), _copy(node.right))
    if isinstance(node, exp.Div):
        return Quotient(_copy(node.left), _copy(node.right))
    if sign := _COMPARE.get(type(node)):
        return Compare(sign, _copy(node.this), _copy(node.expression))
    if isinstance(node, exp.And | exp.Or):
        parts = tuple(_copy(part) for part in _chain(node, type(node)))
        return And(parts) if isinstance(node, exp.And) else Or(parts)
    if isinstance(node, exp.Not):
        return Not(_copy(node.this))
    if isinstance(node, exp.Between):
        return Between(_copy(node.this), _copy(node.args["low"]), _copy(node.args["high"]))
    if isinstance(node, exp.In):
        if not node.expressions or node.args.get("query") or node.args.get("unnest") or node.args.get("field"):
            raise FormulaError("in 后面须是括号里的一列值。")
        return In(_copy(node.this), tuple(_copy(choice) for choice in node.expressions))
    if isinstance(node, exp.Case):
        return _case(node)
    if isinstance(node, exp.Anonymous):
        return _call(node)
    raise FormulaError(
        f"公式里不允许这种写法（{type(node).__name__}）：只允许四则运算、比较、and or not、case、between、in 和规定的算子。"
    )


def _terms(node: exp.Expr) -> list[tuple[int, Expr]]:
    """Left-deep chains of + and - made flat, so that a long sum is not a deep tree."""
    terms: list[tuple[int, Expr]] = []
    while isinstance(node, exp.Add | exp.Sub):
        terms.append((1 if isinstance(node, exp.Add) else -1, _copy(node.expression)))
        node = node.this
    terms.append((1, _copy(node)))
    return terms[::-1]


def _chain(node: exp.Expr, kind: type[exp.Expr]) -> list[exp.Expr]:
    parts: list[exp.Expr] = []
    while isinstance(node, kind):
        parts.append(node.args["expression"])
        node = node.this
    parts.append(node)
    return parts[::-1]


def _case(node: exp.Case) -> CaseExpression:
    if node.args.get("default") is None:
        raise FormulaError("case 须写 else：没有写到的情形不能悄悄成为未知。")
    subject = node.this and _copy(node.this)
    branches = []
    for branch in node.args["ifs"]:
        test = _copy(branch.this)
        branches.append((Compare("=", subject, test) if subject else test, _copy(branch.args["true"])))
    return CaseExpression(tuple(branches), _copy(node.args["default"]))


def _call(node: exp.Anonymous) -> Call:
    name = str(node.this).removeprefix("f_")
    operator = OPERATORS[name]  # the lexer lets no other name through
    args = tuple(_copy(argument) for argument in node.expressions)
    if not operator.accepts(len(args)):
        raise FormulaError(f"算子 {name} 要 {operator.signature}，这里给了 {len(args)} 个参数。")
    return Call(name, args)
