"""From figures to inputs: exact units, whose target, what is missing, what is never rolled up."""

from decimal import Decimal

import pytest

from anju.core.regions import tree
from anju.figures import catalogue
from anju.figures.services import observations
from anju.problems import Refused
from anju.rules.load import load_text
from anju.runs.binding.binder import bind_region
from anju.runs.binding.bindings import EACH, OVER, bindings
from tests.runs.conftest import ON

HEAD = """kind: warning
subject: test
applies: {from: "2015-01-01"}
title: 试一试
sources: {S1: {title: 试验, note: 试验}}
row: region
"""


def book(inputs, formula="a >= 0"):
    text = f'{HEAD}inputs:\n  {inputs}\nconditions:\n  one: {{colour: 黄, formula: "{formula}", says: "有"}}\n'
    return load_text(text.encode(), "test.yaml")


@pytest.fixture
def county(measures, scope):
    return tree.find_region(scope, "140502", ON)


@pytest.fixture
def bind(scope, county):
    def go(inputs, judged=None, assumptions=None, level="", period="2020", formula="a >= 0"):
        (row,) = bind_region(scope, book(inputs, formula), county, period, judged or {}, assumptions or {}, level)
        return row.facts["a"]

    return go


@pytest.fixture
def enter(scope, county):
    def go(measure, value=None, **more):
        return observations.enter_figure(
            by=scope, measure=measure, region=county, period=more.pop("period", "2020"), value=value, **more
        )

    return go


def test_money_is_converted_exactly(bind, enter):
    enter("invest.done", "27.27", calibre="cal2")
    assert (
        bind("a: {label: 投资, unit: 万元, places: 2, range: [0, 1e9], measure: invest.done, calibre: cal2}").value
        == "272700.00"
    )
    assert (
        bind("a: {label: 投资, unit: 亿元, places: 4, range: [0, 1e9], measure: invest.done, calibre: cal2}").value
        == "27.2700"
    )


def test_area_and_counts_of_one_kind(bind, enter):
    enter("old.area", "495.5", unit="万㎡")
    enter("shanty.start", "600", unit="户")
    assert bind("a: {label: 面积, unit: ㎡, places: 0, range: [0, 1e9], measure: old.area}").value == "4955000"
    assert bind("a: {label: 开工, unit: 套, range: [0, 1e9], measure: shanty.start}").value == "600"


def test_what_is_finer_than_the_book_allows_is_refused_not_rounded(bind, enter):
    enter("funds.city", "6469.5678", unit="万元")
    with pytest.raises(Refused, match="RUN-005"):
        bind("a: {label: 资金, unit: 万元, places: 2, range: [0, 1e9], measure: funds.city}")


def test_another_kind_of_unit_is_refused(bind, enter):
    enter("shanty.start", "600")
    with pytest.raises(Refused, match="RUN-004"):
        bind("a: {label: 开工, unit: 万元, places: 4, range: [0, 1e9], measure: shanty.start}")


def test_not_reported_stays_unknown_and_no_task_is_a_task_of_none(bind, enter):
    item = "a: {label: 任务, unit: 套, range: [0, 1e9], target: shanty.start}"
    assert bind(item).value is None
    enter("shanty.start.target", state="no_task")
    assert bind(item).value == "0"
    enter("shanty.start", state="not_applicable")
    fact = bind("a: {label: 开工, unit: 套, range: [0, 1e9], measure: shanty.start}")
    assert fact.value is None and fact.missing == ("城区“棚户区改造开工量”不适用",)


def test_zero_is_a_number(bind, enter):
    enter("shanty.start", "0")
    assert bind("a: {label: 开工, unit: 套, range: [0, 1e9], measure: shanty.start}").value == "0"


def test_a_target_is_found_under_the_level_that_set_it(bind, enter):
    enter("shanty.start.target", "282", calibre="省")
    assert bind("a: {label: 任务, unit: 套, range: [0, 1e9], target: shanty.start}").value == "282"


def test_two_levels_that_differ_are_not_chosen_between(bind, enter):
    item = "a: {label: 任务, unit: 套, range: [0, 1e9], target: shanty.start}"
    enter("shanty.start.target", "282", calibre="省")
    enter("shanty.start.target", "300", calibre="市")
    fact = bind(item)
    assert fact.value is None and "省 282套、市 300套" in fact.missing[0]
    assert bind(item, level="市").value == "300"


def test_two_levels_that_agree_are_one_target(bind, enter):
    enter("shanty.start.target", "282", calibre="省")
    enter("shanty.start.target", "282", calibre="市")
    assert bind("a: {label: 任务, unit: 套, range: [0, 1e9], target: shanty.start}").value == "282"


def test_the_whole_target_not_one_of_its_breakdowns(bind, enter):
    enter("shanty.start.target.added_prior", "100")
    assert bind("a: {label: 任务, unit: 套, range: [0, 1e9], target: shanty.start}").value is None


