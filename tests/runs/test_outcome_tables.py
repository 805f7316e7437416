"""A whole table is judged where it lies, on either engine, into a file or a table: the same bytes and digest as its rows one by one."""

import csv
import json
import subprocess
import sys
from dataclasses import replace

import pytest
from django.db import connection, transaction

from anju.cli import main
from anju.core.models.trail import Trail
from anju.core.people.scope import open_scope
from anju.problems import Refused
from anju.rules.engine import running
from anju.rules.engine.engines import connect
from anju.rules.engine.postgres.bulk import BulkRun, Rows, table_key
from anju.rules.engine.postgres.outcomes import outcome_tables
from anju.runs.services import outcomes
from tests.rules.build import DAY, book, codes, text
from tests.rules.test_files import STEPS, facts, write_csv
from tests.rules.test_population import CONDITIONS, INPUTS, PARAMETERS

ENGINES = ("duckdb", "postgresql")


@pytest.fixture(scope="module")
def made():
    return book("subsidy", inputs=INPUTS, parameters=PARAMETERS, steps=STEPS, conditions=CONDITIONS, result="pay")


SCHEMA = '("key" TEXT PRIMARY KEY, area NUMERIC(18, 4), persons SMALLINT, rent INTEGER, "group" TEXT, owns BOOLEAN, born DATE, no TEXT)'


@pytest.fixture
def table(scope):
    """Rows in a table of the session, and as they are one by one."""
    rows = list(facts(400))
    place = outcomes.database()
    place.execute(f"CREATE TEMPORARY TABLE facts {SCHEMA}")
    with place.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO facts VALUES (%s, %s, %s, %s, %s, %s, %s, %s)", [list(row.values()) for row in rows]
        )
    return rows


def run_over(made, engine="duckdb", rows=None, **more):
    return BulkRun(made, DAY, rows or Rows("facts", "key"), engine=engine, connection=outcomes.database(), **more)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_table_gives_the_bytes_and_the_digest_of_its_rows(made, table, scope, engine, tmp_path):
    single = running.run_rows(made, table, on=DAY, key="key")
    out = tmp_path / "out.csv"
    done = outcomes.run_in_bulk(by=scope, run=run_over(made, engine), output=out)
    assert out.read_bytes() == single.csv() and done.digest == single.rows_digest
    assert done.rows == 400 and 100 < done.pending < 400
    stored = outcomes.run_in_bulk(by=scope, run=run_over(made, engine), into=f"by_{engine}")
    assert stored == done
    assert [path.name for path in tmp_path.iterdir()] == ["out.csv"], "nothing lies beside it"
    row = Trail.objects.get(act="runs.run_in_bulk", object_id=f"by_{engine}")
    said = bytes(row.canonical).decode()
    assert done.digest in said and made.digest in said and "400" in said


@pytest.mark.parametrize("engine", ENGINES)
def test_an_outcome_table_counts_as_the_engine_and_reads_as_people_do(made, table, scope, engine):
    single = running.run_rows(made, table, on=DAY, key="key")
    outcomes.run_in_bulk(by=scope, run=run_over(made, engine), into="o")
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT "key", {", ".join(single.outputs)}, failed_mask, unknown_mask FROM outcomes.o')
        found = {
            key: tuple(value if value is None or isinstance(value, bool) else int(value) for value in values)
            for key, *values in cursor.fetchall()
        }
        assert found == dict(zip(single.table.keys, single.results, strict=True))
        cursor.execute('SELECT "key", gap, same, old_home, failed, sentences FROM outcomes.o_read')
        for key, gap, same, old_home, failed, sentences in cursor.fetchall():
            row = single.row(key)
            assert ("" if gap is None else str(gap), same or "") == (row.exact("gap"), row.exact("same"))
            assert old_home == row.values["old_home"] and (failed or "") == " ".join(row.failed)
            said = [made.conditions[name].says.text if name in row.failed else f"{made.conditions[name].label}：待核" for name in made.conditions
                    if name in (*row.failed, *row.undecided)]  # fmt: skip
            assert (sentences or "") == "；".join(said)


KEYS = {"BIGINT": "i * 3", "INTEGER": "i", "UUID": "md5(i::text)::uuid", "NUMERIC(9, 2)": "i / 4.0", "DATE": "DATE '2020-01-01' + i", "VARCHAR(40)": "'甲,\"' || i",
        "NUMERIC": "i + 0.50", "TIMESTAMP": "TIMESTAMP '2020-01-01' + i * INTERVAL '1 hour'"}  # fmt: skip


