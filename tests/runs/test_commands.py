"""anju rules …: Chinese help, exit codes, files in and out, and never a traceback."""

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest

from anju.cli import main
from anju.rules.shipped.library import BOOKS
from anju.runs import commands
from tests.books.conftest import the

EXAMPLE = the("scoring", "old-communities").examples[0].given
LABELS = {name: item.label for name, item in the("scoring", "old-communities").inputs.items()}


@pytest.fixture
def call(capsys):
    def go(*words):
        try:
            code = main(["rules", *map(str, words)])
        except SystemExit as stop:
            code = stop.code
        said = capsys.readouterr()
        assert "Traceback" not in said.out + said.err
        return code, said.out, said.err

    return go


@pytest.fixture
def table(tmp_path):
    """A CSV with Chinese headings, as a bureau would save it."""

    def write(rows, name="输入.csv", encoding="utf-8"):
        path = tmp_path / name
        headings = ["地区", *LABELS.values()]
        lines = [
            headings,
            *([key, *({**EXAMPLE, **more}.get(one) or "" for one in LABELS)] for key, more in rows.items()),
        ]
        with path.open("w", encoding=encoding, newline="") as file:
            csv.writer(file).writerows(lines)
        return path

    return write


RUN = ("run", "--book", "scoring/old-communities", "--on", "2020-12-31", "--key", "地区")


def totals(path):
    with Path(path).open(encoding="utf-8", newline="") as file:
        return {row["key"]: row["total"] for row in csv.DictReader(file)}


def test_help_is_chinese(call):
    for words in ([], ["check"], ["list"], ["show"], ["explain"], ["run"]):
        code, out, _ = call(*words, "--help")
        assert code == 0 and "用法" in out and "usage" not in out and "optional" not in out


def test_check_of_everything_shipped(call):
    code, out, _ = call("check")
    assert code == 0 and f"{len(list(BOOKS.rglob('*.yaml')))} 本规则书" in out
    code, out, _ = call("check", "--json")
    told = json.loads(out)
    assert (code, told["problems"], told["doubts"]) == (0, [], [])


def test_check_tells_what_to_look_at_before_a_book_is_used(call, tmp_path):
    shipped = (BOOKS / "check" / "backlog-within-completion.yaml").read_text("utf-8")
    file = tmp_path / "b.yaml"
    file.write_text(
        shipped.replace(
            'formula: "backlog_done <= completed"', 'formula: "backlog_done <= completed or completed < 5"'
        ),
        "utf-8",
    )
    code, out, _ = call("check", str(file))
    assert code == 0 and "启用前请看" not in out
    file.write_text(
        shipped.replace("examples:", "  never: {level: 提醒, formula: completed < completed, says: 无}\nexamples:"),
        "utf-8",
    )
    code, out, _ = call("check", str(file))
    assert code == 0 and "启用前请看 2 处" in out and "BOOK-067" in out and "BOOK-068" in out
    told = json.loads(call("check", str(file), "--json")[1])["doubts"]
    assert [one["code"] for one in told] == ["BOOK-067", "BOOK-068"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (("value: ceil", "value: floor"), "BOOK-045"),  # the published 95 no longer comes out
        (("points: 20", "points: 21"), "BOOK-043"),
        (("examples:", "example:"), "BOOK-004"),
        (("all_funds}", "all_fund}"), "BOOK-040"),
    ],
)
def test_check_names_what_is_wrong_with_file_and_line(call, tmp_path, change, code):
    text = (BOOKS / "scoring" / "old-communities-2020.yaml").read_text("utf-8")
    assert change[0] in text
    (tmp_path / "book.yaml").write_text(text.replace(*change), "utf-8")
    status, _, err = call("check", tmp_path)
    assert status == 1 and code in err and "book.yaml 第" in err


def test_a_book_without_examples_is_not_passed(call, tmp_path):
    text = (BOOKS / "warning" / "idle-credit.yaml").read_text("utf-8")
    (tmp_path / "book.yaml").write_text(text[: text.index("examples:")], "utf-8")
    assert call("check", tmp_path)[0] == 1 and "RUN-014" in call("check", tmp_path)[2]


def test_check_of_nothing(call, tmp_path):
    assert call("check", tmp_path)[0] == 1
    assert call("check", tmp_path / "no")[0] == 1


