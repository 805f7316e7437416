"""Checks of anju doctor: every rulebook that is in use can be read."""

from collections.abc import Iterator

from anju.core.console.doctor import BAD, OK, CheckResult, doctor_check
from anju.core.people.scope import Actor
from anju.problems import Refused
from anju.runs.binding.folders import book_library

MEND = "请按提示改正这本规则书；改好以前它不用于正式运行，别的不受影响。"


@doctor_check("规则书")
def check_books(user: Actor) -> Iterator[CheckResult]:
    """An office's book that no longer loads is named with its lines."""
    try:
        library = book_library()
    except Refused as refused:
        for problem in refused.problems:
            yield CheckResult("规则书", BAD, str(problem), "请改正；改好以前一本规则书都不能用。")
        return
    for problems in library.unusable.values():
        for problem in problems:
            yield CheckResult("规则书", BAD, str(problem), MEND)
    if not library.unusable:
        yield CheckResult("规则书", OK, f"{len(library.books)} 本，都可以用")
