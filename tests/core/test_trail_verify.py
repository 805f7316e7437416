"""Checking an exported trail offline: each kind of tampering is found, and the first row of it is named."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from anju.core.trail import chain

CODE = Path(__file__).parents[2]
NAMES = "甲乙丙丁戊己庚辛"


def made(names=NAMES):
    rows, last = [], chain.GENESIS
    for seq, name in enumerate(names, start=1):
        content = chain.canonical_bytes(
            {"at": "2026-01-01T00:00:00+00:00", "by": {"key": "k", "name": "某"}, "act": "记", "object": name}
        )
        last = chain.link_hash(last, seq, content)
        rows.append((seq, last, content))
    return rows


@pytest.fixture
def lines():
    return list(chain.chain_lines(made()))


@pytest.fixture
def check(tmp_path):
    def run(lines, *heads):
        file = tmp_path / "留痕.txt"
        file.write_bytes(b"".join(lines))
        return [
            (problem.code, str(problem.where), problem.what) for problem in chain.verify_chain([file], heads).problems
        ]

    return run


def hexes():
    return [digest.hex() for _, digest, _ in made()]


def test_a_true_file_passes_with_any_head_kept_on_the_way(lines, check):
    assert check(lines) == []
    assert check(lines, hexes()[-1], f"3:{hexes()[2]}", hexes()[4].upper()) == []


def test_a_changed_row_is_named(lines, check):
    lines[4] = lines[4].replace("丁".encode(), "叮".encode())
    ((code, where, what),) = check(lines)
    assert code == "TRAIL-006" and "第 5 行" in where and "叮" in what


def test_a_changed_row_with_its_own_hash_anew_is_found_at_the_next(lines, check):
    rows = made()
    content = rows[3][2].replace("丁".encode(), "叮".encode())
    rows[3] = (4, chain.link_hash(rows[2][1], 4, content), content)
    ((code, where, _),) = check(list(chain.chain_lines(rows)))
    assert code == "TRAIL-006" and "第 6 行" in where


def test_a_changed_hash_is_named(lines, check):
    lines[2] = lines[2].replace(hexes()[1][:4].encode(), b"0000")
    assert check(lines)[0][0] == "TRAIL-006"


def test_a_dropped_row_is_named(lines, check):
    del lines[4]
    ((code, _, what),) = check(lines)
    assert code == "TRAIL-004" and "第 4 条" in what


def test_a_dropped_row_with_the_rest_renumbered_is_found(check):
    rows = [(seq if seq < 4 else seq - 1, digest, content) for seq, digest, content in made() if seq != 4]
    ((code, where, _),) = check(list(chain.chain_lines(rows)))
    assert code == "TRAIL-006" and "第 5 行" in where


def test_swapped_rows_are_named(lines, check):
    lines[3], lines[4] = lines[4], lines[3]
    ((code, _, what),) = check(lines)
    assert code == "TRAIL-004" and "第 3 条" in what


def test_a_repeated_row_is_named(lines, check):
    lines.insert(4, lines[3])
    ((code, _, what),) = check(lines)
    assert code == "TRAIL-005" and "第 4 条" in what


@pytest.mark.parametrize("keep", [8, 5, 1])
def test_a_cut_file_is_named(lines, check, keep):
    ((code, _, what),) = check(lines[:keep])
    assert code == "TRAIL-008" and "截去" in what


def test_a_cut_in_the_middle_of_a_row_is_named(lines, check):
    ((code, where, _),) = check([*lines[:4], lines[4][:30]])
    assert code == "TRAIL-003" and "第 5 行" in where


def test_a_cut_with_a_new_last_line_is_found_by_the_head_kept_outside(check):
    short = list(chain.chain_lines(made()[:5]))
    assert check(short) == [], "this is what a head kept outside is for"
    ((code, _, what),) = check(short, f"8:{hexes()[7]}")
    assert code == "TRAIL-008" and "第 6 至 8 条" in what
    assert check(short, hexes()[7])[0][0] == "TRAIL-008"


def test_a_chain_written_anew_is_found_by_the_head_kept_outside(check):
    false = list(chain.chain_lines(made("甲乙丙叮戊己庚辛")))
    assert check(false) == []
    assert check(false, f"3:{hexes()[2]}") == [], "the head before the change still holds"
    ((code, where, what),) = check(false, f"3:{hexes()[2]}", f"6:{hexes()[5]}")
    assert code == "TRAIL-007" and "第 6 条" in what and "第 7 行" in where
    assert check(false, hexes()[5])[0][0] == "TRAIL-008"


def test_something_after_the_end_is_found(lines, check):
    assert check([*lines, b"9\tx\ty\n"])[0][0] == "TRAIL-003"


@pytest.mark.parametrize("file", [b"", b"abc", b"\xff\xfe\x00", "安居留痕\t9\n".encode()])
def test_what_is_no_trail_is_said(check, file):
    assert check([file])[0][0] == "TRAIL-002"


@pytest.mark.parametrize("row", [b"\xff\xff\n", b"1\n", b"\t\t\n", b"-1\tx\ty\n", b"\n"])
def test_rubbish_among_the_rows_is_named_and_breaks_nothing(lines, check, row):
    assert check([*lines[:3], row, *lines[3:]])[0][0] in ("TRAIL-003", "TRAIL-005")


def test_a_head_that_is_none_and_a_file_that_is_none_are_said(check, lines, tmp_path):
    assert check(lines, "abc")[0][0] == "TRAIL-001"
    assert [problem.code for problem in chain.verify_chain([tmp_path / "没有"]).problems] == ["TRAIL-002"]


def test_the_check_runs_without_django_and_without_database(lines, tmp_path):
    file = tmp_path / "t"
    file.write_bytes(b"".join(lines))
    script = (
        "import sys; from anju.cli import main; code = main(['trail', 'verify', sys.argv[1]]); "
        "sys.exit(code or any(name.partition('.')[0] in ('django', 'psycopg') for name in sys.modules))"
    )
    nowhere = os.environ | {"ANJU_HOME": "/nonexistent", "DATABASE_URL": "postgresql://x:y@127.0.0.1:1/z"}
    done = subprocess.run([sys.executable, "-c", script, file], capture_output=True, text=True, env=nowhere, cwd=CODE)
    assert done.returncode == 0, done.stdout + done.stderr
    file.write_bytes(b"".join(lines[:-1]))
    assert (
        subprocess.run([sys.executable, "-c", script, file], capture_output=True, env=nowhere, cwd=CODE).returncode == 1
    )


def of_versions(*versions):
    """A true chain of rows of these versions, as its file's lines."""
    rows, last = [], chain.GENESIS
    for seq, version in enumerate(versions, start=1):
        content = b"[1]" if version == "list" else b"{" if version == "broken" else None
        content = content or chain.canonical_bytes({"act": "x"} | ({} if version is None else {"v": version}))
        last = chain.link_hash(last, seq, content)
        rows.append((seq, last, content))
    return list(chain.chain_lines(rows))


