"""导入: all problems at once, nothing half stored, the same again changes nothing."""

import pytest

from anju.core.models.trail import Trail
from anju.figures.models import CurrentFigure, Observation, Source
from anju.figures.queries import current, provenance
from anju.figures.services import imports, observations
from anju.problems import Refused
from tests.figures.conftest import YEAR, cell, reading


def bring(user, city, *cells, **more):
    sha = more.pop("sha", "a" * 64)
    published = more.pop("published", [])
    return imports.import_tables(
        by=user, readings=reading(*cells, sha=sha, published=published), region=city, period=YEAR, **more
    )


def codes(refused):
    return sorted(problem.code for problem in refused.value.problems)


def test_numbers_arrive_with_their_precision_and_their_cell(user, city, east):
    done = bring(
        user,
        city,
        cell(east, "invest.done", "27.27", unit="亿元", cell="H4"),
        cell(city, "shanty.start", "0", kind="total"),
    )
    assert (done.new, done.changed, done.unchanged) == (2, 0, 0)
    figure = current.current_figure(user, "invest.done", east, YEAR)
    assert (figure.value, figure.text(), figure.places) == (272_700_000_000, "27.27", 2)
    assert current.current_figure(user, "shanty.start", city, YEAR).text() == "0"
    assert provenance.find_provenance(user, figure.observation_id).place == "《表.xlsx》工作表“表1” 单元格 H4"
    assert Trail.objects.filter(act="imports.store").count() == 1


def test_states_are_no_numbers(user, city, east, west):
    bring(user, city, cell(east, "shanty.start", ""), cell(west, "shanty.start", "无任务"))
    assert current.current_figure(user, "shanty.start", east, YEAR).value is None
    assert [current.current_figure(user, "shanty.start", region, YEAR).state_text for region in (east, west)] == [
        "未报",
        "无任务",
    ]


def test_every_problem_is_reported_at_once_and_nothing_is_stored(user, city, east, west):
    with pytest.raises(Refused) as refused:
        bring(
            user, city,
            cell("火星区", "shanty.start", "1"),
            cell(east, "shanty.begin", "1"),
            cell(east, "shanty.start", "1", calibre="cal1"),
            cell(east, "shanty.complete", "1", calibre="nonsense"),
            cell(east, "invest.done", "1", unit="户"),
            cell(east, "subsidy.amount", "0.0000001", unit="万元"),
            cell(east, "invest.target", "99999999999", unit="亿元"),
            cell(east, "prh.start", "1"), cell(east, "prh.start", "2"),
            cell(east, "prh.start.target", "1", document="〔2020〕9号"),
            cell(west, "prh.start", "1", period="二〇二一"),
            cell(west, "prh.complete", "1", assumed=True),
        )  # fmt: skip
    assert codes(refused) == sorted(
        [
            "FIG-011",
            "FIG-012",
            "FIG-013",
            "FIG-013",
            "FIG-015",
            "FIG-016",
            "FIG-017",
            "FIG-014",
            "FIG-053",
            "FIG-004",
            "FIG-048",
        ]
    )
    assert not Observation.objects.exists() and not Source.objects.exists() and not CurrentFigure.objects.exists()


def test_an_unknown_measure_names_the_near_ones_and_the_map_that_says_it(user, city, east):
    with pytest.raises(Refused) as refused:
        bring(user, city, cell(east, "shanty.strat", "1"))
    (problem,) = refused.value.problems
    assert problem.code == "FIG-012" and "“shanty.start”（" in problem.fix and "test-map.yaml" in problem.fix


def test_the_same_file_again_changes_nothing_and_says_so(user, city, east):
    first = bring(user, city, cell(east, "shanty.start", "5"))
    again = bring(user, city, cell(east, "shanty.start", "5"))
    assert (again.new, again.changed, again.unchanged) == (0, 0, 1)
    assert again.source == first.source and "没有改动任何数字" in again.says
    assert Observation.objects.count() == 1 and Trail.objects.filter(act="imports.store").count() == 1


def test_the_same_file_again_does_not_take_back_a_correction(user, city, east):
    bring(user, city, cell(east, "shanty.start", "5"))
    observations.correct_figure(
        by=user, measure="shanty.start", region=east, period=YEAR, value=7, reason="核减重复项目"
    )
    assert bring(user, city, cell(east, "shanty.start", "5")).changed == 0
    assert current.current_figure(user, "shanty.start", east, YEAR).value == 7


