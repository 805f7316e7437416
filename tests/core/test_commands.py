"""The commands as users see them: Chinese throughout, JSON for programs, exit codes."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from anju.core.console import command
from anju.core.console.command import Parser, add_group, add_parser, print_result, run_handler, show_problems
from anju.core.database.postgres import Cluster
from anju.problems import Problem, Refused
from tests.core import clusters

CODE = Path(__file__).parents[2]
ENGLISH = re.compile(r"(?<!-)[A-Za-z]{3,}")
OWN = {"anju", "JSON"}


@pytest.fixture(scope="module")
def place():
    made = clusters.folder()
    yield made
    clusters.remove(made)


@pytest.fixture
def anju(place):
    def run(*arguments):
        environment = os.environ | {"ANJU_HOME": str(place)}
        return subprocess.run(
            [sys.executable, "-m", "anju", *arguments],
            capture_output=True,
            text=True,
            cwd=CODE,
            env=environment,
            check=False,
        )

    return run


@pytest.mark.processes
def test_the_database_s_life_by_commands(anju, place):
    before = anju("db", "status")
    assert before.returncode == 0 and "没有运行" in before.stdout and "尚未建立" in before.stdout
    assert anju("db", "start").stdout == "数据库已启动。\n"
    assert anju("db", "start").stdout == "数据库已在运行。\n"
    assert Cluster(place).answers(), "a command that ends does not stop it"
    status = json.loads(anju("db", "status", "--json").stdout)
    assert status["running"] is True and status["pending"] == [] and status["version"] == "18"
    assert "password" not in str(status).lower()
    assert anju("db", "upgrade").stdout == "已是最新，无须升级。\n"
    listed = anju("regions", "list", "450300", "--on", "2020-12-31")
    assert listed.stdout.splitlines()[0] == "450300\t桂林市\t地级" and len(listed.stdout.splitlines()) == 18
    assert json.loads(anju("regions", "list", "--json").stdout)[0]["code"] == "100000"
    assert anju("db", "stop").stdout == "数据库已停止。\n"
    assert anju("db", "stop").stdout == "数据库没有在运行。\n"


@pytest.mark.processes
def test_matching_names_prints_what_was_found_and_refuses_the_rest(anju):
    done = anju("regions", "match", "450300", "恭城县", "柳州")
    assert done.returncode == 1
    assert done.stdout == "恭城县\t450332\t恭城瑶族自治县\n"
    assert done.stderr.startswith("[REG-002·阻断]")
    as_json = anju("regions", "match", "450300", "恭城县", "柳州", "--json")
    assert as_json.returncode == 1 and as_json.stderr == ""
    assert json.loads(as_json.stdout)["matched"] == {"恭城县": {"code": "450332", "name": "恭城瑶族自治县"}}
    assert json.loads(as_json.stdout)["problems"][0]["code"] == "REG-002"
    for arguments, code in ((("list", "999999"), "REG-001"), (("list", "--on", "昨天"), "REG-007")):
        refused = anju("regions", *arguments)
        assert refused.returncode == 1 and code in refused.stderr and "Traceback" not in refused.stderr


@pytest.mark.processes
def test_the_trail_by_commands(anju, tmp_path):
    file = tmp_path / "留痕.txt"
    assert anju("trail", "export", str(file)).returncode == 0
    assert "TRAIL-011" in anju("trail", "verify", str(file)).stderr, "nothing was done yet, and nothing is called good"
    assert anju("staff", "add", "li.si", "李四").returncode == 0
    assert anju("trail", "seal").returncode == 0
    head = anju("trail", "head").stdout.strip()
    exported = json.loads(anju("trail", "export", str(file), "--json").stdout)
    assert f"{exported['seq']}:{exported['head']}" == head
    assert anju("trail", "verify", str(file)).returncode == 0
    assert anju("trail", "verify", str(file), "--head", head).returncode == 0
    assert anju("trail", "seal").returncode == 0
    file.write_text("x")
    broken = anju("trail", "verify", str(file), "--json")
    assert broken.returncode == 1 and json.loads(broken.stdout)["problems"][0]["code"] == "TRAIL-002"
    unwritable = anju("trail", "export", str(tmp_path / "nowhere" / "t"))
    assert unwritable.returncode == 1 and "Traceback" not in unwritable.stderr


@pytest.mark.processes
def test_another_major_version_lists_the_steps(anju, place):
    anju("db", "stop")
    version = place / "postgres" / "data" / "PG_VERSION"
    if not version.exists():
        anju("db", "start")
        anju("db", "stop")
    version.write_text("17\n")
    try:
        started = anju("db", "start")
        assert started.returncode == 1 and "DB-003" in started.stderr and "anju db upgrade" in started.stderr
        steps = anju("db", "upgrade")
        assert steps.returncode == 1 and "17" in steps.stdout and "docs/database.md" in steps.stdout
    finally:
        version.write_text("18\n")


@pytest.fixture
def parser():
    parser = Parser(prog="anju", description="说明")
    commands = parser.add_subparsers(title="命令", metavar="命令", dest="command", required=True, parser_class=Parser)
    group = add_group(commands, "甲", "甲组")
    one = add_parser(group, "乙", "办一件事", lambda args: 0)
    one.add_argument("file", metavar="文件", help="哪个文件")
    one.add_argument("--number", metavar="数", type=int)
    either = one.add_mutually_exclusive_group()
    either.add_argument("--这", action="store_true")
    either.add_argument("--那", action="store_true")
    one.add_argument("--kind", choices=["一", "二"])
    return parser


@pytest.mark.parametrize(
    "arguments",
    [[], ["丙"], ["甲"], ["甲", "丙"], ["甲", "乙"], ["甲", "乙", "f", "g"], ["甲", "乙", "f", "--number"], ["甲", "乙", "f", "--number", "x"],
     ["甲", "乙", "f", "--这", "--那"], ["甲", "乙", "f", "--kind", "三"], ["甲", "乙", "f", "--这=1"], ["甲", "乙", "f", "--无"]],
)  # fmt: skip
def test_a_wrong_line_is_refused_in_chinese_with_code_2(parser, capsys, arguments):
    with pytest.raises(SystemExit) as stopped:
        parser.parse_args(arguments)
    assert stopped.value.code == 2
    said = capsys.readouterr().err
    assert not set(ENGLISH.findall(re.sub(r"--\w+", "", said))) - OWN, said
    assert "用法：" in said


@pytest.mark.parametrize("arguments", [["-h"], ["甲", "-h"], ["甲", "乙", "--help"]])
def test_help_is_chinese(parser, capsys, arguments):
    with pytest.raises(SystemExit):
        parser.parse_args(arguments)
    said = capsys.readouterr().out
    assert not set(ENGLISH.findall(re.sub(r"--\w+", "", said))) - OWN, said
    assert "选项:" in said or "选项：" in said


def test_results_and_problems_are_text_or_json(parser, capsys):
    plain, machine = (parser.parse_args(["甲", "乙", "f", *more]) for more in ([], ["--json"]))
    print_result(plain, {"a": 1}, ["一", "二"])
    assert capsys.readouterr().out == "一\n二\n"
    print_result(machine, {"名": "甲"}, "一")
    assert json.loads(capsys.readouterr().out) == {"名": "甲"}
    problem = Problem("DB-005", "此处", "满了。", "清理。")
    assert show_problems([problem], plain) == command.REFUSED
    assert capsys.readouterr().err == "[DB-005·阻断] 此处：满了。 清理。\n"
    assert show_problems([problem], machine) == command.REFUSED
    assert json.loads(capsys.readouterr().out)["problems"][0]["code"] == "DB-005"


def test_a_refusal_is_code_1_and_a_lost_database_is_said(parser, capsys):
    import psycopg
    from django.db import OperationalError

    def refuse(args):
        raise Refused(Problem("X-1", "甲", "不行。", "改。"), Problem("X-2", "乙", "不行。", "改。"))

    def lose(args):
        raise OperationalError from psycopg.errors.AdminShutdown("terminating connection")

    def fill(args):
        raise OperationalError from psycopg.errors.DiskFull("x")

    def slip(args):
        raise ZeroDivisionError

    args = parser.parse_args(["甲", "乙", "f"])
    for handler, codes in ((refuse, ["X-1", "X-2"]), (lose, ["DB-018"]), (fill, ["DB-005"])):
        args.handler = handler
        assert run_handler(args) == 1
        said = capsys.readouterr().err
        assert all(code in said for code in codes)
    args.handler = slip
    with pytest.raises(ZeroDivisionError):
        run_handler(args)
