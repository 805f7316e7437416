"""The SQL of an import: COPY into a staging table of the session (COPY cannot write under row-level security), then one INSERT … SELECT
each for observations and current figures. No row is saved by itself."""

from collections.abc import Iterable
from itertools import islice
from typing import Any, NamedTuple

AT_ONCE = 10_000  # rows on their way to the staging table
KEY = ("region_id", "period", "measure_id", "calibre_id")
STAGING = """
CREATE TEMP TABLE figures_incoming (
  n bigint, measure_id text, calibre_id text, region_id int, period text, state text, value bigint, unit text, places smallint,
  approx text, assumed boolean, basis text, sheet text, cell text, raw text, cited text, document_id bigint, effective_on date,
  scope_note text, increment bigint, share_numerator bigint, share_denominator bigint, share_of_id text,
  known boolean NOT NULL DEFAULT false, supersedes_id bigint, before_state text, before_value bigint, before_amount bigint, before_document_id bigint
) ON COMMIT DROP
"""
COMPARED = (
    "state", "value", "unit", "places", "approx", "assumed", "basis", "document_id", "effective_on", "scope_note",
    "share_numerator", "share_denominator", "share_of_id",
)  # fmt: skip
SAID = (
    "state",
    "value",
    "share_numerator",
    "share_denominator",
    "share_of_id",
)  # what a reading of the same file may read otherwise
STANDING = ("state", "value", "unit", "places", "approx", "assumed")  # what current_figure repeats of its observation


class StagingRow(NamedTuple):
    """A cell as it will be stored; the fields are the staging table's columns, in its order."""

    n: int
    measure_id: str
    calibre_id: str
    region_id: int
    period: str
    state: str
    value: int | None
    unit: str
    places: int
    approx: str = ""
    assumed: bool = False
    basis: str = ""
    sheet: str = ""
    cell: str = ""
    raw: str = ""
    cited: str = ""
    document_id: int | None = None
    effective_on: str | None = None
    scope_note: str = ""
    increment: int | None = None
    share_numerator: int | None = None
    share_denominator: int | None = None
    share_of_id: str | None = None


KEPT = ", ".join((*StagingRow._fields[1:], "supersedes_id"))
ORDER = ", ".join(KEY)


def same_sql(one: str, other: str) -> str:
    return " AND ".join(f"{one}.{name} = {other}.{name}" for name in KEY)


def stage_rows(cursor: Any, rows: Iterable[StagingRow]) -> None:
    """The rows into a table that goes with the transaction. Some at a time: who makes them may ask the database for a name meanwhile, and
    none waits for the last."""
    cursor.execute("DROP TABLE IF EXISTS pg_temp.figures_incoming")
    cursor.execute(STAGING)
    rows = iter(rows)
    while at_once := list(islice(rows, AT_ONCE)):
        with cursor.copy(f"COPY figures_incoming ({', '.join(StagingRow._fields)}) FROM STDIN") as copy:
            for row in at_once:
                copy.write_row(row)
    cursor.execute("ANALYZE figures_incoming")


def staged_regions(cursor: Any) -> set[int]:
    """The regions that the rows are about."""
    cursor.execute("SELECT DISTINCT region_id FROM figures_incoming")
    return {region_id for (region_id,) in cursor.fetchall()}


def standing_unstaged(cursor: Any, sources: list[int]) -> list[tuple[int, int]]:
    """Of what these imports brought and still stands, what is not among the rows: observation and source, in order."""
    cursor.execute(
        "SELECT o.id, o.source_id FROM figures_current AS c JOIN figures_observation AS o ON o.id = c.observation_id"
        f" WHERE o.source_id = ANY(%s) AND NOT EXISTS (SELECT FROM figures_incoming AS i WHERE {same_sql('i', 'c')}) ORDER BY 1",
        [sources],
    )
    return cursor.fetchall()


def settle_rows(cursor: Any, same_file: int | None, adds: bool) -> tuple[int, int, int]:
    """What each row would replace; new, changed and unchanged.

    Unchanged (known) is what stands already, and what this very file brought before: a later correction stays. The same cell read to
    another value (the map was changed) is new. What was added up (追加) is stored as the sum, so it cannot be compared.
    """
    if same_file is not None:
        alike = (
            ""
            if adds
            else f" AND ({', '.join(f'i.{x}' for x in SAID)}) IS NOT DISTINCT FROM ({', '.join(f'o.{x}' for x in SAID)})"
        )
        cursor.execute(
            f"UPDATE figures_incoming AS i SET known = true FROM figures_observation AS o WHERE o.source_id = %s AND {same_sql('i', 'o')}{alike}",
            [same_file],
        )
    equal = f"({', '.join(f'i.{x}' for x in COMPARED)}) IS NOT DISTINCT FROM ({', '.join(f'o.{x}' for x in COMPARED)})"
    cursor.execute(
        f"UPDATE figures_incoming AS i SET supersedes_id = o.id, known = i.known OR {'false' if adds else equal}, before_state = o.state,"
        " before_value = o.value, before_amount = coalesce(o.increment, o.value), before_document_id = o.document_id"
        f" FROM figures_current AS c JOIN figures_observation AS o ON o.id = c.observation_id WHERE {same_sql('i', 'c')}"
    )
    cursor.execute(
        "SELECT count(*) FILTER (WHERE NOT known AND supersedes_id IS NULL), count(*) FILTER (WHERE NOT known AND supersedes_id IS NOT NULL),"
        " count(*) FILTER (WHERE known) FROM figures_incoming"
    )
    return cursor.fetchone()


