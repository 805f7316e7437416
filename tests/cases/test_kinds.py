"""What a ledger's room may say of its kind of case, and what is read of cases."""

from dataclasses import replace

import pytest
from django.db import ProgrammingError, connection, transaction

from anju.cases.kinds import CaseKind, kinds
from anju.cases.models import Case
from anju.cases.queries import cases
from anju.core.models.region import Region
from anju.core.states import Move, States
from anju.projects.cases import OVERDUE


def test_the_kinds_are_those_of_the_rooms():
    assert kinds()["projects.overdue"] is OVERDUE
    assert all(isinstance(kind, CaseKind) and code == kind.code for code, kind in kinds().items())


def test_a_case_whose_room_is_gone_is_still_read():
    case = Case(kind="gone.kind", ledger="甲", text="东县 七号", state="open")
    assert (case.state_label, case.ledger_label, str(case)) == ("open", "甲", "东县 七号 甲")


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"acts": {"mend": "cases.close"}}, "no step"),
        ({"acts": {"close": "cases.nowhere"}}, "no acts.yaml has"),
        ({"acts": {"close": "sign_in.fail"}}, "permission"),
        ({"states": States(Move("close", "new", "done", "cases.close", "销号"), labels={"new": "新"})}, "begins open"),
    ],
)
def test_a_kind_that_cannot_be_is_refused_at_once(wrong, why):
    with pytest.raises(ValueError, match=why):
        replace(OVERDUE, **wrong)


def test_every_step_asks_for_the_permission_of_its_act_and_of_its_move():
    for move in OVERDUE.states:
        assert OVERDUE.permission(move.name) == move.permission


def test_cases_are_those_of_a_region_and_below(clerk, neighbour, citizen, city, county, case, acting):
    assert [one.pk for one in cases.cases(clerk, county, kind="projects.overdue", state="open")] == [case.pk]
    assert cases.cases(clerk, county, state="closed") == [] == cases.cases(clerk, county, kind="findings.problem")
    acting(citizen)
    assert [one.pk for one in cases.cases(citizen, city)] == [case.pk]
    acting(neighbour)
    with pytest.raises(Region.DoesNotExist):
        cases.cases(neighbour, county)
    with pytest.raises(Case.DoesNotExist):
        cases.case(neighbour, case.pk)


def test_the_database_itself_shows_a_neighbour_nothing_and_lets_nobody_change_the_subject(
    neighbour, clerk, case, acting
):
    acting(neighbour)
    assert not Case.objects.exists()
    acting(clerk)
    assert Case.objects.exists()
    for statement in ("UPDATE cases_case SET subject_key = '8'", "DELETE FROM cases_case"):
        with (
            pytest.raises(ProgrammingError, match="permission denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
