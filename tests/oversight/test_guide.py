"""The guide to the kinds of document names every kind and every key of free prose."""

from pathlib import Path

import pytest

from anju.documents import kinds

GUIDE = Path(__file__).parents[2] / "docs" / "document-kinds.md"


CODES = ["circular", "decomposition", "evaluation-report", "self-evaluation", "region-evaluation"]
CODES += ["dispatch-week", "dispatch-month", "dispatch-quarter"]


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize("code", CODES)
def test_the_guide_tells_every_kind_with_its_prose(code):
    chapter = next(part for part in GUIDE.read_text(encoding="utf-8").split("\n## ") if part.startswith(f"`{code}` "))
    kind = kinds.find_kind(code)
    assert chapter.startswith(f"`{code}` {kind.name}\n")
    assert [key for key in kind.prose if f"`{key}`" not in chapter] == []
