"""anju benches: how many there are."""

import argparse
from typing import Any

from anju.core.console.command import OK, add_parser, out, setup


def add(subparsers: Any) -> None:
    add_parser(subparsers, "benches", "长椅：有几张", count)


def count(args: argparse.Namespace) -> int:
    setup()
    from anju.core.people.scope import local_operator, scoped
    from tests.rooms.tiny import queries

    with scoped(local_operator()) as user:
        found = len(queries.benches(user))
    out(args, {"benches": found}, f"{found} 张长椅")
    return OK
