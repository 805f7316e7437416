"""Where a figure is used: documents that print it, runs that took it in."""

from typing import Any

from anju.core.scope import Operator


def uses(user: Operator, door: Any) -> list[dict[str, str]]:
    return []


def run_step(request, run: int, path: str):
    raise NotImplementedError
