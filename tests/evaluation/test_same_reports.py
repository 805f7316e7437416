"""The evaluation reports as styles print what their templates printed, in cases that the shipped places do not show. golden/: the articles as they were."""

import re
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from anju.figures.services import observations
from anju.runs.services import runs
from tests.evaluation.test_reports import report, scored
from tests.sample_place import PERIOD, place, told, written

pytestmark = pytest.mark.usefixtures("measures")

GOLDEN = Path(__file__).parent / "golden"
OLD = {
    "old.communities.target": "12", "old.households.target": "800", "old.households": "800", "old.buildings.target": "30", "old.area.target": "6",
    "old.investment.plan": "23000", "old.communities.completed": "7", "old.households.completed": "400",
}  # fmt: skip
HOMES = {
    "shanty.start.target": "600", "shanty.start": "590", "subsidy.households.target": "10", "subsidy.households": "10", "subsidy.amount": "12.5",
    "funds.prh_shanty.central_provincial": "300", "funds.prh_shanty.bond": "12000", "funds.prh_shanty.city": "45.25", "funds.prh_shanty.credit": "0",
    "funds.safe.central_shanty": "120", "funds.safe.city": "30", "shanty.projects": "3",
}  # fmt: skip
PROSE = {
    "evaluation-report": {
        "opening": "现将有关情况报告如下。", "prh_shanty_subsidy": "已足额发放。", "old_use": "资金按规定使用。", "old_quality": "质量合格。", "suggestions": ["## 支持", "请上级支持。"],
    },
    "self-evaluation": {"opening": "现将自评情况报告如下。", "satisfaction": "群众满意。", "problems": ["### （一）征收困难", "[[shanty.start]]套征收困难。"]},
    "region-evaluation": {"opening": "现报告如下。", "effect_management": "管理有序。", "result": "总体较好。"},
}  # fmt: skip
TABLES = [{"book": "prh-shanty", "name": "公租房和棚户区改造"}]


def shaped(html: str) -> str:
    """Without the numbers that the database gives, and the blank lines between blocks."""
    return re.sub(r"\s*\n\s*|(?<=</p>)(?=<p)", "\n", re.sub(r"\b(node|obs|run|step):\d+", r"\1:N", html))


def share(user, numerator=1, denominator=2):
    observations.enter_figure(
        by=user, measure="old.households.completed.target", region=place(user), period=PERIOD,
        value=Fraction(numerator, denominator),
    )  # fmt: skip


def full_score(user, **judged):
    runs.run_book(
        by=user, kind="check", subject="full-score", region=place(user), period=PERIOD, on=date(2023, 12, 31),
        judged={"place": "示例市", "score": "97.5", "problems": "2"} | judged,
    )  # fmt: skip


def city_both(user):
    told(user, OLD | HOMES)
    share(user)
    return written(user, "evaluation-report", {"old_scope": "不含新区", "superior_short": "省", "addressee": "省厅"}, PROSE["evaluation-report"])  # fmt: skip


def city_old_short(user):
    told(user, {"old.communities.target": "12", "old.area.target": "6", "old.households.completed": "399", "old.households": "800"})  # fmt: skip
    share(user)
    return written(user, "evaluation-report")


def city_old_number(user):
    told(user, {"old.communities.target": "12", "old.buildings.target": "30", "old.households.completed.target": "300", "old.households.completed": "300"})  # fmt: skip
    return written(user, "evaluation-report", prose={"old_allocation": "已分配。"})


def city_words_alone(user):
    told(user, {"shanty.start": "5"})
    return written(user, "evaluation-report", prose=PROSE["evaluation-report"])


def city_scored(user):
    scored(user)
    return report(user)


def city_unknown_score(user):
    from tests.evaluation.test_reports import JUDGED

    scored(user, judged={name: value for name, value in JUDGED.items() if name != "defects"})
    return report(user, tables=TABLES)


def unit_filed(user):
    told(user, HOMES | {"shanty.start.monetised": "590"})
    full_score(user)
    return written(user, "self-evaluation", prose=PROSE["self-evaluation"])


def unit_behind(user):
    told(user, HOMES | {"shanty.start.monetised": "90", "subsidy.households": "9"})
    return written(user, "self-evaluation", {"organs": []}, {"self_assessment": "还有不足。"})


def unit_subsidy_alone(user):
    told(user, {"subsidy.households": "9", "funds.safe.city": "30"})
    return written(user, "self-evaluation")


def unit_scored(user):
    scored(user)
    from anju.documents.queries.documents import find_version
    from anju.documents.services.documents import write_document

    document = write_document(
        by=user, kind="self-evaluation", region=place(user), period="2020", options={"organs": ["甲局"], "tables": TABLES}, prose={}
    )  # fmt: skip
    return find_version(user, document)


def region_behind(user):
    facts = {
        "prh.start.target": "100", "prh.start": "99", "subsidy.households.target": "10", "subsidy.households": "10", "old.communities.target": "12",
        "old.buildings.target": "30", "old.communities": "5",
    }  # fmt: skip
    told(user, facts)
    observations.enter_figure(by=user, measure="arh.start.target", region=place(user), period=PERIOD, state="no_task")
    return written(user, "region-evaluation", {"tables": [{"name": "租赁住房保障"}, {"name": "老旧小区改造"}]}, PROSE["region-evaluation"])  # fmt: skip


def region_reached(user):
    facts = {
        "shanty.start": "600", "prh.stock.recorded": "123456", "old.lifts": "12", "old.parking_spaces": "12000", "old.investment": "23000",
        "old.households.target": "23456",
    }  # fmt: skip
    told(user, HOMES | OLD | facts)
    return written(user, "region-evaluation", {"organs": []}, {"effect_prh": "应保尽保。"})


def region_scored(user):
    scored(user)
    from anju.documents.queries.documents import find_version
    from anju.documents.services.documents import write_document

    options = {"organs": ["甲局"], "tables": [*TABLES, {"name": "城镇老旧小区改造"}]}
    document = write_document(
        by=user, kind="region-evaluation", region=place(user), period="2020", options=options, prose={}
    )
    return find_version(user, document)


CASES = [
    city_both, city_old_short, city_old_number, city_words_alone, city_scored, city_unknown_score, unit_filed, unit_behind, unit_subsidy_alone, unit_scored,
    region_behind, region_reached, region_scored,
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_a_report_is_what_it_was(scope, case):
    assert shaped(case(scope).html) == (GOLDEN / f"{case.__name__}.html").read_text("utf-8")
