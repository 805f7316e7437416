"""What is kept in memory is never older than what the reader's transaction sees."""

import threading

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from anju.core.database.cache import pin_cache
from anju.core.models.region import Region
from anju.core.people.scope import local_actor, open_scope
from anju.core.regions import loading, tree
from anju.core.regions.tree import region_tree


def add(code: str) -> Region:
    city = Region.objects.get(code="140500", valid_until=None)
    return Region.objects.create(
        code=code, name="某区", short="某", kind="pseudo", parent=city, valid_from="1980-01-01", order=city.order + 1
    )


@pytest.mark.django_db
def test_a_region_is_known_at_once_and_gone_with_what_added_it():
    assert "140500-A" not in region_tree().by_code
    with transaction.atomic():
        made = add("140500-A")
        assert region_tree().by_code["140500-A"] == [made] and made.pk in region_tree().below("140000")
        transaction.set_rollback(True)
    assert "140500-A" not in region_tree().by_code and made.pk not in region_tree().below("140000")


@pytest.mark.usefixtures("committed")
def test_what_another_has_not_committed_is_not_known_and_then_it_is():
    from django.db import connections

    added, go, seen = threading.Event(), threading.Event(), []

    def other() -> None:
        with transaction.atomic():
            add("140500-B")
            seen.append("140500-B" in region_tree().by_code)
            added.set()
            go.wait(300)
        connections.close_all()

    thread = threading.Thread(target=other)
    thread.start()
    assert added.wait(300)
    before = "140500-B" in region_tree().by_code
    go.set()
    thread.join()
    assert (seen, before, "140500-B" in region_tree().by_code) == ([True], False, True)


@pytest.mark.django_db
def test_a_page_asks_for_the_marks_once_and_sees_what_it_adds_itself():
    city = tree.find_region(local_actor(), "140500")
    with CaptureQueriesContext(connection) as asked, pin_cache():
        for _ in range(3):
            tree.region_path(city)
    assert len(asked) == 1
    with open_scope(local_actor()) as user, pin_cache():
        assert region_tree().by_code["140500"]
        made = loading.add_pseudo_unit(by=user, parent=city, suffix="C", name="某区")
        assert made in tree.child_regions(local_actor(), city)
