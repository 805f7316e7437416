"""Members as tables and files of their own: judged where they lie, equal to the rows one by one."""

import csv
import random
from datetime import date

import pytest

from anju.problems import Refused
from anju.rules.engine import files, population, running
from anju.rules.engine.engines import connect
from tests.rules.build import codes, numbers
from tests.rules.test_rollups import PERSON, STEPS, household, members

DAY = date(2021, 6, 30)
COUNTED = numbers("area", "said", places=0, bottom="0")
PEOPLE = "household VARCHAR, key VARCHAR, born DATE, income DECIMAL(12, 2), owns BOOLEAN, kind VARCHAR"


@pytest.fixture(scope="module")
def made():
    return household(inputs=COUNTED, people=members(count="said", key_label="户号"), steps=STEPS,
                     ranks={"place": "{order: [elders desc, earned asc], ties: shared}"})  # fmt: skip


@pytest.fixture(scope="module")
def facts():
    """Sixty households: some are empty and say so, some have no list, some have members of whom something is unknown."""
    dice = random.Random(11)

    def maybe(value):
        return None if dice.random() < 0.06 else value

    people, rows = {}, []
    for index in range(60):
        count = dice.randrange(0, 5)
        if dice.random() < 0.85 and count:
            people[str(index)] = [
                {"key": f"{number}号", "born": maybe(date(dice.randrange(1930, 2015), 6, dice.randrange(29, 31))),
                 "income": maybe(f"{dice.randrange(0, 900000) / 100:.2f}"), "owns": maybe(dice.random() < 0.2),
                 "kind": maybe(dice.choice(["在职", "退休", "学生"]))}
                for number in range(count)
            ]  # fmt: skip
        rows.append({"key": str(index), "area": index, "said": maybe(count)})
    return rows, people


@pytest.fixture(params=["duckdb", "postgresql"])
def place(request, facts):
    rows, people = facts
    connection = connect() if request.param == "duckdb" else request.getfixturevalue("postgres")
    temporary = "" if request.param == "duckdb" else "TEMPORARY"
    for table, columns, lines in (
        ("facts", "key BIGINT, area INTEGER, said INTEGER", [tuple(row.values()) for row in rows]),
        ("people", PEOPLE, [(of, *one.values()) for of, list_ in people.items() for one in list_]),
    ):
        connection.execute(f"DROP TABLE IF EXISTS {table}")
        connection.execute(f"CREATE {temporary} TABLE {table} ({columns})")
        mark = "?" if request.param == "duckdb" else "%s"
        places = f"({', '.join([mark] * len(lines[0]))})"
        connection.execute(
            f"INSERT INTO {table} VALUES {', '.join([places] * len(lines))}", [cell for line in lines for cell in line]
        )
    yield request.param, connection
    if request.param == "duckdb":
        connection.close()
    else:
        connection.execute("DROP TABLE IF EXISTS pg_temp.outcome, pg_temp.people, pg_temp.facts")


def judge(made, place, **how):
    engine, connection = place
    into = "outcome" if engine == "duckdb" else "pg_temp.outcome"
    connection.execute(f"DROP TABLE IF EXISTS {into}")
    how = {"members": "people", **how}
    return population.run_table(
        made, "facts", on=DAY, key="key", into=into, connection=connection, engine=engine, **how
    )


@pytest.mark.parametrize("key", ["text", "integer"])
def test_two_tables_give_what_the_rows_give_one_by_one(made, facts, place, key):
    rows, people = facts
    if key == "integer":  # compared as they are, where a text and an integer are compared as text
        place[1].execute("ALTER TABLE people ALTER COLUMN household TYPE BIGINT USING CAST(household AS BIGINT)")
    single = running.run_rows(made, rows, on=DAY, key="key", members=people)
    judge(made, place)
    columns = ", ".join(single.outputs)
    got = place[1].execute(f'SELECT "key", {columns}, failed_mask, unknown_mask FROM outcome').fetchall()
    expected = {row.key: result for row, result in zip(single.rows, single.results, strict=True)}
    assert {str(key): tuple(rest) for key, *rest in got} == expected
    known = [row.values["persons"] for row in single.rows]
    assert None in known and 0 in known and max(filter(None, known)) > 2


def test_members_said_to_be_absent_are_unknown_and_are_otherwise_asked_for(made, place):
    with pytest.raises(Refused) as refused:
        judge(made, place, members=None)
    assert codes(refused) == ["RULE-049"]
    judge(made, place, members=None, absent=["members"])
    assert place[1].execute("SELECT COUNT(*), COUNT(persons) FROM outcome").fetchone() == (60, 0)
    with pytest.raises(Refused) as refused:
        judge(made, place, absent=["members"])
    assert codes(refused) == ["RULE-049"]


