"""A file is judged where it lies and gives what its rows give one by one: the same bytes, the same digest, and nothing when it is stopped."""

import csv
import os
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest

from anju.problems import Refused
from anju.rules.engine import files, running
from anju.rules.engine.digest import BLOCK, rows_digest
from anju.rules.engine.engines import connect
from anju.rules.engine.files import run_file
from anju.runs.binding.row_files import column_names, read_rows
from tests.rules.build import DAY, book, codes
from tests.rules.test_population import CONDITIONS, INPUTS, PARAMETERS

STEPS = {
    "gap": '{label: 应补面积, unit: ㎡, places: 2, formula: "greatest(0, limit - area)"}',
    "pay": '{label: 补贴, unit: fen, places: 0, formula: "case when owns then 0 else least(gap * rate, rent) end"}',
    "age": '{label: 周岁, formula: "age_on(born, run_date)"}',
    "old_home": '{label: 老, formula: "age > 60 and area < 50"}',
    "same": '{label: 同类, enum: [低保, 低收入], formula: "group"}',
    "per": '{label: 人均, unit: ㎡, places: 4, formula: "area / persons"}',
}


@pytest.fixture(scope="module")
def made():
    return book("subsidy", inputs=INPUTS, parameters=PARAMETERS, steps=STEPS, conditions=CONDITIONS, result="pay")


def facts(count):
    """Nothing random: every column is unknown now and then, each with its own step."""
    for place in range(count):
        row = {
            "key": f"户{place * 7919 % count:06d}", "area": f"{place * 37 % 9000 / 100:.2f}", "persons": place % 5 + 1, "rent": place * 97 % 90000,
            "group": ("低保", "低收入")[place % 2], "owns": place % 7 == 0, "born": date(1930 + place % 80, place % 12 + 1, 1), "no": f"编号{place:06d}",
        }  # fmt: skip
        yield row | {
            name: None for step, name in enumerate(row) if name not in ("key", "no") and place % (11 + step) == 3
        }


def write_csv(path, rows):
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(row | {"owns": {None: None, True: "是", False: "否"}[row["owns"]]} for row in rows)
    return path


def write_parquet(folder, csv_file):
    with connect() as connection:
        file = folder / "rows.parquet"
        connection.execute(
            f'COPY (SELECT "key", CAST(area AS DECIMAL(9, 2)) AS area, CAST(persons AS TINYINT) AS persons, CAST(rent AS BIGINT) AS rent, "group",'
            f" CASE owns WHEN '是' THEN TRUE WHEN '否' THEN FALSE END AS owns, CAST(born AS DATE) AS born, no"
            f" FROM read_csv('{csv_file}', all_varchar=true)) TO '{file}' (FORMAT parquet)"
        )
    return file


def names(made):
    return {name: name for name in ("key", *made.inputs)}


def test_it_gives_the_same_bytes_and_digest_as_the_rows_one_by_one(made, tmp_path):
    rows = list(facts(BLOCK + 500))  # more than a block of the digest
    single = running.run_rows(made, rows, on=DAY, key="key")
    source = write_csv(tmp_path / "rows.csv", rows)
    for given in (source, write_parquet(tmp_path, source)):
        out = tmp_path / "out.csv"
        done = run_file(made, given, out, on=DAY, names=names(made))
        assert out.read_bytes() == single.csv()
        assert done.digest == single.rows_digest and done.rows == len(rows)
        assert done.pending == sum(
            any(value is None for value in result[:-1]) or bool(result[-1]) for result in single.results
        )
        assert done.pending > 1000
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.csv", "rows.csv", "rows.parquet"]


def test_parquet_comes_out_with_exact_types(made, tmp_path):
    rows = list(facts(300))
    source = write_csv(tmp_path / "rows.csv", rows)
    run_file(made, source, tmp_path / "out.parquet", on=DAY, names=names(made))
    single = running.run_rows(made, rows, on=DAY, key="key")
    with connect() as connection:
        kinds = dict(
            row[:2] for row in connection.execute(f"DESCRIBE SELECT * FROM '{tmp_path / 'out.parquet'}'").fetchall()
        )
        assert kinds["per"].startswith("DECIMAL") and kinds["pay"] == "BIGINT" and kinds["old_home"] == "BOOLEAN"
        lines = connection.execute(
            f"SELECT \"key\", per, payable, same, failed FROM '{tmp_path / 'out.parquet'}'"
        ).fetchall()
    for key, per, payable, same, failed in lines:
        row = single.row(key)
        assert (str(per) if per is not None else "", same or "") == (row.exact("per"), row.exact("same"))
        assert (str(payable) if payable is not None else "", failed or "") == (
            row.exact("payable"),
            " ".join(row.failed),
        )


