"""Only arithmetic can be said. Whatever else is written is refused in Chinese, before a parser can stumble over it."""

import re
import sys
from decimal import Decimal

import pytest

from anju.rules.language.formula import (
    MAX_DEPTH,
    MAX_LENGTH,
    Call,
    Compare,
    FormulaError,
    Name,
    Not,
    Number,
    Product,
    Quotient,
    Sum,
    parse_formula,
)

HOSTILE = {
    "a table": "select 1",
    "a sub-query": "(select max(x) from t)",
    "a sub-query in a list": "a in (select 1)",
    "a cast": "cast(x as regclass)",
    "a cast by colons": "x::regclass",
    "another function": "pg_read_file('/etc/passwd')",
    "upper case": "SELECT",
    "a qualified name": "t.x",
    "a quoted name": '"x"',
    "a second statement": "a; drop table t",
    "a comment": "a -- b",
    "a block comment": "a /* b */ + 1",
    "an exponent": "1e9",
    "a power": "a ** 2",
    "a caret": "a ^ 2",
    "a remainder": "a % 2",
    "a concatenation": "a || b",
    "a json arrow": "a -> 1",
    "an array": "a[1]",
    "a parameter": "$1",
    "a placeholder": "{source}",
    "an escape": "'a\\'",
    "an open string": "g = 'x",
    "two strings": "g = 'x' 'y'",
    "an empty string": "g = ''",
    "a double quote in a string": "g = 'x\"y'",
    "a null byte": "a\x00b",
    "full-width letters": "ａ + 1",
    "full-width brackets": "（a）",
    "a full-width digit": "１ + 1",
    "an Arabic digit": "١ + 1",
    "a no-break space": "a\u00a0+ 1",
    "a zero-width space": "a\u200b",
    "a right-to-left mark": "a \u202e + 1",
    "a Kelvin sign": "\u212a",
    "Chinese": "面积 + 1",
    "nothing": "   ",
    "an empty call": "abs()",
    "too many arguments": "abs(a, b)",
    "parts without its points": "parts(a > 1, 2, b > 1)",
    "an alias": "a b",
    "an alias by as": "a as b",
    "two numbers": "1 2",
    "a number run into a name": "2a",
    "two signs": "a - -b",
    "two nots": "not not a",
    "an open bracket": "(a",
    "a bracket too many": "a)",
    "a star": "*",
    "a call of everything": "total(*)",
    "distinct": "total(distinct a)",
    "a window": "total(a) over (partition by b)",
    "a case without else": "case when a > 1 then 2 end",
    "a case without end": "case when a > 1 then 2 else 1",
    "a case by itself": "case",
    "is null": "a is null",
    "like": "g like 'x'",
    "interval": "interval '1 day'",
    "date literal": "date '2020-01-01'",
    "extract": "extract(year from d)",
    "a lambda": "x -> x",
    "an equals sign twice": "a == 1",
    "in without brackets": "a in b",
    "an empty list": "a in ()",
    "a tuple": "(a, b)",
    "200 brackets": "(" * 200 + "a" + ")" * 200,
    "200 cases": "case when a then " * 200 + "1" + " else 0 end" * 200,
    "200 nots": "not (" * 200 + "t" + ")" * 200,
    "very long": "a + " * 100_000 + "a",
    "long enough": "a" * (MAX_LENGTH + 1),
    "many tokens": "1+" * 300 + "1",
    "a very long number": "1" * 40,
    "a deep call": "abs(" * 50 + "a" + ")" * 50,
}


@pytest.mark.parametrize("formula", HOSTILE.values(), ids=HOSTILE.keys())
def test_it_is_refused_in_chinese(formula):
    with pytest.raises(FormulaError) as refused:
        parse_formula(formula)
    assert re.search(r"[\u4e00-\u9fff]", str(refused.value))
    assert len(str(refused.value)) < 600


def test_what_is_allowed_is_read_as_written():
    a, b, c = Name("a"), Name("b"), Name("c")
    assert parse_formula("a - (b + c)") == Sum(((1, a), (-1, Sum(((1, b), (1, c))))))
    assert parse_formula("a - b + c") == Sum(((1, a), (-1, b), (1, c)))
    assert parse_formula("a / b * c") == Product(Quotient(a, b), c)
    assert parse_formula("a / (b * c)") == Quotient(a, Product(b, c))
    assert parse_formula("-a * b") == Product(Sum(((-1, a),)), b)
    assert parse_formula("not a = b") == Not(Compare("=", a, b))
    assert parse_formula("a != 1.50") == Compare("<>", a, Number(Decimal("1.50")))
    assert parse_formula("lose_per_step(a - b, 4, 1, 5, 'ceil')").args[0] == Sum(((1, a), (-1, b)))
    assert parse_formula("veto(a > b, c - a)") == Call("veto", (Compare(">", a, b), Sum(((1, c), (-1, a)))))


def test_names_that_are_sql_words_are_only_names():
    assert parse_formula("select + group * order - user") == Sum(
        ((1, Name("select")), (1, Product(Name("group"), Name("order"))), (-1, Name("user")))
    )
    assert parse_formula("current_user") == Name("current_user")
    assert parse_formula("true") == Name("true")
    assert parse_formula("null") == Name("null")


def test_limits_hold_within_a_small_stack():
    limit = sys.getrecursionlimit()
    depth = len(__import__("inspect").stack(0))
    sys.setrecursionlimit(depth + 400)
    try:
        with pytest.raises(FormulaError):
            parse_formula("abs(" * MAX_DEPTH + "a" + ")" * (MAX_DEPTH + 1))
        parse_formula(" + ".join(["a"] * 150))
        parse_formula(" and ".join(["t"] * 150))
    finally:
        sys.setrecursionlimit(limit)
    for opening, closing in (("(", ")"), ("abs(", ")"), ("case when t then ", " else 0 end")):
        with pytest.raises(FormulaError, match="层"):
            parse_formula(opening * (MAX_DEPTH + 1) + "a" + closing * (MAX_DEPTH + 1))
    parse_formula("(" * MAX_DEPTH + "a" + ")" * MAX_DEPTH)
    parse_formula("abs(" * MAX_DEPTH + "a" + ")" * MAX_DEPTH)
    parse_formula("*".join(["a"] * 190))
