"""Addresses are reversed, never typed: no path of a page stands in Python, in a template, in a script or in a data file, but in urls.py alone;
and every name of a route that stands there is a route's.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

PACKAGE = Path(__file__).parents[2] / "anju"
FILES = sorted(
    p for p in PACKAGE.rglob("*") if p.suffix in {".py", ".html", ".js", ".yaml"} and "vendor" not in p.parts
)
ROUTED = [p for p in FILES if p.name != "urls.py" and not p.name.endswith("_urls.py") and p.parent.name != "urls"]
HOW = (
    'name the route: redirect("projects:project", pk), thing.get_absolute_url(), path_of("projects:list") of core/pages/addresses.py;'
    " {% url 'returns:return' ret.pk %} or, with where and when, {% at 'projects:list' %} in templates;"
    " a script reads the address from a data- attribute or a form"
)


def routes(resolver: URLResolver | None = None, namespace: str = "", path: str = "") -> Iterator[tuple[str, str, int]]:
    """Name, path and number of parts of every route."""
    for one in (resolver or get_resolver("anju.urls")).url_patterns:
        here = path + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from routes(one, f"{namespace}{one.namespace}:" if one.namespace else namespace, here)
        elif isinstance(one, URLPattern):
            yield f"{namespace}{one.name}", here, len(re.findall("<", here))


ROUTES = list(routes())
PARTS = {(name, parts) for name, _, parts in ROUTES}
SPACES = {name.partition(":")[0] for name, *_ in ROUTES if ":" in name}
FIRST = "|".join(sorted({found[0] for _, path, _ in ROUTES if (found := re.match(r"[\w-]+", path))}))
PATH = re.compile(rf"""(?:^|[\s"'`=(>])(/(?:\?|(?:{FIRST})(?:[/?#.]|$)).*)""")  # in a text
QUOTED = re.compile(rf"""["'`=(>]\s*(/(?:(?:{FIRST})\b|\$?\{{).*)""")  # in a template or a script
ROOTED = re.compile(
    r"""(?:\b(?:href|src|action|hx-\w+|data-\w+|\w+_page)\s*=\s*|\{%\s*at\s+|\bfetch\()["'`](/(?!/).{0,30})"""
)
LED = {"redirect", "address", "HttpResponseRedirect", "build_absolute_uri", "reverse", "path_of"}


def docstrings(tree: ast.AST) -> set[int]:
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and node.body:
            first = node.body[0]
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                found.add(id(first.value))
    return found


def typed_in_python(source: str) -> Iterator[tuple[int, str]]:
    tree = ast.parse(source)
    told = docstrings(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            if found := PATH.search(node.value):
                yield node.lineno, found[1]
        elif isinstance(node, ast.Call):
            called = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if called in LED and any(isinstance(one, ast.Constant) and one.value == "/" for one in node.args):
                yield node.lineno, f'{called}("/")'
        elif isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            if any(isinstance(one, ast.Constant) and one.value == "/" for one in sides) and any(
                isinstance(one, ast.Attribute) and one.attr in ("path", "path_info") for one in sides
            ):
                yield node.lineno, ast.unparse(node)


def typed_in_text(source: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(source.splitlines(), 1):
        if found := QUOTED.search(line) or ROOTED.search(line):
            yield number, found[1][:60]


def typed_in_data(source: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(source.splitlines(), 1):
        if found := PATH.search(line.partition(" #")[0]):
            yield number, found[1]


FINDERS = {".py": typed_in_python, ".html": typed_in_text, ".js": typed_in_text, ".yaml": typed_in_data}


def test_no_address_is_typed():
    found = [
        f"{path.relative_to(PACKAGE.parent)}:{line}: {text}"
        for path in ROUTED
        for line, text in FINDERS[path.suffix](path.read_text("utf-8"))
    ]
    assert not found, "\n".join(["these addresses are typed by hand", *found, HOW])


@pytest.mark.parametrize(
    ("kind", "source"),
    [
        (".py", 'redirect("/jobs/")'),
        (".py", 'redirect("/")'),
        (".py", 'link = f"/?region={code}"'),
        (".py", 'address(request, f"/projects/{pk}/")'),
        (".py", "path = f\"/returns/?{urlencode({'period': period})}\""),
        (".py", "html = f'<a href=\"/figures/measure/{code}/\">{name}</a>'"),
        (".py", 'first = "/figures.xlsx"'),
        (".py", 'if request.path == "/": pass'),
        (".html", '<a href="/me/">我</a>'),
        (".html", "<a href='/'>首页</a>"),
        (".html", '<form method="post" action="/returns/{{ ret.pk }}/fill/">'),
        (".html", "<a href=\"{% at '/imports/' %}\">"),
        (".html", '<div hx-get="/documents/{{ document.pk }}/stale/">'),
        (".html", '{% include "core/empty.html" with act_page="/imports/" %}'),
        (".js", 'fetch("/figures/door/?ref=" + ref)'),
        (".js", "fetch(`/returns/${number}/cell/`)"),
        (".js", 'location.href = "/"'),
        (".yaml", "clerk: {label: 填报, first: /returns/}"),
    ],
)
def test_a_typed_address_is_found(kind, source):
    assert list(FINDERS[kind](source))


@pytest.mark.parametrize(
    ("kind", "source"),
    [
        (".py", '"""/returns/: what is due."""'),
        (".py", 'name = f"{kind}/{subject}"; text.split("/"); redirect("returns:return", pk)'),
        (".html", "<a href=\"{% url 'returns:return' ret.pk %}#notices\">{{ a }}/{{ b }}</a></td>"),
        (".js", "const SPACE = `anju-draft/${user}/`; text.split('/'); fetch(table.dataset.save)"),
        (".yaml", "where: a/b, and/or"),
    ],
)
def test_what_is_no_address_is_not(kind, source):
    assert not list(FINDERS[kind](source))


def test_every_name_in_a_template_is_a_routes_with_as_many_parts():
    wrong = []
    for path in FILES:
        if path.suffix != ".html":
            continue
        for tag, name, rest in re.findall(r"""\{%\s*(url|at)\s+['"]([^'"]+)['"]([^%]*)%\}""", path.read_text("utf-8")):
            parts = [one for one in re.findall(r"""'[^']*'|"[^"]*"|\S+""", rest) if not re.match(r"\w+=", one)]
            if (name, len(parts)) not in PARTS:
                wrong.append(f"{path.relative_to(PACKAGE.parent)}: {tag} {name}{rest}")
    assert not wrong


def test_every_name_in_python_and_data_is_a_routes():
    names = {name for name, _ in PARTS}
    written = re.compile(rf"""["']((?:{"|".join(SPACES)}):[a-z][\w-]*)["']""")
    wrong = [
        f"{path.relative_to(PACKAGE.parent)}: {name}"
        for path in FILES
        if path.suffix in {".py", ".yaml"}
        for name in written.findall(path.read_text("utf-8"))
        if name not in names
    ]
    assert not wrong
