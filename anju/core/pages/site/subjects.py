"""Regions and people, as the search finds them."""

from collections.abc import Iterator

from django.db.models import Q

from anju.core.pages.addresses import front_page_path, path_of
from anju.core.people import directory
from anju.core.people.scope import Actor
from anju.core.regions import tree
from anju.core.subjects import Subject, SubjectMatch, contains_all


def search_regions(user: Actor, words: list[str]) -> Iterator[SubjectMatch]:
    """Of the user's places, those that have not ended, the higher first."""
    for region in tree.regions_in_force(tree.region_tree().all, None):
        if region.pk in user.places and contains_all(words, region.name, region.code):
            above = "".join(one.name for one in reversed(tree.region_path(region)[1:]) if one.pk in user.places)
            note = f"{above}　{region.code}".strip("　")
            yield SubjectMatch(region.name, note, front_page_path(), region.pk, region.code)


def search_people(user: Actor, words: list[str]) -> Iterator[SubjectMatch]:
    people = directory.list_people(user)
    for word in words:
        people = people.filter(Q(username__icontains=word) | Q(name__icontains=word))
    for person in people.order_by("username")[:50]:
        yield SubjectMatch(person.name, person.username, path_of("core:staff-person", person.pk))


REGIONS = Subject("区划", "core.own", search_regions)
PEOPLE = Subject("人员", "staff.see", search_people)
