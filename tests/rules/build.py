"""Books for tests, written as a person would write them."""

from datetime import date

from anju.rules import load

DAY = date(2021, 6, 30)
HEAD = """\
kind: {kind}
subject: test
applies: {{from: "2020-01-01"}}
title: 试验规则书
sources:
  S1: {{title: 示例市办法, number: 示例〔2020〕1号}}
row: region-year
"""


def text(kind="subsidy", **parts):
    """YAML: each part a dict of name → one-line mapping, or a plain line."""
    out = HEAD.format(kind=kind)
    for part, value in parts.items():
        if isinstance(value, dict):
            out += f"{part}:\n" + "".join(f"  {name}: {body}\n" for name, body in value.items())
        elif isinstance(value, list):
            out += f"{part}:\n" + "".join(f"  - {body}\n" for body in value)
        else:
            out += f"{part}: {value}\n"
    return out


def book(kind="subsidy", **parts):
    return load.load_text(text(kind, **parts).encode(), "试验.yaml")


def numbers(*names, places=6, top="1e9", bottom="-1e9"):
    return {name: f'{{label: {name}数, unit: "1", places: {places}, range: [{bottom}, {top}]}}' for name in names}


def one(formula, *, inputs=None, places=None, unit="", extra="", **parts):
    """A book of one step `out`."""
    form = f", places: {places}" if places is not None else ""
    form += f", unit: {unit}" if unit else ""
    step = f'{{label: 结果, formula: "{formula}"{form}{extra}}}'
    return book(inputs=inputs or numbers("a", "b"), steps={"out": step}, result="out", **parts)


def codes(refused):
    return [problem.code for problem in refused.value.problems]
