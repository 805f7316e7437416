"""A city with two months of figures; really committed once for all tests of the folder, each of which is rolled back for itself."""

import pytest

from tests.documents.binding.papers import fill_ledger
from tests.sample_place import place


@pytest.fixture(scope="package")
def figures(django_db_setup, django_db_blocker, empty):
    from django.db import connections

    from anju.core.people.scope import local_actor, open_scope

    with django_db_blocker.unblock():
        with open_scope(local_actor()) as by:
            fill_ledger(by)
        connections.close_all()
    yield
    with django_db_blocker.unblock():
        connections.close_all()
    empty()


@pytest.fixture
def ledger(figures, scope):
    return place(scope)
