"""Markup that is made in Python, where a template would take many times as long: tables of thousands of cells, points of a map.

What a page repeats is written once as elements with slots, and becomes a function when the program starts:

    write_cell = writer(element("td", element("span", slot("text")), css=slot("css")))
    write_cell(text="5 < 6", css="n")  →  <td class="n"><span>5 &lt; 6</span></td>

Every value passes a slot, and a slot escapes for the place where it stands. There is no other way from a value into the markup, and nothing
else in the house calls a text safe (tests/project/test_markup.py). Why not templates: docs/decisions/0009-markup-in-python.md.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape
from typing import Any, Protocol

from django.utils.safestring import SafeString

WRITTEN = "<writer>"  # what a traceback calls the file of a writer
NOTHING = SafeString("")
SPECIAL = "<&\">'"  # what html.escape replaces
_NAME = re.compile(r"[a-zA-Z][a-zA-Z0-9-]*")
_CODE = ("script", "style")  # elements whose content is no text: what is escaped for HTML is not escaped for them
_VOID = {"input"}  # has no end


class Writer(Protocol):
    def __call__(self, **values: Any) -> SafeString: ...


@dataclass(frozen=True)
class HtmlSlot:
    """A place for a value that is known when the page is made."""

    name: str
    markup: bool = False


@dataclass(frozen=True)
class OptionalPart:
    """Parts that are left out when there is nothing (what is false in Python) in the slot of that name. None: a whole attribute's."""

    name: str
    parts: "tuple[HtmlPart, ...] | None" = None
    bare: bool = False


HtmlPart = str | HtmlSlot | OptionalPart


@dataclass(frozen=True)
class Element:
    parts: tuple[HtmlPart, ...]


def slot(name: str) -> HtmlSlot:
    """A text, or the value of an attribute. It is always escaped, so markup shows as it is spelled."""
    return HtmlSlot(name)


def markup(name: str) -> HtmlSlot:
    """What a writer has made, between the tags of an element. All else is taken for a text."""
    return HtmlSlot(name, markup=True)


def optional(name: str) -> OptionalPart:
    """The value of an attribute that is left out when there is nothing to say."""
    return OptionalPart(name)


def switch(name: str) -> OptionalPart:
    """An attribute without a value, there or not."""
    return OptionalPart(name, bare=True)


def given(name: str, *content: "str | HtmlSlot | Element") -> OptionalPart:
    """Content that is left out when there is nothing in the slot of that name."""
    return OptionalPart(name, tuple(_parts(content)))


def element(
    tag: str, *content: "str | HtmlSlot | OptionalPart | Element", **attributes: str | bool | HtmlSlot | OptionalPart
) -> Element:
    """An element. Texts are escaped; `css` is the attribute class, and `data_label` is data-label.

    ValueError for what would run as a program: scripts, styles and attributes such as onclick.
    """
    if tag in _CODE or not _NAME.fullmatch(tag):
        raise ValueError(f"<{tag}> is not written here")
    parts: list[HtmlPart] = [f"<{tag}"]
    for key, value in attributes.items():
        name = "class" if key == "css" else key.replace("_", "-")
        if not _NAME.fullmatch(name) or name == "style" or name.startswith("on"):
            raise ValueError(f"the attribute {name} is not written here")
        parts += _attribute(name, value)
    if tag in _VOID:
        return Element((*parts, ">"))
    return Element((*parts, ">", *_parts(content), f"</{tag}>"))


def _attribute(name: str, value: str | bool | HtmlSlot | OptionalPart) -> list[HtmlPart]:
    if isinstance(value, HtmlSlot) and not value.markup:
        return [f' {name}="', value, '"']
    if isinstance(value, OptionalPart) and value.parts is None:
        return [OptionalPart(value.name, (f" {name}",) if value.bare else (f' {name}="', HtmlSlot(value.name), '"'))]
    if isinstance(value, HtmlSlot | OptionalPart):
        raise ValueError(f"the attribute {name} is no place for {value.name}")
    return [f" {name}"] if value is True else [f' {name}="{escape(str(value))}"']


def _parts(content: "Iterable[str | HtmlSlot | OptionalPart | Element]") -> Iterator[HtmlPart]:
    for part in content:
        if isinstance(part, Element):
            yield from part.parts
        elif isinstance(part, OptionalPart) and part.parts is None:
            raise ValueError(f"{part.name} is the value of an attribute")
        else:
            yield escape(part) if isinstance(part, str) else part


def writer(*content: "str | HtmlSlot | OptionalPart | Element") -> Writer:
    """A function that writes these elements; its arguments, all by name, are the names of the slots.

    It is compiled, as a dataclass compiles its constructor: a loop over the parts at each call takes three times as long. The texts are
    looked through all at once, for hardly any has something to escape.
    """
    return _Compiler().function(tuple(_parts(content)))


class _Compiler:
    def __init__(self) -> None:
        self.texts: dict[str, None] = {}
        self.pieces: dict[str, None] = {}
        self.conditions: dict[str, None] = {}
        self.code: list[str] = []

    def function(self, parts: tuple[HtmlPart, ...]) -> Writer:
        line = self.line(parts)
        if both := self.texts.keys() & self.pieces.keys():
            raise ValueError(f"{both}: text or markup?")
        names = dict.fromkeys([*self.texts, *self.pieces, *self.conditions])
        known: dict[str, Any] = {"_escape": escape, "_text": _text, "_Safe": SafeString}
        code = [f"def write({', '.join(['*', *names]) if names else ''}):"]
        if self.texts:
            code.append(f" _all = f'{''.join(f'{{{name}}}' for name in self.texts)}'")
            code.append(f" if {' or '.join(f'{character!r} in _all' for character in SPECIAL)}:")
            code += [f"  {name} = {name} and _escape(f'{{{name}}}')" for name in self.texts]
        source = "\n".join([*code, *self.code, f" return _Safe({line})"])  # of constants, and of names that are names
        exec(compile(source, WRITTEN, "exec"), known)
        return known["write"]  # type: ignore[no-any-return]

    def line(self, parts: tuple[HtmlPart, ...]) -> str:
        """These parts as an f-string."""
        pieces = []
        for part in parts:
            if isinstance(part, str):
                pieces.append(part.replace("{", "{{").replace("}", "}}"))
                continue
            if not part.name.isidentifier() or part.name.startswith("_"):
                raise ValueError(f"a slot cannot be called {part.name}")
            pieces.append(f"{{{self.condition(part) if isinstance(part, OptionalPart) else self.value(part)}}}")
        return f"f{''.join(pieces)!r}"

    def condition(self, part: OptionalPart) -> str:
        self.conditions[part.name] = None
        line, name = self.line(part.parts or ()), f"_{len(self.code)}"
        self.code.append(f" {name} = {line} if {part.name} else ''")
        return name

    def value(self, part: HtmlSlot) -> str:
        (self.pieces if part.markup else self.texts)[part.name] = None
        return f"{part.name} if type({part.name}) is _Safe else _text({part.name})" if part.markup else part.name


def _text(value: object) -> str:
    text = str(value)
    return text if isinstance(value, SafeString) else escape(text)


def join(pieces: Iterable[object], between: str = "") -> SafeString:
    """Pieces one after another; what was not made by a writer is taken for a text."""
    escaped = [piece if type(piece) is SafeString else _text(piece) for piece in pieces]
    return SafeString((escape(between) if between else "").join(escaped))


def trusted(article: str) -> SafeString:
    """Markup that was made and checked elsewhere, such as an article as it was stored. Never what anyone typed."""
    return SafeString(article)