def rows_without_base(cursor: Any) -> list[tuple[str, str, str]]:
    """追加: region, period and measure of rows with nothing to add to, or without a document."""
    cursor.execute(
        "SELECT r.name, i.period, m.name FROM figures_incoming AS i JOIN core_region AS r ON r.id = i.region_id"
        " JOIN figures_measure AS m ON m.code = i.measure_id"
        " WHERE NOT i.known AND (i.before_value IS NULL OR i.value IS NULL OR i.document_id IS NULL"
        " OR i.before_value::numeric + i.value NOT BETWEEN -9223372036854775808 AND 9223372036854775807) ORDER BY i.n"
    )
    return cursor.fetchall()


def add_to_standing(cursor: Any) -> None:
    """追加: value becomes what is in force plus what the document adds, with the finer of the two precisions."""
    cursor.execute(
        "UPDATE figures_incoming AS i SET value = o.value + i.value,"
        " places = CASE WHEN o.unit = i.unit THEN greatest(o.places, i.places) ELSE i.places END"
        " FROM figures_observation AS o WHERE o.id = i.supersedes_id AND NOT i.known"
    )


def store_observations(cursor: Any, source: int, by: str, reason: str) -> tuple[int, int]:
    """How many observations were stored, and for how many of them nobody else wrote meanwhile.

    In the order of the key, so that two imports at once do not lock each other out.
    """
    cursor.execute(
        f"INSERT INTO figures_observation ({KEPT}, source_id, by, at, reason)"
        f" SELECT {KEPT}, %s, %s, now(), CASE WHEN supersedes_id IS NULL THEN '' ELSE %s END FROM figures_incoming"
        f" WHERE NOT known ORDER BY {ORDER}",
        [source, by, reason],
    )
    stored = cursor.rowcount
    cursor.execute(
        f"INSERT INTO figures_current AS c ({ORDER}, observation_id, {', '.join(STANDING)})"
        f" SELECT {ORDER}, id, {', '.join(STANDING)} FROM figures_observation WHERE source_id = %s ORDER BY {ORDER}"
        f" ON CONFLICT ({ORDER}) DO UPDATE SET observation_id = EXCLUDED.observation_id, {', '.join(f'{x} = EXCLUDED.{x}' for x in STANDING)}"
        " WHERE c.observation_id IS NOT DISTINCT FROM (SELECT supersedes_id FROM figures_observation WHERE id = EXCLUDED.observation_id)",
        [source],
    )
    return stored, cursor.rowcount


def source_digest(cursor: Any, source: int) -> str:
    """SHA-256 over measure|calibre|region id|period|state|value|unit|places, a line an observation, by id."""
    cursor.execute(
        "SELECT encode(sha256(convert_to(string_agg(concat_ws('|', measure_id, calibre_id, region_id, period, state, value, unit, places), E'\\n'"
        " ORDER BY id), 'UTF8')), 'hex') FROM figures_observation WHERE source_id = %s",
        [source],
    )
    return cursor.fetchone()[0]


def take_back_source(cursor: Any, source: int) -> tuple[int, int, int]:
    """Undo: observations of the source, figures that stand as before, and figures that stand no more."""
    cursor.execute(
        "INSERT INTO figures_undone (observation_id, region_id) SELECT id, region_id FROM figures_observation WHERE source_id = %s",
        [source],
    )
    taken = cursor.rowcount
    cursor.execute(
        f"UPDATE figures_current AS c SET observation_id = b.id, {', '.join(f'{x} = b.{x}' for x in STANDING)}"
        " FROM figures_observation AS o JOIN figures_observation AS b ON b.id = o.supersedes_id"
        " WHERE o.source_id = %s AND c.observation_id = o.id",
        [source],
    )
    restored = cursor.rowcount
    cursor.execute(
        "DELETE FROM figures_current AS c USING figures_observation AS o"
        " WHERE o.source_id = %s AND o.supersedes_id IS NULL AND c.observation_id = o.id",
        [source],
    )
    return taken, restored, cursor.rowcount
