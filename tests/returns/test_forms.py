"""Forms are data: the shipped ones are sound, the official ones compute as they are printed, and a slip is told with its line."""

import pytest

from anju.figures.catalogue import read_catalogue as catalogue
from anju.figures.queries import current
from anju.figures.services import observations as figure_services
from anju.problems import Refused
from anju.projects.event_kinds import load_event_kinds
from anju.quantities import unit_of_measure
from anju.returns.forms import book, spec
from anju.returns.models import Form
from anju.returns.queries import checks
from anju.returns.queries.grid import lay_out_grid
from anju.returns.services import filling, opening
from anju.returns.services.filling import CellEntry
from tests.returns.conftest import pass_on

SHIPPED = {one.code: one for one in spec.shipped_specs()}


@pytest.mark.parametrize("form", SHIPPED.values(), ids=SHIPPED)
def test_every_shipped_form_is_sound(form):
    assert book.compile_form(form).conditions
    assert form.authority.trust in ("核", "次") and form.authority.source
    measures, _ = catalogue([])
    for one in form.publish:
        measure = measures[one.measure]
        families = {unit_of_measure(name).family for name in (measure["unit"], *measure.get("units", ()))}
        assert unit_of_measure(form.by_code[one.column].unit).family in families, one
        assert not one.calibre or one.calibre in measure["calibres"]
    for column in form.columns:
        if column.source and column.source.event and column.source.event != "stage":
            kind = load_event_kinds()[column.source.event]
            units = {
                kind.unit_for(project)
                for project in column.only.get(
                    "kind", column.source.kinds or (form.rows if form.rows.ledger else kind).kinds
                )
            }
            assert {unit_of_measure(name).family for name in units} == {unit_of_measure(column.unit).family}, (
                column.code
            )
        if column.source and (column.source.target or column.source.measure):
            assert (column.source.target or column.source.measure) in measures
    for fact in form.across:
        assert not fact.form or fact.column in SHIPPED[fact.form].by_code


FORM = """
code: 坏表
name: 坏表
since: 2020-01-01
authority: {issuer: 甲, trust: 忆}
unit: housing
period: week
due: {unit: {day: 5, workdays: 3}}
rows: {fixed: [{key: all, label: 全部}]}
columns:
  - {code: a, label: 甲, unit: 斤}
  - {code: b, label: 乙, unit: 套, colour: red}
checks: []
"""


def test_every_slip_is_told_at_once_with_its_line():
    with pytest.raises(Refused) as refused:
        spec.read_spec(FORM, "坏表.yaml")
    told = [str(one) for one in refused.value.problems]
    for line, what in (
        (2, "code 写法不对"),
        (4, "since"),
        (5, "authority.trust"),
        (7, "period"),
        (8, "due.unit"),
        (11, "不认识计量单位“斤”"),
        (12, "colour"),
        (13, "checks"),
    ):
        assert any(f"第 {line} 行" in one and what.split(" ")[0] in one for one in told), (line, what, told)
    with pytest.raises(Refused, match="RET-001"):
        spec.read_spec("code: [", "坏表.yaml")


def test_a_formula_that_names_nothing_is_told():
    text = (
        FORM.replace("坏表", "bad")
        .replace("2020-01-01", '"2020-01-01"')
        .replace("忆", "核")
        .replace("week", "month")
        .replace("day: 5, ", "")
    )
    text = (
        text.replace("斤", "套")
        .replace(", colour: red", "")
        .replace("[]", '[{id: x, level: 阻断, columns: [a], formula: a <= c, says: "{a}"}]')
    )
    with pytest.raises(Refused, match=r"RET-003.*“c”没有定义"):
        book.compile_form(spec.read_spec(text, "bad.yaml"))


def test_the_same_forms_again_change_nothing_and_a_changed_version_is_refused(operator, forms, scope):
    assert opening.load_forms(by=operator) == [] and Form.objects.count() == len(SHIPPED)
    changed = SHIPPED["low-rent-month"].canonical | {"name": "另一张表"}
    with pytest.raises(Refused, match="RET-004"):
        opening.load_forms(by=operator, specs=[spec.FormSpec.model_validate(changed)])


def opened(people, county, acting, form, period, cells, line="all", who="clerk"):
    by = acting(people[who])
    ret = opening.open_return(by=by, form_code=form, region=county, period=period)
    grid = lay_out_grid(by, ret)
    puts = [CellEntry(line, column, text, grid.cells[line, column].version) for column, text in cells.items()]
    done = filling.fill_cells(by=by, ret_id=ret.pk, changes=puts)
    assert not done.problems and not done.conflicts, done.problems
    return by, ret


