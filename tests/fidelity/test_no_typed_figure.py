"""No number is typed: neither in a template, nor in the prose of a place, nor anywhere in a finished document but as a figure."""

import re
from pathlib import Path

import pytest
from ruamel.yaml import YAML

import anju.demo
from anju.documents.layout.markup import element_text, find_by_class, parse_article
from anju.figures.references import FigureReference
from tests.fidelity.conftest import grouped

ROOMS = Path(anju.demo.__file__).parents[1]
OF_PAGES = {
    "binding_panel.html",
    "style_dialogs.html",
}  # beside a page, where no paper is: what their keys and choices are called
TEMPLATES = [
    path
    for room in ("oversight", "evaluation", "documents")
    for path in sorted((ROOMS / room / "templates").rglob("*.html"))
    if path.name not in OF_PAGES
    and '{% extends "core/base.html" %}' not in path.read_text(encoding="utf-8")  # a page is no paper
]
PLACES = sorted((ROOMS / "demo" / "places").iterdir())
PLACED = [path.name for path in PLACES if (path / "place.yaml").exists()]
TAGS, MARKS = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.S), re.compile(r"<style>.*?</style>|<[^>]*>", re.S)
REFERENCES = re.compile(r"\[\[.*?\]\]|\{[a-z][^}]*\}")
# A year, a month or a day, and what follows from a document's number; the point numbers of score tables are the rulebook's own text.
DATES = re.compile(r"(19|20)\d\d(年(\d{1,2}月(\d{1,2}日)?)?)?")


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_a_template_types_no_number(template):
    text = MARKS.sub("", TAGS.sub("", template.read_text(encoding="utf-8")))
    assert not re.search(r"\d", text)


@pytest.mark.parametrize("place", PLACED)
def test_the_prose_of_a_place_types_no_number(place):
    prose = YAML(typ="safe").load((ROOMS / "demo" / "places" / place / "prose.yaml").read_text(encoding="utf-8"))
    for kind, keys in prose.items():
        for key, items in keys.items():
            for item in items:
                assert not re.search(r"\d", REFERENCES.sub("", item)), f"{kind} {key}：{item}"


@pytest.mark.parametrize("place", grouped(PLACED))
def test_every_figure_of_a_finished_document_has_a_reference_that_is_read_and_written_as_it_was(place, drafted):
    texts = {node.get("data-ref") for node in parse_article(drafted(place)).iter("data")}
    assert len(texts) >= 10
    assert {text for text in texts if str(FigureReference.parse(text)) != text} == set()


@pytest.mark.parametrize("place", grouped(PLACED))
def test_a_finished_document_holds_no_number_that_is_no_figure(place, drafted):
    article = parse_article(drafted(place))
    options = [
        paper["options"]
        for paper in YAML(typ="safe").load(
            (ROOMS / "demo" / "places" / place / "place.yaml").read_text(encoding="utf-8")
        )["documents"]
    ]
    given = sorted(set(words(options)), key=len, reverse=True)
    for name in ("annex-table", "letterhead", "imprint", "sign"):
        for node in find_by_class(article, name):
            for head in node.iter("td", "th"):
                if head.tag == "td" and "text" not in (head.get("class") or ""):
                    assert head.find("data") is not None or not re.search(r"\d", element_text(head)) or points(head), (
                        element_text(head)
                    )
            node.getparent().remove(node)
    for figure in list(find_by_class(article, "fig")):
        figure.text = ""
    for block in article.iter("p", "h1", "h2", "h3", "li"):
        text = element_text(block)
        for word in given:
            text = text.replace(word, "")
        left = re.search(r"\d", DATES.sub("", text.replace("附件" + "".join(re.findall(r"^附件(\d+)$", text)), "")))
        assert left is None or "table-note" in (block.get("class") or ""), element_text(block)


def points(cell) -> bool:
    """The full marks of a score table come from the rulebook, as plain whole numbers."""
    return re.fullmatch(r"\d{1,3}", element_text(cell)) is not None and "评分标准" in element_text(
        cell.getparent().getparent().getparent()
    )


def words(node) -> list[str]:
    """Every text of the options that has a digit: numbers of cited papers, titles, dates."""
    if isinstance(node, dict):
        return [word for value in node.values() for word in words(value)]
    if isinstance(node, list):
        return [word for value in node for word in words(value)]
    return [node] if isinstance(node, str) and re.search(r"\d", node) else []