@pytest.mark.parametrize("kind", KEYS)
def test_keys_of_every_type_have_one_digest_on_either_engine(scope, kind, tmp_path):
    place = outcomes.database()
    place.execute(
        f"CREATE TEMPORARY TABLE t AS SELECT CAST({KEYS[kind]} AS {kind}) AS id, i AS x FROM generate_series(0, 120) AS t(i)"
    )
    small = book(
        "conduct",
        inputs={"x": '{label: 数, unit: "1", range: [0, 1000]}'},
        steps={"out": "{label: 果, formula: x * x}"},
        result="out",
    )
    runs = [run_over(small, engine, Rows("t", "id")) for engine in ENGINES]
    digests = {run.to_file(tmp_path / f"{run.engine}.parquet").digest for run in runs}
    digests |= {run.to_table(f"outcomes.{run.engine}").digest for run in runs}
    assert len(digests) == 1
    keys = [str(key) for (key,) in place.execute("SELECT id::text FROM t").fetchall()]
    one_by_one = running.run_rows(small, [{"key": key, "x": x} for x, key in enumerate(keys)], on=DAY, key="key")
    assert digests == {one_by_one.rows_digest}
    same = place.execute(
        "SELECT count(*) FROM outcomes.duckdb AS a JOIN outcomes.postgresql AS b ON a.key::text = b.key::text AND a.out = b.out"
    )
    assert same.fetchone() == (121,)


@pytest.mark.parametrize("engine", ENGINES)
def test_numbers_beyond_bigint_and_a_queue_come_through(scope, engine, tmp_path):
    place = outcomes.database()
    place.execute(
        "CREATE TEMPORARY TABLE t AS SELECT i AS id, (i * 1234567890123456.123)::numeric(30, 3) AS x, chr(25000 + i) || i AS no FROM generate_series(1, 200) AS t(i)"
    )
    queue = book(
        "queue", inputs={"x": '{label: 数, unit: "1", places: 3, range: [0, 1e18]}', "no": "{label: 号, type: text}"},
        steps={"twice": '{label: 倍, places: 6, unit: "1", formula: x * 2.000001, range: [0, 1e19]}'}, order="[twice desc, no asc]",
    )  # fmt: skip
    rows = [
        dict(zip(("key", "x", "no"), row, strict=True)) for row in place.execute("SELECT id, x, no FROM t").fetchall()
    ]
    single = running.run_rows(queue, rows, on=DAY, key="key")
    out = tmp_path / "out.csv"
    done = run_over(queue, engine, Rows("t", "id")).to_file(out)
    assert out.read_bytes() == single.csv() and done.digest == single.rows_digest
    assert run_over(queue, engine, Rows("t", "id")).to_table("outcomes.o").digest == single.rows_digest


def test_a_file_becomes_a_table_with_the_digest_it_has_as_a_file(made, scope, tmp_path):
    rows = list(facts(120))
    source = write_csv(tmp_path / "rows.csv", rows)
    names = {name: name for name in ("key", *made.inputs)}
    done = outcomes.run_in_bulk(by=scope, run=run_over(made, rows=Rows(file=source, names=names)), into="from_file")
    assert done.digest == running.run_rows(made, rows, on=DAY, key="key").rows_digest
    assert [(one.name, one.rows, one.digest) for one in outcome_tables(outcomes.database(), scope.key)] == [
        ("from_file", 120, done.digest)
    ]


def test_misfits_are_told_where_the_rows_lie_and_nothing_is_made(made, table, scope, tmp_path):
    outcomes.database().execute("UPDATE facts SET persons = 21 WHERE no = '编号000004'")
    for engine in ENGINES:
        for how in ({"output": tmp_path / "out.csv"}, {"into": "o"}):
            with pytest.raises(Refused) as refused, transaction.atomic():
                outcomes.run_in_bulk(by=scope, run=run_over(made, engine), **how)
            assert codes(refused) == ["RULE-011"] and "户" in str(refused.value)
    assert list(tmp_path.iterdir()) == [] and outcome_tables(outcomes.database()) == []


# -- who reads them


def count_rows(user):
    with open_scope(user), connection.cursor() as cursor:
        cursor.execute("SELECT (SELECT count(*) FROM outcomes.o), (SELECT count(*) FROM outcomes.o_read)")
        return cursor.fetchone()


