"""Every book shipped: its examples hold on both engines, and generated rows give the same everywhere, unknowns and reasons included."""

import os
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anju.rules.book.parameters import change_days
from anju.rules.book.schema import DATE, ENUM, NUMBER, TEXT
from anju.rules.engine import running
from anju.rules.engine.examples import example_failures
from anju.rules.shipped import library
from anju.rules.shipped.library import BOOKS

TIMES = int(os.environ.get("ANJU_RANDOM_ROWS", "15"))
LIBRARY = library.Library()
SHIPPED = pytest.mark.parametrize(
    "book", LIBRARY.books, ids=lambda book: f"{book.kind}-{book.subject}-{book.applies_from.year}"
)


def test_every_file_is_a_book():
    assert len(LIBRARY.books) == len(list(BOOKS.rglob("*.yaml"))) > 0


@SHIPPED
def test_its_examples_hold_on_every_engine(book, everywhere):
    assert book.examples, "a book carries at least one worked case"
    for example in book.examples:
        assert example_failures(book, example, everywhere) == []


@pytest.mark.soak
@SHIPPED
@settings(max_examples=TIMES, deadline=None, suppress_health_check=list(HealthCheck), derandomize=TIMES == 15)
@given(data=st.data())
def test_generated_rows_give_the_same_everywhere(book, everywhere, data):
    rows = data.draw(
        st.lists(
            st.fixed_dictionaries({name: value(item, name in book.partition) for name, item in book.inputs.items()}),
            max_size=5,
        )
    )
    days = [day for day in change_days(book) if all(parameter.in_force(day) for parameter in book.parameters.values())]
    on = data.draw(st.sampled_from(days))
    last = book.order[-1].name if book.order else None
    keyed = [{**row, "key": f"行{index}", **({last: f"{index}"} if last else {})} for index, row in enumerate(rows)]
    run = everywhere(book, keyed, on=on, key="key")
    assert running.run_rows(book, keyed[::-1], on=on, key="key").csv() == run.csv()
    if not book.order:
        everywhere(book, [{**row, "day": on + timedelta(0)} for row in keyed], on=on, key="key", on_field="day")


def value(item, needed):
    """Mostly small numbers, near each other, with edges and unknowns among them."""
    if item.type == NUMBER:
        low, high = (int(end.scaleb(item.places)) for end in item.range)
        small = st.integers(max(low, -200 * 10**item.places), min(high, 200 * 10**item.places))
        found = st.one_of(small, st.sampled_from([low, max(low, min(high, 0)), high]), st.integers(low, high)).map(
            lambda digits: decimal(digits, item.places)
        )
    elif item.type == ENUM:
        found = st.sampled_from(item.enum)
    elif item.type == DATE:
        found = st.dates(date(1940, 1, 1), date(2030, 12, 31))
    elif item.type == TEXT:
        found = st.sampled_from(["甲", "乙"])
    else:
        found = st.booleans()
    return found if needed else st.one_of(found, found, found, found, st.none())


def decimal(digits, places):
    text = f"{abs(digits):0{places + 1}d}"
    return ("-" if digits < 0 else "") + (f"{text[:-places]}.{text[-places:]}" if places else text)