def test_what_a_changed_map_reads_no_more_is_told_with_the_import_to_undo(user, city, east, west):
    first = bring(user, city, cell(east, "shanty.start", "5"), cell(west, "shanty.start", "6"))
    again = bring(user, city, cell(west, "shanty.start", "6"))
    assert [one.code for one in again.reminders] == ["FIG-065"] and "仍是现行数" in again.says
    with pytest.raises(Refused) as refused:
        bring(user, city, cell(east, "shanty.complete", "5"), cell(west, "shanty.start", "6"))
    (problem,) = refused.value.problems
    assert problem.code == "FIG-065" and east.name in problem.what and west.name not in problem.what
    assert f"anju import undo {first.source.pk}" in problem.fix
    imports.undo_import(by=user, source=first.source, reason="对照表改过")
    assert bring(user, city, cell(east, "shanty.complete", "5"), cell(west, "shanty.start", "6")).reminders == []


def test_a_cell_that_a_changed_map_reads_to_another_value_is_a_change(user, city, east):
    bring(user, city, cell(east, "shanty.start", "5", cell="C5"))
    with pytest.raises(Refused, match="FIG-035"):
        bring(user, city, cell(east, "shanty.start", "8", cell="D5"))
    assert (
        bring(
            user,
            city,
            cell(east, "shanty.start", "8", cell="D5"),
            answers={"FIG-035": "对照表改过", "FIG-065": "对照表改过"},
        ).changed
        == 1
    )


def test_another_file_that_changes_numbers_is_asked_why_and_the_answer_is_kept(user, city, east, west):
    bring(user, city, cell(east, "shanty.start", "5"), cell(west, "shanty.start", "6"))
    other = [cell(east, "shanty.start", "8"), cell(west, "shanty.start", "6")]
    with pytest.raises(Refused) as refused:
        bring(user, city, *other, sha="b" * 64)
    assert codes(refused) == ["FIG-035"] and "现为 5套" in str(refused.value)
    assert current.current_figure(user, "shanty.start", east, YEAR).value == 5
    done = bring(user, city, *other, sha="b" * 64, answers={"FIG-035": "以年报为准"})
    assert (done.new, done.changed, done.unchanged) == (0, 1, 1)
    newest, oldest = provenance.figure_history(user, "shanty.start", east, YEAR)
    assert (newest.reason, newest.before, newest.figure.value, oldest.figure.value) == ("以年报为准", "5套", 8, 5)
    assert Source.objects.get(pk=done.source.pk).answers[0]["answer"] == "以年报为准"


def test_a_printed_rate_is_compared_and_never_stored(user, city, east):
    rows = [cell(east, "shanty.start", "6631"), cell(east, "shanty.start.target", "4776")]
    with pytest.raises(Refused) as refused:
        bring(user, city, *rows, published=[cell(east, "shanty.start.rate", "138.9", unit="%", cell="D2")])
    bring(user, city, *rows, published=[cell(east, "shanty.start.rate", "138.8", unit="%", cell="D2")])
    assert codes(refused) == ["FIG-031"] and "138.8%" in str(refused.value) and "D2" in str(refused.value)
    assert not Observation.objects.filter(measure__kind="ratio").exists()


def test_a_printed_sum_that_was_cut_off_is_named_as_such(user, city):
    parts = {
        "central_provincial": ("2.93", "亿元"),
        "central_invest": ("5.62", "亿元"),
        "local": ("9199.36", "万元"),
        "social": ("463.58", "万元"),
    }
    rows = [cell(city, f"funds.old.{name}", text, unit=unit) for name, (text, unit) in parts.items()]
    with pytest.raises(Refused) as refused:
        bring(user, city, *rows, published=[cell(city, "funds.old.total", "9.51", unit="亿元", cell="C9")])
    assert codes(refused) == ["FIG-031"] and "9.52亿元" in str(refused.value) and "截尾" in str(refused.value)


def test_parts_that_exceed_their_whole_or_leave_a_gap_are_asked_about(user, city, east, west):
    with pytest.raises(Refused) as refused:
        bring(
            user, city,
            cell(east, "shanty.start", "5"), cell(east, "shanty.start.old_town", "4"), cell(east, "shanty.start.urban_village", "2"),
            cell(west, "loan.credit", "5", unit="亿元"), cell(west, "loan.credit.cdb", "1", unit="亿元"), cell(west, "loan.credit.adb", "3", unit="亿元"),
        )  # fmt: skip
    assert codes(refused) == ["FIG-033", "FIG-033"]


