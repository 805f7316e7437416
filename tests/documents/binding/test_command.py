"""The same from the command line, and from a PDF."""

import json

import pytest

from anju.cli import build_parser
from anju.core.console.command import run_handler
from anju.documents.checker.reading import read_paper
from anju.documents.styles.library.loading import load_style
from anju.documents.writers.formats import write_formats
from tests.documents.binding.papers import JUNE, MAY, print_paper
from tests.documents.conftest import circular  # noqa: F401
from tests.sample_place import CITY

pytestmark = pytest.mark.django_db(databases=["default", "owner"])  # a command brings the tables up to date first


def test_a_style_is_written_of_what_is_certain(scope, ledger, tmp_path, capsys):
    paper, style = tmp_path / "五月.docx", tmp_path / "样式.yaml"
    paper.write_bytes(print_paper(scope, 4, MAY).file)
    words = ["bind", paper, "--region", CITY, "--period", MAY, "--output", style, "--name", "简报", "--json"]
    assert run_handler(build_parser().parse_args(["document", *map(str, words)])) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["period"], told["认定"] > 115, told["数不一致"]) == (MAY, True, 0)
    assert load_style(style).name == "简报"


def test_what_differs_is_told_with_both_values(scope, ledger, tmp_path, capsys):
    paper = tmp_path / "六月.txt"
    paper.write_text("关于2023年6月棚改进展的通报\n全市棚户区改造开工3369套。\n", encoding="utf-8")
    words = ["bind", paper, "--region", CITY, "--period", JUNE]
    assert run_handler(build_parser().parse_args(["document", *map(str, words)])) == 0
    assert "这里3369套，台账3396套" in capsys.readouterr().out


def test_the_merged_heads_of_a_pdf_stand_over_all_of_their_columns(circular):  # noqa: F811
    pdf = write_formats(circular, ["pdf"], "通报")["pdf"]
    table = read_paper(pdf, "通报.pdf").tables[0]
    rates = [head for head in table.heads.values() if head.rpartition("·")[2] == "完成率"]
    assert len(rates) == 2 and all("·" in head for head in rates)
    units = {
        number.unit
        for number in (table.number(row, column) for row in range(table.rows) for column in range(table.columns))
        if number
    }
    assert {"亿元", "套", "户"} <= units
