"""Regions: the national ones as data, dated; names as tables print them; units that are no region."""

import csv
from collections import Counter
from datetime import date
from importlib.resources import files

import pytest
from django.db import connections

from anju.core.models.region import Region
from anju.core.models.trail import Trail
from anju.core.people.scope import local_actor
from anju.core.regions import loading, matching, names, tree
from anju.problems import Problem, Refused

ON = date(2020, 12, 31)


@pytest.fixture(scope="module")
def rows():
    return list(
        csv.DictReader(files("anju.core").joinpath("data/regions.csv").read_text(encoding="utf-8").splitlines())
    )


def at(rows, year):
    return [row for row in rows if int(row["from"]) <= year and (not row["until"] or int(row["until"]) > year)]


def test_the_shipped_codes_are_whole(rows):
    assert Counter(row["kind"] for row in at(rows, 2020)) == {"nation": 1, "province": 34, "city": 333, "county": 2844}
    for year in range(2008, 2026):
        codes = [row["code"] for row in at(rows, year)]
        assert len(codes) == len(set(codes)), year
        assert {row["parent"] for row in at(rows, year)} - {""} <= set(codes), year
    assert all(row["code"].isdigit() and len(row["code"]) == 6 for row in rows)


@pytest.mark.parametrize(("year", "districts", "cities", "counties"), [
    (2010, 853, 370, 1461), (2012, 860, 368, 1453), (2013, 872, 368, 1442), (2016, 954, 360, 1366), (2017, 962, 363, 1355), (2018, 970, 375, 1335),
    (2019, 965, 387, 1323), (2020, 973, 388, 1312), (2021, 977, 394, 1301), (2022, 977, 394, 1301), (2023, 977, 397, 1299),
])  # fmt: skip
def test_each_year_has_as_many_units_as_the_ministry_counted(rows, year, districts, cities, counties):
    kinds = Counter()
    for row in at(rows, year):
        if (
            row["kind"] == "county"
            and not row["name"].endswith(("自治县", "自治旗", "旗", "特区"))
            and row["name"] != "神农架林区"
        ):
            kinds[row["name"][-1]] += 1
    assert kinds == {"区": districts, "市": cities, "县": counties}


@pytest.mark.django_db(databases=["default", "owner"])
def test_loading_again_changes_nothing_and_mends_what_differs():
    assert loading.load_national_regions() == 0
    with connections["owner"].cursor() as cursor:
        cursor.execute("UPDATE core_region SET name = '改过' WHERE code = '450332'")
    assert loading.load_national_regions() == 1
    assert loading.load_national_regions() == 0
    assert Region.objects.get(code="450332").name == "恭城瑶族自治县"


@pytest.mark.parametrize(("code", "above"), [
    ("450332", ["450300", "450000", "100000"]),
    ("419001", ["410000", "100000"]),  # run by the province: the code's first four digits are no city
    ("659001", ["650000", "100000"]),
    ("310101", ["310000", "100000"]),
    ("441900", ["440000", "100000"]),
])  # fmt: skip
def test_the_way_up_follows_links_not_digits(operator, code, above):
    assert tree.region_path_codes(tree.find_region(operator, code)) == [code, *above]


def test_a_county_that_became_a_district_ends_where_the_district_begins(operator):
    assert tree.find_region(operator, "450322", date(2012, 12, 31)).name == "临桂县"
    assert tree.find_region(operator, "450312", date(2013, 1, 1)).name == "临桂区"
    for code, on in (("450322", date(2013, 1, 1)), ("450312", date(2012, 12, 31)), ("450322", None)):
        with pytest.raises(Region.DoesNotExist):
            tree.find_region(operator, code, on)


def test_a_city_that_changed_its_name_keeps_its_counties(operator):
    for on, name in ((date(2009, 6, 1), "襄樊市"), (date(2011, 6, 1), "襄阳市")):
        city = tree.find_region(operator, "420600", on)
        assert city.name == name
        assert "襄城区" in [row.name for row in tree.child_regions(operator, city, on)]
    ended = tree.find_region(
        operator, "420607", date(2009, 6, 1)
    )  # a district that ended with the old name stays under it
    assert [row.name for row in tree.region_path(ended)[:2]] == ["襄阳区", "襄樊市"]


def test_children_and_descendants_are_those_of_the_day_and_of_the_user(operator):
    city = tree.find_region(operator, "450300")
    then = [row.name for row in tree.child_regions(operator, city, date(2010, 1, 1))]
    assert "荔浦县" in then and "荔浦市" not in then and "临桂县" in then
    assert len(tree.child_regions(operator, city, ON)) == 17
    nation = tree.find_region(operator, "100000")
    assert len(tree.descendant_regions(operator, nation, ON)) == 34 + 333 + 2844
    few = type(operator)("few", "少", frozenset({tree.find_region(operator, "450302").pk}))
    assert [row.code for row in tree.child_regions(few, city)] == ["450302"]
    with pytest.raises(Region.DoesNotExist):
        tree.find_region(few, "450300")


