"""Markup made in Python: whatever a text says, it stays a text in its place."""

from collections.abc import Iterator
from html.parser import HTMLParser
from importlib import import_module
from inspect import signature
from typing import Any

import pytest
from django.utils.safestring import SafeString
from hypothesis import given
from hypothesis import strategies as st

from anju.core.pages.layout import markup as markup_layout
from anju.core.pages.layout.markup import Element, element, join, markup, optional, slot, switch, writer

HOSTILE = st.text(st.sampled_from("<>&\"'=/!-; \n#xa{}%\\数")) | st.text()
FILLED = HOSTILE.filter(bool)
ROOMS = (
    "anju.core.pages.layout.figures",
    "anju.core.pages.layout.html",
    "anju.projects.pages.layout.listing_html",
    "anju.projects.pages.listing",
    "anju.returns.pages.grid_html",
    "anju.returns.pages.returns",
    "anju.documents.text.printing",
    "anju.documents.text.references",
)
WRITERS = [
    pytest.param(value, id=f"{room}.{name}")
    for room in ROOMS
    for name, value in vars(import_module(room)).items()
    if getattr(getattr(value, "__code__", None), "co_filename", "") == markup_layout.WRITTEN
]


class Events(HTMLParser):
    """What a browser would see: tags with their attributes, and the texts between them."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[Any] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, attrs))

    def handle_endtag(self, tag: str) -> None:
        self.seen.append(f"/{tag}")

    def handle_data(self, data: str) -> None:
        if self.seen and isinstance(self.seen[-1], list):
            self.seen[-1][0] += data
        else:
            self.seen.append([data])

    def handle_comment(self, data: str) -> None:
        self.seen.append(("comment", data))

    handle_decl = handle_pi = unknown_decl = handle_comment


def events(page: str) -> list[Any]:
    parser = Events()
    parser.feed(page)
    parser.close()
    return parser.seen


def put(seen: Any, word: str, text: str) -> Any:
    """The same events with a text in the place of a word."""
    if isinstance(seen, str):
        return seen.replace(word, text)
    if isinstance(seen, list | tuple):
        return type(seen)(put(one, word, text) for one in seen)
    return seen


@st.composite
def trees(draw, depth: int = 3) -> tuple[Element, list[Any], dict[str, str]]:
    """An element, what a browser must see of it, and the texts of its slots."""
    values: dict[str, str] = {}

    def text() -> tuple[Any, str]:
        said = draw(HOSTILE)
        if draw(st.booleans()):
            return said, said
        name = f"s{len(values)}"
        values[name] = said
        return slot(name), said

    def grow(left: int) -> tuple[Element, list[Any]]:
        tag = draw(st.sampled_from(["td", "a", "span", "small", "title"]))
        attributes, seen = {}, []
        for name in draw(st.lists(st.sampled_from(["css", "title", "data_label", "href"]), unique=True)):
            attributes[name], said = text()
            if isinstance(attributes[name], str) or draw(st.booleans()) or not said:
                if not isinstance(attributes[name], str) and not said:
                    attributes[name] = optional(attributes[name].name)
                    continue
            elif draw(st.booleans()):
                attributes[name] = optional(attributes[name].name)
            seen.append(("class" if name == "css" else name.replace("_", "-"), said))
        found: list[Any] = [(tag, seen)]
        content: list[Any] = []
        for _ in range(draw(st.integers(0, 3))):
            if left and draw(st.booleans()):
                child, inner = grow(left - 1)
                content.append(child)
                found += inner
            else:
                one, said = text()
                content.append(one)
                if said and isinstance(found[-1], list):
                    found[-1][0] += said
                elif said:
                    found.append([said])
        return element(tag, *content, **attributes), [*found, f"/{tag}"]

    tree, seen = grow(depth)
    return tree, seen, values


@given(trees())
def test_what_goes_in_is_what_a_browser_sees(tree):
    made, seen, values = tree
    assert events(writer(made)(**values)) == seen


@pytest.mark.parametrize("write", WRITERS)
@given(hostile=FILLED)
def test_no_text_leaves_its_place_in_any_writer_of_the_house(write, hostile):
    """Each slot in turn, plain text in those for markup too."""
    names = list(signature(write).parameters)
    harmless = dict.fromkeys(names, "QQ")
    for name in names:
        wanted = events(write(**{**harmless, name: "WW"}))
        assert events(write(**{**harmless, name: hostile})) == put(wanted, "WW", hostile)


def test_the_writers_of_the_house_are_found():
    assert len(WRITERS) >= 25


def test_markup_is_taken_for_markup_only_between_tags():
    safe = SafeString('<b title="1">')
    assert writer(element("td", markup("x")))(x=safe) == '<td><b title="1"></td>'
    assert writer(element("td", slot("x")))(x=safe) == "<td>&lt;b title=&quot;1&quot;&gt;</td>"
    assert writer(element("td", title=slot("x")))(x=safe) == '<td title="&lt;b title=&quot;1&quot;&gt;"></td>'
    assert writer(element("td", title=optional("x")))(x=safe) == '<td title="&lt;b title=&quot;1&quot;&gt;"></td>'
    assert join([safe, "<i>"], "&") == '<b title="1">&amp;&lt;i&gt;'


def test_what_is_not_there_leaves_no_trace():
    write = writer(
        element(
            "td",
            markup_layout.given("sub", element("small", slot("sub"))),
            title=optional("note"),
            data_locked=switch("note"),
        )
    )
    assert (
        write(note="", sub="") == write(note=None, sub=None) == write(note="", sub=markup_layout.NOTHING) == "<td></td>"
    )
    assert write(note="a", sub="b") == '<td title="a" data-locked><small>b</small></td>'


def wrong() -> Iterator[Any]:
    yield lambda: element("script", slot("x"))
    yield lambda: element("style", slot("x"))
    yield lambda: element("td", onclick=slot("x"))
    yield lambda: element("td", style="color: red")
    yield lambda: element("td><b", slot("x"))
    yield lambda: element("td", title=markup("x"))
    yield lambda: element("td", **{'a"b': "x"})
    yield lambda: writer(element("td", optional("x")))
    yield lambda: writer(element("td", slot("x"), markup("x")))
    yield lambda: writer(element("td", slot("x: exec")))
    yield lambda: writer(element("td", slot("_all")))


@pytest.mark.parametrize("made", list(wrong()))
def test_what_could_run_or_has_no_place_is_refused(made):
    with pytest.raises(ValueError, match=r"."):
        made()


def test_every_value_is_given_by_name():
    write = writer(element("td", slot("text")))
    with pytest.raises(TypeError):
        write("text")
    with pytest.raises(TypeError):
        write(text="a", other="b")
