"""What the circular of a city concludes, and what it should have noticed, from the circular's own annexes."""

import pytest

from anju.core.people.scope import open_scope
from anju.runs.models import Run
from anju.runs.queries import runs
from anju.runs.services.runs import judge_rows, run_book, run_warnings
from tests.runs.conftest import WHOLE_YEAR, bring
from tests.worlds import world

STARTED = {"overdue-projects": {"started_by": "2017-12-31"}}


@world
def warned_city(by):
    by, region, _ = bring("jincheng-2021")
    with open_scope(by):
        run_warnings(by=by, region=region, period="2021", on=WHOLE_YEAR, given=STARTED)
    return by, region


@pytest.fixture
def city(warned_city):
    by, region = warned_city
    with open_scope(by):
        yield by, region


@pytest.fixture
def found(city):
    """subject, condition → regions (and the row's own key) that it found."""
    by, region = city

    def look(subject, condition, key=""):
        return {
            one.region_name
            for one in runs.list_findings(by, region, "2021")
            if (one.subject, one.condition) == (subject, condition) and key in one.key
        }

    return look


@pytest.mark.parametrize(
    ("kind", "counties"),
    [
        ("prh", {"泽州县", "阳城县", "沁水县"}),  # as the circular says
        ("capped", {"泽州县", "陵川县", "沁水县"}),
        ("economic", {"阳城县"}),  # 180, none finished: the circular does not mention it
        ("shanty", set()),
    ],
)
def test_housing_of_which_none_was_finished(found, kind, counties):
    assert found("backlog-completion", "zero", f"backlog.unfinished.{kind}") == counties


def test_finished_below_ten_percent(found):
    assert found("backlog-completion", "low") == {"城区"}


def test_credit_not_fully_issued(found):
    assert found("idle-credit", "idle") == {"城区", "阳城县"}


def test_slow_rectification(found):
    assert found("slow-rectification", "slow") == {"城区", "阳城县", "沁水县"}


def test_old_audits_still_open(found):
    """市本级, one of two since 2017, is not in the circular."""
    assert found("slow-rectification", "lingering", "/2016") == {"城区", "沁水县"}
    assert found("slow-rectification", "lingering", "/2017") == {"城区", "阳城县", "市本级"}


def test_projects_started_three_years_ago_and_unfinished(found):
    assert found("overdue-projects", "overdue") == {"城区", "泽州县", "阳城县", "陵川县", "沁水县"}


def test_a_total_that_hides_its_parts(found):
    assert found("masked-shortfall", "masked", "subsidy.households") == {"城区", "高平市"}
    assert found("masked-shortfall", "masked", "invest.done:cal1") == {"泽州县"}
    assert found("masked-shortfall", "masked") == {"城区", "高平市", "泽州县"}


def test_two_calibres_that_tell_different_stories(found):
    assert found("two-calibres", "opposite") == {"泽州县"}
    assert found("two-calibres", "differ") == {"晋城市"}


def test_a_remainder_nobody_classified(city, found):
    assert found("unclassified", "all_classified", "改造类型") == {"晋城市", "阳城县", "沁水县"}
    assert found("unclassified", "all_classified") == {"晋城市", "阳城县", "沁水县"}, (
        "安置方式 names one kind only and is no classification"
    )
    by, region = city
    sentences = [one.sentence for one in runs.list_findings(by, region, "2021") if one.subject == "unclassified"]
    assert [text for text in sentences if text.startswith("晋城市")] == [
        "晋城市棚户区改造开工量按改造类型划分，各类合计5621套，总量6631套，有1010套没有归类"
    ]
    assert any("844套没有归类" in text for text in sentences) and any("166套没有归类" in text for text in sentences)


def test_the_annexes_add_up(found):
    for condition in ("equal", "same", "within", "not_above"):
        assert not any(
            found(subject, condition)
            for subject in ("parts-total", "text-table", "backlog-within-completion", "unclassified")
        )


def test_a_county_left_blank_leaves_its_total_undecided_and_named(city):
    by, region = city
    waiting = {one.key: one.missing for one in runs.pending(*runs.standing_runs(by, region, "2021"))}
    assert waiting["140500/loan.issued"] == ["陵川县“棚改专项贷款累计发放”未报", "泽州县“棚改专项贷款累计发放”未报"]
    assert "140500/shanty.start" not in waiting, (
        "the city's own unit has no line in that table and is not missing from it"
    )


def test_a_finding_carries_its_figures_and_a_stable_id(city):
    by, region = city
    one = next(
        one
        for one in runs.list_findings(by, region, "2021")
        if one.subject == "backlog-completion" and one.condition == "low"
    )
    assert one.id == "warning/backlog-completion/140502/backlog.unfinished.shanty/low"
    assert one.sentence == "城区棚改安置住房建成率不足10%：开工未建成3918套，建成383套，建成率9.8%"
    assert "".join(piece["text"] for piece in one.pieces) == one.sentence
    assert [piece["figure"] for piece in one.pieces if "figure" in piece] == ["low_line", "backlog", "done", "rate"]
    assert [(figure["input"], figure["code"], figure["text"]) for figure in one.figures] == [
        ("backlog", "backlog.unfinished.shanty", "3918"), ("done", "backlog.completed.shanty", "383"),
    ]  # fmt: skip
    assert len(one.observations) == 2 and one.colour == "橙" and one.propose and not one.assumed


