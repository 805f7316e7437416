"""What the loader refuses: each with its code, its line, in Chinese; all of them at once."""

import re
from pathlib import Path

import pytest

from anju.problems import Refused
from anju.rules.load import load_book, load_text
from tests.rules.build import codes

GOOD = """\
kind: scoring
subject: old-communities
region: "410000"
applies: {from: "2020-01-01", until: "2020-12-31"}
title: 自评表
sources:
  S1: {title: 办法, number: 财综〔2020〕19号, trust: 核}
row: region-year
inputs:
  social: {label: 社会筹资, unit: 万元, places: 4, range: [0, 1e9], measure: old.funds.social, calibre: 筹措, period: year}
  all_funds: {label: 总筹措, unit: 万元, places: 4, range: [0, 1e9], measure: old.funds.total, period: year}
  persons: {label: 人数, unit: 人, range: [0, 20]}
  income: {label: 收入, unit: 元, places: 2, range: [0, 1e6]}
  group: {label: 类别, enum: [低保, 其他]}
  born: {label: 出生日期, type: date}
  severe: {label: 性质恶劣, type: truth, judged: true}
  place: {label: 区划, type: text}
parameters:
  goal: {label: 目标, unit: "%", values: [{from: "2020-01-01", value: "20", source: S1 附表2, checked: "2020-11-20"}]}
  area: {label: 面积, unit: ㎡, by: persons, values: [{from: "2020-01-01", value: {1: "30", 2: "45.5", more: "60"}, source: S1 一, checked: "2020-11-20"}]}
  coefficient: {label: 系数, unit: "1", bands: income, values: [{from: "2020-01-01", value: [{upto: "810", value: "1"}, {above: "810", value: "0.8"}], source: S1 一, checked: "2020-11-20"}]}
steps:
  share_of: {label: 占比, unit: "%", places: 12, show: 2, formula: 100 * social / all_funds}
  double: {label: 双倍, unit: 人, formula: persons * 2}
criteria:
  money: {under: [资金管理, 资金筹集], points: 5, formula: "full_if(social > 0, 5)", says: 没有安排资金}
  raising: {under: [资金管理, 资金筹集], points: 5, formula: "5 - lose_per_step(goal - share_of, 4, 1, 5, 'ceil')", says: "{place}占比 {share_of}，差 {goal - share_of : % 3}"}
total: 10
examples:
  - {name: 焦作市 2020, given: {social: "463.58", all_funds: "95162.94"}, expect: {raising: 0, total: 5}}
"""


def load(text):
    return load_text(text.encode(), "甲.yaml")


def test_a_good_book_is_read():
    book = load(GOOD)
    assert book.inputs["social"].measure == "old.funds.social"
    assert [*book.criteria] == ["money", "raising"]
    assert book.result == "total"
    assert book.inputs["severe"].judged
    assert not book.inputs["social"].target
    assert len(book.digest) == 64


