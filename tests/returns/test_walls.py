"""Each of the two walls holds with the other taken away: the query that takes its user, and row-level security behind it."""

from contextlib import contextmanager

import pytest
from django.db import connections
from django.utils import timezone

from anju.core.models.region import Region
from anju.core.people.scope import Actor, local_actor, open_scope
from anju.projects.models import Event, Project
from anju.projects.queries import entries, projects
from anju.returns.models import Cell, Change, Line, Return, Step
from anju.returns.queries import deadlines, returns
from tests.returns.together import month

TABLES = [model._meta.db_table for model in (Project, Event, Return, Line, Cell, Change, Step)]
BUSINESS = ("clerk", "reviewer", "head", "city_reviewer", "publisher")


@contextmanager
def without_row_level_security():
    def switch(word: str) -> None:
        with connections["owner"].cursor() as cursor:
            for table in TABLES:
                cursor.execute(f"ALTER TABLE {table} {word} ROW LEVEL SECURITY")

    switch("DISABLE")
    try:
        yield
    finally:
        switch("ENABLE")


def neighbour() -> Actor:
    ids = frozenset(Region.objects.filter(code="140524").values_list("pk", flat=True))
    return Actor("neighbour", "邻县某", ids, dict.fromkeys(BUSINESS, ids))


@pytest.fixture
def there(committed):
    people, ret, line = month()
    with open_scope(people["clerk"]):
        project = Project.objects.get()
    return ret, project, line


def test_without_the_query_s_filter_the_database_shows_nothing_of_another_county(there):
    with open_scope(neighbour()):
        for model in (Project, Return, Line, Cell, Step):
            assert not model.objects.exists(), model
    with open_scope(local_actor()):
        assert all(model.objects.exists() for model in (Project, Return, Line, Cell, Step))


def test_without_row_level_security_the_queries_show_nothing_of_another_county(there):
    ret, project, line = there
    user = neighbour()
    with without_row_level_security(), open_scope(user):
        assert Return.objects.filter(pk=ret.pk).exists(), "the second wall is really down"
        with pytest.raises(Return.DoesNotExist):
            returns.get_return(user, ret.pk)
        with pytest.raises(Project.DoesNotExist):
            projects.find_project(user, project.pk)
        assert not projects.project_totals(user, [project.pk], until=timezone.localdate())
        assert not [one for one in deadlines.due_returns(user, timezone.now()) if one.region.pk not in user.region_ids]
        assert not returns.cell_history(user, ret, line, "start")
        for pick in (deadlines.recently_locked, entries.list_entries):
            with pytest.raises(Region.DoesNotExist):
                pick(user, ret.region)