MISFITS = {
    "members of no row": ("UPDATE people SET household = '977' WHERE household = (SELECT MIN(household) FROM people)", ["RULE-045"], "977"),
    "another number than the row says": ("UPDATE facts SET said = 9 WHERE key IN (SELECT CAST(household AS BIGINT) FROM people)", ["RULE-046"], "登记 9，成员表里有"),
    "the same member twice": ("UPDATE people SET key = '同一人'", ["RULE-014"], "不同的行键"),
    "a member of nobody": ("UPDATE people SET household = NULL WHERE key = '0号'", ["RULE-014"], "没有键"),
    "an income beyond its range": ("UPDATE people SET income = 1000001 WHERE key = '0号'", ["RULE-011"], "月收入"),
    "a kind that is none": ("UPDATE people SET kind = '其他'", ["RULE-013"], "身份"),
    "no column of births": ("ALTER TABLE people DROP COLUMN born", ["RULE-022"], "出生日期"),
    "no column that names the row": ("ALTER TABLE people DROP COLUMN household", ["RULE-014"], "没有这一列"),
}  # fmt: skip


@pytest.mark.parametrize(("change", "codes_", "word"), MISFITS.values(), ids=MISFITS.keys())
def test_members_that_do_not_fit_are_refused_before_anything_runs(made, place, change, codes_, word):
    place[1].execute(change)
    with pytest.raises(Refused) as refused:
        judge(made, place)
    assert codes(refused) == codes_
    assert word in str(refused.value)


def test_an_input_of_members_may_be_said_to_be_absent(made, place):
    place[1].execute("ALTER TABLE people DROP COLUMN owns")
    judge(made, place, absent=["owns"])
    assert place[1].execute("SELECT COUNT(housed) FROM outcome WHERE persons > 0").fetchone() == (0,)


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_two_files_give_the_same_outcome_with_the_same_digest(made, facts, tmp_path, form):
    rows, people = facts
    sources = [tmp_path / f"户.{form}", tmp_path / f"人.{form}"]
    tables = [
        (list(rows[0]), [list(row.values()) for row in rows]),
        (["户号", "编号", *PERSON], [[of, *one.values()] for of, list_ in people.items() for one in list_]),
    ]
    for path, (heads, lines) in zip(sources, tables, strict=True):
        plain = path.with_suffix(".csv")
        with plain.open("w", encoding="utf-8", newline="") as file:
            words = [["" if cell is None else {True: "是", False: "否"}.get(cell, cell) if isinstance(cell, bool) else cell for cell in line] for line in lines]  # fmt: skip
            csv.writer(file).writerows([heads, *words])
        if form == "parquet":
            kinds = {"born": "DATE", "income": "DECIMAL(12,2)", "owns": "BOOLEAN", "area": "INTEGER", "said": "INTEGER"}
            items = ", ".join(
                "CASE owns WHEN '是' THEN TRUE WHEN '否' THEN FALSE END AS owns"
                if head == "owns"
                else f'CAST("{head}" AS {kinds.get(head, "VARCHAR")}) AS "{head}"'
                for head in heads
            )
            with connect() as connection:
                connection.execute(
                    f"COPY (SELECT {items} FROM read_csv('{plain}', all_varchar=true)) TO '{path}' (FORMAT parquet)"
                )
    names = {"户号": "household", "编号": "key", **{name: name for name in PERSON}}
    own = {name: name for name in rows[0]}
    output = tmp_path / f"结果.{form}"
    done = files.run_file(made, sources[0], output, on=DAY, names=own, members=(sources[1], names))
    single = running.run_rows(made, rows, on=DAY, key="key", members=people)
    assert (done.rows, done.digest) == (60, single.rows_digest)
    again = files.run_file(made, sources[0], output, on=DAY, names=own, absent=["members"])
    assert again.digest != done.digest
    assert again.inputs_digest == files.file_digest(sources[0]) != done.inputs_digest
    if form == "csv":
        head, *lines = sources[1].read_bytes().splitlines(keepends=True)
        sources[1].write_bytes(b"".join([head, *lines[::-1]]))
        other = files.run_file(made, sources[0], output, on=DAY, names=own, members=(sources[1], names))
        assert (other.digest, other.inputs_digest != done.inputs_digest) == (done.digest, True)
