"""A person's comparisons (试算一群人): who asked, and nobody else, sees the rows that they sent and what came of them. Kept for a day."""

import codecs
import pickle
import re
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.utils import timezone

from anju.core.jobs import waiting_files
from anju.core.models.job import Job
from anju.core.people.scope import Actor
from anju.core.reading import program_digest
from anju.quantities import scaled_text
from anju.rules.book.schema import Book
from anju.rules.comparison.comparing import EFFECT
from anju.rules.comparison.sides import DECISIONS, NOT_COMPARED, Side
from anju.rules.comparison.summary import BARS, EFFECTS, Comparison
from anju.rules.engine.contract import text_literal
from anju.rules.engine.engines import connect, one_path
from anju.rules.explanation.explain import Explained, explain_outcome
from anju.rules.load import load_book
from anju.runs.binding.folders import book_library

SAMPLES = Path(__file__).parents[1] / "samples"
SAMPLE_ROWS = SAMPLES / "示例各户.csv"
JOB = "runs.compare"
KEY_OF = re.compile(r"[0-9a-f]{32}\Z")
ROW_NUMBER = "file_row_number"


@dataclass(frozen=True)
class ComparisonQuestion:
    """What is to be compared. file: what the sender calls it; by: columns to tell by; absent: inputs that the file does not have."""

    before: Side
    after: Side
    file: str
    by: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()

    @property
    def sides(self) -> tuple[Side, Side]:
        return self.before, self.after


@dataclass(frozen=True)
class KeptComparison:
    """comparison: None until it has been done. rows: the file that was sent; differences: a Parquet."""

    key: str
    question: ComparisonQuestion
    comparison: Comparison | None
    at: datetime
    rows: Path
    differences: Path


@dataclass(frozen=True)
class RowFilter:
    """Which rows of the differences: places in EFFECTS and DECISIONS, a column with its value (None: blank), a bar, a reason of one side."""

    effect: int | None = None
    before: int | None = None
    after: int | None = None
    column: str = ""
    value: str | None = None
    bar: int | None = None
    reason: str = ""
    reason_side: int = 0


def comparable_books() -> list[Book]:
    """The books in use whose outcomes can be compared, then those of the sample."""
    library = book_library()
    mine = [book for book in library.books if book.digest not in library.unusable]
    return [
        *(book for book in mine if book.kind not in NOT_COMPARED and (book.result or book.gates)),
        *(load_book(path) for path in sorted(SAMPLES.glob("*.yaml"))),
    ]


def comparison_folder(user: Actor) -> Path:
    return waiting_files.person_folder(waiting_files.COMPARISONS, user)


def list_comparisons(user: Actor) -> list[KeptComparison]:
    """The newest first."""
    keys = [path.stem for path in comparison_folder(user).glob("*.question")]
    found = [kept for key in keys if (kept := find_comparison(user, key)) is not None]
    return sorted(found, key=lambda kept: kept.at, reverse=True)


def find_comparison(user: Actor, key: str) -> KeptComparison | None:
    """None when that person has none of that key, or it has been kept for a day, or another version of the program kept it."""
    folder = comparison_folder(user)
    path = folder / f"{key}.question"
    if not KEY_OF.match(key) or not waiting_files.is_waiting(path):
        return None
    question = _unpickled(path)
    if question is None:
        return None
    answer = _unpickled(folder / f"{key}.answer")
    at = datetime.fromtimestamp(path.stat().st_mtime, timezone.get_current_timezone())
    return KeptComparison(key, question, answer, at, rows=folder / f"{key}.rows", differences=folder / f"{key}.parquet")


def comparison_job(user: Actor, key: str) -> Job | None:
    """That person's newest job of that comparison."""
    return Job.objects.filter(by=user.key, name=JOB, args__key=key).order_by("-id").first()


def pickled(value: object) -> bytes:
    return pickle.dumps((program_digest(), value), pickle.HIGHEST_PROTOCOL)


def _unpickled(path: Path) -> Any:
    with suppress(Exception):
        program, value = pickle.loads(path.read_bytes())
        if program == program_digest():
            return value
    return None


# -- rows of it ---------------------------------------------------------------------------------------------------------------------------


@dataclass
class _Where:
    tests: list[str] = field(default_factory=list)
    values: list[Any] = field(default_factory=list)

    def add(self, test: str, *values: Any) -> None:
        self.tests.append(test)
        self.values += values

    @property
    def sql(self) -> str:
        return f" WHERE {' AND '.join(self.tests)}" if self.tests else ""


