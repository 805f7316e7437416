"""What a database holds, told in one JSON: `python -m tests.upgrade.reading`. Asked of the version of before, and of every later one.

What is stored is read by statements; what is worked out (digests, replays, whether a paper is stale) by today's code.
"""

import hashlib
import json
import sys
import traceback
from typing import Any

from django.db import connections

from tests.upgrade import catalogues
from tests.upgrade.current import (
    Document,
    FigureReference,
    Return,
    Run,
    current,
    documents,
    grid,
    layout,
    local_actor,
    open_scope,
    replay_run,
    stale,
)

STORED = {
    "trail": "SELECT id, encode(sha256(canonical), 'hex') FROM core_trail ORDER BY id",
    "seals": "SELECT seq, encode(hash, 'hex') FROM core_trailseal ORDER BY seq",
    "runs": "SELECT id, concat_ws(' ', kind, subject, engine, book_digest, inputs_digest, outputs_digest) FROM runs_run ORDER BY id",
    "books": "SELECT digest, encode(sha256(content), 'hex') FROM runs_bookcopy ORDER BY digest",
    "returns": """SELECT ret.id, concat_ws(' ', form.code, region.code, period, serial, state, coalesce(corrects_id::text, '-'), ret.digest)
        FROM returns_return AS ret JOIN core_region AS region ON region.id = region_id JOIN returns_form AS form ON form.id = form_id ORDER BY 1""",
    "scans": "SELECT paper.id, concat_ws(' ', ret_id, digest, sha256) FROM returns_paper AS paper JOIN core_file AS file ON file.id = file_id ORDER BY 1",
    "files": "SELECT id, concat_ws(' ', sha256, encode(sha256(content), 'hex')) FROM core_file ORDER BY id",
    "documents": "SELECT id, concat_ws(' ', kind, period, state, number, issued_on) FROM documents_document ORDER BY id",
    "versions": "SELECT id, concat_ws(' ', document_id, serial, html_digest, encode(sha256(convert_to(html, 'UTF8')), 'hex')) FROM documents_version ORDER BY id",
    "figures": """SELECT concat_ws(' ', measure_id, calibre_id, code, period),
          concat_ws(' ', state, value, unit, places, approx, assumed, observation_id)
        FROM figures_current JOIN core_region AS region ON region.id = region_id ORDER BY 1""",
    "entries": "SELECT id, concat_ws(' ', project_id, ledger, state, opened_on, reported_on, consented_on, closed_on) FROM projects_entry JOIN cases_case ON id = case_id ORDER BY id",
    "regions": """SELECT id, concat_ws(' ', code, name, kind, parent_id, valid_from, valid_until)
        FROM core_region WHERE code LIKE '99%' OR kind IN ('nation', 'province', 'pseudo') ORDER BY 1""",
    "organisations": "SELECT id, concat_ws(' ', region_id, kind, name, ended_on) FROM core_organisation ORDER BY id",
    "projects": """SELECT id, concat_ws(' ', region_id, code, name, kind, year, state, units, households, investment, due_on, version)
        FROM projects_project ORDER BY id""",
    "events": """SELECT id, concat_ws(' ', project_id, kind, "on", amount, mode, number, note, origin, supersedes_id, void, ordered_by, by)
        FROM projects_event ORDER BY id""",
    "adjustments": "SELECT id, concat_ws(' ', project_id, kind, number, \"on\", before, after, reason) FROM projects_adjustment ORDER BY id",
    "members": """SELECT member.id, concat_ws(' ', name, started_by, unfinished_on, project_id, unfinished)
        FROM projects_member AS member JOIN projects_cohort AS cohort ON cohort.id = cohort_id ORDER BY 1""",
    "observations": """SELECT id, concat_ws(' ', measure_id, region_id, period, state, value, source_id, cell, supersedes_id, document_id, reason, basis)
        FROM figures_observation ORDER BY id""",
    "sources": """SELECT id, concat_ws(' ', kind, title, file_name, sha256, encode(sha256(content), 'hex'), region_id, period, undone_by, undo_reason)
        FROM figures_source ORDER BY id""",
    "targets": "SELECT id, concat_ws(' ', number, title, region_id, issued_on, effective_on) FROM figures_target_document ORDER BY id",
    "nodes": "SELECT id, concat_ws(' ', document_id, region_id, target_id, \"on\", numerator, denominator, value) FROM figures_node ORDER BY id",
    "steps": "SELECT id, concat_ws(' ', ret_id, move, source, target, remark, by, by_name) FROM returns_step ORDER BY id",
    "answered": "SELECT id, concat_ws(' ', ret_id, check_id, line, said, text, waiver, until, by) FROM returns_answer ORDER BY id",
    "opinions": "SELECT id, concat_ws(' ', ret_id, organisation_id, agrees, remark, by) FROM returns_opinion ORDER BY id",
    "receipts": "SELECT id, concat_ws(' ', ret_id, receiver, state, file_id, differences) FROM returns_receipt ORDER BY id",
    "reminders": "SELECT id, concat_ws(' ', region_id, act, key, what, link, seen::text) FROM oversight_notice ORDER BY id",
    "postings": """SELECT posting.id, concat_ws(' ', username, post, posting.since, until, ground)
        FROM core_posting AS posting JOIN core_staff AS staff ON staff.id = staff_id ORDER BY 1""",
    "jobs": "SELECT id, concat_ws(' ', name, state, by, day, args) FROM core_job ORDER BY id",
    "queue": "SELECT id, concat_ws(' ', task_name, queue_name, status, args) FROM procrastinate_jobs ORDER BY id",
}  # fmt: skip


