"""What somebody typed is never cut: too long is refused with how long it may be, by the service and by no attribute of a page."""

import ast
import re
from pathlib import Path

import pytest

from anju.problems import length_problems

ROOT = Path(__file__).parents[2]

SERVICES = sorted([*ROOT.glob("anju/*/services/**/*.py"), *ROOT.glob("anju/core/*/*.py")])
# What a page may cut: what is looked for, and what is only looked at.
SEARCHES = {"core/search.html", "core/base.html", "projects/sample.html"}


def cuts(tree):
    """Lines on which what was stripped (typed) is cut at a length: text.strip()[:80]."""
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Subscript)
        and isinstance(node.slice, ast.Slice)
        and node.slice.lower is None
        and isinstance(node.value, ast.Call)
        and isinstance(node.value.func, ast.Attribute)
        and node.value.func.attr == "strip"
    ]


def test_no_service_cuts_what_was_typed():
    assert cuts(ast.parse("kept = reason.strip()[:80]")) == [1]
    assert len(SERVICES) > 50
    found = {
        f"{path.relative_to(ROOT)}:{line}" for path in SERVICES for line in cuts(ast.parse(path.read_text("utf-8")))
    }
    assert not found


def test_no_page_cuts_what_is_pasted():
    """maxlength drops the rest of what is pasted without a word."""
    pages = {
        str(path.relative_to(path.parents[1]))
        for path in ROOT.glob("anju/*/templates/*/*.html")
        if re.search(r"\bmaxlength=", path.read_text("utf-8"))
    }
    assert pages <= SEARCHES


@pytest.mark.parametrize(("text", "refused"), [("七" * 80, 0), (f" {'七' * 80}\n", 0), ("七" * 81, 1), ("", 0)])
def test_a_text_is_as_long_as_it_may_be(text, refused):
    assert len(length_problems("RET-034", "报表", text, 80)) == refused
