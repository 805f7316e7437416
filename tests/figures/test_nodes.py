"""节点: what a plan wants by a day, how far each county is from it, and what it does not bind."""

from datetime import date
from fractions import Fraction

import pytest

from anju.core.models.trail import Trail
from anju.core.people.scope import Actor, open_scope
from anju.figures.queries import current
from anju.figures.queries import nodes as node_queries
from anju.figures.queries.nodes import node_goal
from anju.figures.services import nodes, observations, targets
from anju.problems import Refused
from tests.figures.conftest import YEAR

TARGET, ACTUAL = "shanty.start.target", "shanty.start"
JUNE, SEPTEMBER = date(2021, 6, 30), date(2021, 9, 30)


@pytest.fixture
def paper(user, city):
    return targets.register_target_document(
        by=user, number="保〔2021〕1号", title="实施方案", level="city", region=city, issued_on=date(2021, 8, 5)
    )


@pytest.fixture
def plan(user, city, east, west, paper):
    """Two counties asked for 7 and 200; June 80 %, September 80 %."""
    for region, value in ((city, "207"), (east, "7"), (west, "200")):
        observations.enter_figure(by=user, measure=TARGET, region=region, period=YEAR, value=value, document=paper)
    for day in (JUNE, SEPTEMBER):
        nodes.set_node(by=user, document=paper, measure=TARGET, on=day, share=Fraction(4, 5))
    return paper


def done(user, region, period, value):
    observations.enter_figure(by=user, measure=ACTUAL, region=region, period=period, value=value)


def gaps(one):
    return {gap.region: (gap.need.text(), gap.actual.text(), gap.shortfall.text()) for gap in one.parts}


def test_what_is_left_is_the_share_rounded_up_less_what_was_done(user, city, east, west, plan):
    done(user, east, "2021-08", "5")
    done(user, west, "2021-08", "170")
    (node,) = node_queries.year_nodes(user, city, date(2021, 8, 31)).next
    assert gaps(node) == {east: ("6", "5", "1"), west: ("160", "170", "0")}  # 7 × 80 % = 5.6
    assert [gap.region for gap in node.parts] == [east, west]
    assert node.behind == [node.parts[0]]
    assert node.whole.need.text() == "166"  # 207 × 80 % = 165.6


def test_a_county_that_did_not_report_is_unknown_and_not_at_nought(user, city, east, west, plan):
    done(user, west, "2021-08", "170")
    (node,) = node_queries.year_nodes(user, city, date(2021, 8, 31)).next
    assert gaps(node)[east] == ("6", "", "")
    assert [gap.region for gap in node.unknown] == [east] and not node.behind


def test_all_counties_are_measured_in_the_same_month(user, city, east, west, plan):
    done(user, east, "2021-07", "5")
    done(user, west, "2021-08", "170")
    (node,) = node_queries.year_nodes(user, city, date(2021, 8, 31)).next
    assert node.as_of == "2021-08" and gaps(node)[east] == ("6", "", "")


def test_a_later_report_does_not_mend_a_day_that_has_passed(user, city, east, plan):
    done(user, east, "2021-09", "4")
    done(user, east, "2021-10", "7")
    seen = node_queries.year_nodes(user, city, date(2021, 11, 1))
    assert not seen.coming
    assert gaps(seen.last[0])[east] == ("6", "4", "2")


def test_a_node_before_its_document_binds_no_one_and_says_why(user, city, plan):
    seen = node_queries.year_nodes(user, city, date(2021, 8, 31))
    (june,) = seen.lapsed
    assert june.node.on == JUNE and "早于文件印发日 2021-08-05" in june.why
    assert not seen.last and [one.node.on for one in seen.next] == [SEPTEMBER]