def list_rows(
    kept: KeptComparison, wanted: RowFilter, start: int = 0, most: int = 50
) -> tuple[int, list[dict[str, Any]]]:
    """How many rows are so, and some of them, each heading → value, in the order of the file; their place under ROW_NUMBER."""
    where = _where(kept, wanted)
    with connect() as connection:
        source = f"read_parquet(?, {ROW_NUMBER}=true)"
        path = one_path(kept.differences)
        (count,) = connection.execute(
            f"SELECT COUNT(*) FROM {source}{where.sql}", [path, *where.values]
        ).fetchone() or (0,)
        found = connection.execute(
            f"SELECT * FROM {source}{where.sql} ORDER BY {ROW_NUMBER} LIMIT {most:d} OFFSET {start:d}",
            [path, *where.values],
        )
        names = [column[0] for column in found.description or ()]
        return int(count), [dict(zip(names, line, strict=True)) for line in found.fetchall()]


def find_row(kept: KeptComparison, number: int) -> dict[str, Any] | None:
    with connect() as connection:
        found = connection.execute(
            f"SELECT * FROM read_parquet(?, {ROW_NUMBER}=true) WHERE {ROW_NUMBER} = ?",
            [one_path(kept.differences), number],
        )
        names, line = [column[0] for column in found.description or ()], found.fetchone()
    return dict(zip(names, line, strict=True)) if line else None


def _where(kept: KeptComparison, wanted: RowFilter) -> _Where:
    where = _Where()
    if wanted.effect is not None:
        where.add(f'"{EFFECT}" = ?', EFFECTS[wanted.effect])
    for name, decision in (("原来判定", wanted.before), ("改后判定", wanted.after)):
        if decision is not None:
            where.add(f'"{name}" = ?', DECISIONS[decision])
    if wanted.column in kept.question.by:
        own = f"NULLIF(TRIM(CAST({_quoted(wanted.column)} AS VARCHAR)), '')"
        where.add(f"{own} IS NULL") if wanted.value is None else where.add(f"{own} = ?", wanted.value)
    comparison = kept.comparison
    if wanted.bar and comparison and comparison.value:
        change, step = _quoted(comparison.value.headings[2]), comparison.width
        scaled = f"CAST(ABS({change}) AS DECIMAL(38, {comparison.value.places}))"
        edge = f"CAST(? AS DECIMAL(38, {comparison.value.places}))"
        place, places = abs(wanted.bar), comparison.value.places
        where.add(f"SIGN({change}) = ?", 1 if wanted.bar > 0 else -1)
        where.add(f"{scaled} > {edge}", _decimal((place - 1) * step, places))
        if place <= BARS:
            where.add(f"{scaled} <= {edge}", _decimal(place * step, places))
    if wanted.reason:
        name = ("原来不符合", "改后不符合")[wanted.reason_side]
        where.add(f"list_contains(string_split(\"{name}\", '；'), ?)", wanted.reason)
    return where


def _decimal(number: int, places: int) -> str:
    return scaled_text(number, places)


def _quoted(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'


def explain_sides(
    kept: KeptComparison, row: Mapping[str, Any]
) -> tuple[Sequence[Explained], Sequence[Explained]] | None:
    """Step by step, as each side's book comes to it; None where a book shares or ranks, for which all rows would be needed."""
    comparison = kept.comparison
    if comparison is None or any(side.compiled().windowed for side in kept.question.sides):
        return None
    told = []
    for side, headings in zip(kept.question.sides, comparison.inputs, strict=True):
        facts = {name: row[heading] for heading, name in headings.items()}
        told.append(explain_outcome(side.book, facts, on=side.on, parameters=side.parameters))
    return told[0], told[1]


def differences_csv(kept: KeptComparison) -> bytes:
    """The differences as CSV with a mark by which WPS and Excel know UTF-8; truths as 是 and 否."""
    path = one_path(kept.differences)
    with connect() as connection, tempfile.TemporaryDirectory() as folder:
        kinds = connection.execute("DESCRIBE SELECT * FROM read_parquet(?)", [path]).fetchall()
        items = [
            f"CASE {_quoted(name)} WHEN TRUE THEN '是' WHEN FALSE THEN '否' END AS {_quoted(name)}" if kind == "BOOLEAN" else _quoted(name)
            for name, kind, *_ in kinds
        ]  # fmt: skip
        out = Path(folder) / "differences.csv"
        source = f"read_parquet({text_literal(path)})"
        connection.execute(
            f"COPY (SELECT {', '.join(items)} FROM {source}) TO {text_literal(str(out))} (FORMAT csv, HEADER true)"
        )
        return codecs.BOM_UTF8 + out.read_bytes()
