"""What is wrong, said to the person who must act. Below every room, so that all of them say it alike."""

from dataclasses import asdict, dataclass

BLOCK = "阻断"  # nothing is stored
ASK = "提醒"  # stored once the reminder is answered, and the answer is kept


@dataclass(frozen=True)
class Problem:
    """One thing to mend. Every code has a line in docs/errors.md.

    where: file, sheet, cell or line, as the reader sees it; what: what was found there; fix: what to do.
    """

    code: str
    where: str
    what: str
    fix: str
    level: str = BLOCK

    def __str__(self) -> str:
        return f"[{self.code}·{self.level}] {self.where}：{self.what} {self.fix}"

    def as_dict(self) -> dict[str, str]:
        return asdict(self)


class Refused(Exception):
    """An act was refused. Carries every problem at once, never only the first."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = list(problems)
