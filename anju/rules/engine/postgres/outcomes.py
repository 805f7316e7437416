"""Outcomes of whole tables, kept as tables in a schema of their own: NAME as the engine counts, NAME_read as people read it.

A table's comment says what it is (`OutcomeTable`). Only who made it reads it, and only while they see every region that they saw then: the rows may
be of people, and carry no region of their own. Nothing in it can be changed; it is dropped and made again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from dataclasses import asdict, dataclass
from typing import Any

from anju.problems import Place, Problem, Refused
from anju.rules.book.schema import Book
from anju.rules.engine.compile import Compiled, quote
from anju.rules.engine.contract import text_literal
from anju.rules.engine.digest import BLOCK, combine_blocks, digest_head
from anju.rules.engine.files import shown_columns
from anju.rules.engine.postgres.moving import outcome_columns, whole_columns
from anju.rules.language.dialect import Dialect

SCHEMA = "outcomes"
NAME = re.compile(r"[a-z][a-z0-9_]{0,50}\Z")
READ = "_read"


@dataclass(frozen=True)
class OutcomeTable:
    """digest: rows/2; book: kind/subject, and its digest; by, at: who made it and when, as text; user: their key."""

    name: str
    rows: int
    pending: int
    digest: str
    book: str
    book_digest: str
    title: str
    on: str
    source: str
    key: str
    by: str
    user: str
    at: str


@dataclass(frozen=True)
class Reader:
    """Who may read an outcome, as the settings of the scope say it: key of the user, number of the person ("" for the machine's own operator)."""

    user: str
    staff: str
    region_ids: Collection[int]

    @property
    def policy(self) -> str:
        """Uncorrelated, so that it is decided once a statement and not once a row."""
        regions = ",".join(map(str, sorted(self.region_ids)))
        mine = "string_to_array(nullif(current_setting('app.regions', true), ''), ',')::int[]"
        return (
            f"(SELECT current_setting('app.user', true) = {text_literal(self.user)}"
            f" AND coalesce(current_setting('app.staff', true), '') = {text_literal(self.staff)}"
            f" AND NOT EXISTS (SELECT unnest('{{{regions}}}'::int[]) EXCEPT SELECT unnest({mine})))"
        )


def new_table(connection: Any, name: str) -> str:
    """The table of that name to make, with its schema. Refused RULE-051: no name, or one that is taken."""
    place = Place(f"结果表“{name}”")
    if not NAME.match(name) or name.endswith(READ):
        fix = f"请用小写字母开头，只含小写字母、数字和下划线，最多 51 个字符，不以 {READ} 结尾。"
        raise Refused(Problem("RULE-051", place, "不能作结果表的名称。", fix))
    if any(table in (name, name + READ) for table in _names(connection)):
        raise Refused(
            Problem(
                "RULE-051", place, "已有这张结果表。", f"请换一个名称，或先删去：anju rules outcomes --drop {name}。"
            )
        )
    return f"{SCHEMA}.{name}"


def finish_table(
    connection: Any, about: OutcomeTable, book: Book, compiled: Compiled, dialect: Dialect, reader: Reader
) -> None:
    """Close the new table to all but its reader, lay the view beside it, and say what it is."""
    table, view = f"{SCHEMA}.{quote(about.name)}", f"{SCHEMA}.{quote(about.name + READ)}"
    policy = f"{quote(about.name + '_reader')} ON {table} FOR SELECT USING ({reader.policy})"
    columns = ", ".join(shown_columns(compiled, dialect))
    for statement in (
        f'ALTER TABLE {table} ADD PRIMARY KEY ("key")',
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY",
        f"CREATE POLICY {policy}",
        f'CREATE VIEW {view} WITH (security_invoker = true) AS SELECT "key", {columns}, {sentences_sql(book)} AS "sentences" FROM {table}',
        f"COMMENT ON TABLE {table} IS {text_literal(json.dumps(asdict(about), ensure_ascii=False))}",
    ):
        connection.execute(statement)


def sentences_sql(book: Book) -> str:
    """What is told of a row: of a warning the conditions that hold, else those that fail; then those that cannot be told. Sentences with figures are
    told by the label: the figures stand beside."""
    parts = []
    for place, condition in enumerate(book.conditions.values()):
        said = (
            condition.label if any(not isinstance(part, str) for part in condition.says.parts) else condition.says.text
        )
        speaks = '("failed_mask" | "unknown_mask") & {0} = 0' if book.kind == "warning" else '"failed_mask" & {0} <> 0'
        parts.append(f"CASE WHEN {speaks.format(1 << place)} THEN {text_literal(said)} END")
        parts.append(
            f'CASE WHEN "unknown_mask" & {1 << place} <> 0 THEN {text_literal(f"{condition.label}：待核")} END'
        )
    return f"NULLIF(CONCAT_WS('；', {', '.join(parts)}), '')" if parts else "CAST(NULL AS TEXT)"


def table_digest(connection: Any, relation: str, compiled: Compiled) -> tuple[str, int]:
    """rows/2 of an outcome that lies in a table, and how many rows have something unknown; block by block, inside PostgreSQL."""
    columns = {"key": "", **outcome_columns(compiled, "NUMERIC")}
    fields = [f"COALESCE(CAST({quote(name)} AS TEXT), '')" for name in columns]
    line = " || CHR(31) || ".join(fields) + " || CHR(10)"
    unknown = " OR ".join([f"{quote(name)} IS NULL" for name in compiled.outputs] + ['"unknown_mask" <> 0'])
    place = '(ROW_NUMBER() OVER (ORDER BY CAST("key" AS TEXT) COLLATE "C") - 1)'
    blocks = connection.execute(
        f"SELECT ENCODE(SHA256(CONVERT_TO(STRING_AGG(line, '' ORDER BY place), 'UTF8')), 'hex'), COUNT(*) FILTER (WHERE unknown)"
        f" FROM (SELECT {place} AS place, {line} AS line, {unknown} AS unknown"
        f" FROM (SELECT {', '.join(whole_columns(compiled, columns))} FROM {relation}) AS whole) AS placed GROUP BY place / {BLOCK} ORDER BY place / {BLOCK}"
    ).fetchall()
    digest = combine_blocks(digest_head(compiled.outputs, compiled.types), (block for block, _ in blocks))
    return digest, sum(pending for _, pending in blocks)


def outcome_tables(connection: Any, user: str = "") -> list[OutcomeTable]:
    """The outcomes that there are; those that a user made, when one is named."""
    found = connection.execute(
        "SELECT obj_description(oid, 'pg_class') FROM pg_class WHERE relkind = 'r' AND relnamespace = to_regnamespace(%s) ORDER BY relname",
        [SCHEMA],
    ).fetchall()
    tables = [OutcomeTable(**json.loads(said)) for (said,) in found if said]
    return [table for table in tables if user in ("", table.user)]


def find_outcome(connection: Any, name: str, user: str) -> OutcomeTable:
    """Refused RULE-053: none of that name that this user made."""
    found = [table for table in outcome_tables(connection, user) if table.name == name]
    if not found:
        raise Refused(
            Problem("RULE-053", Place(f"结果表“{name}”"), "没有这张结果表。", "运行 anju rules outcomes 查看有哪些。")
        )
    return found[0]


def drop_table(connection: Any, about: OutcomeTable) -> None:
    connection.execute(f"DROP TABLE {SCHEMA}.{quote(about.name)} CASCADE")


def _names(connection: Any) -> list[str]:
    found = connection.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = to_regnamespace(%s)", [SCHEMA]
    ).fetchall()
    return [name for (name,) in found]
