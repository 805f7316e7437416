"""填报、推定、更正: each act works, wrong region, unknown, twice; every one leaves a trail row."""

import pytest

from anju.core.models.region import Region
from anju.core.models.trail import Trail
from anju.core.people.scope import open_scope
from anju.figures.models import Observation
from anju.figures.queries import current, provenance
from anju.figures.services import observations
from anju.problems import Refused
from tests.figures.conftest import YEAR


@pytest.fixture
def start(user, east):
    return observations.enter_figure(by=user, measure="shanty.start", region=east, period=YEAR, value="1413")


def value(user, region, code="shanty.start"):
    return current.current_figure(user, code, region, YEAR).text()


def test_what_is_entered_stands_with_its_precision(user, east):
    observations.enter_figure(
        by=user, measure="invest.done", region=east, period=YEAR, value="9.10", unit="亿元", calibre="cal2"
    )
    figure = current.current_figure(user, "invest.done", east, YEAR, "cal2")
    assert (figure.value, figure.text(), figure.unit) == (91_000_000_000, "9.10", "亿元")
    assert not current.current_figure(user, "invest.done", east, YEAR).known
    assert Trail.objects.filter(act="figures.enter", region=east).count() == 1


@pytest.mark.parametrize("text", ["１,４１３", "1\u2009413", "=1400+13", "0.1413万套", "1413套"])
def test_a_number_may_be_typed_as_in_a_workbook(user, east, text):
    observations.enter_figure(by=user, measure="shanty.start", region=east, period=YEAR, value=text)
    assert value(user, east) == "1413"


def test_about_and_states_are_kept(user, east, west):
    observations.enter_figure(by=user, measure="old.chargers", region=east, period=YEAR, value=5300, approx="约")
    observations.enter_figure(by=user, measure="arh.start.target", region=west, period=YEAR, state="no_task")
    assert current.current_figure(user, "old.chargers", east, YEAR).spoken() == "约5300个"
    assert current.current_figure(user, "arh.start.target", west, YEAR).state_text == "无任务"


def test_entering_the_same_again_changes_nothing(user, east, start):
    assert observations.enter_figure(by=user, measure="shanty.start", region=east, period=YEAR, value="1413") == start
    assert Observation.objects.count() == 1 and Trail.objects.filter(act="figures.enter").count() == 1


def test_entering_another_value_is_sent_to_correction(user, east, start):
    with pytest.raises(Refused, match="FIG-050"):
        observations.enter_figure(by=user, measure="shanty.start", region=east, period=YEAR, value="1414")
    assert value(user, east) == "1413"


@pytest.mark.parametrize(
    ("code", "wrong"),
    [
        ("FIG-012", {"measure": "shanty.begin"}),
        ("FIG-013", {"calibre": "cal1"}),
        ("FIG-013", {"calibre": "nonsense"}),
        ("FIG-004", {"period": "二〇二一"}),
        ("FIG-015", {"unit": "亿元"}),
        ("FIG-015", {"unit": "斤"}),
        ("FIG-016", {"value": "1.5"}),
        ("FIG-017", {"value": "99999999999999999999"}),
        ("FIG-019", {"measure": "shanty.start.rate"}),
        ("FIG-049", {"value": "一百"}),
        ("FIG-049", {"value": None}),
        ("FIG-049", {"value": "1e999999999"}),
        ("FIG-049", {"value": "1e-999999999"}),
        ("FIG-049", {"value": "NaN"}),
        ("FIG-049", {"value": "5①"}),
        ("FIG-049", {"value": "5²"}),
        ("FIG-049", {"value": ".6"}),
        ("FIG-049", {"value": "约43"}),
        ("FIG-049", {"value": "5亿元"}),
        ("FIG-049", {"approx": "大概"}),
    ],
)
def test_what_cannot_be_stored_is_refused_with_its_reason(user, east, code, wrong):
    with pytest.raises(Refused, match=code):
        observations.enter_figure(
            **{"by": user, "measure": "shanty.start", "region": east, "period": YEAR, "value": "1"} | wrong
        )
    assert not Observation.objects.exists()


def test_what_is_no_number_is_told_by_the_name_of_the_measure_and_for_one_box(user, east):
    with pytest.raises(Refused) as refused:
        observations.enter_figure(by=user, measure="shanty.start", region=east, period=YEAR, value="约43")
    (problem,) = refused.value.problems
    assert "shanty.start" not in str(problem.where) and "开工" in str(problem.where)
    assert "一栏" not in problem.fix and "不写单位" in problem.fix


