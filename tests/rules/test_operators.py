"""docs/operators.md is executed: every worked table on DuckDB, PostgreSQL and the reference."""

import re
from pathlib import Path

import pytest

from anju.rules.language.operators import OPERATORS, ROLLUPS
from tests.rules.build import DAY, one

DOCS = (Path(__file__).parents[2] / "docs" / "operators.md").read_text(encoding="utf-8")
TABLE = re.compile(r"公式：`([^`]+)`，places (\d+)\n\n((?:\|.*\n)+)")
CASES = TABLE.findall(DOCS)


def cells(line):
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def declared(name, values, unit):
    known = [value for value in values if value != "未知"]
    if all(value in ("是", "否") for value in known):
        return f"{{label: {name}, type: truth}}"
    if all(re.fullmatch(r"\d{4}-\d\d-\d\d", value) for value in known):
        return f"{{label: {name}, type: date}}"
    bottom = "-1e6" if any(value.startswith("-") for value in known) else "0"
    top = "1e11" if unit == "fen" else "1e6"
    return f'{{label: {name}, unit: "{unit or 1}", places: {0 if unit == "fen" else 6}, range: [{bottom}, {top}]}}'


@pytest.mark.parametrize(
    ("formula", "places", "table"), CASES, ids=[f"{formula[:40]}-{places}" for formula, places, _ in CASES]
)
def test_the_table_holds(everywhere, formula, places, table):
    head, _rule, *lines = (cells(line) for line in table.splitlines())
    assert lines
    assert head[-1] == "结果"
    units = [re.fullmatch(r"([a-z_]+)(?:（(.+)）)?", name).groups() for name in head[:-1]]
    head = [*(name for name, _ in units), head[-1]]
    columns = {name: [line[index] for line in lines] for index, name in enumerate(head[:-1])}
    book = one(
        formula,
        inputs={name: declared(name, columns[name], unit) for name, unit in units},
        places=places,
        extra=", source: S1 一",
    )
    rows = [
        {
            "key": f"{index:03d}",
            **{name: None if line[place] == "未知" else line[place] for place, name in enumerate(head[:-1])},
        }
        for index, line in enumerate(lines)
    ]
    run = everywhere(book, rows, on=DAY, key="key")
    assert [row.exact("out") or "未知" for row in run.rows] == [line[-1] for line in lines]


def test_every_operator_has_a_table():
    shown = {name for formula, _, _ in CASES for name in re.findall(r"([a-z_]+)\(", formula)}
    assert set(OPERATORS) - shown == ROLLUPS  # theirs are of households: test_rollups
    for operator in OPERATORS.values():
        assert operator.signature.split("'")[0] in DOCS, operator.signature
