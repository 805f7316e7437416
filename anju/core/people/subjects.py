"""People, as the search finds them."""

from collections.abc import Iterator

from django.db.models import Q

from anju.core.pages.addresses import path_of
from anju.core.people import directory
from anju.core.people.scope import Actor
from anju.core.subjects import Subject, SubjectMatch


def search_people(user: Actor, words: list[str]) -> Iterator[SubjectMatch]:
    people = directory.list_people(user)
    for word in words:
        people = people.filter(Q(username__icontains=word) | Q(name__icontains=word))
    for person in people.order_by("username")[:50]:
        yield SubjectMatch(person.name, person.username, path_of("core:staff-person", person.pk))


PEOPLE = Subject("人员", "staff.see", search_people)