def test_the_gravest_come_first(city):
    by, region = city
    colours = [one.colour for one in runs.list_findings(by, region, "2021")]
    assert colours == sorted(colours, key="红橙黄蓝".index) and colours[0] == "红"


def test_without_the_day_they_started_nobody_is_called_overdue(place):
    by, region, _ = place("jincheng-2021")
    found = run_warnings(by=by, region=region, period="2021", on=WHOLE_YEAR)
    assert not [one for one in found if one.subject == "overdue-projects"]
    assert "“最晚开工日”没有给出" in [
        text for one in runs.pending(*runs.standing_runs(by, region, "2021")) for text in one.missing
    ]


def test_the_same_again_keeps_the_runs_that_stand(city):
    by, region = city
    before = set(Run.objects.values_list("pk", flat=True))
    run_warnings(by=by, region=region, period="2021", on=WHOLE_YEAR, given=STARTED)
    assert set(Run.objects.values_list("pk", flat=True)) == before


def test_a_corrected_figure_makes_a_new_run_and_the_finding_goes(city, found):
    from anju.core.regions import tree
    from anju.figures.services import observations as figures

    by, region = city
    county = tree.find_region(by, "140502", WHOLE_YEAR)
    figures.correct_figure(
        by=by, measure="subsidy.households", region=county, period="2021", value="450", reason="核对发放名册"
    )
    run_warnings(by=by, region=region, period="2021", on=WHOLE_YEAR, given=STARTED)
    assert found("masked-shortfall", "masked", "subsidy.households") == {"高平市"}


def test_paid_once_a_year(city):
    """The circular says it of every county; the fact itself is reported per county, as an assumption until it is corrected."""
    from anju.core.regions import tree
    from anju.figures.services import observations as figures

    by, region = city
    for county, times in (("140525", 2), ("140581", 4)):
        where = tree.find_region(by, county, WHOLE_YEAR)
        figures.correct_figure(
            by=by, measure="subsidy.times", region=where, period="2021", value=times, reason="补报发放次数", unit="次"
        )
    told = run_warnings(by=by, region=region, period="2021", on=WHOLE_YEAR, given=STARTED)
    mine = {one.region_name: (one.condition, one.assumed) for one in told if one.subject == "subsidy-pace"}
    yearly = dict.fromkeys(("城区", "阳城县", "陵川县", "沁水县"), ("yearly", True))
    assert mine == yearly | {"泽州县": ("seldom", False)}


def test_a_year_before_a_book_is_in_force_passes_it_over(place):
    by, region, _ = place("guilin-2020")
    told = run_warnings(by=by, region=region, period="2020", on=WHOLE_YEAR.replace(year=2020))
    assert not [one for one in told if one.subject == "idle-credit"]
    assert not Run.objects.filter(subject="backlog-completion").exists()


def test_full_marks_beside_listed_problems(place):
    by, region, _ = place("heshan-2021")
    judged = {
        "score": {"value": "100", "by": "区住房保障部门", "evidence": "自评报告第三部分"},
        "problems": {"value": "6", "by": "评价人", "evidence": "自评报告第三、四部分"},
    }  # fmt: skip
    run = run_book(
        by=by, kind="check", subject="full-score", region=region, period="2021", on=WHOLE_YEAR, judged=judged
    )
    sentence = "赫山区自评100分，材料中又列举问题6项：请说明这些问题为何没有扣分"
    assert [one.sentence for one in runs.found_by(run)] == [sentence]
    assert run.rows[0]["facts"]["problems"]["by"] == "评价人"
    run_warnings(by=by, region=region, period="2021", on=WHOLE_YEAR)
    assert sentence in [one.sentence for one in runs.list_findings(by, region, "2021")], (
        "a run over figures does not forget what a person gave"
    )
    run_warnings(
        by=by, region=region, period="2021", on=WHOLE_YEAR, given={"full-score": {"score": "97.2", "problems": "6"}}
    )
    assert sentence not in [one.sentence for one in runs.list_findings(by, region, "2021")]


def test_a_self_score_nobody_gave_is_not_asked_about(place):
    by, region, _ = place("heshan-2021")
    run_warnings(by=by, region=region, period="2021", on=WHOLE_YEAR)
    assert not [one for one in runs.pending(*runs.standing_runs(by, region, "2021")) if one.subject == "full-score"]


def test_text_against_table(place):
    by, region, _ = place("jincheng-2021")
    row = {
        "key": "complete",
        "place": region.name,
        "what": "基本建成",
        "unit_name": "套",
        "in_text": "2979",
        "in_table": "3145",
        "half_step": "0",
    }
    run = judge_rows(by=by, kind="check", subject="text-table", region=region, period="2021", on=WHOLE_YEAR, rows=[row])
    (one,) = runs.found_by(run)
    assert (one.level, one.sentence) == ("阻断", "晋城市基本建成正文写2979套，附表是3145套，相差166套")
