"""What the look of a cell says of its content: struck out, raised, white on white. A person who reads the paper does not count these."""

import re
from collections.abc import Iterable
from typing import NamedTuple

STRUCK = "这一格划了删除线"
STRUCK_PART = "这一格有一部分字划了删除线"
RAISED = "这一格有上标或下标，像是注释记号"
FAINT = "这一格的字是白色的，看不见"


class TextRun(NamedTuple):
    """Letters of one look. raised: above or below the line."""

    text: str
    struck: bool = False
    raised: bool = False


def read_runs(runs: Iterable[TextRun]) -> tuple[str, str]:
    """(the text without struck-out and raised letters, what is the matter with it). The 2 of m² stays."""
    left, flaw = "", ""
    for run in runs:
        if run.struck and run.text.strip():
            flaw = STRUCK_PART
        elif run.raised and run.text.strip() and not re.search(r"[A-Za-zｍ]\s*$", left):
            flaw = flaw or RAISED
        else:
            left += run.text
    return left, flaw
