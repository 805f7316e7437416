"""The digest of an outcome, `rows/2`: equal for the same rows however they are stored, partitioned or computed.

A head line names the version and each output with its decimals; then a line a row, in the order of the keys' text by code points: key, the
scaled outputs, the masks failed and unknown, apart by U+001F and ended by U+000A, unknown empty. Every 10,000 lines are hashed (SHA-256) by
themselves; the digest is the hash of the head and of the hashes, so that no text grows with the rows.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence

from anju.rules.language.ir import Num, Type

BLOCK = 10_000
VERSION = "rows/2"
WHOLE_FILE = "rows/1"  # of stored runs before it: SHA-256 of the canonical CSV


def digest_head(outputs: Sequence[str], types: Mapping[str, Type]) -> str:
    scales = [type_.places if isinstance(type_ := types[name], Num) else "" for name in outputs]
    fields = [VERSION, *(f"{name}:{places}" for name, places in zip(outputs, scales, strict=True))]
    return "\x1f".join(fields) + "\n"


def combine_blocks(head: str, blocks: Iterable[str]) -> str:
    """blocks: the hexadecimal hashes, in order."""
    return hashlib.sha256((head + "".join(f"{block}\n" for block in blocks)).encode()).hexdigest()


def rows_digest(outputs: Sequence[str], types: Mapping[str, Type], rows: Iterable[tuple[str, Sequence[object]]]) -> str:
    """rows: each key with its scaled outputs and masks, in any order."""
    lines = (
        "\x1f".join((key, *(_field(value) for value in values))) + "\n"
        for key, values in sorted(rows, key=lambda row: row[0])
    )
    blocks, block, count = [], hashlib.sha256(), 0
    for count, line in enumerate(lines, 1):
        block.update(line.encode())
        if count % BLOCK == 0:
            blocks.append(block.hexdigest())
            block = hashlib.sha256()
    if count % BLOCK:
        blocks.append(block.hexdigest())
    return combine_blocks(digest_head(outputs, types), blocks)


def _field(value: object) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
