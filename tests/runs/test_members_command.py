"""anju rules run and explain with a file of members beside the file of rows."""

import csv
import json
import re
from datetime import date
from pathlib import Path

import pytest

from anju.cli import main
from anju.problems import Refused
from anju.rules import load
from anju.rules.comparison.sides import Side
from anju.rules.engine.reference import run_reference
from anju.runs.binding.compared_files import compare_sent_file
from tests.rules.build import HEAD

DOC = (Path(__file__).parents[2] / "docs" / "rulebook.md").read_text(encoding="utf-8")
SECTION = DOC.partition("## members 成员、rollups 汇总")[2].partition("\n## ")[0]
BOOK = HEAD.format(kind="eligibility") + re.search(r"```yaml\n(.+?)```", SECTION, re.DOTALL)[1]


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
def files(tmp_path):
    (tmp_path / "户.yaml").write_text(BOOK, encoding="utf-8")
    (tmp_path / "户.csv").write_text("编号,登记人数\n甲,2\n乙,0\n丙,1\n丁,\n", encoding="gb18030")
    people = [
        "户编号,编号,出生日期,月收入", "甲,张三,1950-01-01,1200", "甲,李四,1990-05-01,3000.50", "丁,王五,1990-05-01,",
    ]  # fmt: skip
    (tmp_path / "人.csv").write_text("\n".join(people), encoding="gb18030")
    return tmp_path


def run(files, *more, book="户.yaml", form="csv"):
    return (
        "run", "--book", files / book, "--on", "2021-06-30", "--input", files / "户.csv", "--output", files / f"结果.{form}", *more,
    )  # fmt: skip


def outcome(path):
    with path.open(encoding="utf-8", newline="") as file:
        return {row.pop("key"): row for row in csv.DictReader(file)}


def test_the_documented_book_and_table_hold():
    book = load.load_text(BOOK.encode(), "户.yaml")
    lines = re.findall(r"^\| (.+?) \| (\S+) \| (\S+) \| (\S+) \|$", SECTION, re.MULTILINE)[1:]
    assert len(lines) == 5
    for told, persons, elders, earned in lines:
        people = [
            dict(zip(("born", "income"), (None if one == "未知" else one for one in person.split("、")), strict=True))
            for person in told.split("；")
        ] if told[0].isdigit() else None  # fmt: skip
        row = {"key": "甲", "persons": None if persons == "未知" else persons}
        members = None if people is None else {"甲": people}
        done = run_reference(book, [row], on=date(2021, 6, 30), key="key", members=members)
        assert [done.rows[0].exact(name) or "未知" for name in ("elders", "earned")] == [elders, earned], told


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_members_are_rolled_up_from_a_file_row_by_row_and_in_bulk(call, files, form):
    members = files / "人.csv"
    if form == "parquet":  # the engine reads files where they lie, in UTF-8
        for name in ("户.csv", "人.csv"):
            (files / name).write_text((files / name).read_text(encoding="gb18030"), encoding="utf-8")
    code, out, _ = call(*run(files, "--members", members, "--json", form=form))
    assert code == 0
    told = json.loads(out)
    assert (told["rows"], told["unknown"]) == (4, 3)  # an income for each of nobody is unknown
    if form == "csv":
        rows = outcome(files / "结果.csv")
        assert {key: (row["elders"], row["earned"]) for key, row in rows.items()} == {
            "甲": ("1", "4200.50"), "乙": ("0", "0.00"), "丙": ("", ""), "丁": ("0", ""),
        }  # fmt: skip
        assert (rows["甲"]["failed"], rows["丙"]["unknown"]) == ("poor", "poor")
    digest = told["digest"]
    (files / "人.csv").write_text("户编号,编号,出生日期,月收入\n甲,张三,1950-01-01,1\n甲,李四,,\n", encoding="utf-8")
    code, out, _ = call(*run(files, "--members", members, "--json", form=form))
    assert json.loads(out)["digest"] != digest and json.loads(out)["inputs_digest"] != told["inputs_digest"]


def test_both_ways_come_to_one_digest(call, files):
    for name in ("户.csv", "人.csv"):
        (files / name).write_text((files / name).read_text(encoding="gb18030"), encoding="utf-8")
    digests = [
        json.loads(call(*run(files, "--members", files / "人.csv", "--json", form=form))[1])["digest"]
        for form in ("csv", "parquet")
    ]
    assert digests[0] == digests[1]


def test_a_household_is_explained_with_its_members(call, files):
    words = (
        "explain",
        files / "户.yaml",
        "--on",
        "2021-06-30",
        "--input",
        files / "户.csv",
        "--members",
        files / "人.csv",
    )
    code, out, _ = call(*words, "--row", "甲")
    assert code == 0
    assert "老人数 = 1 人" in out
    assert "张三：周岁(1950年1月1日，算到2021年6月30日) ≥ 60 → 是；李四：" in out
    code, out, _ = call(*words, "--row", "丁")
    assert "成员“王五”的“月收入”未知" in out


