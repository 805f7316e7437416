"""A run names a date: the value in force then, gaps, stale values, suspended books, rows with their own dates, finding a book."""

from datetime import date

import pytest

from anju.problems import Refused
from anju.rules.book.display import applies_text
from anju.rules.engine import running
from anju.rules.explanation.explain import explain_row
from anju.rules.load import load_text
from anju.rules.shipped.library import Library
from tests.rules.build import DAY, book, codes, numbers, text

RATES = [
    '{from: "2020-01-01", value: "2", source: S1 一, checked: "2021-01-01"}',
    '{from: "2021-03-01", value: "3", source: S1 二, checked: "2021-02-01"}',
]


def rated(values=RATES, **parts):
    return book(
        inputs={**numbers("a", bottom="0")},
        parameters={"rate": f'{{label: 标准, unit: "1", values: [{", ".join(values)}]}}'},
        steps={"out": "{label: 结果, places: 2, formula: a * rate}"},
        result="out",
        **parts,
    )


def values(run):
    return [row.text("out") for row in run.rows]


def test_a_new_value_applies_from_the_day_it_takes_effect(everywhere):
    given = [{"key": "甲", "a": 10}]
    assert values(everywhere(rated(), given, on=date(2021, 2, 28), key="key")) == ["20"]
    assert values(everywhere(rated(), given, on=date(2021, 3, 1), key="key")) == ["30"]


def test_a_day_without_a_value_is_an_error():
    late = rated(RATES[1:])
    with pytest.raises(Refused) as refused:
        running.run_rows(late, [{"key": 1, "a": 1}], on=date(2021, 2, 28), key="key")
    assert codes(refused) == ["RULE-003"]
    assert "最早一条从 2021-03-01 起施行" in str(refused.value)
    ended = rated([RATES[0].replace("value:", 'until: "2020-12-31", value:')])
    with pytest.raises(Refused) as refused:
        running.run_rows(ended, [{"key": 1, "a": 1}], on=date(2021, 1, 1), key="key")
    assert codes(refused) == ["RULE-003"]


def test_a_value_not_looked_up_for_twelve_months_is_a_warning():
    assert running.run_rows(rated(), [], on=date(2022, 2, 1), key="key").problems == []
    (warning,) = running.run_rows(rated(), [], on=date(2022, 2, 2), key="key").problems
    assert (warning.code, warning.level) == ("RULE-005", "提醒")
    leap = rated([RATES[0].replace('checked: "2021-01-01"', 'checked: "2020-02-29"')])
    assert running.run_rows(leap, [], on=date(2021, 2, 28), key="key").problems == []
    assert running.run_rows(leap, [], on=date(2021, 3, 1), key="key").problems != []


def test_each_row_may_carry_its_own_date(everywhere):
    given = [
        {"key": "甲", "a": 10, "day": "2021-02-28"},
        {"key": "乙", "a": 10, "day": date(2021, 3, 1)},
        {"key": "丙", "a": 10, "day": "2020-01-01"},
    ]
    run = everywhere(rated(), given, on=DAY, key="key", on_field="day")
    assert values(run) == ["20", "30", "20"]
    assert explain_row(run.rows[1])[0].substituted == "10 × 3"
    given[0]["day"] = "2021-02-29"
    with pytest.raises(Refused) as refused:
        running.run_rows(rated(), given, on=DAY, key="key", on_field="day")
    assert codes(refused) == ["RULE-010"]


def test_a_partition_cannot_straddle_a_change_of_value():
    shared = book(
        "share",
        partition="[pot]",
        inputs={**numbers("a", bottom="0"), "pot": "{label: 批次, enum: [一, 二]}"},
        parameters={"rate": f'{{label: 标准, unit: "1", values: [{", ".join(RATES)}]}}'},
        steps={"out": "{label: 结果, formula: share(a * rate)}"},
        result="out",
    )
    given = [{"key": 1, "a": 1, "pot": "一", "day": "2021-02-01"}, {"key": 2, "a": 1, "pot": "二", "day": "2021-04-01"}]
    assert values(running.run_rows(shared, given, on=DAY, key="key", on_field="day")) == ["1", "1"]
    given[1]["pot"] = "一"
    with pytest.raises(Refused) as refused:
        running.run_rows(shared, given, on=DAY, key="key", on_field="day")
    assert codes(refused) == ["RULE-018"]


def test_the_run_date_is_a_name(everywhere):
    aged = book(
        inputs={"born": "{label: 出生, type: date}"},
        steps={"out": '{label: 周岁, formula: "age_on(born, run_date)"}'},
        result="out",
    )
    given = [
        {"key": 1, "born": "1961-07-01", "day": "2021-06-30"},
        {"key": 2, "born": "1961-07-01", "day": "2021-07-01"},
    ]
    assert values(everywhere(aged, given, on=DAY, key="key", on_field="day")) == ["59", "60"]


