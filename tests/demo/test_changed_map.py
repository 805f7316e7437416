"""A place loaded again after its map was changed says what the new map reads no more."""

from anju.demo.places import load_place
from tests.workbooks.forms import form

PLACE = """\
title: 晋城市2021年度
region: "140500"
period: "2021"
on: 2021-12-31
workbooks:
  - {file: 表.xlsx, map: table}
"""
MAP = """\
map: table
period: "2021"
rows: {label: 县区名称, totals: [{name: 全市}]}
columns:
  - {path: 任务量, measure: prh.start, unit: 套}
  - {path: 开工量 / 合计, measure: shanty.start, unit: 套}
  - {path: 货币化安置, ignore: true}
  - {path: 完成投资, ignore: true}
"""


def test_numbers_that_the_new_map_does_not_read_are_said(scope, tmp_path, monkeypatch):
    monkeypatch.setenv("ANJU_HOME", str(tmp_path / "home"))
    folder = tmp_path / "place"
    (folder / "maps").mkdir(parents=True)
    (folder / "place.yaml").write_text(PLACE, "utf-8")
    (folder / "maps" / "table.yaml").write_text(MAP, "utf-8")
    (folder / "表.xlsx").write_bytes(
        form([["全市", 30, 33, 3, 1.5], ["城区", 10, 12, 1, 1], ["沁水县", 20, 21, 2, 0.5]])
    )
    said: list[str] = []
    load_place(folder, say=said.append)
    assert not any("FIG-065" in line for line in said)
    (folder / "maps" / "table.yaml").write_text(MAP.replace("measure: prh.start, unit: 套", "ignore: true"), "utf-8")
    load_place(folder, say=said.append)
    assert [line for line in said if "FIG-065" in line and "anju import undo" in line]
