"""The circular as a style prints what its template printed, to the byte but for blank lines between blocks."""

import re
from datetime import date
from pathlib import Path

import pytest

from anju.documents.queries.documents import find_version
from anju.documents.services import documents
from anju.figures.services import observations
from anju.runs.services import runs
from tests.oversight.test_circular import enter
from tests.sample_place import CITY, FIRST, PERIOD, SECOND, place, told

GOLDEN = Path(__file__).parent / "golden"
THIRD = "520281"
PROSE = {
    "opening": ["各地：", "现就有关情况说明。"],
    "work": "各级加快推进。",
    "backlog": "逐项核查。",
    "loans": "银行支持。",
    "audit": "立行立改。",
    "thanks": "谨致谢意。",
    "problems": "补贴发放不够及时。",
    "requirements": ["## 自拟标题", "**一要抓紧。**抓紧落实。"],
}
TARGETS = {
    "shanty.start.target": "100",
    "shanty.complete.target": "50",
    "prh.start.target": "40",
    "invest.target": "9.5",
}


def shaped(html: str) -> str:
    """Without the numbers that the database gives, and the blank lines between blocks."""
    return re.sub(r"\n+", "\n", re.sub(r"run:\d+", "run:N", html))


def state(user, measure: str, code: str, word: str) -> None:
    observations.enter_figure(by=user, measure=measure, region=place(user, code), period=PERIOD, state=word)


def full_year(user) -> dict:
    """Everything that a circular can tell, each with a part that lacks it."""
    told(
        user,
        {"shanty.start.target": "300", "shanty.start": "305", "shanty.start.old_town": "200", "invest.target": "30"},
    )
    told(user, {"prh.start.target": "80", "subsidy.households.target": "100", "old.communities.target": "12"})
    told(user, TARGETS | {"shanty.start": "160", "shanty.complete": "40", "shanty.complete.continued": "45"}, FIRST)
    told(user, TARGETS | {"shanty.start": "99", "prh.start": "40", "subsidy.households.target": "60"}, SECOND)
    told(user, {"shanty.start.target": "100", "prh.start.target": "0", "prh.allocated.target": "5"}, THIRD)
    for measure in ("invest.target", "subsidy.households.target"):
        state(user, measure, THIRD, "no_task")
    state(user, "shanty.start", THIRD, "unreported")
    told(user, {"subsidy.households": "70"}, SECOND)
    for calibre, done in (("cal1", "21.5"), ("cal2", "30.25")):
        observations.enter_figure(
            by=user, measure="invest.done", region=place(user), period=PERIOD, calibre=calibre, value=done
        )
    observations.assume_figure(
        by=user, measure="subsidy.households", region=place(user), period=PERIOD, value="70", basis="按进度推算"
    )
    told(user, {"backlog.projects": "7", "backlog.unfinished": "900", "backlog.completed": "450"})
    told(user, {"backlog.unfinished": "900", "backlog.unfinished.prh": "20", "backlog.completed.prh": "0"}, FIRST)
    told(user, {"loan.credit": "49.03", "loan.credit.cdb": "21.552", "loan.issued": "20", "loan.issued.cdb": "12"})
    told(user, {"loan.issued.adb": "8", "loan.issued_year": "0", "loan.issued_year.adb": "0", "bond.issued": "3.1"})
    told(user, {"audit.2017.found": "6", "audit.2017.fixing": "6", "audit.2019.found": "4", "audit.2019.fixed": "4"})
    told(user, {"funds.central_invest": "1234.5", "funds.provincial": "200", "prh.complete": "0"})
    runs.run_warnings(by=user, region=place(user), period=PERIOD, on=date(2023, 12, 31))
    return {
        "options": {
            "warnings": "all", "audits": [2016, 2017, 2019], "backlog": {"started_by": 2019, "unfinished_by": 2022}, "calibres": {"invest.done": "cal2"},
            "calibre_names": {"cal1": "省定", "cal2": "市定"}, "completion": "continued", "order": [SECOND, FIRST], "parts_word": "区县", "addressee": "各区县",
        },
        "prose": PROSE,
    }  # fmt: skip


def plain_year(user) -> dict:
    """Everything reached; nothing chosen, no prose; a backlog without its years."""
    told(user, {"shanty.start.target": "300", "shanty.start": "300", "backlog.unfinished": "0", "loan.credit": "5"})
    told(user, {"loan.credit.cdb": "3", "loan.credit.adb": "2", "invest.done": "0"})
    return {}


def quarter(user) -> dict:
    """Sums of what counties brought; one older, one silent, one that brought something else."""
    told(user, {"shanty.start.target": "1000", "prh.start.target": "80", "old.communities.target": "3"})
    for code, started in ((FIRST, "600"), (SECOND, "150"), (THIRD, "0")):
        told(user, {"shanty.start.target": "400", "prh.start.target": "40", "arh.start.target": "7"}, code)
        enter(user, code, "2023-09", "shanty.start", started)
    enter(user, FIRST, "2023-08", "prh.start", "45")
    enter(user, CITY, "2023-07", "arh.start", "9")
    return {"period": "2023-Q3", "prose": {"work": "各级加快推进。"}}


def month(user) -> dict:
    """A total that leaves parts out; counties that reported nothing at all; mixed days."""
    told(user, {"shanty.start.target": "1000", "subsidy.households.target": "50"})
    for code in (FIRST, SECOND):
        told(user, {"shanty.start.target": "500", "subsidy.households.target": "25"}, code)
    enter(user, FIRST, "2023-12", "shanty.start", "300")
    enter(user, CITY, "2023-12", "subsidy.households", "50")
    enter(user, SECOND, "2023-12", "subsidy.households", "50")
    return {"period": "2023-12", "options": {"title": "自拟标题"}}


def mixed(user) -> dict:
    """What counties brought for the year and for December stands side by side; an older figure says its day."""
    told(user, {"subsidy.households.target": "50", "subsidy.households": "50", "prh.complete.target": "5"})
    for code, target in ((FIRST, "20"), (SECOND, "25"), (THIRD, "5")):
        told(user, {"subsidy.households.target": target}, code)
    told(user, {"subsidy.households": "20"}, FIRST)
    enter(user, SECOND, "2023-12", "subsidy.households", "30")
    enter(user, CITY, "2023-Q4", "prh.complete", "5")
    return {}


def prose_alone(user) -> dict:
    told(user, {"arh.start": "400"}, FIRST)
    return {"prose": PROSE}


CASES = [full_year, plain_year, quarter, month, mixed, prose_alone]


@pytest.mark.parametrize("case", CASES)
def test_a_circular_is_what_it_was(scope, case):
    said = {"period": PERIOD, "options": {}, "prose": {}} | case(scope)
    said["options"] = {"organs": ["示例机关"], **said["options"]}
    document = documents.write_document(by=scope, kind="circular", region=place(scope), **said)
    golden = (GOLDEN / f"circular-{case.__name__}.html").read_text("utf-8")
    assert shaped(find_version(scope, document).html) == golden
