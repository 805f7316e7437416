"""What is kept in memory is never older than what the reader's transaction sees."""

import threading

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from anju.core.database.cache import steady
from anju.core.models.region import Region
from anju.core.people.scope import local_operator, scoped
from anju.core.regions import loading, tree
from anju.core.regions.tree import known


def add(code: str) -> Region:
    city = Region.objects.get(code="140500", valid_until=None)
    return Region.objects.create(
        code=code, name="某区", short="某", kind="pseudo", parent=city, valid_from="1980-01-01", order=city.order + 1
    )


@pytest.mark.django_db
def test_a_region_is_known_at_once_and_gone_with_what_added_it():
    assert "140500-A" not in known().by_code
    with transaction.atomic():
        made = add("140500-A")
        assert known().by_code["140500-A"] == [made] and made.pk in known().below("140000")
        transaction.set_rollback(True)
    assert "140500-A" not in known().by_code and made.pk not in known().below("140000")


@pytest.mark.usefixtures("committed")
def test_what_another_has_not_committed_is_not_known_and_then_it_is():
    from django.db import connections

    added, go, seen = threading.Event(), threading.Event(), []

    def other() -> None:
        with transaction.atomic():
            add("140500-B")
            seen.append("140500-B" in known().by_code)
            added.set()
            go.wait(300)
        connections.close_all()

    thread = threading.Thread(target=other)
    thread.start()
    assert added.wait(300)
    before = "140500-B" in known().by_code
    go.set()
    thread.join()
    assert (seen, before, "140500-B" in known().by_code) == ([True], False, True)


@pytest.mark.django_db
def test_a_page_asks_for_the_marks_once_and_sees_what_it_adds_itself():
    city = tree.region(local_operator(), "140500")
    with CaptureQueriesContext(connection) as asked, steady():
        for _ in range(3):
            tree.path(city)
    assert len(asked) == 1
    with scoped(local_operator()) as user, steady():
        assert known().by_code["140500"]
        made = loading.add_pseudo(by=user, parent=city, suffix="C", name="某区")
        assert made in tree.children(local_operator(), city)
