"""The dispatch packs as styles print what their template printed; the differences are listed here."""

import re
from pathlib import Path

import pytest

from anju.figures.services import observations
from tests.oversight.test_dispatch import august, enter, parts, written, year  # noqa: F401
from tests.sample_place import place

GOLDEN = Path(__file__).parent / "golden"
PROSE = {
    "opening": "为做好调度，现将有关情况汇报如下。",
    "progress": "各地加快推进。",
    "matters": ["一是研究供地问题。（责任单位：自然资源局；时限：本月底）"],
    "requirements": "抓紧落实。",
}


def shaped(html: str) -> str:
    """Without the numbers that the database gives, and the blank lines between blocks."""
    html = re.sub(r"(node|obs):\d+", r"\1:N", html)
    html = re.sub(
        r'data-ref="(rank:[^"]*|style:[^"]*rank[^"]*)"', 'data-ref="RANK"', html
    )  # a rank is now called by its style
    html = re.sub(r'data-kind="dispatch[a-z-]*"', 'data-kind="dispatch"', html)  # the style's own code
    return re.sub(r"\n+", "\n", html)


def pack(scope, parts, name):  # noqa: F811
    if name == "first":
        return written(scope, period="2023-07")
    if name == "silent":
        return written(scope, period="2023-02")
    enter(scope, place(scope), "2023-07", "12", "funds.provincial")
    written(scope, period="2023-07")
    if name == "unchanged":
        return written(scope, prose=PROSE)
    if name == "corrected":
        observations.correct_figure(
            by=scope, measure="shanty.start", region=parts[0], period="2023-07", value="38", reason="漏统"
        )
    if name == "unreported":
        august(scope, parts[:2], ("150", "60", "60"))
    else:
        august(scope, parts, ("150", "60", "60", "30"))
    if name == "parts":
        enter(scope, parts[0], "2023", "20", "prh.start.target")
        enter(scope, parts[0], "2023-08", "5", "prh.start")
    kind, period = {
        "week": ("dispatch-week", "2023-08-18"),
        "quarter": ("dispatch-quarter", "2023-Q3"),
        "later": ("dispatch-month", "2023-11"),
    }.get(name, ("dispatch-month", "2023-08"))
    return written(scope, kind, period, prose=PROSE)


NAMES = ["first", "silent", "unchanged", "month", "corrected", "unreported", "parts", "week", "quarter", "later"]


@pytest.mark.parametrize("name", NAMES)
def test_a_pack_is_what_it_was(scope, parts, year, name):  # noqa: F811
    assert shaped(pack(scope, parts, name).html) == (GOLDEN / f"{name}.html").read_text("utf-8")
