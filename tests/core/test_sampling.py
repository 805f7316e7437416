"""A sample is the same for whoever draws it, and the longer one begins with the shorter."""

import hashlib
import subprocess

import pytest

from anju.core.sampling import list_digest, order_by_seed

KEYS = [f"140522/P{number:03d}" for number in range(60)]
SEED = "示例审通〔2026〕1号 2026-11-30 福彩3D 417"


def test_the_order_is_that_of_the_digests_whatever_the_list_came_in():
    drawn = order_by_seed(KEYS, SEED)
    assert order_by_seed(reversed(KEYS), SEED) == drawn and sorted(one.key for one in drawn) == KEYS
    assert [one.digest for one in drawn] == sorted(
        hashlib.sha256(SEED.encode() + b"\t" + key.encode()).hexdigest() for key in KEYS
    )
    assert [one.key for one in order_by_seed(KEYS, SEED + "8")] != [one.key for one in drawn]


def test_another_program_draws_the_same():
    first = order_by_seed(KEYS, SEED)[0]
    told = subprocess.run(["sha256sum"], input=f"{SEED}\t{first.key}".encode(), capture_output=True, check=True)
    assert told.stdout.split()[0].decode() == first.digest


def test_a_project_that_leaves_the_list_moves_no_other():
    rest = [one.key for one in order_by_seed(KEYS, SEED) if one.key != KEYS[7]]
    assert [one.key for one in order_by_seed([key for key in KEYS if key != KEYS[7]], SEED)] == rest


def test_the_digest_of_the_list_knows_every_key():
    assert list_digest(KEYS) == list_digest(reversed(KEYS)) != list_digest(KEYS[1:])


def test_a_key_that_is_there_twice_is_refused():
    with pytest.raises(ValueError, match="P001"):
        order_by_seed([*KEYS, KEYS[1]], SEED)
