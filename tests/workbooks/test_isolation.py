"""What strangers send is read in a process of its own: whatever is in it, the caller lives and gets an answer or a sentence."""

import io
import os
import signal
import time
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from anju import isolation
from anju.documents.text.word_file import read_word
from anju.isolation import Killed, read_isolated, run_isolated
from anju.problems import Problem, Refused
from anju.workbooks.files.opening import open_workbook
from anju.workbooks.writing.marking import mark_workbook

ATTACKS = sorted((Path(__file__).parent / "data" / "attack").iterdir())
SHORT_WAIT = 2


def count_cells(content: bytes, name: str = "") -> int:
    return sum(len(row) for sheet in open_workbook(content, name).sheets for row in sheet.rows())


def sleep_until_killed(content: bytes) -> None:
    time.sleep(600)


def take_memory(content: bytes) -> int:
    return len(b"x" * (2 << 30))


def fall(content: bytes) -> None:
    os.abort()


def fail(content: bytes) -> None:
    raise LookupError("unknown encoding: n")


def refuse_twice(content: bytes) -> None:
    raise Refused(Problem("A-1", "甲", "一", "改"), Problem("A-2", "乙", "二", "改"))


def code_of(work, content: bytes, *args) -> list[str]:
    with pytest.raises(Refused) as refused:
        read_isolated(work, content, *args, file="某.xlsx")
    return [problem.code for problem in refused.value.problems]


def workbook_with(part: str, content: bytes) -> bytes:
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        book.add_worksheet().write_row(0, 0, ["县", 1])
    out = io.BytesIO()
    with zipfile.ZipFile(made) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name in source.namelist():
            package.writestr(name, content if name == part else source.read(name))
    return out.getvalue()


@pytest.mark.slow
@pytest.mark.parametrize("path", ATTACKS, ids=lambda path: path.name)
@pytest.mark.parametrize("work", [count_cells, mark_workbook, read_word], ids=lambda work: work.__name__)
def test_a_malicious_file_gets_an_answer_or_a_sentence_and_the_caller_lives(path, work):
    problems = []
    try:
        read_isolated(work, path.read_bytes(), *([[]] if work is mark_workbook else []), file=path.name)
    except Refused as refused:
        problems = refused.problems
    assert all(problem.what and problem.fix for problem in problems)


def test_work_that_never_ends_is_killed_in_time(monkeypatch):
    monkeypatch.setattr(isolation, "SHORT", SHORT_WAIT)
    assert code_of(sleep_until_killed, b"") == ["READ-001"]


def test_work_that_takes_too_much_memory_is_told_as_that():
    assert code_of(take_memory, b"") == ["READ-002"]


def test_a_library_that_aborts_takes_only_its_child_along():
    assert code_of(fall, b"") == ["READ-002"]
    assert code_of(fail, b"") == ["READ-004"]
    assert read_isolated(len, b"abc") == 3


def test_what_the_reader_refuses_comes_back_whole():
    assert code_of(refuse_twice, b"") == ["A-1", "A-2"]


def test_a_keeper_that_was_killed_is_replaced():
    assert read_isolated(len, b"abc") == 3
    keeper = isolation._keeper[1]
    os.kill(keeper.pid, signal.SIGKILL)
    keeper.wait()
    assert read_isolated(len, b"abcd") == 4


def test_the_keeper_leaves_no_child_behind_and_takes_the_next_work_after_many():
    assert [read_isolated(len, bytes(size)) for size in range(20)] == list(range(20))


def test_without_an_answer_the_work_counts_as_killed():
    with pytest.raises(Killed) as killed:
        run_isolated(fall, b"", seconds=60)
    assert killed.value.seconds == 0


@pytest.mark.parametrize("part", ["xl/styles.xml", "xl/workbook.xml", "docProps/app.xml", "xl/theme/theme1.xml"])
def test_a_part_that_no_office_makes_so_large_is_refused_before_it_is_unpacked(part):
    huge = b"<a>" + b" " * (isolation.PART + 1) + b"</a>"
    assert code_of(count_cells, workbook_with(part, huge)) == ["READ-003"]


def test_eight_million_empty_paragraphs_are_told_in_time():
    head = b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>'
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("word/document.xml", head + b"<w:p/>" * 8_000_000 + b"</w:body></w:document>")
    assert code_of(read_word, out.getvalue())[0] in ("READ-001", "READ-002", "DOC-040")  # lxml calls it a syntax error
