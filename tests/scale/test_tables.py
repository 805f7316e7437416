"""What Spark is given: the same contract, told in the same sentences; what is no table, and a run that was stopped."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from anju.problems import Refused
from anju.rules.engine.engines import connect
from anju.rules.engine.files import run_file
from anju.rules.engine.spark.population import run_on_spark
from tests.rules.build import DAY, book, codes, text
from tests.rules.test_files import STEPS
from tests.rules.test_population import CASTS, CONDITIONS, INPUTS, PARAMETERS
from tests.scale.tables import differing

PARTS = {"inputs": INPUTS, "parameters": PARAMETERS, "steps": STEPS, "conditions": CONDITIONS, "result": "pay"}


@pytest.fixture(scope="module")
def made():
    return book("subsidy", **PARTS)


def write(file, count=60, change="", key="'户' || i"):
    """Rows as another program writes them; change: SQL that spoils some of them."""
    with connect() as connection:
        connection.execute(
            f'CREATE TABLE t AS SELECT {key} AS "key", CAST(i % 90 + 0.5 AS DECIMAL(9, 4)) AS area, CAST(i % 5 + 1 AS SMALLINT) AS persons,'
            f" CAST(i * 7 % 900 AS BIGINT) AS rent, ['低保', '低收入', NULL][i % 3 + 1] AS \"group\", i % 7 = 0 AS owns,"
            f" CAST(DATE '1950-01-01' + CAST(i * 100 AS INTEGER) AS DATE) AS born, 'n' || i AS no FROM range({count}) AS r(i)"
        )
        for statement in filter(None, change.split(";")):
            connection.execute(statement)
        connection.execute(f"COPY t TO '{file}' (FORMAT parquet)")
    return file


def go(session, made, source, output, names=None, **how):
    chosen = names or {name: name for name in ("key", *made.inputs)}
    return run_on_spark(made, str(source), str(output), on=DAY, names=lambda _: chosen, session=session, **how)


SPOILT = [
    "UPDATE t SET area = 500.01 WHERE rent % 2 = 0; UPDATE t SET persons = 0 WHERE key = '户7'; UPDATE t SET area = 1.2345 WHERE key = '户9'",
    "UPDATE t SET \"group\" = '没有' WHERE key IN ('户3', '户4'); UPDATE t SET born = DATE '1700-01-01' WHERE key = '户5'; UPDATE t SET born = DATE '0044-03-15 BC' WHERE key = '户6'",
    "UPDATE t SET born = 'infinity' WHERE key = '户5'; UPDATE t SET key = NULL WHERE key = '户8'; UPDATE t SET key = '户' || chr(8203) WHERE key = '户11'",
    "UPDATE t SET key = '户3' WHERE key = '户4'",
    "ALTER TABLE t ALTER area TYPE DOUBLE; ALTER TABLE t ALTER persons TYPE VARCHAR; ALTER TABLE t DROP owns",
]  # fmt: skip


@pytest.mark.parametrize("change", SPOILT)
def test_what_does_not_fit_is_told_as_duckdb_tells_it(made, spark, tmp_path, change):
    source = write(tmp_path / "rows.parquet", change=change)
    names = {name: name for name in ("key", *made.inputs) if "DROP" not in change or name != "owns"}
    with pytest.raises(Refused) as expected:
        run_file(made, source, tmp_path / "one.parquet", on=DAY, names=names)
    with pytest.raises(Refused) as refused:
        go(spark, made, source, tmp_path / "two.parquet", names)
    assert [(p.code, str(p.where), p.what) for p in refused.value.problems] == [
        (p.code, str(p.where), p.what) for p in expected.value.problems
    ]
    assert os.listdir(tmp_path) == ["rows.parquet"]


def test_a_column_that_is_named_as_absent_is_unknown(made, spark, tmp_path):
    source = write(tmp_path / "rows.parquet", change="ALTER TABLE t DROP born")
    names = {name: name for name in ("key", *made.inputs) if name != "born"}
    one = run_file(made, source, tmp_path / "one.parquet", on=DAY, names=names, absent=["born"])
    assert go(spark, made, source, tmp_path / "two.parquet", names, absent=["born"]) == one and one.pending == 60


def test_without_a_key_the_row_of_the_file_is_it(made, spark, tmp_path):
    source = write(tmp_path / "表[1].parquet")
    write(tmp_path / "表1.parquet", 3)  # what the name would be read as, were it a pattern
    names = {name: name for name in made.inputs}
    one = run_file(made, source, tmp_path / "one.parquet", on=DAY, names=names)
    assert go(spark, made, source, tmp_path / "结果[1].parquet", names) == one and one.rows == 60
    assert differing(tmp_path / "one.parquet", f"{tmp_path}/结果[[]1].parquet/*.parquet") == 0
    (tmp_path / "many").mkdir()
    write(tmp_path / "many" / "a.parquet"), write(tmp_path / "many" / "b.parquet")
    with pytest.raises(Refused) as refused:
        go(spark, made, tmp_path / "many", tmp_path / "three.parquet", names)
    assert codes(refused) == ["RULE-014"]


@pytest.mark.parametrize("key", ["i", "CAST(i AS DECIMAL(9, 2))", "DATE '2020-01-01' + CAST(i AS INTEGER)"])
def test_a_key_keeps_its_type_and_the_order_of_its_text(made, spark, tmp_path, key):
    source = write(tmp_path / "rows.parquet", key=key)
    names = {name: name for name in ("key", *made.inputs)}
    one = run_file(made, source, tmp_path / "one.parquet", on=DAY, names=names)
    assert go(spark, made, source, tmp_path / "two.parquet") == one
    assert differing(tmp_path / "one.parquet", f"{tmp_path}/two.parquet/*.parquet") == 0


def test_a_key_that_engines_write_differently_is_refused(made, spark, tmp_path):
    source = write(tmp_path / "rows.parquet", key="CAST(i AS DOUBLE)")
    with pytest.raises(Refused) as refused:
        go(spark, made, source, tmp_path / "two.parquet")
    assert codes(refused) == ["RULE-014"]


def test_every_exact_type_comes_in_exactly(spark, tmp_path):
    columns = [(f"x{place}", *one) for place, one in enumerate(CASTS)]
    one = book(
        "conduct",
        inputs={name: f'{{label: {name}, unit: "1", places: {places}, range: [{low}, {high}]}}' for name, _, _, low, high, places in columns},
        steps={f"y{name}": f"{{label: 果{name}, places: {places}, formula: {name}}}" for name, _, _, _, _, places in columns}, result="yx0",
    )  # fmt: skip
    values = ", ".join(f"CAST('{value}' AS {kind}) AS {name}" for name, kind, value, *_ in columns)
    with connect() as connection:
        rows = f"SELECT 'a' AS \"key\", {values} UNION ALL SELECT 'b', {', '.join(['NULL'] * len(columns))}"
        connection.execute(f"COPY ({rows}) TO '{tmp_path / 'rows.parquet'}' (FORMAT parquet)")
    names = {name: name for name in ("key", *one.inputs)}
    first = run_file(one, tmp_path / "rows.parquet", tmp_path / "one.parquet", on=DAY, names=names)
    second = go(spark, one, tmp_path / "rows.parquet", tmp_path / "two.parquet")
    assert second == first
    assert differing(tmp_path / "one.parquet", f"{tmp_path}/two.parquet/*.parquet") == 0


def test_files_of_different_shape_are_no_table(made, spark, tmp_path):
    folder = tmp_path / "rows"
    folder.mkdir()
    write(folder / "a.parquet"), write(folder / "b.parquet", key="'村' || i")
    assert go(spark, made, folder, tmp_path / "fits.parquet").rows == 120
    write(folder / "c.parquet", key="'镇' || i", change="ALTER TABLE t DROP born")
    (tmp_path / "text").mkdir()
    (tmp_path / "text" / "a.parquet").write_text("key,area\n")
    (tmp_path / "empty").mkdir()
    for source in ("rows", "text", "empty", "none.parquet"):
        with pytest.raises(Refused) as refused:
            go(spark, made, tmp_path / source, tmp_path / "out.parquet")
        assert codes(refused) == ["RULE-063"], source
    assert not (tmp_path / "out.parquet").exists()


def test_an_outcome_is_not_written_over(made, spark, tmp_path):
    source = write(tmp_path / "rows.parquet")
    (tmp_path / "out.parquet").mkdir()
    with pytest.raises(Refused) as refused:
        go(spark, made, source, tmp_path / "out.parquet")
    assert codes(refused) == ["RULE-064"]


def test_no_rows_give_an_empty_outcome(made, spark, tmp_path):
    source = write(tmp_path / "rows.parquet", count=0)
    one = run_file(made, source, tmp_path / "one.parquet", on=DAY, names={name: name for name in ("key", *made.inputs)})
    assert go(spark, made, source, tmp_path / "two.parquet") == one and one.rows == 0


# -- the command


COMMAND = "from anju.cli import run; from anju.rules.engine.spark import session; session.RESOURCES = {}; run()"


def anju(*args, patience=300):
    """patience: seconds that a cluster has to give something."""
    options = ("rules", "run", "--on", DAY, "--engine", "spark", *args)
    return subprocess.Popen(
        [sys.executable, "-c", COMMAND.format(patience), *map(str, options)],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=Path(__file__).parents[2],
    )  # fmt: skip


@pytest.fixture
def office(tmp_path):
    (tmp_path / "book.yaml").write_text(text("subsidy", **PARTS), "utf-8")
    return tmp_path


def test_the_command_runs_on_the_cluster_and_says_what_duckdb_says(made, office, spark_master):
    source, out = write(office / "rows.parquet"), office / "out.parquet"
    one = run_file(made, source, office / "one.parquet", on=DAY, names={name: name for name in ("key", *made.inputs)})
    done = anju("--book", office / "book.yaml", "--input", source, "--output", out, "--master", spark_master, "--json")
    told, _ = done.communicate()
    assert done.returncode == 0, told
    told = json.loads(told)
    assert (told["rows"], told["digest"], told["inputs_digest"]) == (one.rows, one.digest, one.inputs_digest)
    assert differing(office / "one.parquet", f"{out}/*.parquet") == 0


def test_a_cluster_that_has_nothing_to_give_is_said(office, tmp_path_factory):
    from tests.scale.cluster import cluster

    source = write(office / "rows.parquet")
    with cluster(tmp_path_factory.mktemp("idle"), workers=0) as master:
        done = anju(
            "--book",
            office / "book.yaml",
            "--input",
            source,
            "--output",
            office / "o.parquet",
            "--master",
            master,
            patience=5,
        )
        told, _ = done.communicate()
    assert done.returncode == 1 and "RULE-062" in told and "没有给出计算资源" in told, told
    assert not (office / "o.parquet").exists()
