"""The rules of the house that a reader cannot see at a glance, held by a machine."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "anju"
CODE = sorted(PACKAGE.rglob("*.py"))
COUNTING_ROOMS = {"rules", "figures", "runs", "evaluation", "oversight", "workbooks", "quantities.py"}


def tracked() -> list[Path]:
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in names.split("\0") if name and (ROOT / name).is_file()]


def text_of(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError:
        return ""


@pytest.mark.parametrize(
    "path",
    [p for p in CODE if p.relative_to(PACKAGE).parts[0] in COUNTING_ROOMS],
    ids=lambda p: str(p.relative_to(PACKAGE)),
)
def test_no_float_where_quantities_are_counted(path):
    found = [
        node.lineno
        for node in ast.walk(ast.parse(text_of(path)))
        if (
            isinstance(node, ast.Constant) and isinstance(node.value, float) and "workbooks" not in path.parts
        )  # how alike two headings are
        or (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "float")
    ]
    assert not found, f"float in {path}: lines {found}"


def test_no_file_outgrows_its_room():
    long = {
        str(p.relative_to(ROOT)): n
        for p in tracked()
        if p.suffix == ".py" and (n := len(text_of(p).splitlines())) > 600
    }
    assert not long


def test_what_was_posted_is_read_in_one_place():
    """And a request is Django's only where Django, or what is not ours, calls: views take ours."""
    forms, request = PACKAGE / "core" / "pages" / "forms.py", PACKAGE / "core" / "pages" / "request.py"
    assert not [str(p) for p in CODE if p != forms and re.search(r"\.(?:POST|FILES)\b", text_of(p))]
    assert not [str(p) for p in CODE if p != request and re.search(r"\bHttpRequest\b", text_of(p))]


def test_a_page_without_a_region_is_answered_in_one_place():
    """core/pages/context.py; an import says in its own words that no region was named."""
    own = {PACKAGE / "core" / "pages" / "context.py", PACKAGE / "figures" / "pages" / "imports.py"}
    pages = [p for p in CODE if "pages" in p.parts and p not in own]
    assert not [str(p) for p in pages if re.search(r"\.region is None", text_of(p))]


def test_no_place_is_named_in_code():
    """A city's name in Python, in a template or in a script is a defect: a place is data."""
    titles = [
        re.search(r"^title: (.+?)\d{4}", text_of(p), re.M) for p in (PACKAGE / "demo" / "places").glob("*/place.yaml")
    ]
    names = {title[1].rstrip("市区") for title in titles if title}
    assert len(names) >= 5
    files = [
        p
        for p in tracked()
        if p.is_relative_to(PACKAGE) and p.suffix in {".py", ".html", ".js", ".css"} and "vendor" not in p.parts
    ]
    assert not [f"{p.relative_to(ROOT)}: {name}" for p in files for name in names if name in text_of(p)]


def test_nothing_of_this_machine_and_no_index_is_committed():
    patterns = re.compile(
        "|".join(["/" + "work/", "/" + "root/", "pypi" + r"\.org", "--index" + "-url", "files\\.python" + "hosted"])
    )
    found = [str(p.relative_to(ROOT)) for p in tracked() if "vendor" not in p.parts and patterns.search(text_of(p))]
    assert not found


def test_no_page_leaves_the_machine():
    """No address of another host in templates, scripts and style sheets of ours (namespaces of SVG aside)."""
    address = re.compile(r"""(?:src|href|url\(|fetch\(|import)\W{0,4}["'(]?\s*(?:https?:)?//(?!www\.w3\.org)[\w.-]+""")
    files = [
        p
        for p in tracked()
        if p.is_relative_to(PACKAGE) and p.suffix in {".html", ".js", ".css"} and "vendor" not in p.parts
    ]
    assert not [str(p.relative_to(ROOT)) for p in files if address.search(text_of(p))]


def test_every_error_code_is_explained():
    used = {code for p in CODE for code in re.findall(r"[\"']((?:[A-Z]{2,6})-\d{3})[\"']", text_of(p))}
    documented = {
        code
        for p in (ROOT / "docs" / "errors").glob("*.md")
        for code in re.findall(r"^\| *`?([A-Z]{2,6}-\d{3})", text_of(p), re.M)
    }
    assert used, "no error code was found: has the way of writing them changed?"
    assert not used - documented, f"not in docs/errors: {sorted(used - documented)}"
    assert not documented - used, f"in docs/errors but nowhere in the code: {sorted(documented - used)}"