def test_the_rows_of_each_version_are_counted(tmp_path):
    (tmp_path / "t").write_bytes(b"".join(of_versions(None, 2, 3, 3)))
    check = chain.verify_chain([tmp_path / "t"])
    assert (check.problems, chain.versions_text(check.versions)) == ([], "第1版1条、第2版1条、第3版2条")


@pytest.mark.parametrize("version", [0, 4, 99, -1, "3", "新", True, "list", "broken"])
def test_a_row_of_a_version_that_is_not_known_is_refused_though_its_hash_is_right(check, version):
    ((code, where, what),) = check(of_versions(None, version, 3))
    assert code == "TRAIL-010" and "第 3 行" in where and ("不认得" in what or "读不出来" in what)


def test_a_file_without_a_row_is_not_called_good(check):
    ((code, _, what),) = check(list(chain.chain_lines([])))
    assert code == "TRAIL-011" and "一条记录也没有" in what


@pytest.mark.parametrize("row", [b"9" * 5000 + b"\tx\ty\n", b"1\t" + b"0" * 64 + b'\t{"v":' + b"9" * 5000 + b"}\n"])
def test_a_number_of_five_thousand_digits_is_a_sentence(lines, check, row):
    assert check([lines[0], row])[0][0] in ("TRAIL-003", "TRAIL-006")
    assert check(lines, "9" * 5000 + ":" + hexes()[0])[0][0] == "TRAIL-001"


def test_a_row_that_says_a_number_of_five_thousand_digits_is_a_sentence(check):
    content = b'{"v":' + b"9" * 5000 + b"}"
    assert (
        check(list(chain.chain_lines([(1, chain.link_hash(chain.GENESIS, 1, content), content)])))[0][0] == "TRAIL-010"
    )


def parts(tmp_path, cut=3):
    """One chain in two files."""
    rows = made()
    first, second = tmp_path / "一", tmp_path / "二"
    first.write_bytes(b"".join(chain.chain_lines(rows[:cut])))
    second.write_bytes(b"".join(chain.chain_lines(rows[cut:], (cut, rows[cut - 1][1]))))
    return first, second


def test_a_chain_in_several_files_is_followed_through_all_of_them(tmp_path):
    first, second = parts(tmp_path)
    whole = chain.verify_chain([first, second], [f"2:{hexes()[1]}", f"8:{hexes()[7]}"])
    assert (whole.problems, whole.start[0], whole.end[0]) == ([], 0, 8)
    later = chain.verify_chain([second])
    assert (later.problems, later.start[0], later.versions[1]) == ([], 3, 5)


def test_files_of_a_chain_that_do_not_join_are_named(tmp_path):
    first, second = parts(tmp_path)
    other = tmp_path / "别的"
    other.write_bytes(b"".join(chain.chain_lines(made("甲乙丁")[:3])))
    for files in ([second, first], [first, first], [other, second]):
        assert [problem.code for problem in chain.verify_chain(files).problems] == ["TRAIL-012"], files
