"""Comparing two judgements of rows that a person sends: a small file at once, a large one as a job. Nothing of it is a decision."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from django.db import transaction

from anju.core.database.folder import explain_os_errors
from anju.core.jobs import waiting_files
from anju.core.jobs.queue import enqueue
from anju.core.people.permissions import require_permission
from anju.core.people.scope import Actor
from anju.core.trail import trail
from anju.isolation import SMALL, Killed, run_isolated
from anju.problems import Place, Problem, Refused
from anju.rules.comparison.sides import Side, check_sides
from anju.runs.binding.compared_files import compare_sent_file
from anju.runs.binding.row_files import engine_file
from anju.runs.queries.comparisons import (
    JOB,
    ComparisonQuestion,
    comparison_folder,
    comparison_job,
    find_comparison,
    list_comparisons,
    pickled,
)

MOST = 5  # comparisons of one person that are kept
SECONDS = 300  # for which one is computed at most
MEMORY = 8 << 30  # bytes of addresses; of memory itself the engine takes what ANJU_MEMORY_MB says
KEY = 32  # letters


@transaction.atomic
@trail.act("runs.compare")
def compare_rows(*, by: Actor, question: ComparisonQuestion, content: bytes) -> str:
    """Keep the file and have it compared; the key of the comparison. The same question again is the same comparison.

    Refused: RULE-070 … 073 and what a side is refused for, whatever the rows; of a small file what its rows are refused for too; DB-005.
    """
    require_permission(by, "runs.compare", None, "试算一群人")
    check_sides(question.before, question.after)
    key = hashlib.sha256(hashlib.sha256(content).digest() + repr(question_text(question)).encode()).hexdigest()[:KEY]
    folder = comparison_folder(by)
    known = find_comparison(by, key)
    asked = comparison_job(by, key) if known and known.comparison is None else None
    if (known is None or known.comparison is None) and not (asked and asked.open):
        for old in list_comparisons(by)[MOST - 1 :]:
            _drop(folder, old.key)
        waiting_files.write_waiting(folder / f"{key}.rows", content)
        waiting_files.write_waiting(folder / f"{key}.question", pickled(question))
        if len(content) > SMALL:
            enqueue(by, JOB, title=f"试算《{question.file}》"[:120], key=key)
        else:
            try:
                run_comparison(by, key)
            except BaseException:
                _drop(folder, key)
                raise
    after = {
        "file": hashlib.sha256(content).hexdigest(), "before": _told(question.before), "after": _told(question.after),
    }  # fmt: skip
    trail.describe(obj=trail.Subject("runs.comparison", key, f"试算《{question.file}》"), after=after)
    return key


def question_text(question: ComparisonQuestion) -> list[object]:
    """Equal exactly when the questions are."""
    sides = [(side.book.digest, side.on.isoformat(), sorted(side.parameters.items())) for side in question.sides]
    return [*sides, question.file, question.by, question.absent]


def _told(side: Side) -> dict[str, object]:
    book = side.book
    return {
        "kind": book.kind, "subject": book.subject, "book": book.digest, "on": side.on.isoformat(), "changed": sorted(side.parameters),
    }  # fmt: skip


def run_comparison(user: Actor, key: str, progress: Callable[[int], None] | None = None) -> None:
    """Compare what was kept under that key and keep what comes of it. Nobody's act of its own: it is asked for by `compare_rows`.

    progress: gets the percentage done now and then; what it raises ends the work. Refused RULE-074 when it waits no longer, RULE-075 when it
    takes too long or too much memory; as `compare_file`.
    """
    kept = find_comparison(user, key)
    if kept is None:
        raise Refused(Problem("RULE-074", "试算一群人", "文件已经清走（只留一天），没有算。", "请重新上传。"))
    question, folder = kept.question, comparison_folder(user)
    with explain_os_errors(folder), tempfile.TemporaryDirectory(prefix=f".{key}.", dir=folder) as name:
        here = Path(name)
        sent = here / f"{Path(question.file).stem[:60] or 'rows'}{Path(question.file).suffix.lower()}"
        os.link(kept.rows, sent)
        source, output, told = engine_file(sent, here), here / "differences.parquet", here / "told"

        def meanwhile() -> None:
            if progress:
                text = told.read_text("ascii") if told.is_file() else ""
                progress(int(text or 0))

        try:
            comparison = run_isolated(
                compare_sent_file, source, output, question.sides, group_by=question.by, absent=question.absent, told=told,
                seconds=SECONDS, memory=MEMORY, meanwhile=meanwhile,
            )  # fmt: skip
        except Killed as killed:
            what = (
                f"算了 {killed.seconds} 秒还没有算完，已停止。"
                if killed.seconds
                else "文件已损坏，或者要的内存太多，已停止。"
            )
            fix = "请分成几个文件，或请系统管理员在服务器上用 anju rules compare 计算。"
            raise Refused(Problem("RULE-075", Place(file=question.file), what, fix)) from killed
        output.replace(kept.differences)
        waiting_files.write_waiting(folder / f"{key}.answer", pickled(comparison))


@transaction.atomic
@trail.act("runs.drop_comparison")
def drop_comparison(*, by: Actor, key: str) -> None:
    """Delete one's own rows and what came of them before the day is over. LookupError: there is none."""
    require_permission(by, "runs.compare", None, "试算一群人")
    kept = find_comparison(by, key)
    if kept is None:
        raise LookupError(key)
    _drop(comparison_folder(by), key)
    trail.describe(obj=trail.Subject("runs.comparison", key, f"试算《{kept.question.file}》"))


def _drop(folder: Path, key: str) -> None:
    for path in folder.glob(f"{key}.*"):
        path.unlink(missing_ok=True)
    for path in folder.glob(f".{key}.*"):
        shutil.rmtree(path, ignore_errors=True)
