"""Values go by name: whoever reads a call or a row need not count places."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
CODE = sorted((ROOT / "anju").rglob("*.py"))
MOST_VALUES = 6  # in a call of ours; a row of more than so many is not unpacked by place either


def takes_a_list(definition: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> bool:
    """Does it take any number of values (*args)?"""
    if isinstance(definition, ast.ClassDef):
        makers = [one for one in definition.body if isinstance(one, ast.FunctionDef) and one.name == "__init__"]
        return any(takes_a_list(one) for one in makers)
    return definition.args.vararg is not None


def own_names(trees: list[ast.Module]) -> set[str]:
    """Names of our functions and classes, but for those that take any number of values."""
    kinds = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    known = [node for tree in trees for node in ast.walk(tree) if isinstance(node, kinds)]
    return {node.name for node in known} - {node.name for node in known if takes_a_list(node)}


def by_place(tree: ast.Module, own: set[str]) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if name in own and len(node.args) > MOST_VALUES:
                yield node.lineno, f"{name} is given {len(node.args)} values by place"
            if name == "__new__" and isinstance(node.func, ast.Attribute) and ast.unparse(node.func.value) != "super()":
                yield node.lineno, "goes round a constructor"
        if isinstance(node, ast.For | ast.comprehension) and isinstance(node.target, ast.Tuple):
            names = [one for one in ast.walk(node.target) if isinstance(one, ast.Name)]
            if len(names) > MOST_VALUES:
                yield node.target.lineno, f"{len(names)} values are unpacked by place"


def test_many_values_are_given_by_name():
    trees = {path: ast.parse(path.read_text("utf-8")) for path in CODE}
    own = own_names(list(trees.values()))
    assert {"Figure", "build_figure", "ReadCell"} <= own and "Refused" not in own
    found = [
        f"{path.relative_to(ROOT)}:{line} {what}" for path, tree in trees.items() for line, what in by_place(tree, own)
    ]
    assert not found


def test_what_is_counted():
    """The machine above sees what it is there for."""
    code = "Row(1, 2, 3, 4, 5, 6, 7)\ntuple.__new__(Row, values)\nfor (a, b, c), (d, e, f, g) in rows: pass\nother(1, 2, 3, 4, 5, 6, 7)\nRow(1, 2, 3, 4, 5, 6, g=7)"
    assert [line for line, _ in sorted(by_place(ast.parse(code), {"Row"}))] == [1, 2, 3]
