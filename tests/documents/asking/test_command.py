"""anju table: a declared table or a pasted head into files."""

import json
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest

from anju.cli import build_parser
from anju.core.console.command import run_handler
from tests.cast import CITY
from tests.documents.asking.test_keep import PASTED
from tests.documents.tables.conftest import MONTH, city  # noqa: F401

pytestmark = pytest.mark.django_db(databases=["default", "owner"])  # a command brings the tables up to date first
DECLARED = "t:\n  title: 各县开工\n  rows: {regions: ['140502', '140521']}\n  columns: [{head: 开工（套）, code: shanty.start}]\n"


@pytest.fixture
def run(city, capsys, tmp_path):  # noqa: F811
    def run(name, text, *words, act="write"):
        (tmp_path / name).write_text(text, encoding="utf-8")
        capsys.readouterr()
        code = run_handler(build_parser().parse_args(["table", act, str(tmp_path / name), *map(str, words)]))
        told = capsys.readouterr()
        return code, told.out + told.err

    return run


def rows(told):
    [file] = json.loads(told)["files"]
    sheet = openpyxl.load_workbook(BytesIO(Path(file).read_bytes())).worksheets[0]
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def test_a_declared_table_is_written(run, tmp_path):
    code, told = run(
        "表.yaml",
        DECLARED,
        "--region",
        CITY,
        "--period",
        MONTH,
        "--output",
        tmp_path / "out",
        "--format",
        "xlsx",
        "--json",
    )
    assert code == 0
    assert ["城区", 90] in rows(told)


def test_a_pasted_head_is_written_as_it_is_recognised(run, tmp_path):
    code, told = run(
        "取数.tsv",
        PASTED,
        "--region",
        CITY,
        "--period",
        MONTH,
        "--output",
        tmp_path / "out",
        "--format",
        "xlsx",
        "--json",
    )
    assert code == 0
    assert ["城区", 100, 90] in rows(told)


def test_what_is_not_certain_is_not_taken(run):
    code, told = run("取数.tsv", "县区\t开工（套）\n城区\t", "--region", CITY, "--period", MONTH)
    assert code == 1
    assert "DOC-122" in told


def test_check_reads_and_writes_nothing(run):
    assert run("表.yaml", DECLARED, act="check") == (0, "t  各县开工\n")
    code, told = run("表.yaml", DECLARED.replace("code:", "kode:"), act="check")
    assert code == 1
    assert "DOC-111" in told
    code, told = run("表.yaml", "t: [", act="check")
    assert "DOC-110" in told