def test_only_who_made_it_reads_it_and_only_with_the_regions_they_had(made, table, scope):
    outcomes.run_in_bulk(by=scope, run=run_over(made), into="o")
    assert count_rows(scope) == (400, 400)
    fewer = frozenset(sorted(scope.region_ids)[1:])
    for other in (replace(scope, key="wang"), replace(scope, staff_id=7), replace(scope, region_ids=fewer)):
        assert count_rows(other) == (0, 0)
    assert outcome_tables(outcomes.database(), "wang") == []
    with pytest.raises(Refused) as refused:
        outcomes.drop_outcome(by=replace(scope, key="wang"), name="o")
    assert codes(refused) == ["RULE-053"]


@pytest.mark.parametrize("sql", ["UPDATE outcomes.o SET pay = 1", "DELETE FROM outcomes.o"])
def test_nothing_in_an_outcome_can_be_changed(made, table, scope, sql):
    outcomes.run_in_bulk(by=scope, run=run_over(made), into="o")
    with connection.cursor() as cursor:
        cursor.execute(sql)
        assert cursor.rowcount == 0
    assert count_rows(scope) == (400, 400)


def test_the_residents_role_has_no_way_into_the_schema(db):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT has_schema_privilege('anju_portal', 'outcomes', 'USAGE'), has_schema_privilege('anju_app', 'public', 'CREATE')"
        )
        assert cursor.fetchone() == (False, False)


def test_who_reads_is_decided_once_a_statement(made, table, scope):
    """Regions compared row by row took minutes of a thousand rows."""
    outcomes.run_in_bulk(by=scope, run=run_over(made), into="o")
    plan = "\n".join(line for (line,) in outcomes.database().execute("EXPLAIN SELECT * FROM outcomes.o").fetchall())
    assert "Filter: (InitPlan" in plan and "SubPlan" not in plan.partition("InitPlan")[0]


# -- names, trials, dropping


@pytest.mark.parametrize("name", ["", "O", "1a", "a b", "a;drop", "a_read", "x" * 52, "a.b", 'a"'])
def test_a_name_that_is_none_is_refused(made, table, scope, name):
    with pytest.raises(Refused) as refused:
        outcomes.outcomes.new_table(outcomes.database(), name)
    assert codes(refused) == ["RULE-051"]


def test_a_taken_name_and_a_trial_are_refused(made, table, scope):
    outcomes.run_in_bulk(by=scope, run=run_over(made), into="o")
    with pytest.raises(Refused) as refused:
        outcomes.run_in_bulk(by=scope, run=run_over(made), into="o")
    assert codes(refused) == ["RULE-051"]
    with pytest.raises(Refused) as refused:
        outcomes.run_in_bulk(by=scope, run=run_over(made, parameters={"rate": {"低保": "1"}}), into="p")
    assert codes(refused) == ["RULE-052"]


def test_who_has_no_post_runs_and_drops_nothing(made, table, scope):
    nobody = replace(scope, key="wang", posts={})
    acts = (
        lambda: outcomes.run_in_bulk(by=nobody, run=run_over(made), into="o"),
        lambda: outcomes.drop_outcome(by=nobody, name="o"),
        lambda: outcomes.drop_old_outcomes(by=nobody),
    )
    for act in acts:
        with pytest.raises(Refused) as refused:
            act()
        assert codes(refused) == ["ACT-001"]


def test_a_dropped_outcome_is_gone_with_its_view_and_can_be_made_again(made, table, scope):
    first = outcomes.run_in_bulk(by=scope, run=run_over(made), into="o")
    assert outcomes.drop_outcome(by=scope, name="o").digest == first.digest
    assert outcome_tables(outcomes.database()) == []
    with pytest.raises(Refused) as refused:
        outcomes.drop_outcome(by=scope, name="o")
    assert codes(refused) == ["RULE-053"]
    assert outcomes.run_in_bulk(by=scope, run=run_over(made), into="o") == first
    assert outcomes.run_in_bulk(by=scope, run=run_over(made, "postgresql"), into="user") == first, (
        "a word of SQL is a name too"
    )


def test_old_outcomes_are_dropped_and_young_ones_stay(made, table, scope, monkeypatch):
    outcomes.run_in_bulk(by=scope, run=run_over(made), into="o")
    assert outcomes.drop_old_outcomes(by=scope) == 0
    said = outcome_tables(outcomes.database())[0]
    old = json.dumps(vars(replace(said, at="2020-01-01T00:00:00+00:00")), ensure_ascii=False)
    outcomes.database().execute(f"COMMENT ON TABLE outcomes.o IS '{old}'")
    assert outcomes.drop_old_outcomes(by=scope) == 1 and outcome_tables(outcomes.database()) == []
    assert Trail.objects.filter(act="runs.drop_old_outcomes").count() == 1