def test_list_and_show(call):
    code, out, _ = call("list", "--on", "2019-06-30")
    assert code == 0 and "share/old-communities  2019-01-01" in out and "scoring" not in out
    code, out, _ = call("show", "scoring/prh-shanty")
    assert code == 0 and "财综〔2020〕19号" in out and "开工计划完成率（35分）" in out and "算例 2 个" in out
    code, _, err = call("show", "share/old-communities")
    assert code == 1 and "RUN-019" in err and "--on" in err
    assert call("show", "share/old-communities", "--on", "2021-01-01")[0] == 0
    assert call("show", "scoring/none")[0] == 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_run_a_table_of_a_bureau(call, table, tmp_path, encoding):
    source = table({"甲市": {}, "乙市": {"social_funds": "20000"}, "丙市": {"defects": None}}, encoding=encoding)
    code, out, _ = call(*RUN, "--input", source, "--output", tmp_path / "out.csv")
    assert code == 0 and "已算 3 行，其中 1 行有算不出的" in out
    assert totals(tmp_path / "out.csv") == {"甲市": "95.0", "乙市": "100.0", "丙市": ""}


def test_the_same_file_twice_gives_the_same_bytes_whatever_the_order(call, table, tmp_path):
    one = table({"甲": {}, "乙": {"social_funds": "20000"}}, "1.csv")
    two = table({"乙": {"social_funds": "20000"}, "甲": {}}, "2.csv")
    for source in (one, two):
        assert call(*RUN, "--input", source, "--output", source.with_suffix(".out.csv"))[0] == 0
    assert one.with_suffix(".out.csv").read_bytes() == two.with_suffix(".out.csv").read_bytes()


def test_a_trial_with_another_parameter_says_so(call, table, tmp_path):
    source = table({"甲": {}})
    code, out, _ = call(*RUN, "--input", source, "--output", tmp_path / "out.csv", "--set", "step_rounding=floor")
    assert code == 0 and "试算" in out and totals(tmp_path / "out.csv") == {"甲": "96.0"}
    for wrong in ("no_such=1", "share_goal", "share_goal=x", "step_rounding=nearest"):
        assert call(*RUN, "--input", source, "--output", tmp_path / "out.csv", "--set", wrong)[0] == 1


def test_parquet(call, tmp_path):
    import duckdb

    path = (tmp_path / "in.parquet").as_posix()
    columns = ", ".join(f"CAST('{value}' AS DECIMAL(18,4)) AS {name}" for name, value in EXAMPLE.items())
    duckdb.sql(f"COPY (SELECT '甲' AS 地区, {columns}) TO '{path}' (FORMAT parquet)")
    assert call(*RUN, "--input", path, "--output", tmp_path / "out.csv")[0] == 0
    assert totals(tmp_path / "out.csv") == {"甲": "95.0"}
    duckdb.sql(f"COPY (SELECT '甲' AS 地区, 0.1::DOUBLE AS social_funds) TO '{path}' (FORMAT parquet)")
    code, _, err = call(*RUN, "--input", path, "--output", tmp_path / "out.csv")
    assert code == 1 and "RULE-010" in err and "DOUBLE" in err and "social_funds" in err
    assert "RULE-022" in err and "local_funds" in err, "an input that is not there is named, never taken as unknown"


def test_an_input_that_is_not_there_is_named_or_said_to_be_absent(call, table, tmp_path):
    source = table({"甲": {}})
    lines = [line.split(",") for line in source.read_text("utf-8").splitlines()]
    source.write_text("\n".join(",".join(line[:-1]) for line in lines), "utf-8")
    name = next(name for name, label in LABELS.items() if lines[0][-1] in (name, label))
    code, _, err = call(*RUN, "--input", source, "--output", tmp_path / "out.csv")
    assert code == 1 and "RULE-022" in err and name in err
    code, out, _ = call(*RUN, "--input", source, "--output", tmp_path / "out.csv", "--absent", name)
    assert code == 0 and "1 行有算不出的" in out


@pytest.mark.parametrize("odd", [",1", None])
def test_a_line_with_more_or_fewer_cells_than_columns_is_refused_with_its_number(call, table, tmp_path, odd):
    source = table({"甲": {}, "乙": {}})
    lines = source.read_text("utf-8").splitlines()
    lines[2] = f"{lines[2]}{odd}" if odd else lines[2].rpartition(",")[0]
    source.write_text("\n".join([*lines, ""]), "utf-8")
    code, _, err = call(*RUN, "--input", source, "--output", tmp_path / "out.csv")
    assert code == 1 and "RUN-010" in err and "第 3 行的格数" in err


def test_a_large_table_runs_where_it_lies_and_gives_the_same(call, table, tmp_path, monkeypatch):
    source = table({"甲": {}, "乙": {"social_funds": "20000"}, "丙": {"defects": None}})
    code, small, _ = call(*RUN, "--input", source, "--output", tmp_path / "small.csv", "--json")
    monkeypatch.setattr(commands, "ROW_BY_ROW", 0)
    assert code == 0 and call(*RUN, "--input", source, "--output", tmp_path / "large.csv")[0] == 0
    assert (tmp_path / "small.csv").read_bytes() == (tmp_path / "large.csv").read_bytes()
    code, large, _ = call(*RUN, "--input", source, "--output", tmp_path / "large.parquet", "--json")
    assert code == 0 and json.loads(small)["digest"] == json.loads(large)["digest"]
    assert json.loads(small)["unknown"] == json.loads(large)["unknown"] == 1