@pytest.mark.parametrize(("name", "short"), [
    ("恭城瑶族自治县", "恭城"), ("恭城县", "恭城"), ("龙胜各族自治县", "龙胜"), ("城 区", "城区"), ("赵县", "赵县"), ("内蒙古自治区", "内蒙古"), ("新疆维吾尔自治区", "新疆"),
    ("广西壮族自治区", "广西"), ("东乡族自治县", "东乡"), ("鄂温克族自治旗", "鄂温克"), ("大通回族土族自治县", "大通"), ("察布查尔锡伯自治县", "察布查尔"),
    ("积石山保安族东乡族撒拉族自治县", "积石山"), ("阿勒泰地区", "阿勒泰"), ("香港特别行政区", "香港"), ("神农架林区", "神农架"),
])  # fmt: skip
def test_short_names(name, short):
    assert names.short_name(name) == short


@pytest.fixture
def match(operator):
    def run(code, name, on=ON):
        found = matching.match_region(operator, name, tree.find_region(operator, code, on), on)
        return (
            (found.code, *sorted(c for c in ("REG-002", "REG-003", "REG-004") if found.code == c))
            if isinstance(found, Problem)
            else found.code
        )

    return run


@pytest.mark.parametrize(("within", "name", "code"), [
    ("140500", "城 区", "140502"), ("140500", "晋城市城区", "140502"), ("140500", "泽州", "140525"), ("450300", "恭城县", "450332"),
    ("450300", "恭城", "450332"), ("450300", "龙胜县", "450328"), ("450300", "永福", "450326"), ("450300", "荔浦县", "450381"),
    ("450300", "临桂　区", "450312"), ("450300", "全州县（含东山乡）", "450324"), ("450300", "全市", "450300"), ("450300", "桂林市", "450300"),
    ("410800", "沁阳", "410882"), ("410000", "济源", "419001"), ("650000", "伊犁州", "654000"), ("650000", "吐鲁番", "650400"),
    ("360000", "南昌", "360100"), ("360100", "南昌县", "360121"), ("450300", "桂林", "450300"),
    ("430900", "赫山", "430903"), ("430000", "益阳市赫山区", "430903"), ("100000", "江苏省南京市鼓楼区", "320106"), ("100000", "南京鼓楼区", "320106"),
])  # fmt: skip
def test_names_as_tables_print_them(match, within, name, code):
    assert match(within, name) == code


@pytest.mark.parametrize(("within", "name", "code"), [
    ("450300", "柳州", "REG-002"), ("100000", "鼓楼区", "REG-003"), ("100000", "朝阳区", "REG-003"), ("450300", "", "REG-002"), ("450300", "桂", "REG-002"),
    ("360100", "南昌", "REG-003"),
])  # fmt: skip
def test_no_name_is_guessed(match, within, name, code):
    assert match(within, name)[0] == code


def test_what_is_ambiguous_lists_its_candidates_and_what_is_unknown_suggests(operator):
    nation, city = tree.find_region(operator, "100000"), tree.find_region(operator, "450300")
    assert "鼓楼区（320106）" in matching.match_region(operator, "鼓楼区", nation, ON).what
    assert "灌阳县" in matching.match_region(operator, "灌羊县", city, ON).fix
    ended = matching.match_region(
        operator, "荔浦市", city, date(2010, 1, 1)
    )  # the county of that day has the same short name
    assert ended.code == "450331"
    future = matching.match_region(operator, "临平区", tree.find_region(operator, "330100", ON), ON)
    assert isinstance(future, Problem) and future.code == "REG-004" and "330113" in future.what


def test_units_of_our_own_are_registered_once_and_matched_by_any_of_their_names(scope):
    city = tree.find_region(scope, "140500")
    unit = loading.add_pseudo_unit(
        by=scope, parent=city, suffix="SBJ", name="市本级", also=["市本级 （开发区）", "市直"], since=date(2008, 1, 1)
    )
    again = loading.add_pseudo_unit(
        by=scope, parent=city, suffix="SBJ", name="市本级", also=["市本级（开发区）", "市直"]
    )
    assert (unit.code, unit.kind, unit.pk) == ("140500-SBJ", "pseudo", again.pk)
    assert Trail.objects.filter(act="regions.register_pseudo").count() == 1
    now = local_actor()
    for name in ("市本级", "市本级 （开发区）", "市本级(开发区)", "市直", "晋城市市本级"):
        assert matching.match_region(now, name, city, ON).pk == unit.pk
    assert isinstance(matching.match_region(now, "开发区", city, ON), Problem)
    assert tree.region_path_codes(unit) == ["140500-SBJ", "140500", "140000", "100000"]
    assert tree.child_regions(now, city)[-1].pk == unit.pk
    for suffix, name, code in (
        ("SBJ", "经开区", "REG-006"),
        ("经开", "经开区", "REG-005"),
        ("sbj", "市本级", "REG-005"),
        ("", "市本级", "REG-005"),
    ):
        with pytest.raises(Refused, match=code):
            loading.add_pseudo_unit(by=scope, parent=city, suffix=suffix, name=name)


def test_provinces_of_which_the_list_has_no_parts_have_no_rows_and_are_still_found(operator):
    nation = tree.find_region(operator, "100000", ON)
    listed = {row.code for row in tree.child_regions(operator, nation, ON)}
    assert len(listed) == 31 and not {"710000", "810000", "820000"} & listed
    assert [tree.find_region(operator, code, ON).name for code in ("710000", "810000", "820000")] == [
        "台湾省",
        "香港特别行政区",
        "澳门特别行政区",
    ]
