"""相对数、平均数: rates, scores, standards and averages are never added."""

import pytest

from anju.figures import catalogue
from anju.figures.models import Measure
from anju.figures.queries import current
from anju.figures.queries.current import current_figure
from anju.figures.queries.parts import roll_up
from anju.figures.services import observations
from tests.figures.conftest import YEAR, cell
from tests.figures.test_import import bring

OWN = """
measures:
  - {code: t.score, name: 自评得分, unit: point, kind: stock}
  - {code: t.mark, name: 考核得分, unit: 分, kind: relative}
  - {code: t.rate, name: 入住率, unit: "%", kind: stock}
  - {code: t.factor, name: 困难系数, unit: "1", kind: stock}
  - {code: t.standard, name: 补贴标准, unit: 元, kind: relative}
  - {code: t.days, name: 平均办理天数, unit: 天, kind: stock}
  - {code: t.size, name: 户均面积, unit: ㎡, kind: relative}
  - {code: t.homes, name: 房源, unit: 套, kind: stock}
  - {code: t.late, name: 迟报天数, unit: 天, kind: flow}
"""
RELATIVE = ["t.score", "t.mark", "t.rate", "t.factor", "t.standard", "t.days", "t.size"]


@pytest.fixture
def own(user, tmp_path):
    path = tmp_path / "measures.yaml"
    path.write_text(OWN, "utf-8")
    catalogue.load_catalogue(by=user, paths=[path])
    return user


def unit(code):
    return Measure.objects.get(pk=code).unit


@pytest.mark.parametrize("code", RELATIVE)
def test_a_rate_score_standard_or_average_is_not_compared_with_the_sum_of_its_counties(own, city, east, west, code):
    done = bring(
        own,
        city,
        *(
            cell(place, code, text if code != "t.days" else text[:2], unit=unit(code), kind=kind)
            for place, text, kind in ((city, "85.81", "total"), (east, "88.25", "region"), (west, "85.5", "region"))
        ),
    )
    assert not done.reminders and done.new == 3


@pytest.mark.parametrize("code", ["t.homes", "t.late"])
def test_what_adds_is_still_compared(own, city, east, west, code):
    from anju.problems import Refused

    with pytest.raises(Refused, match="各区划之和是 7"):
        bring(
            own,
            city,
            *(cell(place, code, text, unit=unit(code)) for place, text in ((city, "9"), (east, "3"), (west, "4"))),
        )


@pytest.mark.parametrize("code", RELATIVE)
def test_no_sum_of_counties_is_made_of_it(own, city, east, west, code):
    for place, value in ((east, "8"), (west, "9")):
        observations.enter_figure(by=own, measure=code, region=place, period=YEAR, value=value)
    summed = roll_up(own, code, city, YEAR)
    assert summed.value is None and "不能相加" in summed.why
    assert current_figure(own, code, city, YEAR).value is None


def test_a_score_is_shown_as_分_however_its_unit_was_written(own, east):
    for code in ("t.score", "t.mark"):
        observations.enter_figure(by=own, measure=code, region=east, period=YEAR, value="85.81")
        figure = current_figure(own, code, east, YEAR)
        assert (figure.spoken(), figure.unit) == ("85.81分", "分")
    assert unit("t.score") == "分"


def test_every_shipped_measure_in_a_unit_that_never_adds_says_that_it_is_relative(user):
    shipped = [
        one for one in current.find_measures(user).values() if one.unit in ("%", "分", "1") and not one.is_computed
    ]
    assert shipped and all(one.kind == Measure.Kind.RELATIVE for one in shipped)


def test_a_measure_with_figures_may_still_be_told_to_be_relative(own, east, tmp_path):
    observations.enter_figure(by=own, measure="t.score", region=east, period=YEAR, value="85.81")
    path = tmp_path / "measures.yaml"
    path.write_text(OWN.replace("unit: point, kind: stock", "unit: point, kind: relative"), "utf-8")
    assert catalogue.load_catalogue(by=own, paths=[path]).changed == ("t.score",)
