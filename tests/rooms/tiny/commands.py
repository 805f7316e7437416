"""anju benches: how many there are."""

import argparse
from typing import Any

from anju.core.console.command import OK, add_parser, print_result, set_up_django


def add(subparsers: Any) -> None:
    add_parser(subparsers, "benches", "长椅：有几张", count)


def count(args: argparse.Namespace) -> int:
    set_up_django()
    from anju.core.people.scope import local_actor, open_scope
    from tests.rooms.tiny import queries

    with open_scope(local_actor()) as user:
        found = len(queries.benches(user))
    print_result(args, {"benches": found}, f"{found} 张长椅")
    return OK
