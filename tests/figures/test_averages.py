"""Averages with their weights: a place that has none of its own has that of its parts, Σ value×weight ÷ Σ weight."""

import pytest

from anju.core.regions import tree as places
from anju.figures import catalogue
from anju.figures.queries.current import current_figure, reported_figures
from anju.figures.queries.latest import latest_figures, sum_figure
from anju.figures.references import SumReference
from anju.figures.services import observations
from anju.periods import period_end
from anju.problems import Refused
from tests.figures.conftest import YEAR

OWN = """
calibres:
  - {code: cash, name: 实付}
measures:
  - {code: t.homes, name: 户数, unit: 户, kind: stock}
  - {code: t.size, name: 户均面积, unit: ㎡, kind: relative, weight: t.homes, calibres: [cash]}
  - {code: t.rent, name: 平均租金, unit: 元, kind: relative, weight: t.homes, places: 2}
  - {code: t.plain, name: 满意度, unit: "%", kind: relative}
"""


def load(user, tmp_path, text=OWN):
    path = tmp_path / "measures.yaml"
    path.write_text(text, "utf-8")
    catalogue.load_catalogue(by=user, paths=[path])
    return user


@pytest.fixture
def own(user, tmp_path, counties):
    """Every county but the first two has no homes."""
    load(user, tmp_path)
    for place in counties[2:]:
        enter(user, place, "t.homes", state="no_task")
    return user


def enter(user, place, code, value=None, **more):
    observations.enter_figure(
        by=user, measure=code, region=place, period=YEAR, **{"value": value} | more if value else more
    )


def average(user, city, code="t.size"):
    return current_figure(user, code, city, YEAR)


def test_the_average_of_a_city_is_weighed(own, city, east, west):
    for place, size, homes in ((east, "80.0", "100"), (west, "50.0", "50")):
        enter(own, place, "t.size", size)
        enter(own, place, "t.homes", homes)
    figure = average(own, city)
    assert figure.text() == "70.0" and figure.exact == 700_000  # 10500 ÷ 150; a plain mean would be 65
    assert "户数" in figure.formula and figure.substituted == "（80.0×100 + 50.0×50）÷（100 + 50）"
    assert figure.reference == SumReference("t.size", "140500", YEAR)
    assert sum_figure(own, figure.reference, city).text() == "70.0"
    assert latest_figures(own, ["t.size"], [city], period_end(YEAR))("t.size", city).text() == "70.0"


def test_what_does_not_come_out_even_is_rounded_once_at_its_places(own, city, east, west):
    for place, rent, homes in ((east, "10.00", "1"), (west, "11.00", "2")):
        enter(own, place, "t.rent", rent)
        enter(own, place, "t.homes", homes)
    assert average(own, city, "t.rent").text() == "10.67"


@pytest.mark.parametrize("lacking", ["t.size", "t.homes"])
def test_one_value_or_weight_that_is_not_known_leaves_it_unknown(own, city, east, west, lacking):
    for place in (east, west):
        for code, value in (("t.size", "80.0"), ("t.homes", "100")):
            if (place, code) != (west, lacking):
                enter(own, place, code, value)
    figure = average(own, city)
    assert not figure.known and figure.text() == "" and west.name in figure.why and figure.reported == "已报1/2"


def test_a_part_that_weighs_nothing_does_not_count(own, city, east, west):
    enter(own, east, "t.size", "80.0")
    enter(own, east, "t.homes", "100")
    enter(own, west, "t.homes", "0")
    assert average(own, city).text() == "80.0"


def test_a_part_to_which_it_does_not_apply_does_not_count(own, city, east, west):
    enter(own, east, "t.size", "80.0")
    enter(own, east, "t.homes", "100")
    enter(own, west, "t.size", state="not_applicable")
    assert average(own, city).text() == "80.0"


def test_what_the_city_reported_itself_stands(own, city, east, west):
    for place, size in ((east, "80.0"), (city, "77.7")):
        enter(own, place, "t.size", size)
        enter(own, place, "t.homes", "100")
    assert average(own, city).text() == "77.7"


def test_where_nobody_reported_there_is_none(own, city):
    assert not average(own, city).known and average(own, city).why == "未报"


def test_a_relative_measure_without_a_weight_has_no_total(own, city, east, west):
    for place in (east, west):
        enter(own, place, "t.plain", "80.0")
    assert not average(own, city, "t.plain").known


def test_a_calibre_is_weighed_by_the_same_homes(own, city, east, west):
    for place, size, homes in ((east, "80.0", "100"), (west, "50.0", "50")):
        enter(own, place, "t.size", size, calibre="cash")
        enter(own, place, "t.homes", homes)
    assert current_figure(own, "t.size", city, YEAR, "cash").text() == "70.0"
    assert not average(own, city).known


def test_a_calibre_is_weighed_by_the_homes_of_that_calibre_where_there_are_such(own, city, east, west, tmp_path):
    load(own, tmp_path, OWN.replace("kind: stock}", "kind: stock, calibres: [cash]}"))
    for place, size, homes, paid in ((east, "80.0", "100", "10"), (west, "50.0", "50", "20")):
        enter(own, place, "t.size", size, calibre="cash")
        enter(own, place, "t.homes", homes)
        enter(own, place, "t.homes", paid, calibre="cash")
    for place in places.child_regions(own, city):
        if place not in (east, west):
            enter(own, place, "t.homes", state="no_task", calibre="cash")
    figure = current_figure(own, "t.size", city, YEAR, "cash")
    assert figure.text() == "60.0" and figure.substituted == "（80.0×10 + 50.0×20）÷（10 + 20）"


def test_weights_that_come_to_nought_make_no_average(own, city, east, west):
    for place, size, homes in ((east, "80.0", "5"), (west, "50.0", "-5")):
        enter(own, place, "t.size", size)
        enter(own, place, "t.homes", homes)
    figure = average(own, city)
    assert not figure.known and figure.why == "权数之和为0" and figure.text() == ""


def test_rules_and_checks_see_only_what_was_reported(own, city, east):
    enter(own, east, "t.size", "80.0")
    enter(own, east, "t.homes", "100")
    assert not reported_figures(own, ["t.size"], [city], [YEAR])("t.size").known


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("{code: t.a, name: 甲, unit: 套, kind: stock, weight: t.homes}", "relative"),
        ("{code: t.a, name: 甲, unit: ㎡, kind: relative, weight: t.size}", "不能相加"),
        ("{code: t.a, name: 甲, unit: ㎡, kind: relative, weight: shanty.start.rate}", "不能相加"),
        ("{code: t.a, name: 甲, unit: ㎡, kind: relative, weight: t.none}", "没有定义"),
    ],
)
def test_a_weight_is_of_an_average_and_adds_itself(user, tmp_path, line, why):
    with pytest.raises(Refused, match=why):
        load(user, tmp_path, OWN + f"  - {line}\n")


def test_the_weight_may_be_given_later(own, city, east, west, tmp_path):
    for place in (east, west):
        enter(own, place, "t.plain", "80.0")
        enter(own, place, "t.homes", "10")
    assert not average(own, city, "t.plain").known
    load(own, tmp_path, OWN.replace("kind: relative}", "kind: relative, weight: t.homes}"))
    assert average(own, city, "t.plain").text() == "80.0"
