"""Where the parts of a place stand on the map: as an office wrote it, as we wrote it, or in rows; and when a map may not be shown."""

import json
from types import SimpleNamespace

import pytest

from anju.desk.queries import maps

PARTS = [SimpleNamespace(code=code, name=code) for code in ("140502", "140521", "140522", "140524", "140525", "140581")]
CITY = SimpleNamespace(code="140500")
SQUARE = [[112, 35], [113, 35], [113, 36], [112, 36], [112, 35]]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv(maps.FOLDER, str(tmp_path))
    return tmp_path


def geojson(**more):
    features = [
        {"type": "Feature", "properties": {"code": part.code},
         "geometry": {"type": "Polygon", "coordinates": [[[x + n, y] for x, y in SQUARE]]}}
        for n, part in enumerate(PARTS)
    ]  # fmt: skip
    return {"type": "FeatureCollection", "审图号": "GS(2024)0650号", "features": features} | more


def test_ours_are_equal_tiles_none_on_another():
    placing = maps.place_parts(CITY, PARTS)
    assert len(set(placing.tiles.values())) == 6 and (placing.columns, placing.rows) == (3, 2)


@pytest.mark.parametrize(
    ("count", "columns", "rows"), [(1, 1, 1), (2, 2, 1), (3, 2, 2), (13, 4, 4), (17, 5, 4), (120, 11, 11)]
)
def test_a_place_without_positions_has_rows(count, columns, rows):
    parts = [SimpleNamespace(code=str(number)) for number in range(count)]
    placing = maps.place_parts(SimpleNamespace(code="999900"), parts)
    assert (placing.columns, placing.rows, len(set(placing.tiles.values()))) == (columns, rows, count)


def test_every_city_of_ours_has_each_county_at_a_place_of_its_own(db):
    from datetime import date

    from ruamel.yaml import YAML

    from anju.core.people.scope import local_actor, open_scope
    from anju.core.regions import tree

    with open_scope(local_actor()) as by:
        for code, places in YAML(typ="safe").load(maps.OURS.read_text("utf-8")).items():
            known = {
                one.code
                for one in tree.child_regions(by, tree.find_region(by, code), date(2021, 12, 31))
                if one.kind == "county"
            }
            assert set(places) == known, code
            assert len({tuple(at) for at in places.values()}) == len(places), code


def test_an_office_s_own_positions_come_first(folder):
    (folder / "tiles.yaml").write_text(
        '"140500": {"140502": [5, 0], "140521": [0, 0], "140522": [1, 0], "140524": [2, 0], "140525": [3, 0], "140581": [4, 0]}'
    )
    assert maps.place_parts(CITY, PARTS).tiles["140502"] == (5, 0)


@pytest.mark.parametrize("text", ["[", "3", '"140500": 7', '"140500": {"140502": [x, y]}', '"140500": {"140502": [1]}', "\0", '"140500": {"140502": [0, 0]}',
                                  '"140500": {"140502": [0, 0], "140521": [0, 0], "140522": [1, 0], "140524": [2, 0], "140525": [3, 0], "140581": [4, 0]}'])  # fmt: skip
def test_positions_that_cannot_be_used_leave_ours(folder, text):
    (folder / "tiles.yaml").write_text(text)
    assert maps.place_parts(CITY, PARTS).tiles["140521"] == (0, 0)


def test_an_office_s_map_is_drawn_with_its_number_north_at_the_top(folder):
    (folder / "晋城.geojson").write_text(json.dumps(geojson()))
    shapes = maps.place_parts(CITY, PARTS).shapes
    assert shapes.approval == "GS(2024)0650号" and set(shapes.outlines) == {part.code for part in PARTS}
    assert shapes.outlines["140502"].startswith("M0,") and "." not in shapes.outlines["140502"]
    first = [tuple(map(int, point.split(","))) for point in shapes.outlines["140502"].strip("MZ").split("L")]
    assert first[0][1] > first[2][1], "35° is below 36°"
    xs = [shapes.centres[part.code][0] for part in PARTS]
    assert xs == sorted(xs) and 0 <= xs[0] < xs[-1] <= maps.SIDE


@pytest.mark.parametrize(
    "said",
    [
        geojson(审图号=""), geojson(审图号=None), {"type": "FeatureCollection"}, [], 3, "x", geojson(features=[]), geojson(features=[{}]),
        geojson(features=[{"properties": {"code": "140502"}, "geometry": {"type": "Point", "coordinates": [1, 2]}}]),
        geojson(features=[{"properties": {"code": "140502"}, "geometry": {"type": "Polygon", "coordinates": [[[1, 2]]]}}]),
        geojson(features=[{"properties": {"code": "140502"}, "geometry": {"type": "Polygon", "coordinates": [[[1e300, 2], [1, 2], [3, 4]]]}}]),
        geojson(features=[{"properties": {"code": "140502"}, "geometry": {"type": "Polygon", "coordinates": [[["a", 2], [1, 2], [3, 4]]]}}]),
    ],
)  # fmt: skip
def test_a_map_without_its_number_or_that_cannot_be_drawn_is_told_and_tiles_stand(folder, said):
    (folder / "m.geojson").write_text(json.dumps(said))
    placing = maps.place_parts(CITY, PARTS)
    assert (
        placing.shapes is None
        and [problem.code for problem in placing.problems] == ["DESK-008"]
        and len(placing.tiles) == 6
    )


@pytest.mark.parametrize("text", ["", "{", '{"审图号": "x", "features": NaN}', "[" * 100_000, "\xff"])
def test_what_is_no_json_is_told(folder, text):
    (folder / "m.geojson").write_text(text, encoding="latin-1" if text == "\xff" else "utf-8")
    assert [problem.code for problem in maps.place_parts(CITY, PARTS).problems] == ["DESK-008"]


def test_a_map_of_somewhere_else_is_passed_over(folder):
    (folder / "m.geojson").write_text(json.dumps(geojson()))
    placing = maps.place_parts(
        SimpleNamespace(code="450300"), [SimpleNamespace(code="450302"), SimpleNamespace(code="450303")]
    )
    assert placing.shapes is None and not placing.problems
