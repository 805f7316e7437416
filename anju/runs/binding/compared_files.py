"""Comparing a file that a person sent, in a process of its own: no Django here, and nothing that is not plain data."""

from collections.abc import Collection, Sequence
from pathlib import Path

from anju.problems import Problem, Refused
from anju.rules.book.schema import MEMBERS
from anju.rules.comparison.comparing import compare_file
from anju.rules.comparison.sides import Side
from anju.rules.comparison.summary import Comparison
from anju.runs.binding.row_files import columns_of_books


def compare_sent_file(
    source: Path, output: Path, sides: tuple[Side, Side], *, group_by: Sequence[str], absent: Collection[str], told: Path
) -> Comparison:  # fmt: skip
    """source: as `engine_file` gives it; told: where the percentage done is written, for whoever waits. Refused as `compare_file`."""

    def tell(percent: int) -> None:
        told.write_text(str(percent), "ascii")

    for side in sides:
        if side.book.members and MEMBERS not in absent:
            what = "要成员表，网页上的比较还不能给出。"
            fix = "请在服务器上用 anju rules compare --members 比较，或选不用成员表的规则书。"
            raise Refused(Problem("RULE-049", f"《{side.book.title}》", what, fix))
    names = columns_of_books(source, [side.book for side in sides], group_by=group_by)
    return compare_file(
        *sides, source, output, names=(names[0], names[1]), group_by=group_by, absent=absent, progress=tell
    )
