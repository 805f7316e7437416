"""The shipped kinds that became styles print what their templates printed, to the byte. golden/: the articles as they were.

The number of a run is the database's and is no part of it.
"""

import re
from pathlib import Path

import pytest

from tests.fidelity.conftest import drafted, grouped, pages  # noqa: F401

GOLDEN = Path(__file__).parent / "golden"


@pytest.mark.parametrize("place", grouped([path.stem for path in sorted(GOLDEN.glob("*.html"))]))
def test_a_style_prints_what_its_template_printed(place, drafted):  # noqa: F811
    assert re.sub(r'"run:\d+', '"run:N', drafted(place)) == (GOLDEN / f"{place}.html").read_text("utf-8")
