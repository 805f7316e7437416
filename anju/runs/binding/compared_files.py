"""Comparing a file that a person sent, in a process of its own: no Django here, and nothing that is not plain data."""

from collections.abc import Collection, Sequence
from pathlib import Path

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

    names = columns_of_books(source, [side.book for side in sides], group_by=group_by)
    return compare_file(
        *sides, source, output, names=(names[0], names[1]), group_by=group_by, absent=absent, progress=tell
    )
