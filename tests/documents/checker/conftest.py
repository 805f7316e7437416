"""Small papers, written as text, looked through."""

import pytest

from anju.documents.checker.findings import Report
from anju.documents.checker.inspection import inspect_paper
from anju.documents.checker.reading import read_text
from tests.fidelity.conftest import drafted, pages  # noqa: F401

HEAD = "关于2021年度住房保障工作完成情况的通报\n\n"


def look(text: str) -> Report:
    return inspect_paper(read_text(HEAD + text))


@pytest.fixture
def checked():
    return look