def test_a_book_does_not_run_outside_its_dates_nor_while_suspended():
    with pytest.raises(Refused) as refused:
        running.run_rows(rated(), [], on=date(2019, 12, 31), key="key")
    assert codes(refused) == ["RULE-001"]
    paused = rated(suspended='{from: "2021-05-01", until: "2021-05-31", why: 办法修订, by: 市保障办}')
    with pytest.raises(Refused, match="办法修订") as refused:
        running.run_rows(paused, [], on=date(2021, 5, 31), key="key")
    assert codes(refused) == ["RULE-002"]
    running.run_rows(paused, [], on=date(2021, 6, 1), key="key")


# -- the library


@pytest.fixture
def shelf(tmp_path):
    def put(*books):
        for index, (region, since, until, extra) in enumerate(books):
            parts = {"inputs": numbers("a"), "steps": {"out": "{formula: a}"}, "result": "out"}
            until = f', until: "{until}"' if until else ""
            body = text(**parts).replace('{from: "2020-01-01"}', f'{{from: "{since}"{until}}}')
            if region:
                body = body.replace("subject: test", f'subject: test\nregion: "{region}"')
            (tmp_path / f"{index}.yaml").write_text(body + extra, encoding="utf-8")
        return Library([tmp_path])

    return put


def test_the_nearest_region_that_has_the_subject_wins(shelf):
    library = shelf(
        (None, "2000-01-01", "", ""),
        ("410000", "2010-01-01", "", ""),
        ("410800", "2021-01-01", "2021-12-31", ""),
        ("410800", "2022-01-01", "", ""),
    )

    def found(*regions, on):
        book = library.find("subsidy", "test", regions, date.fromisoformat(on))
        return (*book.regions, None)[0], book.applies_from.year

    assert found("410802", "410800", "410000", on="2021-06-01") == ("410800", 2021)
    assert found("410802", "410800", "410000", on="2022-06-01") == ("410800", 2022)
    assert found("410802", "410800", "410000", on="2020-06-01") == ("410000", 2010)  # the city's own is still to come
    assert found("410000", on="2022-06-01") == ("410000", 2010)
    assert found("650000", on="2022-06-01") == (None, 2000)
    assert found("410800", "410000", on="2005-01-01") == (None, 2000)


def test_a_lapsed_book_of_the_region_is_an_error_not_a_return_to_the_region_above(shelf):
    library = shelf(("410000", "2010-01-01", "", ""), ("410800", "2020-01-01", "2020-12-31", ""))
    with pytest.raises(Refused, match="2020-12-31 截止") as refused:
        library.find("subsidy", "test", ["410800", "410000"], date(2021, 1, 1))
    assert codes(refused) == ["RULE-020"]
    with pytest.raises(Refused) as refused:
        library.find("rent", "test", ["410800"], date(2021, 1, 1))
    assert codes(refused) == ["RULE-020"]


def test_overlapping_books_are_refused_and_neighbours_are_not(shelf):
    with pytest.raises(Refused) as refused:
        shelf(("410000", "2020-01-01", "2020-12-31", ""), ("410000", "2020-12-31", "", ""))
    assert codes(refused) == ["BOOK-050"]


def test_neighbouring_books_stand_side_by_side(shelf):
    library = shelf(("410000", "2020-01-01", "2020-12-31", ""), ("410000", "2021-01-01", "", ""))
    assert len(library.books) == 2


def test_a_suspended_book_is_found_and_refused(shelf):
    library = shelf(("410000", "2020-01-01", "", 'suspended: {from: "2021-01-01", why: 办法修订, by: 市保障办}\n'))
    assert library.find("subsidy", "test", ["410000"], date(2020, 12, 31)).regions == ("410000",)
    with pytest.raises(Refused, match="办法修订") as refused:
        library.find("subsidy", "test", ["410000"], date(2021, 1, 1))
    assert codes(refused) == ["RULE-002"]


def test_every_file_of_a_library_tells_its_problems_at_once(shelf, tmp_path):
    (tmp_path / "x.yaml").write_text("kind: nothing", encoding="utf-8")
    with pytest.raises(Refused) as refused:
        shelf((None, "2020-01-01", "", "row: twice\n"))
    assert {problem.where.file.rsplit("/", 1)[-1] for problem in refused.value.problems} == {
        "0.yaml",
        "x.yaml",
    }


def office_book(folder, name, region, formula='"a * b"', unit="fen"):
    inputs = {"a": "{label: 额, unit: 元, range: [0, 10]}", "b": "{label: 数, unit: 套, range: [0, 10]}"}
    steps = {"out": f"{{label: 果, unit: {unit}, formula: {formula}}}"}
    body = text(inputs=inputs, steps=steps, result="out").replace("subject: test", f'subject: test\nregion: "{region}"')
    (folder / name).write_text(body, encoding="utf-8")