def test_parts_of_two_dimensions_do_not_mix(user, city, east):
    """改造类型 and 安置方式 each are compared with the whole, never together."""
    parts = {
        "shanty.start": "5",
        "shanty.start.old_town": "3",
        "shanty.start.urban_village": "2",
        "shanty.start.monetised": "4",
    }
    assert bring(user, city, *(cell(east, code, text) for code, text in parts.items())).new == 4


def test_an_incomplete_breakdown_may_leave_a_remainder(user, city, east):
    assert bring(user, city, cell(east, "shanty.start", "5"), cell(east, "shanty.start.old_town", "3")).new == 2


def test_a_total_that_is_not_the_sum_of_its_regions_is_asked_about(user, city, east, west):
    rows = [
        cell(east, "shanty.start", "5"),
        cell(west, "shanty.start", "6"),
        cell(city, "shanty.start", "12", kind="total", cell="B9"),
    ]
    with pytest.raises(Refused) as refused:
        bring(user, city, *rows)
    assert codes(refused) == ["FIG-034"] and "相差 1套" in str(refused.value)
    assert bring(user, city, *rows, answers={"FIG-034 B9": "一套在途"}).new == 3


def test_the_same_gap_is_found_when_only_one_county_changes(user, city, east, west):
    bring(
        user, city, cell(east, "shanty.start", "5"), cell(west, "shanty.start", "6"), cell(city, "shanty.start", "11")
    )
    rows = [cell(east, "shanty.start", "9"), cell(west, "shanty.start", "6"), cell(city, "shanty.start", "11")]
    with pytest.raises(Refused) as refused:
        bring(user, city, *rows, sha="d" * 64, answers={"FIG-035": "改"})
    assert codes(refused) == ["FIG-034"]


def test_a_group_row_is_not_stored(user, city, east):
    assert bring(user, city, cell(east, "shanty.start", "5"), cell(city, "shanty.start", "5", kind="group")).new == 1


def test_a_preview_stores_nothing_and_lists_reminders(user, city, east, west):
    rows = reading(cell(east, "shanty.start", "5"), cell(west, "shanty.start", "6"), cell(city, "shanty.start", "12"))
    seen = imports.preview_import(by=user, readings=rows, region=city, period=YEAR)
    assert seen.new == 3 and [problem.code for problem in seen.reminders] == ["FIG-034"]
    assert not Observation.objects.exists() and not Source.objects.exists()


def test_units_counted_alike_are_kept_as_printed(user, city, east):
    bring(
        user,
        city,
        cell(east, "shanty.start", "600", unit="户"),
        cell(east, "old.households.target", "23.15", unit="万户"),
    )
    assert current.current_figure(user, "shanty.start", east, YEAR).spoken() == "600户"
    assert current.current_figure(user, "old.households.target", east, YEAR).value == 231_500


def test_a_region_outside_the_scope_is_not_found(user, clerk, city, east, west):
    from anju.core.people.scope import open_scope

    with open_scope(clerk):
        assert bring(clerk, east, cell(east, "shanty.start", "5")).new == 1
        with pytest.raises(Refused) as refused:
            bring(clerk, east, cell(west, "shanty.start", "5"), sha="e" * 64)
        assert codes(refused) == ["FIG-011"]
        from anju.core.models.region import Region

        with pytest.raises(Region.DoesNotExist):
            bring(clerk, city, cell(east, "shanty.start", "5"), sha="f" * 64)


def test_an_answer_that_was_stored_under_the_words_of_its_place_still_counts(user, city, east, west):
    rows = [
        cell(east, "shanty.start", "5"),
        cell(west, "shanty.start", "6"),
        cell(city, "shanty.start", "12", kind="total", cell="B9"),
    ]
    key = "FIG-034 《表.xlsx》工作表“表1” 单元格 B9"  # as places were written when they were words
    with pytest.raises(Refused):
        bring(user, city, *rows, answers={f"{key}0": "一套在途"})
    first = bring(user, city, *rows, answers={key: "一套在途"})
    (stored,) = Source.objects.get(pk=first.source.pk).answers
    assert {name: stored[name] for name in ("code", "where", "level", "answer")} == {
        "code": "FIG-034", "where": "《表.xlsx》工作表“表1” 单元格 B9", "level": "提醒", "answer": "一套在途",
    }  # fmt: skip
    imports.undo_import(by=user, source=first.source, reason="再来一次")
    again = bring(user, city, *rows, answers={f"{stored['code']} {stored['where']}": stored["answer"]})
    assert Source.objects.get(pk=again.source.pk).answers == [stored]
