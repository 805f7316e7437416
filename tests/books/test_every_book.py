"""What is true of every shipped book."""

from datetime import date

import pytest

from anju.rules.engine.examples import example_failures
from tests.books.conftest import BOOKS

CHECKED = date(2026, 11, 21)


@pytest.fixture(params=BOOKS, ids=str)
def book(request):
    return BOOKS[request.param]


def test_the_examples_hold_on_every_engine(book, everywhere):
    assert book.examples
    for example in book.examples:
        assert example_failures(book, example, run=everywhere) == []


def test_a_wrong_expectation_would_be_seen(book, everywhere):
    """The check above is worth nothing if it cannot fail."""
    from dataclasses import replace

    example = book.examples[0]
    flip = {True: False, False: True}
    if example.rows is None:
        name, value = next(iter(example.expect.items()))
        wrong = {name: flip[value] if isinstance(value, bool) else "12345.6"}
    else:
        wrong = {key: {book.result: "12345"} for key in example.expect}
    assert example_failures(book, replace(example, expect=wrong), run=everywhere)


def test_it_rests_on_documents_someone_has_seen(book):
    assert book.sources
    for source in book.sources.values():
        assert source.title and source.trust in ("核", "次"), f"{source.key}: nothing from memory is calculated with"
        assert source.number or source.note
    for parameter in book.parameters.values():
        for dated in parameter.values:
            assert dated.checked >= CHECKED and dated.source


def test_every_example_says_why(book):
    assert all(example.because for example in book.examples)


def test_users_read_chinese(book):
    """Labels of everything shown, and every sentence, are Chinese; no English name leaks out."""
    for part in (book.inputs, book.parameters, book.steps, book.conditions):
        for name, item in part.items():
            assert not item.label.isascii(), f"{name} has no Chinese label"


def test_the_two_halves_of_a_condition_are_not_the_same(book, everywhere):
    """Every warning and check is seen firing and keeping still by its own examples."""
    if book.kind not in ("warning", "check"):
        return
    for condition in book.conditions:
        said = {example.expect.get(condition) for example in book.examples}
        assert said >= {True, False}, f"{condition} is not seen both ways: {said}"
