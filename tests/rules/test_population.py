"""A whole table or Parquet file is run where it lies, and gives what the same rows give one by one."""

import random
import re
from datetime import date

import pytest

from anju.problems import Refused
from anju.rules.engine import population, running
from anju.rules.engine.engines import connect
from tests.rules.build import DAY, book, codes

INPUTS = {
    "area": "{label: 现有面积, unit: ㎡, places: 2, range: [0, 500]}",
    "persons": "{label: 人数, unit: 人, range: [1, 20]}",
    "rent": "{label: 租金, unit: fen, range: [0, 1e9]}",
    "group": "{label: 类别, enum: [低保, 低收入]}",
    "owns": "{label: 有房, type: truth}",
    "born": "{label: 出生, type: date}",
    "no": "{label: 编号, type: text}",
}
PARAMETERS = {
    "limit": '{label: 保障面积, unit: ㎡, by: persons, values: [{from: "2020-01-01", value: {1: "30", 2: "45", more: "60"}, source: S1 一, checked: "2021-01-01"}]}',
    "rate": '{label: 标准, unit: "1", by: group, values: [{from: "2020-01-01", value: {低保: "1200", 低收入: "750.5"}, source: S1 一, checked: "2021-01-01"}]}',
}
STEPS = {
    "gap": '{label: 应补面积, unit: ㎡, places: 2, formula: "greatest(0, limit - area)"}',
    "pay": '{label: 补贴, unit: fen, places: 0, formula: "case when owns then 0 else least(gap * rate, rent) end"}',
    "age": '{label: 周岁, formula: "age_on(born, run_date)"}',
}
CONDITIONS = {"old": "{formula: age >= 60, says: 未满}", "small": "{formula: area / persons < 15, says: 不小}"}


@pytest.fixture(scope="module")
def made():
    return book("conduct", inputs=INPUTS, parameters=PARAMETERS, steps=STEPS, conditions=CONDITIONS)


@pytest.fixture(scope="module")
def facts():
    dice = random.Random(7)

    def maybe(value):
        return None if dice.random() < 0.1 else value

    return [
        {
            "id": index, "area": maybe(f"{dice.randrange(0, 9000) / 100:.2f}"), "persons": maybe(dice.randrange(1, 6)), "rent": maybe(dice.randrange(0, 90000)),
            "group": maybe(dice.choice(["低保", "低收入"])), "owns": maybe(dice.random() < 0.2),
            "born": maybe(date(1930, 1, 1).replace(year=dice.randrange(1930, 2015), month=dice.randrange(1, 13))), "no": f"编号{index:05d}",
        }
        for index in range(500)
    ]  # fmt: skip


SCHEMA = '(id BIGINT, area DECIMAL(18, 4), persons SMALLINT, rent INTEGER, "group" VARCHAR, owns BOOLEAN, born DATE, no VARCHAR)'


@pytest.fixture(params=["duckdb", "postgresql"])
def place(request, facts):
    """A connection with the facts in a table, and its engine's name."""
    if request.param == "duckdb":
        connection = connect()
        connection.execute(f"CREATE TABLE facts {SCHEMA}")
        rows = ", ".join(["(?, ?, ?, ?, ?, ?, ?, ?)"] * len(facts))  # one statement: each costs a millisecond
        connection.execute(f"INSERT INTO facts VALUES {rows}", [value for row in facts for value in row.values()])
        yield "duckdb", connection
        connection.close()
    else:
        connection = request.getfixturevalue("postgres")
        connection.execute("DROP TABLE IF EXISTS pg_temp.facts, pg_temp.outcome")
        connection.execute(f"CREATE TEMPORARY TABLE facts {SCHEMA}")
        with connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO facts VALUES (%s, %s, %s, %s, %s, %s, %s, %s)", [list(row.values()) for row in facts]
            )
        yield "postgresql", connection
        connection.execute("DROP TABLE IF EXISTS pg_temp.facts, pg_temp.outcome")


def into(engine):
    return "outcome" if engine == "duckdb" else "pg_temp.outcome"


