"""Decimals of a rate: a place publishes its rates with as many as it says, for itself and all below it."""

import pytest

from anju.core.models.trail import Trail
from anju.figures import catalogue
from anju.figures.models import Measure
from anju.figures.queries.current import current_figure
from anju.figures.queries.parts import roll_up
from anju.figures.services import observations
from anju.problems import Refused
from tests.figures.conftest import YEAR

RATE = "shanty.start.rate"


def load(user, folder, *lines, name="measures.yaml", place="140500"):
    path = folder / name
    path.write_text("decimals:\n" + "".join(f"  - {line}\n" for line in lines) if lines else "measures: []\n", "utf-8")
    return catalogue.load_catalogue(by=user, paths=[path], place=place)


def of(code, places, measure=RATE):
    return f'{{measure: {measure}, region: "{code}", places: {places}}}'


@pytest.fixture
def rates(user, city, east, west):
    for place in (city, east, west):
        observations.enter_figure(by=user, measure="shanty.start.target", region=place, period=YEAR, value="7")
        observations.enter_figure(by=user, measure="shanty.start", region=place, period=YEAR, value="3")
    return user


def text(user, place):
    return current_figure(user, RATE, place, YEAR).text()


def test_a_place_has_its_decimals_and_all_below_it(rates, city, east, tmp_path):
    assert text(rates, city) == "42.9"
    changes = load(rates, tmp_path, of("140500", 2))
    assert changes.changed == (RATE,)
    assert (text(rates, city), text(rates, east)) == ("42.86", "42.86")
    assert roll_up(rates, RATE, city, YEAR).places == 2


def test_the_nearest_place_wins_and_another_stays(rates, city, east, west, tmp_path):
    load(rates, tmp_path, of("140500", 2), of(east.code, 0))
    assert (text(rates, city), text(rates, east), text(rates, west)) == ("42.86", "43", "42.86")
    load(rates, tmp_path, of(east.code, 3))
    assert (text(rates, city), text(rates, east), text(rates, west)) == ("42.9", "42.857", "42.9")


def test_the_files_of_other_places_and_the_shipped_catalogue_leave_it_alone(rates, city, east, tmp_path):
    load(rates, tmp_path, of("140500", 2))
    load(rates, tmp_path, of(east.code, 0), name="other.yaml")
    catalogue.load_catalogue(by=rates)
    assert (text(rates, city), text(rates, east)) == ("42.86", "43")
    load(rates, tmp_path, name="other.yaml")
    assert text(rates, east) == "42.86"


def test_a_file_that_lies_in_a_place_s_folder_speaks_of_that_place_only(rates, city, east, west, tmp_path):
    (tmp_path / "place.yaml").write_text(f'title: 示例\nregion: "{east.code}"\n', "utf-8")
    load(rates, tmp_path, of(east.code, 2), place="")
    for line in (of("140500", 0), of(west.code, 0), of("140000", 0)):
        with pytest.raises(Refused, match=rf"FIG-008.*{east.code} 的文件"):
            load(rates, tmp_path, of(east.code, 2), line, place="")
    assert (text(rates, city), text(rates, east), text(rates, west)) == ("42.9", "42.86", "42.9")


def test_a_file_of_nobody_knows_which_place_says_no_decimals(rates, city, tmp_path):
    with pytest.raises(Refused, match=r"FIG-008.*--region"):
        load(rates, tmp_path, of("140500", 2), place="")
    (tmp_path / "place.yaml").write_text("[", "utf-8")
    with pytest.raises(Refused, match=r"FIG-008.*--region"):
        load(rates, tmp_path, of("140500", 2), place="")
    assert text(rates, city) == "42.9"


def test_the_same_file_again_changes_nothing(rates, tmp_path):
    load(rates, tmp_path, of("140500", 2))
    rows = Trail.objects.count()
    assert load(rates, tmp_path, of("140500", 2)).changed == () and Trail.objects.count() == rows
    assert Measure.objects.get(pk=RATE).local_places["140500"]["places"] == 2


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (of("140500", 7), "0 到 6"),
        (of("140500", 2, "shanty.start"), "不是比率"),
        (of("140500", 2, "no.such"), "没有定义"),
        (of("999999", 2), "没有区划"),
        ("{measure: shanty.start.rate, places: 2}", "没有 region"),
        ("{measure: shanty.start.rate, region: 140500, places: 2}", "加引号"),
        ('{measure: [a], region: "140500", places: 2}', "应为文字"),
        ('{measure: shanty.start.rate, region: "140500", places: 2, x: 1}', "不认识的键"),
    ],
)
def test_what_is_wrong_is_refused_with_its_line(user, tmp_path, line, why):
    with pytest.raises(Refused, match=why):
        load(user, tmp_path, line)
