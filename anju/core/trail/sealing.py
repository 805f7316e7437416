"""Sealing the trail: what is committed becomes a chain, exported and checked offline."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from django.db import connections, transaction

from anju.core.database.folder import explain_os_errors
from anju.core.trail import chain
from anju.problems import Problem

BATCH = 5_000


def seal_trail(*, all_committed: bool = False) -> int:
    """Append what is committed to the chain; how many rows. Safe to repeat and to run twice at once; no writer waits for it.

    all_committed: also rows whose transaction numbers come from another cluster (after a restore, with nobody writing).
    """
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute("SELECT anju_seal(%s)", [all_committed])
        count: int = cursor.fetchone()[0]
    return count


def chain_head() -> tuple[int, str]:
    """The chain's last link: number and hash. Worth as much as the place outside where it is kept."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT seq, hash FROM core_trailseal ORDER BY seq DESC LIMIT 1")
        row = cursor.fetchone()
    return (row[0], bytes(row[1]).hex()) if row else (0, chain.GENESIS.hex())


def export_chain(path: Path | str) -> tuple[int, str]:
    """Seal, then write the whole chain to a file that `chain.verify_chain` checks offline. Number and hash of the last link."""
    seal_trail()
    path, last = Path(path), (0, chain.GENESIS.hex())
    part = path.with_name(path.name + ".part")

    def rows() -> Iterator[tuple[int, bytes, bytes]]:
        nonlocal last
        with transaction.atomic(using="owner"), connections["owner"].connection.cursor("trail_export") as cursor:
            cursor.itersize = BATCH
            cursor.execute(
                "SELECT seal.seq, seal.hash, canonical FROM core_trailseal AS seal JOIN core_trail ON id = trail_id ORDER BY seq"
            )
            for seq, digest, content in cursor:
                last = (seq, bytes(digest).hex())
                yield seq, bytes(digest), bytes(content)

    with explain_os_errors(path):
        with part.open("wb") as file:
            file.writelines(chain.chain_lines(rows()))
        part.replace(path)
    return last


def check_trail() -> list[Problem]:
    """Rows of the live database whose searchable columns say something else than what was sealed."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT id FROM core_trail, LATERAL (SELECT convert_from(canonical, 'UTF8')::jsonb AS said) AS s"
            " WHERE (said->>'act', said->'by'->>'key', (said->>'at')::timestamptz) IS DISTINCT FROM (act, by, at) OR CASE"
            " coalesce(said->>'v', '1') WHEN '1' THEN (said->>'object', NULL::text, NULL::text) IS DISTINCT FROM (obj, object_type, object_id)"
            " WHEN '2' THEN (said->'object'->>'text', said->'object'->>'type', said->'object'->>'id')"
            "   IS DISTINCT FROM (obj, object_type, object_id)"
            " ELSE true END ORDER BY id LIMIT 1"
        )
        row = cursor.fetchone()
    return [] if row is None else [
        Problem("TRAIL-009", f"留痕 #{row[0]}", "检索用的列与封存的原文不一致。", "请以导出文件的原文为准，并查明何人动过数据库。")
    ]  # fmt: skip


def verify_export(path: Path | str, heads: Sequence[str] = ()) -> list[Problem]:
    return chain.verify_chain(path, heads)
