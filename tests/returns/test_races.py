"""Many people at once on the same thing: one wins, the others are told who and when. ANJU_RACES sets how many races are run (10000 in a trial)."""

import os
import re
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from anju.core.models.trail import Trail
from anju.core.people.scope import local_actor, open_scope
from anju.problems import Refused
from anju.returns.models import Cell, Change, Return, Step
from anju.returns.services import filling, review
from tests.returns.conftest import complete
from tests.returns.together import month

pytestmark = pytest.mark.soak
RACES = int(os.environ.get("ANJU_RACES", "32"))
CLIENTS, TABLES = 64, 16  # sixteen returns' cells, four people at each
SEATS = CLIENTS // TABLES
WHO_AND_WHEN = re.compile(r".+ 已于 \d{4}-\d\d-\d\d \d\d:\d\d ")


def play(contest, before=lambda table, turn: None):
    """All clients at once: contest(table, seat, round) → did they win? Per table and round exactly one may. before: sets the table."""
    barriers = [threading.Barrier(SEATS) for _ in range(TABLES)]
    rounds = -(-RACES // TABLES)
    won = [[0] * rounds for _ in range(TABLES)]
    lock = threading.Lock()

    def client(number: int) -> None:
        table, seat = divmod(number, SEATS)
        try:
            for turn in range(rounds):
                if seat == 0:
                    before(table, turn)
                barriers[table].wait(timeout=600)
                if contest(table, seat, turn):
                    with lock:
                        won[table][turn] += 1
                barriers[table].wait(timeout=600)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(CLIENTS) as pool:
        for done in [pool.submit(client, number) for number in range(CLIENTS)]:
            done.result()
    assert all(count == 1 for line in won for count in line), won


@pytest.mark.usefixtures("committed")
def test_of_many_who_write_one_cell_one_wins_and_the_others_are_told():
    people, ret, line = month()
    clerk = people["clerk"]
    columns = ["start", "start_money", "basic", "complete", "handover", "invest", "arrive", "pay", "problem", "note"]
    tables = [*columns, *[None] * (TABLES - len(columns))]
    with open_scope(clerk):
        start = {cell.column: cell.version for cell in Cell.objects.filter(ret=ret)}

    def contest(table: int, seat: int, turn: int) -> bool:
        column = tables[table]
        if column is None:  # fewer cells than tables: these only keep the others company
            return seat == 0
        text = str(1000 + turn * SEATS + seat)
        with open_scope(clerk):
            done = filling.fill_cells(
                by=clerk, ret_id=ret.pk, changes=[filling.CellEntry(line, column, text, start.get(column, 0) + turn)]
            )
        assert not done.problems and len(done.saved) + len(done.conflicts) == 1
        for one in done.conflicts:
            assert WHO_AND_WHEN.match(one.said) and one.mine == text and one.text != text
        return bool(done.saved)

    play(contest)
    rounds = -(-RACES // TABLES)
    with open_scope(clerk):
        for column in columns:
            cell = Cell.objects.get(ret=ret, line=line, column=column)
            assert cell.version == start.get(column, 0) + rounds
            assert Change.objects.filter(ret=ret, line=line, column=column).count() == rounds


@pytest.mark.usefixtures("committed")
def test_of_many_who_approve_one_wins_and_the_others_are_told():
    people, ret, _ = month()
    complete(people["clerk"], ret)
    with open_scope(people["clerk"]):
        review.hand_in_return(by=people["clerk"], ret_id=ret.pk)
    reviewer = people["reviewer"]
    everyone = local_actor()
    with open_scope(everyone):  # one return for each table, in the same state
        rets = [
            ret.pk,
            *(_copy(ret, f"20{21 + table // 12}-{table % 12 + 1:02d}") for table in range(TABLES) if table != 7),
        ]

    def contest(table: int, seat: int, turn: int) -> bool:
        try:
            with open_scope(reviewer):
                if turn % 2:
                    review.send_return_back(by=reviewer, ret_id=rets[table], remark="请核对")
                else:
                    review.review_return(by=reviewer, ret_id=rets[table])
        except Refused as refused:
            (problem,) = refused.problems
            assert problem.code in ("RET-020", "RET-021") and "某 已于 " in problem.what, problem
            return False
        return True

    def before(table: int, turn: int) -> None:
        if turn % 2 == 0:
            with open_scope(people["clerk"]):
                Return.objects.filter(pk=rets[table], state=Return.DRAFT).update(state=Return.REVIEW)

    play(contest, before)
    rounds = -(-RACES // TABLES)
    with open_scope(everyone):
        assert Step.objects.filter(ret__in=rets, move__in=("review", "return")).count() == rounds * TABLES
        assert Trail.objects.filter(act__in=("returns.review", "returns.send_back")).count() == rounds * TABLES


def _copy(ret: Return, period: str) -> int:
    return Return.objects.create(
        form=ret.form, region=ret.region, organisation=ret.organisation, period=period, cut_off=ret.cut_off, due=ret.due, by="local",
        state=Return.REVIEW,
    ).pk  # fmt: skip
