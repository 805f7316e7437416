"""A published score table over the figures of a place: the published results come out, and every point can be traced."""

import pytest

from anju.figures.services import observations as figures
from anju.problems import Refused
from anju.runs.models import Run
from anju.runs.queries import runs
from anju.runs.queries.score_table import lay_out_score_table
from anju.runs.services.runs import run_book
from tests.runs.conftest import JUDGED, ON, WHOLE_YEAR, score


@pytest.mark.parametrize("engine", ["duckdb", "postgres"])
@pytest.mark.parametrize(("subject", "total"), [("prh-shanty", "100"), ("old-communities", "95")])
def test_the_published_totals_come_out_of_the_published_figures(city, subject, total, engine):
    table = lay_out_score_table(city[0], score(city, subject, engine=engine))
    assert table.total.value == total and table.points == "100" and not table.unknown


def test_the_table_is_laid_out_as_published(city):
    table = lay_out_score_table(city[0], score(city, "old-communities"))
    first = table.rows[0]
    assert (first.first, first.first_points, first.span, first.second, first.points, first.score.value) == (
        "资金管理",
        "25",
        3,
        "资金筹集",
        "10",
        "5",
    )
    assert [row.span for row in table.rows] == [3, 0, 0, 2, 0, 5, 0, 0, 0, 0, 1]
    assert [item.score for item in first.items] == ["5", "0"]
    assert "20%及以上" in first.standard and first.standard.count("；") >= 2
    assert [item.sentence for item in table.lost] == [
        "社会筹资 463.58 万元，占改造资金 95162.94 万元 的 0.49%，目标 20%；每低四个百分点扣一分"
    ]


def test_what_the_report_does_not_print_is_marked_all_the_way(city):
    table = lay_out_score_table(city[0], score(city, "prh-shanty"))
    assert "计划发放租赁补贴户数" in table.assumed and "棚改实际开工量" not in table.assumed
    marked = {row.second: row.score.assumed for row in table.rows}
    assert marked["租赁补贴发放计划完成率"] and not marked["资金筹集"]


def test_each_input_keeps_where_it_came_from(city):
    run = score(city, "old-communities")
    facts = run.rows[0]["facts"]
    assert facts["all_funds"]["value"] == "95162.940000", "the exact sum of the four sources, in the unit of the book"
    assert [figure["code"] for figure in facts["all_funds"]["figures"]] == [
        "funds.old.central_provincial", "funds.old.central_invest", "funds.old.local", "funds.old.social",
    ]  # fmt: skip
    assert all(figure["observation"] for figure in facts["all_funds"]["figures"])
    assert (facts["rules_sound"]["by"], facts["rules_sound"]["evidence"]) == ("市财政局评价组", "评价报告")
    assert facts["satisfaction"]["assumed"] and facts["satisfaction"]["value"] == "80.000000"


def test_every_point_can_be_told(city):
    told = {one.name: one for one in runs.explain_run_row(city[0], score(city, "old-communities"))}
    assert told["social_funding"].lost == "5 分" and "不足一档按一档" in told["social_funding"].substituted
    assert told["social_funding"].clause == "S1 附表2 资金筹集" and "财综〔2020〕19号" in told["social_funding"].source


def test_without_a_judgement_the_score_is_not_guessed(city):
    judged = {name: said for name, said in JUDGED.items() if name != "breaches"}
    table = lay_out_score_table(city[0], score(city, "prh-shanty", judged=judged))
    assert table.total.value == "" and table.unknown == ("“查实的违规违纪”没有评判",)
    assert next(row for row in table.rows if row.second == "资金使用管理").score.value == ""
    assert next(row for row in table.rows if row.second == "政策公开").score.value == "5"


def test_a_run_without_figures_names_what_lacks(place):
    by, region, _ = place("heshan-2021")
    run = run_book(by=by, kind="scoring", subject="prh-shanty", region=region, period="2020", on=ON, judged=JUDGED)
    table = lay_out_score_table(by, run)
    assert table.total.value == "" and "赫山区“棚户区改造开工量”未报" in table.unknown


def test_an_assumption_fills_a_gap_and_never_replaces_a_figure(place):
    by, region, _ = place("heshan-2021")
    wanted = {
        "by": by,
        "kind": "scoring",
        "subject": "prh-shanty",
        "region": region,
        "period": "2020",
        "on": ON,
        "judged": JUDGED,
    }
    given = {
        "local_funds": "1", "shanty_starts": "600", "shanty_plan": "600", "prh_starts": "0", "prh_plan": "0", "subsidised": "2500",
        "subsidy_plan": "2500", "satisfaction": "80",
    }  # fmt: skip
    table = lay_out_score_table(by, run_book(**wanted, assumptions=given))
    assert table.total.value == "100" and len(table.assumed) == len(given)
    figures.enter_figure(by=by, measure="shanty.start", region=region, period="2020", value=600)
    with pytest.raises(Refused, match="RUN-003"):
        run_book(**wanted, assumptions=given)


def test_a_year_after_the_book_is_refused(city):
    with pytest.raises(Refused, match="RULE-020"):
        score(city, "prh-shanty", on=WHOLE_YEAR)


def test_the_same_again_is_the_run_that_stands(city):
    assert score(city, "prh-shanty").pk == score(city, "prh-shanty").pk
    assert score(city, "prh-shanty", judged=JUDGED | {"breaches": "1"}).pk != score(city, "prh-shanty").pk
    assert Run.objects.filter(subject="prh-shanty").count() == 3, (
        "one, another, and the first facts again after the other"
    )


def test_a_run_leaves_a_trail_row_with_the_digest_of_its_outputs(city):
    from anju.core.models.trail import Trail

    run = score(city, "prh-shanty")
    row = Trail.objects.get(act="runs.run")
    assert run.outputs_digest in bytes(row.canonical).decode() and row.region_id == city[1].pk