def test_a_number_as_long_as_36_digits_comes_out_whole(tmp_path):
    long = book(
        "conduct", inputs={"x": '{label: 数, unit: "1", places: 0, range: [-1e24, 1e24]}'},
        steps={"out": "{label: 果, places: 12, formula: x}"}, result="out",
    )  # fmt: skip
    rows = [{"key": str(place), "x": x} for place, x in enumerate((10**24, -(10**24), 0, -1, None))]
    plain = tmp_path / "rows.csv"
    plain.write_text("key,x\n" + "".join(f"{row['key']},{'' if row['x'] is None else row['x']}\n" for row in rows))
    for suffix in ("csv", "parquet"):
        done = run_file(long, plain, tmp_path / f"out.{suffix}", on=DAY, names={name: name for name in ("key", "x")})
        assert done.digest == running.run_rows(long, rows, on=DAY, key="key").rows_digest
    assert (tmp_path / "out.csv").read_bytes() == running.run_rows(long, rows, on=DAY, key="key").csv()


def test_the_digest_does_not_depend_on_order_or_size_of_blocks():
    rows = [(f"k{place:05d}", (place, None, 3)) for place in range(BLOCK + 1)]
    whole = rows_digest((), {}, rows)
    assert rows_digest((), {}, reversed(rows)) == whole
    assert rows_digest((), {}, rows[:-1]) != whole != rows_digest((), {}, [*rows[:-1], ("k10000", (0, None, 3))])
    assert rows_digest((), {}, [("a", (1, 2))]) != rows_digest((), {}, [("a", (12, None))])


WRONG = {
    "area": ("一二", "1_0", "1,5", "1e3", "12.345", "500.01", "-1", "NaN", "9" * 30), "owns": ("yes", "TRUE", "1"), "group": ("低 保", "中等"),
    "born": ("2020-13-01", "2020-W01-1", "1799-12-31", "20200101", "2999-01-01"), "persons": ("1.5", "0", "21"), "key": ("", "户000005"),
}  # fmt: skip


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in WRONG.items() for value in values])
def test_a_text_that_does_not_fit_is_refused_with_its_key_and_nothing_is_written(made, tmp_path, name, value):
    rows = list(facts(20))
    rows[4] |= {name: value} if name != "owns" else {}
    source = write_csv(tmp_path / "rows.csv", rows)
    if name == "owns":
        text = source.read_text("utf-8").splitlines()
        text[5] = text[5].replace(",是,", f",{value},").replace(",否,", f",{value},")
        source.write_text("\n".join(text) + "\n", "utf-8")
    with pytest.raises(Refused) as refused:
        run_file(made, source, tmp_path / "out.csv", on=DAY, names=names(made))
    assert name == "key" or rows[4]["key"] in str(refused.value)
    assert len(refused.value.problems) == 1 and [path.name for path in tmp_path.iterdir()] == ["rows.csv"]


def test_a_column_that_lacks_is_refused_or_named_as_absent(made, tmp_path):
    rows = [{name: value for name, value in row.items() if name != "born"} for row in facts(20)]
    source = write_csv(tmp_path / "rows.csv", rows)
    known = {name: name for name in rows[0]}
    with pytest.raises(Refused) as refused:
        run_file(made, source, tmp_path / "out.csv", on=DAY, names=known)
    assert codes(refused) == ["RULE-022"]
    done = run_file(made, source, tmp_path / "out.csv", on=DAY, names=known, absent=["born"])
    assert done.pending == 20


def test_without_a_key_the_line_is_it(made, tmp_path):
    source = write_csv(tmp_path / "rows.csv", list(facts(30)))
    for given in (source, write_parquet(tmp_path, source)):
        run_file(made, given, tmp_path / "out.csv", on=DAY, names={name: name for name in made.inputs})
        keys = [line.split(",")[0] for line in (tmp_path / "out.csv").read_text("utf-8").splitlines()[1:]]
        assert keys == sorted(str(place) for place in range(1, 31))


def test_a_blank_line_is_no_row(made, tmp_path):
    source = write_csv(tmp_path / "rows.csv", list(facts(3)))
    lines = source.read_text("utf-8").splitlines()
    commas = "," * lines[0].count(",")
    source.write_text("\n".join([*lines[:2], commas, "", *lines[2:], commas]) + "\n", "utf-8")
    assert run_file(made, source, tmp_path / "out.csv", on=DAY, names={name: name for name in made.inputs}).rows == 3


def test_where_it_cannot_be_written_is_said(made, tmp_path):
    source = write_csv(tmp_path / "rows.csv", list(facts(5)))
    with pytest.raises(Refused) as refused:
        run_file(made, source, tmp_path / "none" / "out.csv", on=DAY, names=names(made))
    assert codes(refused)[0] in ("RULE-030", "RULE-031") and "none" not in os.listdir(tmp_path)