def read() -> dict[str, Any]:
    """catalogues, sequences and rows of the database; stored: rows by key."""
    with connections["owner"].cursor() as cursor:
        found = {
            "catalogues": catalogues.catalogues(cursor),
            "sequences": catalogues.sequences(cursor),
            "behind": catalogues.behind(cursor),
            "rows": catalogues.rows(cursor),
        }
    return found | {"stored": {kind: stored(kind) for kind in STORED}}


def stored(kind: str) -> dict[str, str]:
    with connections["owner"].cursor() as cursor:
        cursor.execute(STORED[kind])
        return {str(key): str(text) for key, text in cursor.fetchall()}


def what_the_code_says() -> dict[str, Any]:
    """What the code makes of it."""
    with open_scope(local_actor()) as by:
        checked = current.check_current(by)
        return {
            "returns": {str(ret.pk): what_it_says(by, ret) for ret in Return.objects.order_by("id")},
            "replayed": {
                f"{run.pk} {engine}": replay_run(by, run, engine)
                for run in Run.objects.select_related("book").order_by("id")
                for engine in ("duckdb", "postgresql")
            },
            "documents": {
                str(paper.pk): paper_as_read(by, paper) for paper in documents.list_documents(by).order_by("id")
            },
            "current_figures": [checked.total, checked.differing],
            "references": {text: reference_as_read(text) for text in printed(by)},
        }  # fmt: skip


def what_it_says(by: Any, ret: Any) -> dict[str, str]:
    """The digest of a return's content, worked out anew, and that of its grid as people see it."""
    laid = grid.lay_out_grid(by, ret)
    lines = [[line.label, *(cell.text for cell in laid.row(line.key))] for line in laid.lines]
    heads = [column.head for column in laid.columns]
    return {"content": layout.content_digest(ret), "grid": _digest(json.dumps([heads, lines], ensure_ascii=False))}


def paper_as_read(by: Any, paper: Any) -> dict[str, Any]:
    """Its text as it is shown, and the sentences that the ledger no longer bears out."""
    shown = documents.document_text(paper, documents.find_version(by, paper))
    return {
        "title": paper.title,
        "text": _digest(shown),
        "stale": [one.where for one in stale.stale_sentences(by, paper)] if paper.state == Document.ISSUED else [],
    }


def printed(by: Any) -> set[str]:
    """The references of every figure that a paper ever printed."""
    versions = (version for paper in documents.list_documents(by) for version in paper.versions.all())
    return {one["ref"] for version in versions for one in version.figures}


def reference_as_read(text: str) -> str | None:
    """Read and written again; None when it is no reference any more."""
    try:
        return str(FigureReference.parse(text))
    except LookupError:
        return None


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


if __name__ == "__main__":
    found = read()
    try:
        found["answers"] = what_the_code_says()
    except Exception:  # what is stored is told all the same: it says why
        found["failed"] = traceback.format_exc()
    json.dump(found, sys.stdout, ensure_ascii=False)