def test_an_office_book_that_no_longer_loads_is_set_aside_and_the_others_go_on(tmp_path, shelf):
    office = tmp_path / "office"
    office.mkdir()
    shelf((None, "2000-01-01", "", ""))
    office_book(office, "old.yaml", "410800")
    office_book(office, "good.yaml", "410700", unit="元")
    library = Library([*tmp_path.glob("*.yaml")], aside=[office])
    day = date(2021, 1, 1)
    assert library.find("subsidy", "test", ["410700"], day).regions == ("410700",)
    assert library.find("subsidy", "test", ["650000"], day).regions == ()
    with pytest.raises(Refused, match="to_unit") as refused:
        library.find("subsidy", "test", ["410800"], day)  # never quietly the book of the region above
    assert codes(refused) == ["RULE-021"]
    [problems] = library.unusable.values()
    assert [problem.code for problem in problems] == ["BOOK-042"] and problems[0].where.line


def test_a_book_that_does_not_say_which_it_is_stops_them_all(tmp_path):
    for body in (
        "kind: subsidy\nsubject: [",
        "kind: subsidee\nsubject: test\n",
        text().replace("subject: test", "subject: Te st"),
    ):
        (tmp_path / "bad.yaml").write_text(body, encoding="utf-8")
        with pytest.raises(Refused, match="BOOK-0"):
            Library([], aside=[tmp_path])


def test_a_stored_book_of_the_first_language_is_read_with_the_letters_it_has():
    body = text(inputs=numbers("a"), steps={"out": '{label: "甲\\u202e乙", formula: a}'}, result="out").encode()
    with pytest.raises(Refused, match="BOOK-051"):
        load_text(body, "新.yaml")
    assert load_text(body, "旧.yaml", language=1).steps["out"].label == "甲\u202e乙"


REGIONS = 'regions: ["440604", "440605", "440300"]'


def several(tmp_path, regions=REGIONS, name="several.yaml", since="2020-01-01"):
    body = text(inputs=numbers("a"), steps={"out": "{formula: a}"}, result="out")
    body = body.replace("subject: test", f"subject: test\n{regions}").replace("2020-01-01", since)
    (tmp_path / name).write_text(body, encoding="utf-8")


def test_a_book_for_several_regions_is_found_from_each_of_them(tmp_path, shelf):
    several(tmp_path)
    library = shelf((None, "2000-01-01", "", ""), ("440600", "2000-01-01", "", ""))
    day = date(2021, 1, 1)
    for path in (["440604", "440600", "440000"], ["440605001", "440605", "440600"], ["440305", "440300"]):
        assert library.find("subsidy", "test", path, day).regions == ("440604", "440605", "440300")
    assert library.find("subsidy", "test", ["440606", "440600"], day).regions == ("440600",)
    assert library.find("subsidy", "test", ["650000"], day).regions == ()


def test_books_that_share_one_of_their_regions_overlap(tmp_path, shelf):
    several(tmp_path)
    with pytest.raises(Refused) as refused:
        shelf(("440605", "2021-01-01", "", ""))
    assert codes(refused) == ["BOOK-050"]


@pytest.mark.parametrize(
    ("regions", "what"),
    [
        ('regions: ["440600", "440604"]', "440604 在 440600 里面"),
        ('regions: ["440604", "440000"]', "440604 在 440000 里面"),
        ('regions: ["440604", "440604"]', "写了两次"),
        ("regions: []", "没有区划"),
        ('region: "440604"\nregions: ["440605"]', "只能写一个"),
    ],
)
def test_regions_are_each_written_once_and_none_inside_another(tmp_path, regions, what):
    several(tmp_path, regions)
    with pytest.raises(Refused, match=what) as refused:
        Library([tmp_path])
    assert codes(refused) == ["BOOK-063"]


def test_a_zone_inside_a_region_of_the_same_book_is_told_by_the_tree(tmp_path):
    several(tmp_path, 'regions: ["440604", "440699-KFQ"]')
    library = Library([tmp_path])
    assert library.find("subsidy", "test", ["440699-KFQ", "440600"], DAY).regions
    with pytest.raises(Refused, match="440699-KFQ 和它的上级 440604") as refused:
        library.find("subsidy", "test", ["440699-KFQ", "440604"], DAY)
    assert codes(refused) == ["RULE-041"]


def test_a_day_of_effect_that_no_document_states_is_told_as_such():
    unstated = load_text(
        text(inputs=numbers("a"), steps={"out": "{formula: a}"}, result="out")
        .replace('"2020-01-01"}', '"2020-01-01", stated: false}')
        .encode(),
        "试验.yaml",
    )
    assert applies_text(unstated) == "施行日期未载，按2020年1月1日起施行"
    assert applies_text(rated()) == "2020年1月1日起施行"
    with pytest.raises(Refused, match="施行日期未载，按自 2020-01-01 起") as refused:
        running.run_rows(unstated, [], on=date(2019, 12, 31), key="key")
    assert codes(refused) == ["RULE-001"]
