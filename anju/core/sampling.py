"""A sample that anyone can draw again (可复算的抽样): the smallest SHA-256 of seed and key, nothing random.

The seed is a text that nobody could choose after seeing the list: the number of a notice, a draw of that day. Keys are what people know the
rows by. Who has the list and the seed gets the same sample with `sha256sum` and a sorted column.
"""

import hashlib
from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple


class Drawn(NamedTuple):
    """digest: SHA-256 of "seed TAB key" in UTF-8, hexadecimal."""

    digest: str
    key: str


def order_by_seed(keys: Iterable[str], seed: str) -> list[Drawn]:
    """All keys in the order in which they are drawn: the first n are the sample of n. ValueError for a key that is there twice."""
    drawn = sorted(Drawn(hashlib.sha256(f"{seed}\t{key}".encode()).hexdigest(), key) for key in keys)
    for before, after in pairwise(drawn):
        if before.key == after.key:
            raise ValueError(f"the key {before.key} is there twice")
    return drawn


def list_digest(keys: Iterable[str]) -> str:
    """SHA-256 of the list that is drawn from: its keys, sorted, a line each."""
    return hashlib.sha256("".join(f"{key}\n" for key in sorted(keys)).encode()).hexdigest()
