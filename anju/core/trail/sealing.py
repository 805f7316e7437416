"""Sealing the trail: what is committed becomes a chain, exported and checked offline; what is old leaves the database for files."""

import hashlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from django.db import connections, transaction

from anju.core.database.folder import explain_os_errors
from anju.core.trail import chain
from anju.problems import Problem

BATCH = 5_000
ROWS = "SELECT seal.seq, seal.hash, canonical FROM core_trailseal AS seal JOIN core_trail ON id = trail_id WHERE seq <= %s ORDER BY seq"


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


def chain_start() -> chain.Link:
    """The last link that was rotated out: where the chain of the database goes on from."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT last, hash FROM core_trailarchive ORDER BY last DESC LIMIT 1")
        row = cursor.fetchone()
    return (row[0], bytes(row[1])) if row else chain.BEGINNING


def export_chain(path: Path | str) -> tuple[int, str]:
    """Seal, then write the chain of the database to a file that `chain.verify_chain` checks offline. Number and hash of the last link."""
    seal_trail()
    with transaction.atomic(using="owner"):
        last, digest, _ = _write_chain(Path(path), chain_head()[0])
    return last, digest


def _write_chain(path: Path, upto: int) -> tuple[int, str, str]:
    """The database's rows up to that number: the last one's number and hash, and the file's SHA-256."""
    start = chain_start()
    last, part, sha256 = start, path.with_name(path.name + ".part"), hashlib.sha256()

    def rows() -> Iterator[tuple[int, bytes, bytes]]:
        nonlocal last
        with connections["owner"].connection.cursor("trail_export") as cursor:
            cursor.itersize = BATCH
            cursor.execute(ROWS, [upto])
            for seq, digest, content in cursor:
                last = (seq, bytes(digest))
                yield seq, bytes(digest), bytes(content)

    with explain_os_errors(path):
        with part.open("wb") as file:
            for line in chain.chain_lines(rows(), start):
                sha256.update(line)
                file.write(line)
        part.replace(path)
    return last[0], last[1].hex(), sha256.hexdigest()


def rotate_chain(folder: Path, before: datetime) -> tuple[int, int, Path, str] | None:
    """Write the acts older than that moment to a file and take them out of the database: the first and last number, the file, its SHA-256.

    None when there are none. The newest link always stays: the chain goes on from it. What was written is read back and checked first.
    """
    seal_trail()
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('anju_seal'))")
        # Up to the first that is younger: acts are sealed in the order of their transactions, not quite of their time.
        cursor.execute(
            "SELECT least((SELECT min(seq) FROM core_trailseal JOIN core_trail ON id = trail_id WHERE at >= %s), max(seq)) - 1 FROM core_trailseal",
            [before],
        )
        (upto,) = cursor.fetchone()
        first = chain_start()[0] + 1
        if upto is None or upto < first:
            return None
        with explain_os_errors(folder):
            folder.mkdir(mode=0o700, exist_ok=True)
        path = folder / f"留痕-{first:09}-{upto:09}.txt"
        _, digest, sha256 = _write_chain(path, upto)
        path.chmod(0o600)
        if chain.verify_chain([path], [f"{upto}:{digest}"]).problems:
            raise RuntimeError(f"{path} is not what was to be written")
        cursor.execute(
            "INSERT INTO core_trailarchive (first, last, hash, file, sha256) VALUES (%s, %s, %s, %s, %s)",
            [first, upto, bytes.fromhex(digest), path.name, sha256],
        )
        cursor.execute(
            "DELETE FROM core_trail WHERE id IN (SELECT trail_id FROM core_trailseal WHERE seq <= %s)", [upto]
        )
        cursor.execute("DELETE FROM core_trailseal WHERE seq <= %s", [upto])
    return first, upto, path, sha256


def check_trail() -> list[Problem]:
    """Rows of the live database whose searchable columns say something else than what was sealed. The region's of old rows by its code."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT core_trail.id FROM core_trail LEFT JOIN core_region ON core_region.id = region_id,"
            " LATERAL (SELECT convert_from(canonical, 'UTF8')::jsonb AS said) AS s"
            " WHERE (said->>'act', said->'by'->>'key', (said->>'at')::timestamptz, said->>'region') IS DISTINCT FROM (act, by, at, code) OR CASE"
            " coalesce(said->>'v', '1') WHEN '1' THEN (said->>'object', NULL::text, NULL::text) IS DISTINCT FROM (obj, object_type, object_id)"
            " WHEN '2' THEN (said->'object'->>'text', said->'object'->>'type', said->'object'->>'id')"
            "   IS DISTINCT FROM (obj, object_type, object_id)"
            " WHEN '3' THEN (said->'object'->>'text', said->'object'->>'type', said->'object'->>'id', (said->>'region_id')::bigint)"
            "   IS DISTINCT FROM (obj, object_type, object_id, region_id::bigint)"
            " ELSE true END ORDER BY core_trail.id LIMIT 1"
        )
        row = cursor.fetchone()
    return [] if row is None else [
        Problem("TRAIL-009", f"留痕 #{row[0]}", "检索用的列与封存的原文不一致。", "请以导出文件的原文为准，并查明何人动过数据库。")
    ]  # fmt: skip


def unsealed_rows() -> tuple[int, datetime | None]:
    """How many acts are not in the chain yet, and when the oldest of them was."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT count(*), min(at) FROM core_trail WHERE NOT EXISTS (SELECT FROM core_trailseal WHERE trail_id = core_trail.id)"
        )
        count, oldest = cursor.fetchone()
    return count, oldest
