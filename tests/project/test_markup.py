"""One writer of markup: nothing else calls a text safe (docs/decisions/0009-markup-in-python.md)."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "anju"
WRITER = PACKAGE / "core" / "pages" / "layout" / "markup.py"
SAFE = {
    "mark_safe",
    "format_html",
    "format_html_join",
    "SafeString",
    "SafeText",
    "SafeData",
    "conditional_escape",
    "html_safe",
}
TRUSTED = {
    "anju/documents/pages/asked_tables.py",
    "anju/documents/pages/documents.py",
    "anju/documents/text/references.py",
    "anju/core/pages/site/guides.py",
    "anju/documents/pages/delivery.py",
    "anju/documents/pages/styles/outlines.py",
}  # stored articles; bold within what was escaped; our own guides; a table laid out by the machine; the article as it was sent, or would be written


def called(path: Path) -> set[str]:
    tree = ast.parse(path.read_text("utf-8"))
    calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return {getattr(name, "id", getattr(name, "attr", "")) for name in calls}


def test_nothing_but_the_writer_calls_a_text_safe():
    calls = {path.relative_to(ROOT).as_posix(): called(path) for path in PACKAGE.rglob("*.py") if path != WRITER}
    assert not {path: names & SAFE for path, names in calls.items() if names & SAFE}
    assert {path for path, names in calls.items() if "trusted" in names} == TRUSTED
    assert SAFE & called(WRITER)


def test_no_class_says_that_it_is_markup():
    assert not [path for path in PACKAGE.rglob("*.py") if "def __html__" in path.read_text("utf-8")]


def test_no_template_lets_a_text_through():
    through = re.compile(r"\|\s*safe(?:seq)?\b|autoescape\s+off")
    assert not [path for path in PACKAGE.rglob("*.html") if through.search(path.read_text("utf-8"))]
