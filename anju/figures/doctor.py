"""Checks of anju doctor: what stands is what was reported."""

from collections.abc import Iterator

from anju.core.console.doctor import BAD, OK, Finding, check
from anju.core.people.scope import Operator
from anju.figures.services.current import check_current


@check("现行数")
def current(user: Operator) -> Iterator[Finding]:
    found = check_current(user)
    if found.differing:
        yield Finding(
            "现行数",
            BAD,
            f"{found.total:,} 个里有 {found.differing:,} 个与填报数不一致。",
            "请运行 anju figures rebuild。",
        )
    else:
        yield Finding("现行数", OK, f"{found.total:,} 个，与填报数一致")
