"""目标任务: documents, levels, additions, shares, nodes, and a decomposition that balances within one document."""

from datetime import date
from fractions import Fraction

import pytest

from anju.core.models.trail import Trail
from anju.figures.models import TargetDocument
from anju.figures.queries import current, provenance, targets
from anju.figures.services import imports, observations
from anju.figures.services.targets import register_target_document
from anju.problems import Refused
from tests.figures.conftest import YEAR, cell, reading

CODE = "shanty.start.target"


@pytest.fixture
def paper(user, city):
    return register_target_document(
        by=user,
        number="保〔2021〕1号",
        title="任务分解",
        level="city",
        region=city,
        issued_on=date(2021, 3, 5),
        effective_on=date(2021, 3, 1),
    )


def hand_out(user, city, paper, lines, **more):
    rows = [cell(region, CODE, text, calibre="市", cell=f"B{n}") for n, (region, text) in enumerate(lines)]
    sha = more.pop("sha", "1" * 64)
    return imports.import_tables(
        by=user, readings=reading(*rows, sha=sha), region=city, period=YEAR, document=paper, **more
    )


def test_the_same_document_twice_is_one_and_another_under_its_number_is_refused(user, city, paper):
    known = {
        "number": paper.number,
        "level": "city",
        "region": city,
        "issued_on": date(2021, 3, 5),
        "effective_on": date(2021, 3, 1),
    }
    assert register_target_document(by=user, title="任务分解", **known) == paper
    with pytest.raises(Refused, match="FIG-054"):
        register_target_document(by=user, title="别的", **known)
    with pytest.raises(Refused, match="FIG-055"):
        register_target_document(by=user, **known | {"title": "任务分解", "level": "township"})
    assert Trail.objects.filter(act="targets.register_document").count() == 1


def test_the_undistributed_remainder_is_shown(user, city, east, west, paper):
    hand_out(user, city, paper, [(city, "100"), (east, "60"), (west, "30")])
    division = targets.read_decomposition(user, paper)(CODE)
    assert [part.text() for part in division.parts] == ["60", "30"]
    assert (division.handed_out.text(), division.remainder.text(), division.balanced) == ("90", "10", False)


def test_more_handed_out_than_there_is_stops_the_import(user, city, east, west, paper):
    with pytest.raises(Refused, match="FIG-036"):
        hand_out(user, city, paper, [(city, "100"), (east, "60"), (west, "41")])


def test_more_handed_out_by_hand_is_refused_too(user, city, east, west, paper):
    said = {"measure": CODE, "period": YEAR, "document": paper}
    observations.enter_figure(by=user, region=city, value="100", **said)
    observations.enter_figure(by=user, region=east, value="60", **said)
    with pytest.raises(Refused, match="FIG-036"):
        observations.enter_figure(by=user, region=west, value="41", **said)
    observations.enter_figure(by=user, region=west, value="40", **said)
    with pytest.raises(Refused, match="FIG-036"):
        observations.correct_figure(by=user, measure=CODE, region=city, period=YEAR, value="99", reason="改")
    assert targets.read_decomposition(user, paper)(CODE).balanced


def test_a_city_that_sets_more_than_the_province_is_shown_as_that(user, city, east, paper):
    above = register_target_document(by=user, number="省〔2021〕9号", title="下达任务", level="province", region=city)
    observations.enter_figure(by=user, measure=CODE, region=city, period=YEAR, value="90", calibre="省", document=above)
    hand_out(user, city, paper, [(city, "100"), (east, "100")])
    division = targets.read_decomposition(user, paper)(CODE)
    assert (division.above.text(), division.extra.text(), division.balanced) == ("90", "10", True)


def test_a_part_without_a_number_leaves_the_remainder_unknown(user, city, east, west, paper):
    hand_out(user, city, paper, [(city, "100"), (east, "60"), (west, "")])
    division = targets.read_decomposition(user, paper)(CODE)
    assert division.remainder.text() == "" and division.remainder.missing == (west.name,) and division.balanced is None


def test_an_addition_in_mid_year_adds_to_what_is_in_force(user, city, east, west, paper):
    hand_out(user, city, paper, [(city, "100"), (east, "60"), (west, "40")])
    more = register_target_document(
        by=user, number="保〔2021〕7号", title="追加任务", level="city", region=city, issued_on=date(2021, 8, 2)
    )
    hand_out(user, city, more, [(city, "30"), (east, "30")], adds=True, sha="2" * 64)
    assert [current.current_figure(user, CODE, region, YEAR, "市").text() for region in (city, east, west)] == [
        "130",
        "90",
        "40",
    ]
    division = targets.read_decomposition(user, more)(CODE)
    assert (division.whole.text(), division.handed_out.text(), division.balanced) == ("30", "30", True)
    (target,) = targets.targets_in_force(user, east, YEAR)
    assert (target.figure.text(), [one.text() for one in target.additions]) == ("90", ["30"])
    (before,) = targets.targets_in_force(user, east, YEAR, on=date(2021, 8, 1))
    assert (before.figure.text(), before.additions) == ("60", ())
    assert provenance.figure_history(user, CODE, east, YEAR, "市")[0].reason == "追加：保〔2021〕7号"
    again = hand_out(user, city, more, [(city, "30"), (east, "30")], adds=True, sha="2" * 64)
    assert (again.new, again.changed) == (0, 0)