def test_a_table_is_known_by_its_name_and_its_key(table, scope):
    place = outcomes.database()
    assert table_key(place, "facts") == "key" and table_key(place, "facts", "no") == "no"
    assert table_key(place, "core_region") == "id"
    for name in ("nothing", "public.nothing", "pg_authid", "a b", "x;y", ""):
        with pytest.raises(Refused) as refused:
            table_key(place, name)
        assert codes(refused) == ["RULE-050"]


# -- how often the rows are looked at


@pytest.mark.parametrize("engine", ENGINES)
def test_the_rows_of_a_table_are_read_four_times_and_no_oftener(made, table, scope, engine, tmp_path, monkeypatch):
    """Whether they fit, whether keys rise, the last key of an order, the judging; nothing is asked row by row."""
    seen = []
    place = outcomes.database()
    run = run_over(made, engine)

    class Listening:
        def __getattr__(self, name):
            return getattr(place, name)

        def execute(self, sql, *more, **also):
            seen.append(sql)
            return place.execute(sql, *more, **also)

    replace(run, connection=Listening()).to_file(tmp_path / "out.parquet")
    assert sum('FROM "facts"' in sql for sql in seen) <= 4 and len(seen) <= 10


# -- the command


BOOK = text(
    "subsidy", inputs={"area": "{label: 面积, unit: ㎡, places: 2, range: [0, 500]}", "rent": "{label: 租金, unit: fen, range: [0, 1e9]}"},
    steps={"pay": "{label: 补贴, unit: fen, formula: \"least(rent, 5000)\"}"}, conditions={"small": "{formula: area < 20, says: 面积不小}"}, result="pay",
)  # fmt: skip
SECOND = text(
    "conduct",
    inputs={"pay": "{label: 补贴, unit: fen, range: [0, 5000]}"},
    steps={"half": "{label: 半, unit: fen, formula: pay / 2}"},
    result="half",
)


@pytest.fixture
def call(committed, capsys):
    def go(*words):
        code = main(["rules", *map(str, words)])
        said = capsys.readouterr()
        assert "Traceback" not in said.out + said.err
        return code, said.out, said.err

    yield go
    for one in outcome_tables(outcomes.database()):
        outcomes.database().execute(f"DROP TABLE outcomes.{one.name} CASCADE")


def test_a_file_goes_into_a_table_and_the_table_into_files(call, tmp_path):
    (tmp_path / "b.yaml").write_text(BOOK, "utf-8")
    (tmp_path / "c.yaml").write_text(SECOND, "utf-8")
    (tmp_path / "rows.csv").write_text(
        "编号,面积,租金\n" + "".join(f"{n},{n % 50},{n * 10}\n" for n in range(1000)), "utf-8"
    )
    first = ("run", "--book", tmp_path / "b.yaml", "--on", DAY)
    code, out, err = call(*first, "--input", tmp_path / "rows.csv", "--into", "first")
    assert code == 0 and "已算 1000 行" in out and "outcomes.first_read" in out, err
    second = ("run", "--book", tmp_path / "c.yaml", "--on", DAY, "--table", "outcomes.first")
    digests = set()
    for engine, target in (("duckdb", "a.csv"), ("postgres", "b.csv"), (None, "c.parquet")):
        more = ("--engine", engine) if engine else ()
        code, out, err = call(*second, "--output", tmp_path / target, "--json", *more)
        assert code == 0, err
        digests.add(json.loads(out)["digest"])
    code, out, err = call(*second, "--into", "second", "--json")
    assert json.loads(out)["engine"] == "postgresql"
    assert digests == {json.loads(out)["digest"]}
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()
    with connect() as duck:
        halves = duck.execute(
            f'SELECT "key", half FROM \'{tmp_path / "c.parquet"}\' ORDER BY CAST("key" AS BIGINT)'
        ).fetchall()
    assert halves[:3] == [("0", 0), ("1", 5), ("2", 10)] and halves[999] == ("999", 2500)
    with (tmp_path / "a.csv").open(encoding="utf-8") as file:
        assert next(csv.reader(file)) == ["key", "half", "failed", "unknown"]
    code, out, _ = call("outcomes")
    assert [line.split()[0] for line in out.splitlines()] == ["first", "second"]
    code, out, _ = call("outcomes", "--drop", "first")
    assert code == 0 and "已删去结果表 first（1000 行）" in out
    assert call("outcomes", "--drop", "first")[0] == 1


