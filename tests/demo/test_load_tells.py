"""A place's folder: every bad workbook is told at once, a unit stands under its own city, and a period is no matter of chance."""

import shutil
from pathlib import Path

import pytest
from openpyxl import Workbook

from anju.core.models.region import Region
from anju.core.people.scope import local_actor, open_scope
from anju.core.regions import tree
from anju.demo.places import load_place
from anju.figures.models import Observation
from anju.figures.queries import current
from anju.problems import Refused

pytestmark = pytest.mark.xdist_group("committed")
CASES = Path(__file__).parent / "cases"
PLACE = 'title: 试\nregion: "140500"\nperiod: "2021"\non: 2021-12-31\ndocuments: []\n'
MAP = """map: t
title: 测试表
{period}
rows: {{label: 地区}}
columns: [{{path: 开工, measure: shanty.start, unit: 套}}]
"""


@pytest.fixture
def place(committed, tmp_path):
    def make(books, period="", extra=""):
        (tmp_path / "maps").mkdir(exist_ok=True)
        (tmp_path / "maps" / "t.yaml").write_text(MAP.format(period=period), "utf-8")
        listed = []
        for number, (title, rows, more) in enumerate(books):
            book = Workbook()
            for row in ([title], ["地区", "开工（套）"], *rows):
                book.active.append(row)
            book.save(tmp_path / f"表{number}.xlsx")
            listed.append(f"  - {{file: 表{number}.xlsx, map: t{more}}}\n")
        (tmp_path / "place.yaml").write_text(PLACE + extra + "workbooks:\n" + "".join(listed), "utf-8")
        return tmp_path

    return make


def load(folder):
    return load_place(folder, say=lambda *_: None)


def stored(**wanted):
    with open_scope(local_actor()):
        return Observation.objects.filter(**wanted).count()


def figure(code, period, region="140502"):
    with open_scope(local_actor()) as user:
        return current.current_figure(user, code, tree.find_region(user, region), period)


def test_every_bad_workbook_is_told_at_once_and_the_good_ones_are_stored(place):
    folder = place(
        [
            ("测试表", [["城区", "甲"]], ""),
            ("测试表", [["城区", 5]], ""),
            ("测试表", [["火星区", 6]], ""),
            ("测试表", [["高平市", "乙"]], ""),
        ]
    )
    with pytest.raises(Refused) as refused:
        load(folder)
    told = [problem.where for problem in refused.value.problems if problem.code == "DEMO-006"]
    assert [name for number in range(4) if (name := f"表{number}.xlsx") in str(told)] == [
        "表0.xlsx",
        "表2.xlsx",
        "表3.xlsx",
    ]
    assert figure("shanty.start", "2021").text() == "5"


def test_a_unit_stands_under_the_city_whose_code_it_bears(committed, tmp_path):
    shutil.copytree(CASES / "u1", tmp_path / "u1")
    load(tmp_path / "u1")
    made = {
        one.code: one.parent.name for one in Region.objects.filter(kind=Region.Kind.PSEUDO).select_related("parent")
    }
    assert made == {"341700-ZX": "池州市", "340200-ZX": "芜湖市"}
    assert stored(region__code__in=made) == 2


@pytest.mark.parametrize("code", ["150100-ZX", "999999-ZX", "150000-ZX"])
def test_a_unit_of_another_place_is_refused(place, code):
    folder = place([], extra=f"units: [{{code: 140500-A, name: 甲}}, {{code: {code}, name: 乙}}]\n")
    (folder / "place.yaml").write_text((folder / "place.yaml").read_text("utf-8").replace("workbooks:\n", ""), "utf-8")
    with pytest.raises(Refused) as refused:
        load(folder)
    assert [(one.code, code in str(one.where)) for one in refused.value.problems] == [("DEMO-008", True)]
    assert not Region.objects.filter(kind=Region.Kind.PSEUDO).exists()


def test_amounts_with_fen_stop_nothing(committed, tmp_path):
    for name in ("k1", "k6"):
        shutil.copytree(CASES / name, tmp_path / name)
        load(tmp_path / name)
        load(tmp_path / name)
    assert stored(unit="元", places=2)


@pytest.mark.parametrize(
    ("title", "period"),
    [
        ("2021年1—5月测试表", 'period: "2021-04"'), ("2021年5月测试表", ""), ("2020年度测试表", 'period: "2021"'), ("2021年三季度测试表", ""),
        ("2021年五月测试表", 'period: "{year}"'),
    ],
)  # fmt: skip
def test_a_table_whose_title_says_another_period_is_asked_about(place, title, period):
    folder = place([(title, [["城区", 5]], "")], period)
    with pytest.raises(Refused) as refused:
        load(folder)
    assert {one.code for one in refused.value.problems} == {"FIG-066", "DEMO-006"} and not stored()
    place([(title, [["城区", 5]], ', period: "2021-05"')], period)
    load(folder)
    assert figure("shanty.start", "2021-05").text() == "5"


@pytest.mark.parametrize(
    ("title", "period", "stored"),
    [
        ("2021年度测试表", "", "2021"), ("测试表", "", "2021"), ("2021年1—12月测试表", "", "2021"), ("2020年测试表", 'period: "{year}"', "2020"),
        ("2021年1—5月测试表", 'period: "2021-05"', "2021-05"), ("2021年测试表", 'period: "2021-05"', "2021-05"),
        ("2017年底前开工2021年未建成测试表", 'period: "2021"', "2021"),
    ],
)  # fmt: skip
def test_a_table_that_says_one_thing_is_not_asked_about(place, title, period, stored):
    load(place([(title, [["城区", 5]], "")], period))
    assert figure("shanty.start", stored).text() == "5"
