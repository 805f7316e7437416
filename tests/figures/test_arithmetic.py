"""Figures without a database: one rounding, precision kept, unknown stays unknown."""

from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anju.figures.figure import NO_TASK, NOT_APPLICABLE, NUMBER, Figure, ratio_figure, total_figure, with_exact_value
from anju.periods import period_bounds, period_end
from anju.problems import Refused

NORTH, SOUTH = (SimpleNamespace(pk=n, name=name, code=str(n)) for n, name in enumerate(("甲县", "乙县")))


def fig(value, code="shanty.start", region=NORTH, unit="套", places=0, **more):
    state = NUMBER if value is not None else more.pop("state", "unreported")
    family = {"亿元": "money", "万元": "money"}.get(unit, unit)
    return Figure(
        code,
        code,
        region,
        "2021",
        state=state,
        value=value,
        unit=unit,
        places=places,
        family=family,
        kind="cumulative",
        **more,
    )


@given(st.integers(0, 10**12), st.integers(1, 10**12), st.integers(0, 6))
def test_a_ratio_is_rounded_once_and_half_up(top, bottom, places):
    with localcontext() as context:
        context.prec = 80
        exact = Decimal(top) * 100 / Decimal(bottom)
        wanted = exact.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    assert ratio_figure(fig(top), fig(bottom), places).text() == f"{wanted:f}"


@given(st.integers(-(2**62), 2**62), st.integers(0, 10))
def test_what_was_printed_is_printed_again(digits, places):
    """27.27 亿元 is not 27.270 亿元 and 9.10 is not 9.1."""
    printed = fig(digits * 10 ** (10 - places), unit="亿元", places=places)
    assert Decimal(printed.text()) == Decimal(digits).scaleb(-places)
    assert len(printed.text().partition(".")[2]) == places


def test_a_rate_is_never_rounded_twice():
    """138.849999999… % rounds to 138.8; by way of six decimals it would become 138.9."""
    top, bottom = 138_849_999_999, 100_000_000_000
    assert ratio_figure(fig(top), fig(bottom), 1).text() == "138.8"


def test_a_share_of_an_odd_number_is_exact():
    half = with_exact_value(fig(0), Fraction(46_683, 2))
    assert half.exact == Fraction(46_683, 2) and half.text() == "23342" and half.text(places=1) == "23341.5"


def test_nothing_over_zero_is_blank_and_says_why():
    rate = ratio_figure(fig(791), fig(0), 1)
    assert (rate.value, rate.text(), rate.state, rate.why) == (None, "", NOT_APPLICABLE, "分母为 0")


def test_zero_of_something_is_zero_and_not_blank():
    assert ratio_figure(fig(0), fig(2176), 2).text() == "0.00"


def test_a_rate_of_what_is_unknown_is_unknown_and_names_it():
    assert ratio_figure(fig(None, code="a"), fig(5), 1).missing == ("a",)
    assert ratio_figure(fig(5), fig(None, code="b"), 1).why == "缺：b"


def test_a_total_names_what_is_missing_and_is_not_taken_for_less():
    whole = total_figure([fig(5), fig(None, region=SOUTH)])
    assert (whole.value, whole.text(), whole.missing) == (None, "", ("乙县",))


def test_no_task_adds_nothing_and_makes_nothing_unknown():
    whole = total_figure([fig(5), fig(None, region=SOUTH, state=NO_TASK)])
    assert (whole.value, whole.missing) == (5, ())
    assert total_figure([fig(None, state=NO_TASK)]).state == NO_TASK


def test_a_total_of_two_units_is_exact():
    parts = [fig(2_930_000 * 10**4, unit="亿元", places=2), fig(919_936 * 10**4, unit="万元", places=2)]
    assert total_figure(parts).text("万元") == "38499.36"


def test_a_total_keeps_the_finest_printed_precision():
    parts = [fig(n * 10**8, unit="亿元", places=2) for n in (910, 556, 287, 432, 542)]
    assert total_figure(parts).text() == "27.27"


def test_marks_travel_with_what_is_computed():
    assert total_figure([fig(5, assumed=True), fig(6, approx="约", region=SOUTH)]).assumed
    assert ratio_figure(fig(5), fig(6, approx="约"), 1).approx == "约"


@pytest.mark.parametrize(
    "others",
    [
        fig(1, unit="亿元", code="invest.done"),
        fig(1, whole="shanty.start", dimension="安置方式"),
        replace(fig(1), period="2020"),
    ],
)
def test_what_cannot_be_added_is_not(others):
    with pytest.raises(ValueError, match=r"."):
        total_figure([fig(1, whole="shanty.start", dimension="改造类型"), others])


@pytest.mark.parametrize(
    ("approx", "said"), [("约", "约5300个"), ("余", "5300余个"), ("左右", "5300个左右"), ("", "5300个")]
)
def test_about_is_said_where_it_belongs(approx, said):
    assert fig(5300, unit="个", approx=approx).spoken() == said


def test_another_unit_without_decimals_asked_for_is_exact():
    assert fig(231_500, unit="户").text("万户") == "23.15"
    assert fig(272_700_000_000, unit="亿元", places=2).text("万元", grouping=True) == "272,700"


def test_periods():
    assert (
        str(period_bounds("2021-Q3")[0]) == "2021-07-01"
        and str(period_end("2020-02")) == "2020-02-29"
        and str(period_end("2021-12-31")) == "2021-12-31"
    )
    for wrong in ("2021-13", "2021-Q5", "2021-02-30", "21", "2021年", "2021-8", "0000"):
        with pytest.raises(Refused, match="FIG-004"):
            period_bounds(wrong)