REFUSALS = {
    # what is put in place of what → code
    "not YAML": ('region: "410000"', "region: [", "BOOK-001"),
    "an anchor": ("row: region-year", "row: &x region-year", "BOOK-001"),
    "a tag": ("row: region-year", "row: !env region-year", "BOOK-001"),
    "an alias": ("row: region-year", "row: &x region-year\nnote: *x", "BOOK-001"),
    "a list for a mapping": ("applies: {from: ", "applies: [{from: ", "BOOK-001"),
    "a value for a mapping": ('applies: {from: "2020-01-01", until: "2020-12-31"}', "applies: 今年", "BOOK-002"),
    "a list for a value": ("title: 自评表", "title: [自评表]", "BOOK-002"),
    "twice the same name in two parts": ("  double: {", "  social: {", "BOOK-003"),
    "twice the same key": ("title: 自评表", "title: 自评表\ntitle: 自评表", "BOOK-003"),
    "a step named as the implied total": ("  double: {", "  total: {", "BOOK-003"),
    "an unknown key in the head": ("row: region-year", "row: region-year\nauthor: 某人", "BOOK-004"),
    "an unknown key in an input": ("unit: 人, range", "units: 人, unit: 人, range", "BOOK-004"),
    "an unknown key in a value": ('checked: "2020-11-20"}]}', 'checked: "2020-11-20", by: 某}]}', "BOOK-004"),
    "no title": ("title: 自评表\n", "", "BOOK-005"),
    "a number without range": ("unit: 人, range: [0, 20]", "unit: 人", "BOOK-005"),
    "a value without source": (", source: S1 附表2", "", "BOOK-005"),
    "no total": ("total: 10\n", "", "BOOK-005"),
    "a bare region code": ('"410000"', "410000", "BOOK-006"),
    "a bare region code with a nought": ('"410000"', "010100", "BOOK-006"),
    "a bare date": ('from: "2020-01-01", until', "from: 2020-01-01, until", "BOOK-006"),
    "a bare decimal": ('social: "463.58"', "social: 463.58", "BOOK-006"),
    "a bare value": ('2: "45.5"', "2: 45.5", "BOOK-006"),
    "yes for a text": ("title: 自评表", "title: true", "BOOK-006"),
    "an empty text": ("title: 自评表", 'title: ""', "BOOK-007"),
    "a number with its unit": ('value: "20"', 'value: "20%"', "BOOK-008"),
    "a number with commas": ('value: "20"', 'value: "2,000"', "BOOK-008"),
    "a full-width number": ('value: "20"', 'value: "２０"', "BOOK-008"),
    "infinity": ('value: "20"', 'value: "Infinity"', "BOOK-008"),
    "places in words": ("show: 2", "show: 两位", "BOOK-008"),
    "a day that is none": ('"2020-12-31"', '"2020-02-30"', "BOOK-009"),
    "judged in words": ("judged: true", "judged: 是", "BOOK-010"),
    "a kind that is none": ("kind: scoring", "kind: score", "BOOK-011"),
    "trust that is none": ("trust: 核", "trust: 真", "BOOK-011"),
    "an upper-case name": ("  double: {", "  Double: {", "BOOK-012"),
    "a Chinese name": ("  double: {", "  双倍: {", "BOOK-012"),
    "a reserved name": ("  double: {", "  run_date: {", "BOOK-012"),
    "a subject with spaces": ("old-communities", "old communities", "BOOK-012"),
    "a region that is none": ('"410000"', '"41"', "BOOK-013"),
    "an end before its start": ('until: "2020-12-31"', 'until: "2019-12-31"', "BOOK-014"),
    "a source that is none": ("source: S1 附表2", "source: S2 附表2", "BOOK-015"),
    "a unit that is none": ("unit: 人, range", "unit: 头, range", "BOOK-016"),
    "too many places": ("places: 12, show", "places: 13, show", "BOOK-017"),
    "a range the wrong way": ("range: [0, 20]", "range: [20, 0]", "BOOK-018"),
    "a range of one end": ("range: [0, 20]", "range: [20]", "BOOK-018"),
    "a range finer than its places": ("range: [0, 20]", 'range: ["0.5", 20]', "BOOK-018"),
    "a doubled choice": ("[低保, 其他]", "[低保, 低保]", "BOOK-019"),
    "two origins": ("measure: old.funds.total", "measure: old.funds.total, ledger: a.b", "BOOK-021"),
    "a unit for a text": ("{label: 区划, type: text}", "{label: 区划, type: text, unit: 人}", "BOOK-022"),
    "a unit for a criterion": ("points: 5, formula", "unit: point, points: 5, formula", "BOOK-022"),
    "by and bands": ("by: persons,", "by: persons, bands: income,", "BOOK-023"),
    "a keyed value that is none": ('{1: "30", 2: "45.5", more: "60"}', '{more: "60"}', "BOOK-024"),
    "a gap between bands": ('{above: "810"', '{above: "811"', "BOOK-025"),
    "an overlap of bands": ('{above: "810"', '{above: "809"', "BOOK-025"),
    "an edge in both bands": ('{above: "810"', '{at_least: "810"', "BOOK-025"),
    "an edge in no band": ('{upto: "810"', '{below: "810"', "BOOK-025"),
    "a first band that is not open": ('{upto: "810"', '{at_least: "0", upto: "810"', "BOOK-025"),
    "a formula that is a statement": ("formula: 100 * social / all_funds", 'formula: "1; drop table x"', "BOOK-030"),
    "a formula with a cast": ("formula: 100 * social / all_funds", "formula: cast(social as regclass)", "BOOK-030"),
    "a sentence with an open brace": ("says: 没有安排资金", 'says: "没有 {social"', "BOOK-031"),
    "a sentence with a brace too many": ("says: 没有安排资金", 'says: "没有 social}"', "BOOK-031"),
    "a sentence with a statement": ("says: 没有安排资金", 'says: "没有 {social; x}"', "BOOK-031"),
    "a sentence with an unknown unit": ("says: 没有安排资金", 'says: "没有 {social : 头}"', "BOOK-031"),
    "a sentence adding what does not add": ("says: 没有安排资金", 'says: "没有 {social + persons}"', "BOOK-031"),
    "a sentence over all rows": ("says: 没有安排资金", 'says: "没有 {total(social)}"', "BOOK-031"),
    "an unknown name": ("formula: 100 * social / all_funds", "formula: 100 * social / funds", "BOOK-040"),
    "an unknown name in a sentence": ("says: 没有安排资金", 'says: "没有 {funds}"', "BOOK-040"),
    "by a name that is none": ("by: persons,", "by: people,", "BOOK-040"),
    "a cycle": ("formula: persons * 2", "formula: double * 2", "BOOK-041"),
    "a cycle through the total": ("full_if(social > 0, 5)", "full_if(total > 0, 5)", "BOOK-041"),
    "units that do not add": ("formula: persons * 2", "formula: persons + income", "BOOK-042"),
    "units that do not compare": ("full_if(social > 0, 5)", "full_if(social > income, 5)", "BOOK-042"),
    "units of one family that differ": ("full_if(social > 0, 5)", "full_if(social > income + income, 5)", "BOOK-042"),
    "a unit other than declared": ("formula: persons * 2", "formula: income", "BOOK-042"),
    "text in a sum": ("formula: persons * 2", "formula: persons * place", "BOOK-042"),
    "a date in a product": ("formula: persons * 2", "formula: persons * born", "BOOK-042"),
    "a truth in a sum": ("formula: persons * 2", "formula: persons + severe", "BOOK-042"),
    "a number as a condition": ("full_if(social > 0, 5)", "full_if(social, 5)", "BOOK-042"),
    "a comparison of a comparison": ("full_if(social > 0, 5)", "full_if(0 < social < 5, 5)", "BOOK-042"),
    "a choice that is none": ("full_if(social > 0, 5)", "full_if(group = '没有', 5)", "BOOK-042"),
    "a choice put in order": ("full_if(social > 0, 5)", "full_if(group > '低保', 5)", "BOOK-042"),
    "a string in a sum": ("formula: persons * 2", "formula: persons + '低保'", "BOOK-042"),
    "a date as a string": ("full_if(social > 0, 5)", "full_if(born > '2020-01-01', 5)", "BOOK-042"),
    "branches of two kinds": ("formula: persons * 2", "formula: case when severe then 1 else born end", "BOOK-042"),
    "a mode that is none": ("'ceil'", "'up'", "BOOK-042"),
    "a step of 0": ("goal - share_of, 4, 1", "goal - share_of, 0, 1", "BOOK-042"),
    "a step that may be 0": ("goal - share_of, 4, 1", "goal - share_of, share_of, 1", "BOOK-042"),
    "a division by 0": ("formula: persons * 2", "formula: persons / 0", "BOOK-042"),
    "a product that cannot fit": ("formula: persons * 2", "formula: social * social * social * social * 1", "BOOK-042"),
    "a share of what may be negative": ("formula: persons * 2", "formula: share(persons - 5)", "BOOK-042"),
    "a largest remainder in passing": ("formula: persons * 2", "formula: 1 + largest_remainder(persons)", "BOOK-042"),
    "a key that is no choice": ("by: persons, values: [{from: \"2020-01-01\", value: {1:", "by: group, values: [{from: \"2020-01-01\", value: {1:", "BOOK-042"),
    "bands of a text": ("bands: income", "bands: place", "BOOK-042"),
    "points that do not add up": ("total: 10", "total: 11", "BOOK-043"),
    "an unknown taken for 0 without source": ("formula: persons * 2", '"formula": "if_unknown(persons, 0)"', "BOOK-044"),
    "an example that does not hold": ("raising: 0, total: 5", "raising: 1, total: 6", "BOOK-045"),
    "an example held only by rounding": ("raising: 0, total: 5", 'share_of: "0.5"', "BOOK-045"),
    "an example of an unknown input": ("given: {social:", "given: {sozial: 1, social:", "BOOK-045"),
    "an example of an unknown step": ("raising: 0, total: 5", "rating: 0", "BOOK-045"),
    "an example outside the range": ('social: "463.58"', 'social: "-1"', "BOOK-045"),
    "an example on a day without values": ("焦作市 2020, given", '焦作市 2020, date: "2019-01-01", given', "BOOK-045"),
    "an example that expects the unknown": ("raising: 0, total: 5", "raising: null", "BOOK-045"),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new", "code"), REFUSALS.values(), ids=REFUSALS.keys())
def test_it_is_refused(old, new, code):
    assert old in GOOD
    text = GOOD.replace(old, new)
    with pytest.raises(Refused) as refused:
        load(text)
    assert code in codes(refused), refused.value
    for problem in refused.value.problems:
        assert re.search("甲.yaml 第 [0-9]+ 行", str(problem.where)), problem
        assert re.search(r"[\u4e00-\u9fff]", problem.what), problem
        assert problem.fix


def test_a_name_may_be_that_of_an_operator():
    text = GOOD.replace("kind: scoring", "kind: conduct").split("criteria:")[0].replace("double: {", "total: {")
    assert load(text + "  twice: {formula: total + total(total)}\nresult: twice\n").result == "twice"


def test_a_cycle_through_a_parameter_is_seen():
    text = GOOD.replace("formula: persons * 2", "formula: area * 2", 1).replace(
        "unit: 人, formula", "unit: ㎡, formula"
    )
    load(text)
    with pytest.raises(Refused) as refused:
        load(text.replace("by: persons", "by: double"))
    assert codes(refused) == ["BOOK-041"]


def test_the_line_is_the_line_of_the_fault():
    with pytest.raises(Refused) as refused:
        load(GOOD.replace("formula: persons * 2", "formula: persons + income"))
    line = next(number for number, text in enumerate(GOOD.splitlines(), 1) if "double" in text)
    assert str(refused.value.problems[0].where) == f"甲.yaml 第 {line} 行 double"


def test_all_problems_come_at_once_in_the_order_of_the_file():
    text = (
        GOOD.replace('"410000"', "410000")
        .replace("unit: 人, range: [0, 20]", "unit: 头, range: [9, 0]")
        .replace("total: 10", "total: 11")
    )
    with pytest.raises(Refused) as refused:
        load(text.replace("formula: persons * 2", "formula: select x").replace("{social} ", ""))
    assert {"BOOK-006", "BOOK-016", "BOOK-018", "BOOK-030", "BOOK-043"} <= set(codes(refused))
    lines = [int(re.search(r"第 (\d+) 行", str(problem.where)).group(1)) for problem in refused.value.problems]
    assert lines == sorted(lines)


def test_more_than_sixty_conditions_are_refused():
    conditions = "".join(f"  c{index}: {{formula: persons > {index}, says: 不足}}\n" for index in range(61))
    text = GOOD.split("criteria:")[0].replace("kind: scoring", "kind: eligibility") + "conditions:\n" + conditions
    with pytest.raises(Refused) as refused:
        load(text)
    assert codes(refused) == ["BOOK-020"]


def test_values_out_of_order_or_with_a_gap_are_refused():
    value = '{from: "2020-01-01", value: "20", source: S1 附表2, checked: "2020-11-20"}'
    later = value.replace("2020-01-01", "2020-07-01")

    def ends(day):
        return value.replace("value:", f'until: "{day}", value:')

    for pair in (
        f"{later}, {value}",
        f"{value}, {value}",
        f"{ends('2020-05-31')}, {later}",
        f"{ends('2020-07-31')}, {later}",
    ):
        with pytest.raises(Refused) as refused:
            load(GOOD.replace(value, pair))
        assert codes(refused) == ["BOOK-014"]
    load(GOOD.replace(value, f"{ends('2020-06-30')}, {later}"))


def test_an_order_must_be_total():
    head = GOOD.split("parameters:")[0].replace("kind: scoring", "kind: queue")
    load_text((head + "order: [persons desc, place asc]\n").encode(), "甲.yaml")
    for order, code in (
        ("[persons desc, persons up]", "BOOK-026"),
        ("[people desc, place asc]", "BOOK-040"),
        ("[persons]", "BOOK-026"),
    ):
        with pytest.raises(Refused) as refused:
            load(head + f"order: {order}\n")
        assert code in codes(refused)
    with pytest.raises(Refused) as refused:
        load(head + "steps:\n  points: {formula: persons * 2}\norder: [place asc, points desc]\n")
    assert codes(refused) == ["BOOK-026"]


def test_a_file_that_is_no_book_is_refused_without_a_traceback(tmp_path):
    for content in (
        b"",
        b"\xff\xfe",
        b"- 1",
        b"1",
        b"{" * 2000,
        b"a: b: c",
        b"?",
        b"kind: scoring",
        "标题：没有空格".encode(),
        b"a" * 1_000_001,
        b"x: *y",
    ):
        file = tmp_path / "book.yaml"
        file.write_bytes(content)
        with pytest.raises(Refused):
            load_book(file)


def test_every_code_is_explained_and_every_explanation_is_used():
    root = Path(__file__).parents[2]
    used = {
        code
        for room in ("rules", "runs")
        for file in (root / "anju" / room).rglob("*.py")
        for code in re.findall(r"(?:BOOK|RULE)-\d{3}", file.read_text("utf-8"))
    }
    told = re.findall(r"^\| ((?:BOOK|RULE)-\d{3}) \|", (root / "docs" / "errors" / "rules.md").read_text("utf-8"), re.M)
    assert sorted(told) == sorted(used)