def test_an_addition_made_after_the_node_does_not_reach_back_to_it(user, city, east, plan):
    more = targets.register_target_document(
        by=user, number="保〔2021〕9号", title="追加", level="city", region=city, issued_on=date(2021, 10, 8)
    )
    observations.enter_figure(by=user, measure=TARGET, region=city, period=YEAR, value="50", document=more, adds=True)
    observations.enter_figure(by=user, measure=TARGET, region=east, period=YEAR, value="50", document=more, adds=True)
    done(user, east, "2021-09", "4")
    assert gaps(node_queries.year_nodes(user, city, date(2021, 11, 1)).last[0])[east] == ("6", "4", "2")


def test_a_number_binds_the_whole_and_is_divided_among_nobody(user, city, east, paper):
    observations.enter_figure(by=user, measure=TARGET, region=city, period=YEAR, value="207", document=paper)
    observations.enter_figure(by=user, measure=TARGET, region=east, period=YEAR, value="207", document=paper)
    nodes.set_node(by=user, document=paper, measure=ACTUAL, on=SEPTEMBER, value=150)
    done(user, city, "2021-08", "100")
    (node,) = node_queries.year_nodes(user, city, date(2021, 8, 31)).next
    assert (node.goal, node.whole.shortfall.text()) == ("150套", "50")
    assert node.parts[0].need.why == "节点按总数下达，没有分解" and node.parts[0].shortfall.text() == ""


def test_a_county_sees_the_node_of_the_city_s_plan_and_its_own_gap(user, city, east, west, plan):
    done(user, east, "2021-08", "5")
    with open_scope(Actor("clerk", "填报员", frozenset({east.pk}), {"clerk": frozenset({east.pk})})) as clerk:
        (node,) = node_queries.year_nodes(clerk, east, date(2021, 8, 31)).next
        assert (node.node.number, node.whole.shortfall.text(), node.parts) == (plan.number, "1", ())
        assert not node_queries.year_nodes(clerk, west, date(2021, 8, 31)).next


def test_the_same_node_again_changes_nothing_and_another_needs_a_reason(user, city, plan):
    said = {"by": user, "document": plan, "measure": TARGET, "on": JUNE}
    before = Trail.objects.count()
    nodes.set_node(share=Fraction(4, 5), **said)
    assert Trail.objects.count() == before
    with pytest.raises(Refused, match="FIG-073"):
        nodes.set_node(share=Fraction(1), **said)
    changed = nodes.set_node(share=Fraction(1), reason="市政府办〔2021〕3号调整", **said)
    assert {node_goal(node) for node in changed} == {"100%"}


@pytest.mark.parametrize("wrong", [{}, {"share": Fraction(1, 2), "value": 3}, {"share": Fraction(3, 2)}, {"value": 0}])
def test_a_node_is_a_share_or_a_number_and_nothing_else(user, paper, wrong):
    with pytest.raises(Refused, match="FIG-072"):
        nodes.set_node(by=user, document=paper, measure=TARGET, on=JUNE, **wrong)


def test_a_measure_without_a_target_has_no_node(user, paper):
    with pytest.raises(Refused, match="FIG-071"):
        nodes.set_node(by=user, document=paper, measure="audit.2019.found", on=JUNE, share=Fraction(1, 2))


def test_only_who_sets_targets_sets_nodes(user, city, paper):
    with (
        open_scope(Actor("clerk", "填报员", user.region_ids, {"clerk": user.region_ids})) as clerk,
        pytest.raises(Refused, match="ACT-001"),
    ):
        nodes.set_node(by=clerk, document=paper, measure=TARGET, on=JUNE, share=Fraction(1, 2))


def test_a_reference_gives_the_figure_that_was_cited(user, city, east, west, plan):
    done(user, east, "2021-08", "5")
    (node,) = node_queries.year_nodes(user, city, date(2021, 8, 31)).next
    gap = node.parts[0]
    assert node_queries.node_figure(user, node.node.pk, gap.region, None) == gap.need
    assert node_queries.node_figure(user, node.node.pk, gap.region, date(2021, 8, 31)) == gap.shortfall


def test_a_month_s_rate_is_of_the_year_s_target(user, east, plan):
    done(user, east, "2021-08", "5")
    assert current.current_figure(user, "shanty.start.rate", east, "2021-08").text() == "71.4"