def test_a_run_that_is_stopped_leaves_nothing(made, tmp_path, monkeypatch):
    monkeypatch.setattr(files, "LOOK", 0.01)  # however quick the machine: it is looked at while it works
    source = write_csv(tmp_path / "rows.csv", list(facts(5)))

    class StopNow(Exception):
        pass

    def stop(percent):
        raise StopNow

    many = write_parquet_of(tmp_path, 3_000_000)
    with pytest.raises(StopNow):
        run_file(made, many, tmp_path / "out.csv", on=DAY, names=names(made), progress=stop)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["many.parquet", "rows.csv"] and source.exists()


def write_parquet_of(folder, count):
    with connect() as connection:
        connection.execute(
            f"COPY (SELECT 'k' || i AS \"key\", CAST(1.5 AS DECIMAL(9, 2)) AS area, 2 AS persons, 5 AS rent, '低保' AS \"group\", TRUE AS owns,"
            f" DATE '1950-01-01' AS born, 'n' AS no FROM range({count}) AS t(i)) TO '{folder / 'many.parquet'}' (FORMAT parquet)"
        )
    return folder / "many.parquet"


KILLED = """
import sys
from pathlib import Path
from anju.rules.engine.files import run_file
from anju.rules.load import load_book
from datetime import date
book = load_book(Path(sys.argv[1]))
names = {name: name for name in ("key", *book.inputs)}
sys.stdout.write("go\\n"); sys.stdout.flush()
run_file(book, Path(sys.argv[2]), Path(sys.argv[3]), on=date(2021, 6, 30), names=names)
"""


@pytest.mark.processes
def test_a_run_that_is_killed_leaves_no_outcome_and_can_be_run_again(made, tmp_path):
    from tests.rules.build import text

    rules = tmp_path / "book.yaml"
    rules.write_text(
        text("subsidy", inputs=INPUTS, parameters=PARAMETERS, steps=STEPS, conditions=CONDITIONS, result="pay"), "utf-8"
    )
    source, out = write_parquet_of(tmp_path, 1_000_000), tmp_path / "out.csv"
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, rules, source, out], stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]
    )
    assert process.stdout.readline() == b"go\n"
    time.sleep(0.3)  # somewhere within: whatever it was doing, no outcome may stand under its name
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    assert not out.exists() or out.read_bytes().count(b"\n") == 1_000_001
    done = run_file(made, write_parquet_of(tmp_path, 50), out, on=DAY, names=names(made))
    assert done.rows == 50 and sorted(path.name for path in tmp_path.iterdir()) == [
        "book.yaml",
        "many.parquet",
        "out.csv",
    ]


def test_a_name_with_signs_that_stand_for_other_names_is_that_file_alone(made, tmp_path):
    """rows[1].csv is what a browser calls the second download; 1.csv beside it is another file."""
    rows = list(facts(6))
    for strange, other in (("[1].csv", "1.csv"), ("a*.csv", "abc.csv"), ("q?.csv", "qq.csv"), ("it's.csv", "its.csv")):
        source = write_csv(tmp_path / strange, rows[:2])
        write_csv(tmp_path / other, rows)
        assert run_file(made, source, tmp_path / "out.csv", on=DAY, names=names(made)).rows == 2, strange
    for strange, other in (("rows[1].parquet", "rows1.parquet"), ("r*.parquet", "rest.parquet")):
        source = write_parquet(tmp_path, write_csv(tmp_path / "few.csv", rows[:2])).replace(tmp_path / strange)
        write_parquet(tmp_path, write_csv(tmp_path / "all.csv", rows)).replace(tmp_path / other)
        assert run_file(made, source, tmp_path / "out.csv", on=DAY, names=names(made)).rows == 2, strange
        assert len(read_rows(source, made)) == 2 and set(column_names(source, made).values()) == set(names(made))


def test_a_folder_where_the_outcome_is_written_is_told(made, tmp_path):
    source = write_csv(tmp_path / "rows.csv", list(facts(3)))
    for folder, output in (("out.csv", "out.csv"), (".other.csv.anju-part", "other.csv")):
        (tmp_path / folder).mkdir()
        with pytest.raises(Refused) as refused:
            run_file(made, source, tmp_path / output, on=DAY, names=names(made))
        assert refused.value.problems[0].code == "RULE-031" and (tmp_path / folder).is_dir()


def test_what_an_office_keeps_beside_the_outcome_is_not_touched(made, tmp_path):
    source = write_csv(tmp_path / "rows.csv", list(facts(5)))
    (tmp_path / "out.csv.part").write_text("某人的半份表", "utf-8")
    (tmp_path / "out.csv.spill").mkdir()
    (tmp_path / "out.csv.spill" / "附件.docx").write_bytes(b"x")
    run_file(made, source, tmp_path / "out.csv", on=DAY, names=names(made))
    assert (tmp_path / "out.csv.part").read_text("utf-8") == "某人的半份表"
    assert (tmp_path / "out.csv.spill" / "附件.docx").exists() and len(list(tmp_path.iterdir())) == 4