REFUSED = {
    "no members": ((), "RULE-049", "--members"),
    "said to be absent and given": (("--members", "人.csv", "--absent", "members"), "RULE-049", "去掉其一"),
    "a file that is none": (("--members", "没有.csv"), "RUN-010", "没有这个文件"),
    "the rows themselves": (("--members", "户.csv"), "RUN-012", "登记人数"),
}


@pytest.mark.parametrize(("more", "code", "word"), REFUSED.values(), ids=REFUSED.keys())
@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_what_is_wrong_with_the_file_is_told(call, files, more, code, word, form):
    more = [files / one if str(one).endswith(".csv") else one for one in more]
    if form == "parquet":
        for name in ("户.csv", "人.csv"):
            (files / name).write_text((files / name).read_text(encoding="gb18030"), encoding="utf-8")
    status, _, said = call(*run(files, *more, form=form))
    assert (status != 0, code in said, word in said) == (True, True, True), said
    assert not (files / f"结果.{form}").exists()


def test_members_without_a_list_run_as_unknown_when_it_is_said(call, files):
    code, _, _ = call(*run(files, "--absent", "members"))
    assert code == 0
    assert {key: row["elders"] for key, row in outcome(files / "结果.csv").items()} == {
        "甲": "",
        "乙": "0",
        "丙": "",
        "丁": "",
    }


def test_a_line_of_nobody_and_a_column_that_lacks_are_told_with_their_place(call, files):
    (files / "人.csv").write_text("户编号,出生日期,月收入\n,1950-01-01,1\n甲,1950-01-01,1\n", encoding="utf-8")
    _, _, said = call(*run(files, "--members", files / "人.csv"))
    assert "人.csv" in said and "第 2 行没有写属于哪一行（户编号）" in said
    (files / "人.csv").write_text("户编号,出生日期\n甲,1950-01-01\n", encoding="utf-8")
    _, _, said = call(*run(files, "--members", files / "人.csv"))
    assert "RULE-022" in said and "月收入（income）" in said
    (files / "人.csv").write_text("户编号,出生日期\n甲,1950-01-01\n甲,1950-01-01\n", encoding="utf-8")
    assert call(*run(files, "--members", files / "人.csv", "--absent", "income"))[0] == 0


def test_a_book_without_members_takes_none(call, files):
    plain = (
        HEAD.format(kind="conduct")
        + "inputs: {persons: {label: 登记人数, unit: 人, range: [0, 9]}}\nsteps: {out: {label: 出, formula: persons}}\nresult: out\n"
    )
    (files / "无.yaml").write_text(plain, encoding="utf-8")
    (files / "户.csv").write_text("编号,登记人数\n甲,2\n", encoding="utf-8")
    for form in ("csv", "parquet"):
        code, _, said = call(*run(files, "--members", files / "人.csv", book="无.yaml", form=form))
        assert code != 0 and "RULE-048" in said


def test_the_book_is_shown_with_its_members(call, files):
    _, out, _ = call("show", files / "户.yaml")
    assert "家庭成员" in out and "老人数 = 成员中周岁(出生日期，算到业务日期) ≥ 60的个数" in out


def test_two_judgements_are_compared_over_the_same_members(call, files):
    later = (
        BOOK.replace(">= 60", ">= 20").replace("kind: eligibility", "kind: conduct")
        + "steps: {out: {label: 出, unit: 人, formula: elders * 10}}\nresult: out\n"
    )
    (files / "后.yaml").write_text(later, encoding="utf-8")
    (files / "前.yaml").write_text(later.replace(">= 20", ">= 60"), encoding="utf-8")
    words = [
        "compare",
        "--book",
        files / "前.yaml",
        "--new-book",
        files / "后.yaml",
        "--on",
        "2021-06-30",
        "--input",
        files / "户.csv",
    ]
    words += ["--output", files / "差别.csv", "--json"]
    code, out, _ = call(*words, "--members", files / "人.csv")
    assert code == 0
    with (files / "差别.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["行键"]: (row["原来（人）"], row["改后（人）"]) for row in csv.DictReader(file)}
    assert rows == {"甲": ("10", "20"), "乙": ("0", "0"), "丙": ("", ""), "丁": ("0", "10")}
    both = json.loads(out)["inputs_digest"] if "inputs_digest" in out else None
    code, out, _ = call(*words)
    assert code != 0 and "RULE-049" in out
    code, out, _ = call(*words, "--absent", "members")
    assert code == 0 and (both is None or json.loads(out)["inputs_digest"] != both)


def test_the_page_that_compares_says_that_it_takes_no_members(tmp_path, files):
    sides = tuple(Side(load.load_text(BOOK.encode(), "户.yaml"), date(2021, 6, day)) for day in (29, 30))
    with pytest.raises(Refused, match="网页上的比较还不能给出"):
        compare_sent_file(files / "户.csv", tmp_path / "出.csv", sides, group_by=[], absent=[], told=tmp_path / "x")
