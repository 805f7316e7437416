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
    """And views take our request, not Django's. The models import addresses.py, and request.py the models."""
    pages = PACKAGE / "core" / "pages"
    forms, own = pages / "forms.py", {pages / "request.py", pages / "addresses.py"}
    assert not [str(p) for p in CODE if p != forms and re.search(r"\.(?:POST|FILES)\b", text_of(p))]
    assert not [str(p) for p in CODE if p not in own and re.search(r"\bHttpRequest\b", text_of(p))]


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


READS_WORDS = {
    "partition", "rpartition", "split", "rsplit", "splitlines", "startswith", "endswith", "removeprefix", "removesuffix", "strip", "lstrip",
    "rstrip", "find", "rfind", "index", "rindex", "count", "replace", "search", "match", "fullmatch", "findall", "finditer", "sub", "subn",
}  # fmt: skip


def places_read_back(tree: ast.AST) -> list[int]:
    """Lines that take the words of a problem's place (`….where`, or a name given to it) apart, or look for something in them."""
    aliases: set[str] = set()

    def is_place(node: ast.AST | None) -> bool:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "str" and node.args:
            return is_place(node.args[0])
        if isinstance(node, ast.JoinedStr):
            return any(isinstance(part, ast.FormattedValue) and is_place(part.value) for part in node.values)
        return (isinstance(node, ast.Attribute) and node.attr == "where") or (
            isinstance(node, ast.Name) and node.id in aliases
        )

    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.NamedExpr) and is_place(node.value):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            aliases |= {target.id for target in targets if isinstance(target, ast.Name)}
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in READS_WORDS:
            parts = [node.func.value, *node.args, *(keyword.value for keyword in node.keywords)]
        elif isinstance(node, ast.Compare) and any(isinstance(op, ast.In | ast.NotIn) for op in node.ops):
            parts = node.comparators
        elif isinstance(node, ast.Subscript):
            parts = [node.value]
        else:
            continue
        found += [node.lineno] if any(map(is_place, parts)) else []
    return found


@pytest.mark.parametrize(
    "line",
    [
        "found = re.search(r'第 (\\d+) 行', problem.where)",
        "place = PLACE.search(str(problem.where))",
        "head, mark, tail = one.where.partition(' 单元格 ')",
        "name = f'{one.where}'.rpartition('“')[2]",
        "if '照片' in one.where: pass",
        "if label not in str(one.where): pass",
        "words = str(one.where)\nlast = words.split(' ')",
        "first = str(one.where)[0]",
    ],
)
def test_reading_a_place_back_would_be_seen(line):
    assert places_read_back(ast.parse(line))


@pytest.mark.parametrize(
    "line", ["line = problem.where.line", "text = f'{one.where}：{one.what}'", "if name in {one.where.field}: pass"]
)
def test_parts_of_a_place_and_its_words_may_be_used(line):
    assert not places_read_back(ast.parse(line))


def test_nobody_reads_the_words_of_a_place_back():
    """Where a problem is, is data (anju.problems.Place): its words are made last, and its parts are what code goes by."""
    found = {str(p.relative_to(ROOT)): lines for p in CODE if (lines := places_read_back(ast.parse(text_of(p))))}
    assert not found


TAGS = [p for p in CODE if p.parent.name == "templatetags" and p.name != "__init__.py"]


def test_nothing_is_imported_from_the_tags_of_templates():
    """What Python needs lives in a module of its own; the tags only register it."""
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in [*CODE, *sorted((ROOT / "tests").rglob("*.py")), *sorted((ROOT / "benchmarks").rglob("*.py"))]
        for node in ast.walk(ast.parse(text_of(path)))
        if isinstance(node, ast.Import | ast.ImportFrom)
        and any(
            name.startswith("anju.") and "templatetags" in name.split(".")
            for one in node.names
            for name in (one.name, f"{getattr(node, 'module', '')}.{one.name}")
        )
    ]
    assert not found


@pytest.mark.parametrize("path", TAGS, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_tags_of_templates_only_register(path):
    """Imports, `register`, and what is registered: whoever looks for a function finds it in the module it is about."""

    def registers(node: ast.AST) -> bool:
        return ast.unparse(node).startswith("register.")

    for node in ast.parse(text_of(path)).body:
        if isinstance(node, ast.FunctionDef):
            assert any(map(registers, node.decorator_list)), f"{path.name}:{node.lineno} {node.name}"
        elif isinstance(node, ast.Expr):
            assert isinstance(node.value, ast.Constant) or registers(node.value), f"{path.name}:{node.lineno}"
        elif isinstance(node, ast.Assign):
            assert ast.unparse(node) == "register = template.Library()", f"{path.name}:{node.lineno}"
        else:
            assert isinstance(node, ast.Import | ast.ImportFrom), f"{path.name}:{node.lineno}"


def test_references_to_figures_are_written_in_one_place():
    """No text of the shape code@region/period, and none with the prefix of a kind, is put together but by FigureReference."""
    shape = re.compile(r"\{\}@\{\}/|^(sum|node|obs|rank|run):\{\}")
    own = {
        "figures/references.py",
        "figures/services/observations.py",  # what the trail calls a figure, calibre first: hashed as it stands
    }
    found = [
        f"{path.relative_to(PACKAGE)}:{node.lineno}"
        for path in CODE
        if str(path.relative_to(PACKAGE)) not in own
        for node in ast.walk(ast.parse(text_of(path)))
        if isinstance(node, ast.JoinedStr)
        and shape.search("".join(str(one.value) if isinstance(one, ast.Constant) else "{}" for one in node.values))
    ]
    assert not found
