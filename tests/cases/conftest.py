"""A case that stands: a county's project in a ledger of what is overdue. Nothing here is about the book that put it there."""

from datetime import date

import pytest

from anju.cases.queries import cases
from anju.projects.services import adjustments
from tests.projects.conftest import (  # noqa: F401
    acting,
    citizen,
    city,
    clerk,
    county,
    neighbour,
    next_county,
    project,
    reviewer,
)
from tests.projects.entered import entered

ON = date(2025, 6, 30)


@pytest.fixture
def case(clerk, project):  # noqa: F811
    return cases.case(clerk, entered(project, "three-years-unfinished", date(2025, 1, 31)).pk)


@pytest.fixture
def settled(reviewer, project, case, acting):  # noqa: F811
    """One that its ledger lets be closed out: the project is cancelled. The reviewer acts."""
    acting(reviewer)
    adjustments.cancel_project(by=reviewer, project_id=project.pk, number="1号", on=ON, reason="取消")
    return case


def rows(act):
    """What the trail says of an act, the oldest first."""
    from anju.core.models.trail import Trail

    return list(Trail.objects.filter(act=act).order_by("id"))
