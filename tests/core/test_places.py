"""Where a problem is: parts, which become words last."""

import io
import json
from argparse import Namespace

import pytest

from anju import file_sizes
from anju.core.console.command import show_problems
from anju.problems import ASK, Place, Problem
from anju.projects.pages.forms import problems_by_field


@pytest.mark.parametrize(
    ("place", "words"),
    [
        (Place("命令"), "命令"),
        (Place(file="附表.xlsx"), "《附表.xlsx》"),
        (Place(file="附表.xlsx", sheet="附表"), "《附表.xlsx》工作表“附表”"),
        (Place(file="附表.xlsx", sheet="附表", cell="F12"), "《附表.xlsx》工作表“附表” 单元格 F12"),
        (
            Place(file="附表.xlsx", sheet="附表", cell="F12", field="开工"),
            "《附表.xlsx》工作表“附表” 单元格 F12 “开工”",
        ),
        (Place(file="附表.xlsx", field="开工"), "《附表.xlsx》 “开工”"),
        (Place(file="measures.yaml", line=7), "《measures.yaml》第 7 行"),
        (Place.of("项目“东关”", "计划套数"), "项目“东关” “计划套数”"),
        (Place("甲.yaml 第 3 行 double", file="甲.yaml", line=3, field="double"), "甲.yaml 第 3 行 double"),
    ],
)
def test_parts_become_the_words_that_were_always_used(place, words):
    assert str(place) == words
    assert str(Problem("X-001", place, "问。", "答。")) == f"[X-001·阻断] {words}：问。 答。"


def test_words_alone_are_a_place_and_nothing_is_none():
    assert Problem("X-001", "命令", "", "").where == Place("命令")
    assert Place("命令") and Place(line=3) and not Place()


def test_what_is_stored_is_words_and_reads_again():
    problem = Problem("X-001", Place(file="甲.xlsx", sheet="表", cell="B2"), "问。", "答。", ASK)
    stored = problem.as_dict()
    assert stored == {
        "code": "X-001", "where": "《甲.xlsx》工作表“表” 单元格 B2", "what": "问。", "fix": "答。", "level": "提醒",
    }  # fmt: skip
    assert Problem(**stored).as_dict() == stored


def test_json_has_the_parts_beside_the_words(monkeypatch):
    monkeypatch.setattr("sys.stdout", out := io.StringIO())
    place = Place("甲.yaml 第 3 行 double", file="甲.yaml", line=3, field="double")
    show_problems(
        [Problem("X-001", place, "问。", "答。"), Problem("X-002", "命令", "问。", "答。")], Namespace(json=True)
    )
    first, second = json.loads(out.getvalue())["problems"]
    assert first["where"] == "甲.yaml 第 3 行 double"
    assert first["place"] == {"file": "甲.yaml", "line": 3, "field": "double"}
    assert second["where"] == "命令" and second["place"] == {}


LABELS = {"name": "名称", "area": "建筑面积", "all": "面积", "on": "日期", "version": ""}


@pytest.mark.parametrize(
    ("place", "name"),
    [
        (Place.of("项目“名称测试”", "建筑面积（㎡）"), "area"),
        (Place("项目 东区 X1", field="拍摄日期"), "on"),
        (Place.of("项目“东关”", "编码"), ""),
        (Place("项目“名称测试”"), ""),
    ],
    ids=["longest", "part-of-it", "not-on-the-page", "a-name-is-no-field"],
)
def test_a_form_shows_a_problem_beside_the_field_its_place_names(place, name):
    """Not beside a field whose label stands by chance in a project's name or in what is said."""
    problem = Problem("PROJ-003", place, "名称和日期都不对。", "请改。")
    assert problems_by_field([problem], LABELS) == ({name: "名称和日期都不对。请改。"} if name else {})


def test_a_file_is_refused_from_the_first_byte_too_many():
    said = {"code": "X-001", "where": Place(file="甲.pdf"), "fix": "请压缩。"}
    assert file_sizes.too_large(3 << 20, 3 << 20, **said) == []
    (problem,) = file_sizes.too_large((3 << 20) + 1, 3 << 20, **said)
    assert str(problem) == "[X-001·阻断] 《甲.pdf》：文件有 3 兆，上限是 3 兆。 请压缩。"
    (problem,) = file_sizes.too_large(5 << 20, 3 << 20, what="太大。", **said)
    assert problem.what == "太大。"