def test_it_gives_what_the_rows_give_one_by_one(made, facts, place):
    engine, connection = place
    outcome = population.run_table(
        made, "facts", on=DAY, key="id", into=into(engine), connection=connection, engine=engine
    )
    assert outcome.rows == len(facts)
    single = running.run_rows(made, facts, on=DAY, key="id")
    expected = {row.key: result for row, result in zip(single.rows, single.results, strict=True)}
    rows = connection.execute('SELECT "key", gap, pay, age, failed_mask, unknown_mask FROM outcome').fetchall()
    assert {str(row[0]): tuple(row[1:]) for row in rows} == expected
    assert all(type(row[0]) is int for row in rows), "the key stays what it was"
    assert sum(row[2] is None for row in rows) > 50


def test_a_parquet_file_is_run_as_it_is(made, facts, tmp_path):
    with connect() as connection:
        connection.execute(f"CREATE TABLE facts {SCHEMA}")
        connection.executemany(
            "INSERT INTO facts VALUES (?, ?, ?, ?, ?, ?, ?, ?)", [list(row.values()) for row in facts]
        )
        file = (tmp_path / "it's facts.parquet").as_posix()
        connection.execute("COPY facts TO '" + file.replace("'", "''") + "' (FORMAT parquet)")
        connection.execute("DROP TABLE facts")
        outcome = population.run_table(made, file, on=DAY, key="id", into="outcome", connection=connection)
        assert outcome.rows == len(facts)
        assert outcome.scales["gap"] == 2


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ("UPDATE facts SET area = 500.01 WHERE id = 3", "RULE-011"),
        ("UPDATE facts SET persons = 0 WHERE id = 3", "RULE-011"),
        ("UPDATE facts SET area = 1.2345 WHERE id = 3", "RULE-012"),
        ("UPDATE facts SET \"group\" = '没有' WHERE id = 3", "RULE-013"),
        ("UPDATE facts SET id = 3 WHERE id = 4", "RULE-014"),
        ("UPDATE facts SET id = NULL WHERE id = 4", "RULE-014"),
        ("UPDATE facts SET born = DATE '1700-01-01' WHERE id = 3", "RULE-023"),
        ("UPDATE facts SET born = DATE '9999-12-31' WHERE id = 3", "RULE-023"),
        ("UPDATE facts SET born = 'infinity' WHERE id = 3", "RULE-023"),
        ("UPDATE facts SET born = DATE '0044-03-15 BC' WHERE id = 3", "RULE-023"),
    ],
)
def test_misfits_are_refused_with_their_keys_before_anything_is_made(made, place, change, code):
    engine, connection = place
    connection.execute(change)
    with pytest.raises(Refused) as refused:
        population.run_table(made, "facts", on=DAY, key="id", into=into(engine), connection=connection, engine=engine)
    assert codes(refused) == [code]
    assert code == "RULE-014" or "行键 3" in refused.value.problems[0].what
    with pytest.raises(Exception, match="outcome"):
        connection.execute("SELECT * FROM outcome")


def test_doubles_are_refused_and_what_lacks_is_named(made):
    with connect() as connection:
        connection.execute("CREATE TABLE t AS SELECT 1 AS id, 1.5::DOUBLE AS area, 2 AS persons")
        with pytest.raises(Refused) as refused:
            population.run_table(made, "t", on=DAY, key="id", into="o", connection=connection)
        assert codes(refused) == ["RULE-010", *["RULE-022"] * 5]
        connection.execute("ALTER TABLE t DROP COLUMN area")
        absent = {"area", "rent", "group", "owns", "born", "no"}
        population.run_table(made, "t", on=DAY, key="id", into="o", connection=connection, absent=absent)
        assert connection.execute("SELECT gap, unknown_mask FROM o").fetchall() == [(None, 3)]
        for wrong, code in (
            ({*absent, "persons"}, "RULE-015"),
            ({*absent, "strange"}, "RULE-015"),
            (absent - {"no"}, "RULE-022"),
        ):
            with pytest.raises(Refused) as refused:
                population.run_table(made, "t", on=DAY, key="id", into="o2", connection=connection, absent=wrong)
            assert codes(refused) == [code]


@pytest.mark.parametrize("source", ["facts; drop table x", "x y", "a.b.c", "read_csv('/etc/passwd')", '"x"'])
def test_a_source_is_a_name_or_a_parquet_file(made, source):
    with connect() as connection, pytest.raises(ValueError, match=re.escape(source)):
        population.run_table(made, source, on=DAY, key="id", into="o", connection=connection)