ANNEX = {  # 附件1，阳城县一行
    "start_target": "282", "old_town_target": "282", "village_target": "0", "start": "448", "old_town": "282", "village": "0", "monetised": "166",
    "complete_target": "363", "complete": "529", "continued": "363", "invest_target": "4.3", "invest_one": "4.32", "invest_two": "4.32",
    "subsidy_target": "80", "subsidy": "114",
}  # fmt: skip
RATES = {
    "start_rate": "158.9", "old_town_rate": "100.0", "village_rate": "", "monetised_rate": "37.1", "complete_rate": "100.0",
    "invest_one_rate": "100.5", "invest_two_rate": "100.5", "subsidy_rate": "142.5",
}  # fmt: skip


def test_the_yearly_form_gives_the_rates_that_the_circular_printed(people, county, offices, forms, acting):
    by, ret = opened(people, county, acting, "county-progress-year", "2021", ANNEX)
    grid = lay_out_grid(by, ret)
    assert {code: grid.cells["all", code].text for code in RATES} == RATES
    assert not [one for one in checks.check_return(by, ret) if one.open]
    pass_on(people, ret, "locked")
    acting(people["clerk"])
    found = current.current_figures(
        by, ["shanty.start", "shanty.start.monetised", "invest.done:cal2", "subsidy.households"], [county], ["2021"]
    )
    assert [one.text() for one in found.values()] == ["448", "166", "4.32", "114"]


def test_the_targets_of_the_yearly_form_come_from_their_documents(people, county, offices, forms, operator, acting):
    by = acting(operator)
    figure_services.enter_figure(
        by=by, measure="shanty.start.target", region=county, period="2021", value="282", calibre="市"
    )
    by, ret = opened(people, county, acting, "county-progress-year", "2021", {})
    assert lay_out_grid(by, ret).cells["all", "start_target"].text == "282"


def test_net_is_what_entered_less_what_left(people, county, offices, forms, acting):
    by, ret = opened(
        people, county, acting, "prh-guarantee", "2021-05", {f"c{n}": "1" for n in (2, 3, 4, 5, 6)}, "entered"
    )
    filling.fill_cells(by=by, ret_id=ret.pk, changes=[CellEntry("left_year", f"c{n}", "1") for n in (2, 3, 4, 5, 6)])
    grid = lay_out_grid(by, ret)
    assert [grid.cells[line, "c1"].text for line in ("entered", "left_year", "net")] == ["5", "5", "0"]
    assert (
        grid.cells["net", "c2"].computed
        and filling.fill_cells(by=by, ret_id=ret.pk, changes=[CellEntry("net", "c2", "3")]).problems
    )


def test_the_end_of_a_period_is_the_end_of_the_last_and_what_came(people, county, offices, forms, acting):
    numbers = {"c4": "12", "c5": "3", "c6": "0", "c7": "100", "c8": "50", "c9": "0"}
    by, _ = opened(people, county, acting, "low-rent-month", "2012-05", numbers)
    by, ret = opened(people, county, acting, "low-rent-month", "2012-06", numbers | {"c7": "113", "c8": "53"})
    assert lay_out_grid(by, ret).cells["all", "c1"].text == "100"
    assert [one.what for one in checks.check_return(by, ret) if one.check_id != "blank"] == [
        "7（113 户）不等于上期末 100 户 加本期 12 户。"
    ]


def test_an_expired_form_is_not_opened_for_a_later_period(people, county, offices, forms, acting):
    by = acting(people["clerk"])
    with pytest.raises(Refused, match="RET-011"):
        opening.open_return(by=by, form_code="economic-housing-quarter", region=county, period="2021-Q1")


def test_a_form_for_once_has_one_period(people, county, projects, forms, acting):
    by = acting(people["clerk"])
    with pytest.raises(Refused, match="RET-010"):
        opening.open_return(by=by, form_code="overdue-survey", region=county, period="2022-03")
    ret = opening.open_return(by=by, form_code="overdue-survey", region=county, period="2022-02")
    grid = lay_out_grid(by, ret)
    assert (grid.cells[f"p{projects[1].pk}", "started"].text, grid.cells[f"p{projects[1].pk}", "left"].text) == (
        "363",
        "63",
    )


def test_heads_stand_over_their_columns(people, draft, acting):
    groups = lay_out_grid(acting(people["clerk"]), draft).head
    assert [(one.heading, one.colspan, one.rowspan) for one in groups[0][:5]] == [
        ("类型", 1, 3), ("计划年度", 1, 3), ("计划套数", 1, 3), ("计划改造户数", 1, 3), ("自年初累计", 8, 1),
    ]  # fmt: skip
    assert [(one.heading, one.colspan) for one in groups[1]][:2] == [("住房", 6), ("老旧小区", 2)]
    assert sum(one.colspan for one in groups[0]) == 20
