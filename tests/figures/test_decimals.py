"""A number with the decimals it needs: nothing rounded, no zeros that say nothing, unknown is blank."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anju.quantities import UNITS, exact_text, places_needed, trim_zeros, unit_of_measure

BASES = st.integers(-(10**16), 10**16)
NAMES = st.sampled_from(sorted(UNITS))


@pytest.mark.parametrize(
    ("base", "name", "least", "text"),
    [
        (2727, "元", 0, "27.27"),
        (2700, "元", 0, "27"),
        (2700, "元", 1, "27.0"),
        (2727, "元", 1, "27.27"),
        (448, "套", 0, "448"),
        (448, "套", 2, "448.00"),
        (-5, "元", 0, "-0.05"),
        (0, "万元", 0, "0"),
        (1, "亿元", 0, "0.0000000001"),
        (None, "元", 2, ""),
    ],
)
def test_as_many_decimals_as_it_takes_and_at_least_so_many(base, name, least, text):
    assert exact_text(base, name, least) == text


@given(BASES, NAMES, st.integers(-1, 12))
def test_nothing_is_rounded(base, name, least):
    assert Fraction(exact_text(base, name, least)) == Fraction(base, unit_of_measure(name).factor)


@given(BASES, NAMES)
def test_one_decimal_less_would_round(base, name):
    text, places = exact_text(base, name), places_needed(base, name)
    assert len(text.partition(".")[2]) == places and (not places or text[-1] != "0")


@pytest.mark.parametrize(
    ("text", "trimmed"),
    [("463.5800", "463.58"), ("463.00", "463"), ("100", "100"), ("0.0", "0"), ("-0.50", "-0.5"), ("", "")],
)
def test_zeros_at_the_end_say_nothing(text, trimmed):
    assert trim_zeros(text) == trimmed