def test_a_queue_ranks_a_table_as_it_ranks_rows(place, facts):
    engine, connection = place
    queue = book(
        "queue",
        inputs={name: INPUTS[name] for name in ("group", "area", "no")},
        steps={
            "known": '{label: 面积, unit: ㎡, places: 2, source: S1 一, formula: "if_unknown(area, 999)"}',
            "first": "{label: 组, source: S1 一, enum: [低保, 低收入], formula: \"if_unknown(group, '低收入')\"}",
        },
        order="[first asc, known desc, no asc]",
    )
    population.run_table(queue, "facts", on=DAY, key="id", into=into(engine), connection=connection, engine=engine)
    single = running.run_rows(
        queue, [{name: row[name] for name in ("id", "group", "area", "no")} for row in facts], on=DAY, key="id"
    )
    ranks = dict(connection.execute('SELECT "key", "rank" FROM outcome').fetchall())
    assert {str(key): rank for key, rank in ranks.items()} == {row.key: row.values["rank"] for row in single.rows}


# -- the contract, type by type


def number_book(low, high, places, name="x"):
    inputs = {name: f'{{label: 数, unit: "1", places: {places}, range: [{low}, {high}]}}'}
    return book(
        "conduct", inputs=inputs, steps={"out": f"{{label: 果, places: {places}, formula: {name}}}"}, result="out"
    )


CASTS = [
    ("DECIMAL(18, 4)", "10000000000.1234", 0, "1e13", 4), ("DECIMAL(38, 10)", "1234567890123456.0000000001", 0, "1e16", 10), ("INTEGER", "2000000000", 0, "1e10", 12),
    ("BIGINT", "9000000000000000000", 0, "1e19", 6), ("DECIMAL(38, 0)", "99999999999999999999999999", 0, "1e26", 6), ("SMALLINT", "-32768", "-1e9", "1e9", 12),
    ("DECIMAL(5, 2)", "-999.99", "-1e9", "1e9", 2), ("DECIMAL(18, 6)", "0.500000", 0, "1e3", 1), ("DECIMAL(9, 9)", "0.123456789", 0, 1, 12),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "value", "low", "high", "places"), CASTS, ids=[f"{one[0]}-{one[4]}" for one in CASTS])
def test_every_exact_type_comes_in_exactly(postgres, kind, value, low, high, places):
    run = number_book(low, high, places)
    expected = running.run_rows(run, [{"key": "1", "x": value}, {"key": "2"}], on=DAY, key="key")
    for engine, connection in (("duckdb", connect()), ("postgresql", postgres)):
        made_in = "o" if engine == "duckdb" else "pg_temp.o"
        connection.execute("DROP TABLE IF EXISTS t")
        connection.execute("DROP TABLE IF EXISTS o")
        connection.execute(f"CREATE TEMPORARY TABLE t (id INTEGER, x {kind})")
        connection.execute(f"INSERT INTO t VALUES (1, {value}), (2, NULL)")
        population.run_table(run, "t", on=DAY, key="id", into=made_in, connection=connection, engine=engine)
        unprepared = {"prepare": False} if engine == "postgresql" else {}
        rows = dict(connection.execute('SELECT "key", "out" FROM o', **unprepared).fetchall())
        assert {key: got and int(got) for key, got in rows.items()} == {1: expected.results[0][0], 2: None}, engine