def test_a_spreadsheet_with_its_decimals(call, tmp_path):
    from openpyxl import Workbook

    book = Workbook()
    book.active.append(["地区", *LABELS.values()])
    book.active.append(["甲", *(float(EXAMPLE[name]) for name in LABELS)])
    book.save(tmp_path / "in.xlsx")
    assert call(*RUN, "--input", tmp_path / "in.xlsx", "--output", tmp_path / "out.csv")[0] == 0
    assert totals(tmp_path / "out.csv") == {"甲": "95.0"}


def test_every_misfit_is_said_at_once(call, table, tmp_path):
    source = table({"甲": {"social_funds": "-1"}, "乙": {"defects": "三项"}})
    code, _, err = call(*RUN, "--input", source, "--output", tmp_path / "out.csv")
    assert code == 1 and "RULE-011" in err and "RULE-010" in err and not (tmp_path / "out.csv").exists()


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("no.csv", None, "RUN-010"), ("in.txt", b"x", "RUN-010"), ("in.csv", b"", "RUN-010"), ("in.csv", b"\xff\xfe\x00", "RUN-010"),
        ("in.parquet", b"not parquet", "RUN-010"), ("in.xlsx", b"not a workbook", "WB-"), ("in.csv", "地区,姓名\n甲,乙\n".encode(), "RUN-012"),
        ("in.csv", "名称\n甲\n".encode(), "RUN-012"), ("in.csv", b'a"b,"c\n', "RUN-01"),
    ],
)  # fmt: skip
def test_a_file_that_will_not_do(call, tmp_path, name, content, expected):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    code, _, err = call(*RUN, "--input", tmp_path / name, "--output", tmp_path / "out.csv")
    assert code == 1 and expected in err


def test_where_the_result_may_not_go(call, table, tmp_path):
    source = table({"甲": {}})
    for target in (source, tmp_path / "out.xlsx", tmp_path / "no" / "out.csv"):
        assert call(*RUN, "--input", source, "--output", target)[0] == 1
    assert totals.__name__ and source.read_text("utf-8").startswith("地区"), "the input is untouched"


def test_a_day_that_is_none_and_a_day_without_a_book(call, table, tmp_path):
    source = table({"甲": {}})
    for day, expected in (("2020-13-01", "RUN-018"), ("2022-01-01", "RULE-020")):
        code, _, err = call(
            "run", "--book", "scoring/old-communities", "--on", day, "--input", source, "--output", tmp_path / "o.csv"
        )
        assert code == 1 and expected in err


def test_explain_tells_each_lost_point(call, table):
    source = table({"甲": {}, "乙": {"social_funds": "20000"}})
    words = ("explain", "scoring/old-communities", "--on", "2020-12-31", "--key", "地区", "--input", source)
    code, out, _ = call(*words, "--row", "甲")
    assert code == 0 and "失 5 分：社会筹资 463.58 万元" in out and "乙" not in out
    assert call(*words, "--row", "丁")[0] == 1
    code, out, _ = call(*words, "--json")
    assert code == 0 and [one["key"] for one in json.loads(out)] == ["甲", "乙"]


def test_run_says_json(call, table, tmp_path):
    code, out, _ = call(*RUN, "--input", table({"甲": {}}), "--output", tmp_path / "out.csv", "--json")
    said = json.loads(out)
    assert (
        code == 0 and said["rows"] == 1 and said["book"]["subject"] == "old-communities" and len(said["digest"]) == 64
    )


def test_on_postgresql_the_same_bytes(table, tmp_path, cluster, django_db_setup):
    """Through the real command, with its own database."""
    source = table({"甲": {}, "乙": {"social_funds": "17000"}})
    for engine in ("duckdb", "postgres"):
        words = [*RUN, "--input", str(source), "--output", str(tmp_path / f"{engine}.csv"), "--engine", engine]
        done = subprocess.run([sys.executable, "-m", "anju", "rules", *words], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    assert (tmp_path / "duckdb.csv").read_bytes() == (tmp_path / "postgres.csv").read_bytes()


def test_books_of_a_city_are_found_beside_the_shipped(call, tmp_path, monkeypatch):
    text = (BOOKS / "warning" / "idle-credit.yaml").read_text("utf-8")
    (tmp_path / "own.yaml").write_text(text.replace("applies:", 'region: "140500"\napplies:'), "utf-8")
    monkeypatch.setenv("ANJU_BOOKS", str(tmp_path))
    assert "140500" in call("list")[1]
    assert "own.yaml" not in call("show", "warning/idle-credit", "--on", "2021-12-31")[1]
