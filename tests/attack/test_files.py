"""Every reader of files, over files that were good before."""

import io
import os
import random
from pathlib import Path

import pytest
import xlwt
from docx import Document

from anju.core.trail.chain import GENESIS, chain_lines, link_hash, verify_chain
from anju.demo.folder import read_place
from anju.documents.text.word_file import read_word
from anju.figures.catalogue import _entries
from anju.isolation import read_isolated
from anju.problems import Refused
from anju.projects.files.returned import open_returned
from anju.returns.files.export_sheets import read_export
from anju.returns.files.offline_workbook_file import read_file
from anju.returns.forms.spec import read_spec
from anju.rules.load import load_book
from anju.workbooks.reading.context import read_context
from anju.workbooks.reading.maps import load_map
from anju.workbooks.reading.reader import find_map, read_workbook
from anju.workbooks.writing.marking import mark_workbook
from tests.attack.mutations import spoil_bytes, spoil_package

TIMES = int(os.environ.get("ANJU_MUTATIONS", "25"))  # of each reader; `make soak` asks for thousands
ROOT = Path(__file__).parents[2] / "anju"
PLACE = ROOT / "demo" / "places" / "jincheng-2021"
MAPS = sorted((PLACE / "maps").glob("*.yaml"))
WORKBOOK = PLACE / "附件4 审计整改.xlsx"

pytestmark = pytest.mark.soak


def old_workbook() -> bytes:
    book, out = xlwt.Workbook(), io.BytesIO()
    page = book.add_sheet("表")
    for row in range(20):
        for column in range(6):
            page.write(row, column, f"县{row}" if not column else row * column)
    page.write_merge(21, 22, 0, 3, "合计")
    book.save(out)
    return out.getvalue()


def word_file() -> bytes:
    made, out = Document(), io.BytesIO()
    made.add_paragraph("全市开工 1,825 套，完成投资 27.27 亿元。")
    table = made.add_table(3, 3)
    for cell in (cell for row in table.rows for cell in row.cells):
        cell.text = "12"
    made.save(out)
    return out.getvalue()


def every_problem(work, content: bytes) -> list:
    """What was refused, or nothing; anything else falls out of here."""
    try:
        work(content)
    except Refused as refused:
        return refused.problems
    return []


XLSX_READERS = {
    "import": lambda content: read_isolated(read_workbook, content, load_map(MAPS[-1]), name="甲.xlsx"),
    "find the map": lambda content: read_isolated(find_map, content, [load_map(path) for path in MAPS], name="甲.xlsx"),
    "mark": lambda content: read_isolated(mark_workbook, content, [], name="甲.xlsx"),
    "show a cell": lambda content: read_isolated(read_context, content, "Sheet1", "B7", name="甲.xlsx"),
    "projects": lambda content: read_isolated(open_returned, content, "甲.xlsx", 20),
    "offline return": lambda content: read_isolated(read_file, content, "甲.xlsx", {}),
    "receiver's export": lambda content: read_isolated(read_export, content, "甲.xlsx"),
}


@pytest.mark.parametrize("reader", XLSX_READERS)
def test_a_mutated_workbook_is_read_or_told(reader):
    good = WORKBOOK.read_bytes()
    for seed in range(TIMES):
        problems = every_problem(XLSX_READERS[reader], spoil_package(random.Random(f"{reader}{seed}"), good))
        assert all(problem.what and problem.fix for problem in problems), seed


@pytest.mark.parametrize("reader", ["import", "mark", "show a cell", "receiver's export"])
def test_a_mutated_old_workbook_is_read_or_told(reader):
    good = old_workbook()
    for seed in range(TIMES):
        every_problem(XLSX_READERS[reader], spoil_bytes(random.Random(f"{reader}{seed}"), good))


def test_a_mutated_text_export_is_read_or_told():
    good = "区划,开工,竣工\n东区,12,11\n西区,21,20\n".encode()
    for seed in range(TIMES):
        every_problem(XLSX_READERS["receiver's export"], spoil_bytes(random.Random(seed), good))


def test_a_mutated_word_file_is_read_or_told():
    good = word_file()
    for seed in range(TIMES):
        every_problem(
            lambda content: read_isolated(read_word, content, "甲.docx"), spoil_package(random.Random(seed), good)
        )


def read_catalogue(path: Path) -> None:
    problems: list = []
    list(_entries(path, "place", problems))
    if problems:
        raise Refused(*problems)


YAML_READERS = {
    "map": (load_map, MAPS[0]),
    "place": (lambda path: read_place(path.parent), PLACE / "place.yaml"),
    "book": (load_book, sorted((ROOT / "rules" / "shipped" / "books").rglob("*.yaml"))[0]),
    "form": (lambda path: read_spec(path.read_text("utf-8", "replace"), path.name), sorted((ROOT / "returns" / "forms" / "shipped").glob("*.yaml"))[0]),
    "catalogue": (read_catalogue, PLACE / "measures.yaml"),
}  # fmt: skip


@pytest.mark.parametrize("reader", YAML_READERS)
def test_mutated_yaml_is_read_or_told(reader, tmp_path):
    read, good = YAML_READERS[reader]
    for seed in range(TIMES * 4):
        path = tmp_path / good.name
        path.write_bytes(spoil_bytes(random.Random(f"{reader}{seed}"), good.read_bytes()))
        problems = every_problem(read, path)
        assert all(problem.what for problem in problems), seed


@pytest.mark.parametrize("value", ["2026-13-45", "9" * 5000, "2026-11-30T25:61:61", "!!int ''", "!!float x"])
def test_a_value_that_cannot_be_is_told_with_its_line(value, tmp_path):
    path = tmp_path / "map.yaml"
    path.write_text(f"map: x\ntitle: 甲\nperiod: {value}\n", "utf-8")
    with pytest.raises(Refused) as refused:
        load_map(path)
    assert refused.value.problems[0].where.line == 3


def test_a_mutated_trail_is_verified_or_told(tmp_path):
    rows, last = [], GENESIS
    for seq in range(1, 6):
        content = b'{"v":1,"n":%d}' % seq
        last = link_hash(last, seq, content)
        rows.append((seq, last, content))
    good = b"".join(chain_lines(rows))
    path = tmp_path / "trail.txt"
    path.write_bytes(good)
    assert verify_chain([path]).problems == []
    for seed in range(TIMES * 4):
        path.write_bytes(spoil_bytes(random.Random(seed), good))
        assert isinstance(verify_chain([path]).problems, list), seed
    path.write_bytes(good.replace(b"\n3\t", b"\n" + b"3" * 5000 + b"\t"))
    assert [problem.code for problem in verify_chain([path]).problems] == ["TRAIL-003"]
    path.write_bytes(good)
    assert [problem.code for problem in verify_chain([path], ["9" * 5000 + ":" + "a" * 64]).problems] == ["TRAIL-001"]