def test_an_addition_entered_by_hand_is_added_once(user, city, paper):
    observations.enter_figure(by=user, measure=CODE, region=city, period=YEAR, value="100", document=paper)
    more = register_target_document(
        by=user, number="保〔2021〕7号", title="追加任务", level="city", region=city, issued_on=date(2021, 8, 2)
    )
    for _ in range(2):
        observations.enter_figure(by=user, measure=CODE, region=city, period=YEAR, value="30", document=more, adds=True)
    assert current.current_figure(user, CODE, city, YEAR).text() == "130"


def test_a_corrected_addition_is_still_an_addition(user, city, paper):
    observations.enter_figure(by=user, measure=CODE, region=city, period=YEAR, value="100", document=paper)
    more = register_target_document(
        by=user, number="保〔2021〕7号", title="追加任务", level="city", region=city, issued_on=date(2021, 8, 2)
    )
    observations.enter_figure(by=user, measure=CODE, region=city, period=YEAR, value="30", document=more, adds=True)
    observations.correct_figure(by=user, measure=CODE, region=city, period=YEAR, value="135", reason="追加 35，抄错")
    assert targets.read_decomposition(user, more)(CODE).whole.text() == "35"


def test_there_is_nothing_to_add_to(user, city, east, paper):
    with pytest.raises(Refused, match="FIG-051"):
        hand_out(user, city, paper, [(east, "30")], adds=True)
    with pytest.raises(Refused, match="FIG-051"):
        observations.enter_figure(
            by=user, measure=CODE, region=city, period=YEAR, value="30", document=paper, adds=True
        )


def test_a_target_may_be_a_share_of_another_figure(user, city):
    observations.enter_figure(
        by=user, measure="old.households", region=city, period=YEAR, value="46683", scope_note="不含某县"
    )
    said = {
        "measure": "old.households.completed.target",
        "region": city,
        "period": YEAR,
        "value": Fraction(1, 2),
        "scope_note": "不含某县",
    }
    made = observations.enter_figure(by=user, **said)
    target = current.current_figure(user, "old.households.completed.target", city, YEAR)
    assert target.exact == Fraction(46_683, 2) and target.parts[0].code == "old.households" and target.text() == "23342"
    assert observations.enter_figure(by=user, **said) == made
    observations.correct_figure(
        by=user, measure="old.households", region=city, period=YEAR, value="40000", reason="核实"
    )
    assert current.current_figure(user, "old.households.completed.target", city, YEAR).text() == "20000"


def test_a_share_of_what_is_unknown_is_unknown(user, city):
    observations.enter_figure(
        by=user, measure="old.households.completed.target", region=city, period=YEAR, value=Fraction(1, 3)
    )
    figure = current.current_figure(user, "old.households.completed.target", city, YEAR)
    assert figure.value is None and figure.missing == ("老旧小区改造户数",)


def test_a_share_in_a_table_is_exact_and_its_scope_must_agree(user, city):
    base = cell(city, "old.households", "46682", unit="户", scope="不含某县")
    half = cell(city, "old.households.completed.target", "50", unit="%", cell="C2")
    with pytest.raises(Refused, match="FIG-037"):
        imports.import_tables(by=user, readings=reading(base, half), region=city, period=YEAR)
    imports.import_tables(by=user, readings=reading(base, half._replace(scope="不含某县")), region=city, period=YEAR)
    figure = current.current_figure(user, "old.households.completed.target", city, YEAR)
    assert figure.exact == 23_341
    assert provenance.find_provenance(user, figure.observation_id).figure.spoken() == "50%"


def test_a_share_needs_a_base_that_the_catalogue_names(user, city):
    with pytest.raises(Refused, match="FIG-015"):
        observations.enter_figure(by=user, measure="prh.start.target", region=city, period=YEAR, value=Fraction(1, 2))


def test_a_node_dated_before_its_document_binds_no_one(user, city):
    paper = register_target_document(
        by=user, number="保〔2020〕1号", title="方案", level="city", region=city, issued_on=date(2020, 8, 5)
    )
    for when, rate in (("2020-06", "80"), ("2020-09", "100")):
        observations.enter_figure(
            by=user,
            measure="shanty.start.rate.target",
            region=city,
            period=when,
            value=rate,
            calibre="市",
            document=paper,
        )
    june, september = targets.targets_in_force(user, city, "2020")
    assert not june.binding and "不溯及既往" in june.why and "2020-06-30" in june.why
    assert september.binding and september.due == date(2020, 9, 30)


def test_a_target_counts_from_the_day_it_takes_effect(user, city, paper):
    observations.enter_figure(by=user, measure=CODE, region=city, period=YEAR, value="100", document=paper)
    assert not targets.targets_in_force(user, city, YEAR, on=date(2021, 2, 28))[0].binding
    assert targets.targets_in_force(user, city, YEAR, on=date(2021, 3, 1))[0].binding


def test_documents_of_other_regions_are_not_found(user, clerk, city, paper):
    from anju.core.people.scope import open_scope

    with open_scope(clerk), pytest.raises(TargetDocument.DoesNotExist):
        targets.find_target_document(clerk, paper.number)