def test_one_row_of_a_table_or_of_parquet_is_explained_by_the_reference(call, tmp_path):
    (tmp_path / "b.yaml").write_text(BOOK, "utf-8")
    (tmp_path / "c.yaml").write_text(SECOND, "utf-8")
    (tmp_path / "rows.csv").write_text(
        "编号,面积,租金\n" + "".join(f"{n},{n % 50},{n * 10}\n" for n in range(1000)), "utf-8"
    )
    assert (
        call("run", "--book", tmp_path / "b.yaml", "--on", DAY, "--input", tmp_path / "rows.csv", "--into", "first")[0]
        == 0
    )
    words = ("explain", tmp_path / "c.yaml", "--on", DAY, "--row", "7")
    code, of_table, err = call(*words, "--table", "outcomes.first")
    assert code == 0 and "【7】" in of_table and "= 0.70 元 ÷ 2" in of_table, of_table + err
    with connect() as duck:
        duck.execute(
            f"COPY (SELECT i AS key, i * 10 AS pay FROM range(1000) AS t(i)) TO '{tmp_path / 'r.parquet'}' (FORMAT parquet)"
        )
    assert call(*words, "--input", tmp_path / "r.parquet") == (0, of_table, "")
    assert call(*words[:-1], "none", "--table", "outcomes.first")[0] == 1
    assert "RULE-054" in call(*words)[2] and "RULE-054" in call(*words[:-2], "--table", "outcomes.first")[2]


def test_a_row_of_a_share_is_explained_with_its_partition(scope):
    place = outcomes.database()
    place.execute(
        "CREATE TEMPORARY TABLE t AS SELECT i AS id, CASE WHEN i % 2 = 0 THEN '甲' ELSE '乙' END AS pot, i AS x FROM generate_series(1, 9) AS t(i)"
    )
    shares = book(
        "share", partition="[pot]", inputs={"pot": "{label: 池, enum: [甲, 乙]}", "x": '{label: 数, unit: "1", range: [0, 9]}'},
        steps={"part": '{label: 份, unit: "1", formula: share(x)}'}, result="part",
    )  # fmt: skip
    reader = run_over(shares, rows=Rows("t", "id")).reader()
    assert [row["key"] for row in reader.rows_with("4", True)] == ["2", "4", "6", "8"]
    assert reader.rows_with("4", False) == [{"key": "4", "pot": "甲", "x": 4}]
    assert reader.rows_with("10", True) == reader.rows_with("' OR true --", False) == []


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--input", "rows.csv", "--table", "t", "--output", "a.csv"], "RULE-054"), (["--output", "a.csv"], "RULE-054"),
        (["--table", "core_region"], "RULE-054"), (["--input", "rows.csv", "--output", "a.csv", "--into", "x"], "RULE-054"),
        (["--table", "nothing", "--into", "x"], "RULE-050"), (["--table", "core_region", "--output", "a.txt"], "RUN-016"),
        (["--table", "core_region", "--into", "X"], "RULE-051"), 
        (["--table", "t", "--into", "x", "--members", "m.csv"], "RULE-056"), (["--input", "rows.csv", "--into", "x", "--engine", "postgres"], "RULE-055"),
        (["--table", "core_region", "--into", "x", "--set", "nothing=1"], "RULE-052"),
    ],
)  # fmt: skip
def test_what_is_not_written_clearly_is_refused_with_what_to_do(call, tmp_path, monkeypatch, words, code):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "b.yaml").write_text(BOOK, "utf-8")
    (tmp_path / "rows.csv").write_text("编号,面积,租金\n1,2,3\n", "utf-8")
    status, out, err = call("run", "--book", "b.yaml", "--on", DAY, *words)
    assert status == 1 and code in out + err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b.yaml", "rows.csv"]


def test_in_a_process_of_its_own_too(committed, tmp_path):
    """What a command needs of Django is there only once it has been set up."""
    (tmp_path / "c.yaml").write_text(SECOND.replace("pay", "id").replace("[0, 5000]", "[0, 100000]"), "utf-8")
    words = ["run", "--book", "c.yaml", "--on", DAY.isoformat(), "--table", "core_region", "--output", "out.csv"]
    for args, told in (
        (words, "已算"),
        (["outcomes"], "没有。"),
        (["explain", "c.yaml", *words[3:7], "--row", "1"], "【1】"),
    ):
        done = subprocess.run(
            [sys.executable, "-m", "anju", "rules", *args], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0 and told in done.stdout, done.stderr