def test_a_region_outside_the_scope_is_not_found(clerk, west):
    with open_scope(clerk), pytest.raises(Region.DoesNotExist):
        observations.enter_figure(by=clerk, measure="shanty.start", region=west, period=YEAR, value="1")


def test_an_assumption_is_marked_and_has_its_basis(user, east):
    observations.assume_figure(
        by=user, measure="subsidy.households.target", region=east, period=YEAR, value="2500", basis="正文称完成计划任务"
    )
    figure = current.current_figure(user, "subsidy.households.target", east, YEAR)
    assert figure.assumed and figure.text() == "2500"
    observations.enter_figure(by=user, measure="subsidy.households", region=east, period=YEAR, value="2500")
    assert current.current_figure(user, "subsidy.households.rate", east, YEAR).assumed
    assert provenance.find_provenance(user, figure.observation_id).observation.basis == "正文称完成计划任务"
    assert Trail.objects.filter(act="figures.assume").count() == 1


def test_an_assumption_without_basis_or_over_a_number_is_refused(user, east, start):
    with pytest.raises(Refused, match="FIG-048"):
        observations.assume_figure(by=user, measure="prh.start", region=east, period=YEAR, value="1", basis=" ")
    with pytest.raises(Refused, match="FIG-050"):
        observations.assume_figure(by=user, measure="shanty.start", region=east, period=YEAR, value="1", basis="猜")


def test_the_same_assumption_again_changes_nothing(user, east):
    said = {"measure": "prh.start", "region": east, "period": YEAR, "value": "1", "basis": "正文"}
    assert observations.assume_figure(by=user, **said) == observations.assume_figure(by=user, **said)


def test_a_correction_supersedes_and_both_stay(user, east, start):
    made = observations.correct_figure(
        by=user, measure="shanty.start", region=east, period=YEAR, value="1400", reason="核减重复", expected=start.pk
    )
    newest, oldest = provenance.figure_history(user, "shanty.start", east, YEAR)
    assert value(user, east) == "1400"
    assert (newest.observation, newest.before, newest.reason, newest.act) == (made, "1413套", "核减重复", "更正")
    assert (oldest.observation, oldest.before, oldest.act) == (start, None, "填报")
    assert Trail.objects.filter(act="figures.correct").count() == 1


def test_a_correction_of_an_assumption_is_no_assumption(user, east):
    observations.assume_figure(by=user, measure="prh.start", region=east, period=YEAR, value="1", basis="正文")
    observations.correct_figure(by=user, measure="prh.start", region=east, period=YEAR, value="1", reason="已实报")
    assert not current.current_figure(user, "prh.start", east, YEAR).assumed


def test_a_correction_may_change_the_precision_only(user, east):
    observations.enter_figure(by=user, measure="invest.done", region=east, period=YEAR, value="9.1", unit="亿元")
    observations.correct_figure(
        by=user, measure="invest.done", region=east, period=YEAR, value="9.10", unit="亿元", reason="原表两位小数"
    )
    assert value(user, east, "invest.done") == "9.10"


def test_a_number_may_be_corrected_to_unknown(user, east, start):
    observations.correct_figure(
        by=user, measure="shanty.start", region=east, period=YEAR, state="unreported", reason="错报，待核"
    )
    assert value(user, east) == "" and current.current_figure(user, "shanty.start", east, YEAR).value is None


@pytest.mark.parametrize(
    ("code", "wrong"),
    [
        ("FIG-043", {"reason": " "}),
        ("FIG-047", {"value": "1413"}),
        ("FIG-041", {"measure": "prh.start"}),
        ("FIG-042", {"expected": 0}),
    ],
)
def test_a_correction_that_will_not_do_changes_nothing(user, east, start, code, wrong):
    with pytest.raises(Refused, match=code):
        observations.correct_figure(
            **{"by": user, "measure": "shanty.start", "region": east, "period": YEAR, "value": "9", "reason": "改"}
            | wrong
        )
    assert value(user, east) == "1413" and Observation.objects.count() == 1


def test_correcting_outside_the_scope_is_not_found(clerk, user, west):
    observations.enter_figure(by=user, measure="shanty.start", region=west, period=YEAR, value="1")
    with open_scope(clerk), pytest.raises(Region.DoesNotExist):
        observations.correct_figure(by=clerk, measure="shanty.start", region=west, period=YEAR, value="2", reason="改")
    assert value(user, west) == "1"
