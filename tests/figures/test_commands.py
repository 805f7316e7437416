"""anju figures …, anju import …: the same acts in Chinese, with exit codes and --json, and never a traceback."""

import json
import sys

import pytest
from openpyxl import Workbook

from tests.figures.conftest import YEAR

MAP = """
map: starts
form: long
title: 正文数据
measures: {开工量: shanty.start}
"""


pytestmark = pytest.mark.xdist_group("committed")


@pytest.fixture
def anju(committed, capsys):
    from anju.core.console.command import Parser, run_handler
    from anju.figures import commands

    def run(*words):
        parser = Parser(prog="anju")
        commands.add_commands(parser.add_subparsers(parser_class=Parser))
        code = run_handler(parser.parse_args(list(words)))
        return code, *capsys.readouterr()

    assert "新增" in run("figures", "load")[1]
    return run


@pytest.fixture
def file(tmp_path):
    """A long-form workbook with its map beside it."""
    book = Workbook()
    book.active.title = "正文数据"
    book.active.append(["区划", "指标", "期间", "口径", "数值", "单位", "状态", "推定依据", "出处"])
    book.active.append(["城区", "开工量", "2021", "", "1413", "套", "", "", "正文"])
    book.save(tmp_path / "正文数据.xlsx")
    (tmp_path / "maps").mkdir()
    (tmp_path / "maps" / "starts.yaml").write_text(MAP, "utf-8")
    return str(tmp_path / "正文数据.xlsx")


WHERE = ("--region", "140502", "--period", YEAR)
CITY = ("--region", "140500", "--period", YEAR)


def test_import_show_correct_history_undo(anju, file):
    code, said, _ = anju("import", file, *CITY, "--json")
    brought = json.loads(said)
    assert code == 0 and brought["new"] == 1 and brought["stored"]
    assert "没有改动任何数字" in anju("import", file, *CITY, "--map", "starts")[1]
    assert "1413套" in anju("figures", "show", "shanty.start", *WHERE)[1]
    assert json.loads(anju("figures", "show", *WHERE, "--json")[1])[0]["text"] == "1413"
    code, said, _ = anju("figures", "correct", "shanty.start", "1400", "--reason", "核减重复", *WHERE)
    assert code == 0 and "1413套 → 1400套" in said
    history = anju("figures", "history", "shanty.start", *WHERE)[1]
    assert "核减重复" in history and "《正文数据.xlsx》正文数据 E2" in history
    code, _, told = anju("import", "undo", str(brought["import"]), "--reason", "错表")
    assert code == 1 and "FIG-044" in told
    assert anju("figures", "check")[0] == 0 and "一致" in anju("figures", "rebuild")[1]


def test_an_import_can_be_undone(anju, file):
    number = json.loads(anju("import", file, *CITY, "--json")[1])["import"]
    code, said, _ = anju("import", "undo", str(number), "--reason", "错表")
    assert code == 0 and "1 个数恢复" in said
    assert "未报" in anju("figures", "show", "shanty.start", *WHERE)[1]


def test_a_preview_stores_nothing(anju, file):
    code, said, _ = anju("import", file, *CITY, "--preview")
    assert code == 0 and "新增 1 个数" in said and "未报" in anju("figures", "show", "shanty.start", *WHERE)[1]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("figures", "show", "shanty.begin", *WHERE), "FIG-012"),
        (("figures", "show", "--region", "999999", "--period", YEAR), "FIG-061"),
        (("figures", "show", "--region", "140502", "--period", "今年"), "FIG-004"),
        (("figures", "correct", "shanty.start", "9", "--reason", "改", *WHERE), "FIG-041"),
        (("figures", "load", "没有.yaml"), "FIG-001"),
        (("import", "没有.xlsx", *CITY), "FIG-062"),
        (("import", sys.executable, *CITY), "FIG-064"),
        (("import", __file__), "FIG-063"),
        (("import", "undo"), "FIG-063"),
        (("import", "undo", "999", "--reason", "错"), "FIG-061"),
    ],
)
def test_what_cannot_be_done_is_said(anju, words, told):
    code, _, error = anju(*words)
    assert code == 1 and told in error and "Traceback" not in error
    listed = json.loads(anju(*words, "--json")[1])["problems"]
    assert listed[0]["code"] == told and listed[0]["fix"]


def test_a_damaged_figure_is_reported_by_the_exit_code(anju, file):
    from django.db import connections

    anju("import", file, *CITY)
    with connections["owner"].cursor() as cursor:
        cursor.execute("UPDATE figures_current SET value = value + 1")
    code, said, _ = anju("figures", "check")
    assert code == 1 and "有 1 个不一致" in said
    assert "重建了不一致的 1 个" in anju("figures", "rebuild")[1] and anju("figures", "check")[0] == 0


def test_measures_are_listed_by_what_is_typed(anju):
    code, said, _ = anju("figures", "list", "货币化")
    assert code == 0 and "shanty.start.monetised" in said and "prh.start" not in said
    assert json.loads(anju("figures", "load", "--json")[1])["new"] == []
