"""Two officers hand down the last of a line at once: one does, the other is told; so when one hands down what the other declares void."""

import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from django.db import connections

from anju.core.people.scope import open_scope
from anju.core.regions.tree import find_region
from anju.funds.base import QuotaRow
from anju.funds.models import QuotaDocument, QuotaLine
from anju.funds.queries import quotas
from anju.funds.services.quotas import register_quota, void_quota
from anju.funds.services.sharing_out import hand_down
from anju.problems import Refused
from tests.cast import CITY, EAST, WEST, operator
from tests.funds.test_quotas import PAPER, RECEIVED, ROW, TODAY

pytestmark = pytest.mark.soak
RACES, SEATS = int(os.environ.get("ANJU_RACES", "32")) // 4, 4


@pytest.mark.usefixtures("committed")
def test_the_last_of_a_line_goes_once():
    officer = operator("finance", CITY)
    with open_scope(officer) as by:
        city, counties = find_region(by, CITY), [find_region(by, code) for code in (EAST, WEST)]
        for turn in range(RACES):
            register_quota(
                by=by,
                region=city,
                paper=replace(PAPER, number=f"n{turn}"),
                rows=[replace(ROW, amount="1")],
                received_on=RECEIVED,
            )
        lines = list(QuotaLine.objects.order_by("id").values_list("pk", flat=True))
    together, told = threading.Barrier(SEATS), []

    def seat(number: int) -> None:
        try:
            for turn, line in enumerate(lines):
                together.wait(timeout=600)
                paper = replace(PAPER, number=f"g{turn}/{number}", dated=TODAY)
                row = QuotaRow(amount="1", receiver=counties[number % 2], taken_from=line)
                try:
                    with open_scope(officer) as by:
                        hand_down(by=by, region=city, paper=paper, rows=[row])
                except Refused as refused:
                    told.append(refused.problems[0].code)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(SEATS) as pool:
        for done in [pool.submit(seat, number) for number in range(SEATS)]:
            done.result()
    assert told == ["FUND-006"] * (RACES * (SEATS - 1))
    with open_scope(officer) as by:
        assert {one.left for one in quotas.held_quotas(by, [city], TODAY)} == {0}
        assert QuotaDocument.objects.filter(way="given").count() == RACES


@pytest.mark.usefixtures("committed")
def test_nothing_is_handed_down_of_what_becomes_void_meanwhile():
    officer = operator("finance", CITY)
    with open_scope(officer) as by:
        city, county = find_region(by, CITY), find_region(by, EAST)
        papers = [
            register_quota(by=by, region=city, paper=replace(PAPER, number=f"n{turn}"), rows=[ROW], received_on=RECEIVED)
            for turn in range(RACES)
        ]  # fmt: skip
        lines = [paper.lines.get().pk for paper in papers]
    together = threading.Barrier(2)

    def hand(turn: int) -> None:
        row = QuotaRow(amount="1", receiver=county, taken_from=lines[turn])
        with open_scope(officer) as by:
            hand_down(by=by, region=city, paper=replace(PAPER, number=f"g{turn}", dated=TODAY), rows=[row])

    def void(turn: int) -> None:
        with open_scope(officer) as by:
            void_quota(by=by, document_id=papers[turn].pk, reason="录错")
            time.sleep(0.05)  # the other one waits for the lines by now

    def seat(act: Callable[[int], None]) -> int:
        done = 0
        try:
            for turn in range(RACES):
                together.wait(timeout=600)
                try:
                    act(turn)
                    done += 1
                except Refused:
                    pass
        finally:
            connections.close_all()
        return done

    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(seat, (hand, void))) == RACES
    with open_scope(officer):
        given = QuotaLine.objects.filter(document__voided_at=None, taken_from__isnull=False)
        assert not given.exclude(taken_from__document__voided_at=None).exists()
