"""A county's month: people of its offices, of a neighbouring county and of the city, three projects, and the shipped forms."""

from datetime import date

import pytest

from anju.core.models.people import Organisation
from anju.core.models.region import Region
from anju.core.people.scope import Actor, local_actor, open_scope
from tests.worlds import world

PERIOD = "2021-08"
FORM = "anju-project-month"


def region(code):
    return Region.objects.get(code=code, valid_until=None)


@pytest.fixture
def county(db):
    return region("140522")


@pytest.fixture
def next_county(db):
    return region("140524")


@pytest.fixture
def city(db):
    return region("140500")


@world
def offices(by):
    """Organisations by (region code, kind)."""
    return {
        (place.code, kind): Organisation.objects.create(
            region=place, kind=kind, name=f"{place.short}{Organisation.Kind(kind).label}局"
        )
        for place in map(region, ("140522", "140524", "140500"))
        for kind in ("housing", "finance", "reform", "land")
    }


@world
def people(by, offices):
    """Operators by name: clerk, reviewer, head, finance, reform, land (of the county), accountant (its finance clerk), neighbour, lock (city)."""
    county, next_county, city = map(region, ("140522", "140524", "140500"))

    def person(key, post, kind, *regions, drafts=None):
        ids = frozenset(region.pk for region in regions)
        office = offices.get((regions[0].code, kind))
        return Actor(key, f"{key}某", ids, {post: ids}, drafts, frozenset({office.pk} if office else ()))

    return {
        "clerk": person("clerk", "clerk", "housing", county),
        "reviewer": person("reviewer", "reviewer", "housing", county),
        "head": person("head", "head", "housing", county),
        "finance": person("finance", "finance", "finance", county),
        "reform": person("reform", "joint", "reform", county),
        "land": person("land", "joint", "land", county),
        "accountant": person("accountant", "clerk", "finance", county),
        "neighbour": person("neighbour", "clerk", "housing", next_county),
        "lock": person("lock", "city_reviewer", "housing", city, county, next_county),
        "auditor": person("auditor", "auditor", "audit", city, county, next_county, drafts=frozenset()),
    }


@pytest.fixture
def acting():
    """acting(person): the rest of the test runs in that person's scope, as a page does."""
    entered = []

    def enter(user):
        while entered:
            entered.pop().__exit__(None, None, None)
        context = open_scope(user)
        context.__enter__()
        entered.append(context)
        return user

    yield enter
    while entered:
        entered.pop().__exit__(None, None, None)


@pytest.fixture
def forms(shipped_forms):
    """The catalogue and the shipped forms are loaded."""


@world
def projects(by, people):
    """Three projects of the county, with what the ledger knows of them in 2021: (東 a shanty project, 西 an older one, 小 an old community)."""
    from anju.projects.services import events
    from anju.projects.services.projects import register_project

    by, county = people["clerk"], region("140522")
    with open_scope(by):
        made = [
            register_project(
                by=by,
                region=county,
                code="A1",
                name="东关棚改",
                kind="shanty",
                year="2021",
                units="282",
                renovation="old_town",
                investment="43200",
            ),
            register_project(
                by=by,
                region=county,
                code="A0",
                name="西关棚改",
                kind="shanty",
                year="2018",
                units="363",
                investment="50000",
            ),
            register_project(
                by=by,
                region=county,
                code="B1",
                name="东关小区",
                kind="old",
                year="2021",
                households="120",
                investment="600",
            ),
        ]
        for project, kind, on, amount, mode in (
            (0, "start", date(2021, 3, 10), "282", "physical"), (0, "start", date(2021, 6, 10), "166", "monetised"),
            (0, "basic", date(2021, 7, 1), "0", ""), (0, "invest", date(2021, 7, 31), "4320", ""),
            (1, "start", date(2018, 4, 1), "363", "physical"), (1, "basic", date(2021, 7, 20), "300", "physical"),
            (1, "invest", date(2021, 8, 10), "1000.5", ""), (2, "start", date(2021, 5, 1), "120", ""), (2, "invest", date(2021, 8, 1), "60", ""),
        ):  # fmt: skip
            events.record_event(by=by, project_id=made[project].pk, kind=kind, on=on, amount=amount, mode=mode)
    return made


@world
def draft(by, people, projects, shipped_forms):
    """The county's August return, opened by its clerk."""
    from anju.returns.services import opening

    with open_scope(people["clerk"]):
        return opening.open_return(by=people["clerk"], form_code=FORM, region=region("140522"), period=PERIOD)


@world
def ready(by, people, draft):
    """The same with every blank filled and every question answered."""
    complete(people["clerk"], draft)
    return draft


def complete(by, ret):
    """Fill every blank with 0 (or a stage), then answer everything that asks."""
    from anju.returns.queries import checks, grid, returns
    from anju.returns.services import answers, filling

    with open_scope(by):
        puts = []
        for one in checks.check_return(by, ret):
            if one.check_id == "blank":
                column = returns.return_spec(ret).by_code[one.column]
                cell = grid.lay_out_grid(by, ret).cells[one.line, one.column] if not puts else None
                puts.append(
                    filling.CellEntry(
                        one.line, one.column, "主体施工" if column.choices else "0", cell.version if cell else 0
                    )
                )
        assert not filling.fill_cells(by=by, ret_id=ret.pk, changes=puts).problems
        for one in checks.check_return(by, ret):
            if one.open and one.level == "提醒":
                answers.answer_check(by=by, ret_id=ret.pk, check_id=one.check_id, line=one.line, text="情况属实。")


def pass_on(people, ret, until="city"):
    """Through the chain up to that state."""
    from anju.returns.services import locking, review

    steps = [
        ("review", "clerk", lambda by: review.hand_in_return(by=by, ret_id=ret.pk)),
        ("joint", "reviewer", lambda by: review.review_return(by=by, ret_id=ret.pk)),
        ("head", "reviewer", lambda by: review.end_joint_review(by=by, ret_id=ret.pk, remark="各部门口头同意")),
        ("city", "head", lambda by: review.submit_return(by=by, ret_id=ret.pk)),
        ("locked", "lock", lambda by: locking.lock_return(by=by, ret_id=ret.pk)),
    ]
    done = [*(state for state, *_ in steps)].index(ret.state) + 1 if ret.state != "draft" else 0
    for state, who, act in steps[done:]:
        with open_scope(people[who]):
            act(people[who])
            ret.refresh_from_db()
        if state == until:
            break
    return ret


assert local_actor  # the operator of the machine, for tests that need no people
