"""When an organisation ends, another of its kind in the region goes on with the returns it left."""

from dataclasses import replace
from datetime import date

import pytest

from anju.core.models.people import Organisation
from anju.core.people.scope import open_scope
from anju.problems import Refused
from anju.returns.queries import grid, returns
from anju.returns.services import filling
from anju.returns.services.filling import CellEntry


@pytest.fixture
def heir(people, offices, county, operator):
    """A clerk of the bureau that takes over: (before the old one ends, how it ends)."""
    with open_scope(operator):
        made = Organisation.objects.create(region=county, kind="housing", name="新设住房保障中心")
    return replace(people["clerk"], key="heir", organisation_ids=frozenset({made.pk}))


def end(offices, county, operator):
    with open_scope(operator):
        Organisation.objects.filter(pk=offices[county.code, "housing"].pk).update(ended_on=date(2021, 8, 1))


def test_another_bureau_of_the_kind_fills_what_an_ended_one_left(
    people, draft, projects, offices, county, heir, operator, acting
):
    line, by = f"p{projects[0].pk}", acting(heir)
    put = CellEntry(line, "invest", "4400", grid.lay_out_grid(by, draft).cells[line, "invest"].version)
    assert not grid.lay_out_grid(by, draft).open
    with pytest.raises(Refused, match="RET-012"):
        filling.fill_cells(by=by, ret_id=draft.pk, changes=[put])
    end(offices, county, operator)
    acting(heir)
    again = returns.get_return(by, draft.pk)
    assert grid.lay_out_grid(by, again).open
    assert filling.fill_cells(by=by, ret_id=draft.pk, changes=[put]).saved


def test_another_department_does_not(people, draft, offices, county, operator, acting):
    end(offices, county, operator)
    by = acting(people["accountant"])
    assert not grid.lay_out_grid(by, returns.get_return(by, draft.pk)).open
