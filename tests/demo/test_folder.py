"""place.yaml, read strictly: each slip is told with its line, all at once."""

from pathlib import Path

import pytest

from anju.demo.folder import read_place, read_yaml
from anju.problems import Refused

GOOD = """\
title: 示例市2022年度
region: "140900"
period: "2022"
on: 2022-12-31
targets:
  - {number: 示政办〔2022〕1号, title: 实施方案, level: 市}
workbooks:
  - {file: 表.xlsx, map: table, target_document: 示政办〔2022〕1号}
documents:
  - {kind: circular, file: 通报, options: {organs: [某办公室]}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "表.xlsx").write_bytes(b"")
    return tmp_path


def problems(folder: Path, text: str) -> list:
    (folder / "place.yaml").write_text(text, "utf-8")
    with pytest.raises(Refused) as caught:
        read_place(folder)
    return caught.value.problems


def test_a_good_one_is_read(folder):
    (folder / "place.yaml").write_text(GOOD, "utf-8")
    place = read_place(folder)
    assert (place.region, place.period, place.workbooks[0].map) == ("140900", "2022", "table")


def test_every_slip_is_told_at_once_with_its_line(folder):
    found = problems(
        folder,
        GOOD.replace('"140900"', "140900").replace("title: 示例", "titel: 示例").replace("level: 市", "level: 镇"),
    )
    assert {problem.code for problem in found} == {"DEMO-002"}
    told = " ".join(str(problem.where) for problem in found)
    assert all(part in told for part in ("第 1 行“titel”", "第 2 行“region”", "第 6 行“targets.0.level”", "“title”"))


@pytest.mark.parametrize("period", ["2022年", "22", "2022-13-1", "2022Q3"])
def test_a_period_is_written_in_one_way(folder, period):
    assert "期间写成" in problems(folder, GOOD.replace('"2022"', f'"{period}"'))[0].what


def test_a_file_that_is_not_there_and_a_paper_that_is_not_registered(folder):
    found = problems(
        folder, GOOD.replace("file: 表.xlsx", "file: 没有.xlsx").replace("target_document: 示", "target_document: 另")
    )
    assert [problem.code for problem in found] == ["DEMO-003", "DEMO-004"]


@pytest.mark.parametrize(
    ("text", "word"), [("a: [1", "YAML"), ("a:\n\tb: 1", "Tab"), ("\xff".encode("latin-1"), "YAML")]
)
def test_what_is_no_yaml_is_said_without_english(tmp_path, text, word):
    path = tmp_path / "place.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(Refused) as caught:
        read_yaml(path)
    assert word in caught.value.problems[0].what
    assert caught.value.problems[0].code == "DEMO-001"


def test_no_place_yaml(tmp_path):
    with pytest.raises(Refused, match="DEMO-001"):
        read_place(tmp_path)