@pytest.mark.parametrize("kind", ["UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "HUGEINT", "UHUGEINT"])
def test_unsigned_and_huge_integers_come_in_with_their_range_checked(kind):
    with connect() as connection:
        connection.execute(f"CREATE TABLE t AS SELECT 1 AS id, 100::{kind} AS x")
        population.run_table(number_book(0, 100, 12), "t", on=DAY, key="id", into="o", connection=connection)
        assert connection.execute("SELECT out FROM o").fetchone() == (100 * 10**12,)
        connection.execute("UPDATE t SET x = 101")
        with pytest.raises(Refused) as refused:
            population.run_table(number_book(0, 100, 12), "t", on=DAY, key="id", into="p", connection=connection)
        assert codes(refused) == ["RULE-011"]


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", "1e300"])
def test_what_postgresql_calls_a_number_and_is_none_is_refused(postgres, value):
    postgres.execute("DROP TABLE IF EXISTS t")
    postgres.execute("CREATE TEMPORARY TABLE t (id TEXT, x NUMERIC)")
    postgres.execute(f"INSERT INTO t VALUES ('a', '{value}')")
    with pytest.raises(Refused) as refused:
        population.run_table(
            number_book("-1e9", "1e9", 2),
            "t",
            on=DAY,
            key="id",
            into="pg_temp.o",
            connection=postgres,
            engine="postgresql",
        )
    assert codes(refused) == ["RULE-011"] and "行键 a" in str(refused.value)


@pytest.mark.parametrize("key", ["", "a\u200b", "\x01", "a\nb", "\u202eb"])
def test_keys_that_nobody_can_read_are_refused(postgres, key):
    for engine, connection in (("duckdb", connect()), ("postgresql", postgres)):
        connection.execute("DROP TABLE IF EXISTS t")
        connection.execute("CREATE TEMPORARY TABLE t (id VARCHAR, x INTEGER)")
        connection.execute(f"INSERT INTO t VALUES ({'?' if engine == 'duckdb' else '%s'}, 1)", [key])
        with pytest.raises(Refused) as refused:
            population.run_table(
                number_book(0, 9, 0),
                "t",
                on=DAY,
                key="id",
                into="pg_temp.o" if engine != "duckdb" else "o",
                connection=connection,
                engine=engine,
            )
        assert codes(refused) == ["RULE-014"], engine


def test_twenty_keys_of_each_misfit_are_named_in_one_further_scan(made, place, monkeypatch):
    engine, connection = place
    connection.execute("UPDATE facts SET persons = 0 WHERE id % 2 = 0")
    connection.execute("UPDATE facts SET area = 9999 WHERE id % 3 = 0")
    with pytest.raises(Refused) as refused:
        population.run_table(made, "facts", on=DAY, key="id", into=into(engine), connection=connection, engine=engine)
    by_code = {problem.where.field: problem.what for problem in refused.value.problems}
    assert (
        by_code["persons"].startswith("有 250 行")
        and "0、2、4、6、8" in by_code["persons"]
        and "38。" in by_code["persons"]
    )
    assert by_code["area"].startswith("有 167 行") and "0、3、6、9" in by_code["area"]


def test_a_partition_must_be_there_and_known(postgres):
    shares = book(
        "share", partition="[pot]", inputs={"pot": "{label: 池, enum: [甲, 乙]}", "x": '{label: 数, unit: "1", range: [0, 9]}'},
        steps={"part": '{label: 份, unit: "1", formula: share(x)}'}, result="part",
    )  # fmt: skip
    with connect() as connection:
        connection.execute("CREATE TABLE t AS SELECT 1 AS id, 5 AS x")
        with pytest.raises(Refused) as refused:
            population.run_table(shares, "t", on=DAY, key="id", into="o", connection=connection, absent={"pot"})
        assert codes(refused) == ["RULE-016"]
        connection.execute("CREATE TABLE u AS SELECT 1 AS id, 5 AS x, NULL::VARCHAR AS pot")
        with pytest.raises(Refused) as refused:
            population.run_table(shares, "u", on=DAY, key="id", into="o", connection=connection)
        assert codes(refused) == ["RULE-016"]


def test_an_engine_never_speaks_in_its_own_words(made, tmp_path, postgres):
    broken = tmp_path / "broken.parquet"
    broken.write_bytes(b"PAR1 nothing")
    with connect() as connection:
        for source in (str(broken), str(tmp_path / "none.parquet"), "no_such_table"):
            with pytest.raises(Refused) as refused:
                population.run_table(made, source, on=DAY, key="id", into="o", connection=connection)
            assert codes(refused) == ["RULE-030"] and not re.search("[A-Za-z]{12}", refused.value.problems[0].what)
    with pytest.raises(Refused) as refused:
        population.run_table(
            made, "no_such_table", on=DAY, key="id", into="o", connection=postgres, engine="postgresql"
        )
    assert codes(refused) == ["RULE-030"]
