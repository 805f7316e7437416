"""What the books see in the ledger: stalled, fallen, copied, money without progress."""

from datetime import date

import pytest

from anju.problems import Refused
from anju.projects.queries import signals
from anju.projects.queries import signals as signal_queries
from anju.projects.services import events, projects
from anju.runs.binding.folders import book_library


@pytest.fixture
def happened(clerk, county, acting):
    acting(clerk)

    def make(*entries, kind="shanty", **fields):
        made = projects.register_project(
            by=clerk, region=county, code="S", name="南关", kind=kind, year="2020", **({"units": "100"} | fields)
        )
        for event, on, amount in entries:
            events.record_event(
                by=clerk,
                project_id=made.pk,
                kind=event,
                on=on,
                amount=amount,
                note="核减" if amount and amount.startswith("-") else "",
            )
        return made

    return make


def seen(clerk, county, on):
    return {one.watch.subject: one for one in signal_queries.list_signals(clerk, county, on)}


START = ("start", date(2020, 3, 1), "100")


def test_a_project_without_progress_is_stalled(clerk, county, happened):
    happened(START, licence="证1")
    assert seen(clerk, county, date(2020, 8, 1)) == {}
    assert seen(clerk, county, date(2020, 9, 1))["stalled"].colour == "黄"
    found = seen(clerk, county, date(2021, 3, 2))["stalled"]
    assert found.colour == "橙" and "“南关”已 366 天 没有新的进度，还有 100套没有建成" in found.text


def test_the_same_stage_again_is_no_progress(clerk, county, happened):
    made = happened(START, licence="证1")
    for month in (5, 6, 7, 8):
        events.record_event(by=clerk, project_id=made.pk, kind="stage", on=date(2020, month, 20), note="基础施工")
    assert "stalled" in seen(clerk, county, date(2020, 11, 20))
    events.record_event(by=clerk, project_id=made.pk, kind="stage", on=date(2020, 9, 20), note="主体施工")
    assert seen(clerk, county, date(2020, 11, 20)) == {}


def test_a_fallen_cumulative_is_seen_in_its_month(clerk, county, happened):
    happened(START, ("start", date(2020, 5, 20), "-20"), licence="证1")
    assert "本月“开工”调减 20套" in seen(clerk, county, date(2020, 5, 31))["falling-cumulative"].text
    assert "falling-cumulative" not in seen(clerk, county, date(2020, 6, 30))


def test_three_months_alike_are_a_copy(clerk, county, happened):
    happened(START, *(("invest", date(2020, month, 20), "120.5") for month in (3, 4, 5)), licence="证1")
    assert "都增加 120.5万元" in seen(clerk, county, date(2020, 5, 31))["copied-month"].text
    assert "copied-month" not in seen(clerk, county, date(2020, 4, 30))


def test_money_goes_on_while_nothing_is_built(clerk, county, happened):
    happened(START, ("pay", date(2020, 9, 1), "50"), licence="证1")
    assert "184 天" in seen(clerk, county, date(2020, 9, 2))["money-without-progress"].text


def test_a_start_without_a_permit_is_seen(clerk, county, happened):
    made = happened(("start", date(2020, 3, 1), "120"))
    assert seen(clerk, county, date(2020, 3, 31))["start-without-permit"].colour == "橙"
    events.record_event(by=clerk, project_id=made.pk, kind="permit", on=date(2020, 3, 20), number="证1")
    assert seen(clerk, county, date(2020, 3, 31)) == {}


def test_more_built_than_started_is_seen(clerk, county, happened):
    happened(START, ("basic", date(2020, 3, 20), "120"), licence="证1")
    assert "基本建成 120套，多于开工 100套" in seen(clerk, county, date(2020, 3, 31))["project-order"].text


def test_what_is_bought_stands_already(clerk, county, happened):
    happened(("gather", date(2020, 3, 1), "100"), kind="prh", licence="证1")
    assert seen(clerk, county, date(2021, 12, 31)) == {}


def test_an_old_community_is_counted_in_households(clerk, county, happened):
    happened(START, kind="old", units="", households="100")
    assert "还有 100户没有建成" in seen(clerk, county, date(2021, 12, 31))["stalled"].text


def test_every_watch_has_its_book_and_every_input_its_fact(clerk, county, happened):
    happened(START)
    row = next(iter(signals.project_facts(clerk, [county.pk], date(2020, 12, 31)).values()))
    given = {*row, "what", "this_month", "last_month", "month_before", "fallen"}
    for watch in (*signals.ledger_watches().values(), *signals.all_watches()):
        book = next(book for book in book_library().books if (book.kind, book.subject) == (watch.kind, watch.subject))
        assert set(book.inputs) <= given


def test_a_book_that_asks_for_what_the_ledger_has_not_is_told(clerk, county, happened):
    happened(START)
    book = next(book for book in book_library().books if book.subject == "slow-rectification")
    with pytest.raises(Refused, match="PROJ-030"):
        signals._inputs(book, {"key": "1"})
