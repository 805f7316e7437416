"""Tables of rows for a book, made at random from a seed, as Parquet; and what differs between two outcomes."""

import csv
import random
from datetime import date, timedelta
from decimal import Decimal

from anju.rules.book.schema import DATE, ENUM, NUMBER, TEXT
from anju.rules.engine.engines import connect
from anju.rules.engine.files import run_file
from anju.rules.engine.spark.population import run_on_spark

TYPES = {TEXT: "VARCHAR", ENUM: "VARCHAR", DATE: "DATE"}


def made_rows(book, count, seed):
    """Mostly small numbers, with edges and unknowns; the partition is known, the last key of an order differs from row to row."""
    dice, last = random.Random(seed), book.order[-1].name if book.order else ""
    return [
        {"key": f"户{index * 7919 % count:05d}"}
        | {
            name: f"号{index:05d}" if name == last else None if name not in book.partition and dice.random() < 0.1 else _value(item, dice)
            for name, item in book.inputs.items()
        }
        for index in range(count)
    ]  # fmt: skip


def _value(item, dice):
    if item.type == NUMBER:
        low, high = (int(end.scaleb(item.places)) for end in item.range)
        near = 200 * 10**item.places
        scaled = dice.choice([low, high, max(low, min(high, 0)), dice.randint(low, high), *[None] * 8])
        if scaled is None:
            scaled = dice.randint(max(low, min(high, -near)), min(high, max(low, near)))
        return Decimal(scaled).scaleb(-item.places)
    if item.type == ENUM:
        return dice.choice(item.enum)
    if item.type == DATE:
        return date(1940, 1, 1) + timedelta(dice.randrange(33_000))
    return dice.choice(["甲", "乙", "丙"]) if item.type == TEXT else dice.random() < 0.5


def column_type(item):
    if item.type != NUMBER:
        return TYPES.get(item.type, "BOOLEAN")
    whole = max(len(str(int(abs(end)))) for end in item.range)
    if not item.places and whole <= 18:
        return "BIGINT"
    return f"DECIMAL({18 if whole + item.places <= 18 else 38}, {item.places})"


def write_rows(book, rows, folder, parts=1, name="rows"):
    """A Parquet file, or a folder of several with the rows dealt out among them."""
    kinds = {"row number": "INTEGER", "key": "VARCHAR"} | {
        name: column_type(item) for name, item in book.inputs.items()
    }
    source = folder / (f"{name}.parquet" if parts == 1 else name)
    plain = folder / f"{name}.csv"
    with plain.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([place, *row.values()] for place, row in enumerate(rows))
    with connect() as connection:
        columns = ", ".join(f"'{column}': '{kind}'" for column, kind in kinds.items())
        read = f"read_csv('{plain}', columns={{{columns}}}, header=false, auto_detect=false, delim=',')"
        connection.execute(f"CREATE TABLE rows AS FROM {read}")
        plain.unlink()
        if parts == 1:
            _copy(connection, "", source)
        else:
            source.mkdir()
            for part in range(parts):
                _copy(connection, f'WHERE "row number" % {parts} = {part}', source / f"{part}.parquet")
    return source


def _copy(connection, where, file):
    rows = f'SELECT * EXCLUDE ("row number") FROM rows {where} ORDER BY "row number"'
    connection.execute(f"COPY ({rows}) TO '{file}' (FORMAT parquet)")


def on_both(session, book, source, folder, on, single=None):
    """DuckDB's outcome and Spark's over the same rows, and how many rows differ between what they wrote. single: the same as one file."""
    names = {name: name for name in ("key", *book.inputs)}
    made = len(list(folder.iterdir()))
    one, two = folder / f"duckdb-{made}.parquet", folder / f"spark-{made}.parquet"
    first = run_file(book, single or source, one, on=on, names=names)
    second = run_on_spark(book, str(source), str(two), on=on, names=lambda _: names, session=session)
    return first, second, differing(one, f"{two}/*.parquet")


def differing(one, two):
    with connect() as connection:
        sides = (f"FROM read_parquet('{one}')", f"FROM read_parquet('{two}')")
        lost, more = (f"SELECT * FROM ({a} EXCEPT ALL {b})" for a, b in (sides, sides[::-1]))
        return connection.execute(f"SELECT COUNT(*) FROM ({lost} UNION ALL {more})").fetchone()[0]
