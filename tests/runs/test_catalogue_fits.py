"""Whatever the catalogue lets in, every shipped book can take; and no check stops what it was not asked about."""

from decimal import Decimal

import pytest

from anju.core.regions import tree
from anju.figures import catalogue
from anju.figures.models import Measure
from anju.figures.queries.current import current_figure, find_measures
from anju.figures.services import observations
from anju.figures.stored_numbers import LARGEST, LARGEST_COUNT
from anju.quantities import COUNTED, unit_of_measure
from anju.rules.shipped.library import Library
from anju.runs.binding.binder import ROW_UNITS
from anju.runs.binding.bindings import bindings
from anju.runs.services import runs
from tests.runs.conftest import ON

OWN = """
measures:
  - {code: t.standard, name: 标准, unit: 元, kind: stock}
  - {code: t.paid, name: 发放金额, unit: 元, kind: cumulative}
  - {code: t.paid.target, name: 发放任务, unit: 元, kind: cumulative, target_of: t.paid}
  - {code: t.paid.first, name: 发放金额（第一批）, unit: 元, kind: cumulative, of: t.paid, dimension: 批次, member: 第一批, complete: true}
  - {code: t.paid.second, name: 发放金额（第二批）, unit: 元, kind: cumulative, of: t.paid, dimension: 批次, member: 第二批, complete: true}
  - {code: t.area, name: 面积, unit: ㎡, kind: cumulative}
  - {code: t.score, name: 得分, unit: 分, kind: relative}
  - {code: t.homes, name: 房源, unit: 套, kind: stock}
"""
PERCENT = ((0, 100), 6)  # a percentage of people: the score table takes it from nothing to all


def span(measure):
    """The largest number of a measure in the unit that generic inputs count it in, and its decimals there."""
    named = unit_of_measure(measure.unit)
    wanted = unit_of_measure(ROW_UNITS.get(named.family, measure.unit))
    return Decimal(LARGEST_COUNT if named.family in COUNTED else LARGEST) / wanted.factor, len(str(wanted.factor)) - 1


def measures_of(book, known):
    """(input, measure) that shipped bindings and books put together, over all that the catalogue holds."""
    for item in book.inputs.values():
        if item.measure or item.target:
            codes = (
                [item.measure]
                if not item.target
                else [m.code for m in known.values() if m.target_of_id == item.measure]
            )
            yield from ((item, known[code]) for code in codes)
    for entry in bindings().get((book.kind, book.subject), ()):
        for case in entry.cases(known, {"cal1": "", "cal2": ""}):
            for name, spec in entry.inputs.items():
                for kind in ("figure", "above", "below", "members"):
                    if kind in spec:
                        yield book.inputs[name], known[case.fill(spec[kind]).partition(":")[0]]


def test_every_shipped_book_takes_what_the_catalogue_allows(scope, tmp_path):
    path = tmp_path / "measures.yaml"
    path.write_text(OWN, "utf-8")
    catalogue.load_catalogue(by=scope, paths=[path])
    known, compared = find_measures(scope), 0
    for book in Library().books:
        for item, measure in measures_of(book, known):
            largest, places = span(measure)
            if item.unit != "1":
                one = unit_of_measure(item.unit)
                largest = Decimal(LARGEST_COUNT if one.family in COUNTED else LARGEST) / one.factor
                places = len(str(one.factor)) - 1
            where, compared = f"{book.file} {item.name} {measure.code}", compared + 1
            if item.unit == "%":
                assert (tuple(map(int, item.range)), item.places) == PERCENT, where
                continue
            if measure.is_computed and measure.kind != Measure.Kind.SUM:
                continue
            assert item.places >= places, where
            assert item.range[1] >= largest and (item.range[0] <= -largest or book.kind in ("scoring", "share")), where
    assert compared > 200


@pytest.fixture
def county(scope, tmp_path):
    path = tmp_path / "measures.yaml"
    path.write_text(OWN, "utf-8")
    catalogue.load_catalogue(by=scope, paths=[path])
    return tree.find_region(scope, "140502", ON)


def judge(scope, region):
    return runs.run_warnings(by=scope, region=region, period="2020", on=ON)


@pytest.mark.parametrize(
    ("code", "value", "unit"),
    [
        ("t.standard", "1234.56", "元"), ("t.standard", "0.01", "元"), ("t.standard", "-0.01", "元"), ("t.paid", "999999999999999.99", "元"),
        ("t.paid", "10000000000.01", "元"), ("t.area", "10000000000000", "㎡"), ("t.area", "0.0001", "㎡"), ("t.score", "85.813333", "分"),
        ("t.homes", "1000000000000", "套"), ("t.homes", "-12", "套"), ("invest.done", "0.0000000001", "亿元"), ("loan.credit", "9999999", "亿元"),
        ("loan.credit", "1.0000000001", "亿元"), ("subsidy.times", "400", "次"), ("subsidy.amount", "12.345678", "万元"),
    ],
)  # fmt: skip
def test_nothing_that_may_be_entered_stops_the_checks_of_a_city(scope, county, code, value, unit):
    for region in (county, county.parent):
        observations.enter_figure(by=scope, measure=code, region=region, period="2020", value=value, unit=unit)
    observations.enter_figure(by=scope, measure="shanty.start", region=county, period="2020", value="3")
    judge(scope, county.parent)
    assert current_figure(scope, code, county, "2020").text() == value


def test_sums_and_parts_in_fen_are_compared_to_the_fen(scope, county):
    for code, value in (("t.paid", "100.03"), ("t.paid.first", "50.01"), ("t.paid.second", "50.01")):
        observations.enter_figure(by=scope, measure=code, region=county, period="2020", value=value, unit="元")
    (found,) = [one for one in judge(scope, county) if one.subject == "parts-total"]
    assert "相差0.000001万元" in found.sentence.replace(" ", "")


def test_what_a_book_of_an_office_cannot_take_is_said_and_stops_nothing_else(scope, county):
    """A figure beyond the range that its book was written for, stored by an earlier version."""
    from anju.figures.models import CurrentFigure, Observation
    from anju.rules.load import load_text
    from anju.runs.binding.facts import checked_fact
    from tests.runs.test_binding import HEAD

    observations.enter_figure(by=scope, measure="t.standard", region=county, period="2020", value="12.34")
    figure = current_figure(scope, "t.standard", county, "2020")
    for declared, said in (
        ("unit: 元, range: [0, 100]", "更细"),
        ("unit: 元, places: 2, range: [0, 10]", "不在规则书所写的 0 至 10 之内"),
        ("unit: 套, range: [0, 100]", "规则书要的单位是套"),
    ):
        text = f'{HEAD}inputs:\n  a: {{label: 数, {declared}}}\nconditions:\n  one: {{colour: 黄, formula: "a >= 0", says: "有"}}\n'
        item = load_text(text.encode(), "test.yaml").inputs["a"]
        fact = checked_fact(item, figure, {"money"})
        assert fact.value is None and "没有核对" in fact.missing[0] and said in fact.missing[0] and fact.observed
    assert Observation.objects.count() == CurrentFigure.objects.count() == 1
