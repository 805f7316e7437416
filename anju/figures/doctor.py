"""Checks of anju doctor: what stands is what was reported."""

from collections.abc import Iterator

from anju.core.console.doctor import BAD, OK, CheckResult, doctor_check
from anju.core.people.scope import Actor
from anju.figures.services.current import check_current


@doctor_check("现行数")
def check_current_figures(user: Actor) -> Iterator[CheckResult]:
    found = check_current(user)
    if found.differing:
        yield CheckResult(
            "现行数",
            BAD,
            f"{found.total:,} 个里有 {found.differing:,} 个与填报数不一致。",
            "请运行 anju figures rebuild。",
        )
    else:
        yield CheckResult("现行数", OK, f"{found.total:,} 个，与填报数一致")