def test_a_part_that_is_missing_makes_a_sum_unknown_and_is_named(bind, enter):
    enter("funds.old.social", "463.58")
    fact = bind("a: {label: 资金, unit: 万元, places: 4, range: [0, 1e9], measure: funds.old.total}")
    assert fact.value is None and "城区“老旧小区改造资金（市县财政筹措）”未报" in fact.missing


def test_the_period_an_input_asks_for(bind, enter):
    enter("shanty.start", "10", period="2020-08")
    enter("shanty.start.target", "40")
    assert (
        bind(
            "a: {label: 开工, unit: 套, range: [0, 1e9], measure: shanty.start, period: cumulative-year}",
            period="2020-08",
        ).value
        == "10"
    )
    assert (
        bind("a: {label: 任务, unit: 套, range: [0, 1e9], target: shanty.start, period: year}", period="2020-08").value
        == "40"
    )


def test_a_measure_that_does_not_exist_is_named(bind):
    for source in ("measure: no.such", "target: bond.issued"):
        with pytest.raises(Refused, match="RUN-001"):
            bind(f"a: {{label: 数, unit: 套, range: [0, 1e9], {source}}}")


def test_nobody_judges_what_is_a_figure(bind):
    with pytest.raises(Refused, match="RUN-003"):
        bind("a: {label: 开工, unit: 套, range: [0, 1e9], measure: shanty.start}", judged={"a": "5"})
    with pytest.raises(Refused, match="RUN-002"):
        bind("a: {label: 开工, unit: 套, range: [0, 1e9], judged: true}", judged={"b": "5"})


def test_a_judgement_has_a_person(bind):
    fact = bind(
        "a: {label: 问题, unit: 项, range: [0, 1e9], judged: true}",
        judged={"a": {"value": 3, "by": "张三", "evidence": "检查记录"}},
    )
    assert (fact.value, fact.by, fact.evidence, fact.assumed) == ("3", "张三", "检查记录", False)
    assert (
        bind("a: {label: 问题, unit: 项, range: [0, 1e9], judged: true}", judged={"a": Decimal("3")}).by == "本机操作员"
    )


def test_a_float_is_refused(bind):
    with pytest.raises(Refused, match="RUN-006"):
        bind("a: {label: 得分, unit: point, places: 1, range: [0, 5], judged: true}", judged={"a": 1 / 2})


def test_bindings_say_only_what_the_binder_and_the_books_know(operator):
    from anju.rules.shipped.library import Library

    books = {(book.kind, book.subject): book for book in Library().books}
    kinds = {"figure", "above", "below", "members", "text", "region", "given", "unit", "half_step"}
    for identity, entries in bindings().items():
        for entry in entries:
            assert set(entry.inputs) == set(books[identity].inputs), identity
            assert entry.each in EACH and entry.over in OVER and set(entry.needs) <= set(entry.inputs)
            assert all(kinds & set(spec) for spec in entry.inputs.values())


def test_every_measure_a_book_or_binding_names_is_in_the_catalogue(scope):
    from anju.figures.models import Measure
    from anju.rules.shipped.library import Library

    catalogue.load_catalogue(by=scope)
    known = set(Measure.objects.values_list("code", flat=True))
    for one in Library().books:
        for item in one.inputs.values():
            assert not item.measure or item.measure in known, f"{one.file} {item.name}"
    for entries in bindings().values():
        for entry in entries:
            codes = [
                spec[kind] for spec in entry.inputs.values() for kind in ("figure", "above", "below") if kind in spec
            ]
            assert {code for code in codes if "{" not in code} <= known and set(entry.of) <= known


def test_an_input_of_a_period_that_is_written_out_is_read_at_that_period(bind, enter):
    for period, value in (
        ("2020", "9"),
        ("2020-09", "5"),
        ("2020-H1", "3"),
        ("2020-Q1", "2"),
        ("2020-01", "1"),
        ("2019", "7"),
    ):
        enter("shanty.start", value, period=period)
    base = 'a: {label: 开工, unit: 套, range: [0, 1e9], measure: shanty.start, period: "%s"}'
    for said, value in (
        ("2020-09", "5"),
        ("2020-H1", "3"),
        ("2020-Q1", "2"),
        ("2020-01", "1"),
        ("2019", "7"),
        ("year", "9"),
        ("cumulative-year", "9"),
    ):
        assert bind(base % said).value == value, said
    assert (
        bind(base % "year", period="2020-09").value == "9"
        and bind(base % "cumulative-year", period="2020-09").value == "5"
    )


@pytest.mark.parametrize("said", ["month", "quarter", "2020-Q5", "last year", "2020年", "yearly", "2020-13"])
def test_a_period_that_is_none_is_refused_and_never_read_as_the_runs(said):
    with pytest.raises(Refused, match="BOOK-053"):
        book(f'a: {{label: 开工, unit: 套, range: [0, 1e9], measure: shanty.start, period: "{said}"}}')
