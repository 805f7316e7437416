"""Measures, as the search finds them."""

from collections.abc import Iterator

from anju.core.people.scope import Actor
from anju.core.subjects import Subject, SubjectMatch, contains_all
from anju.figures.queries import current


def search_measures(user: Actor, words: list[str]) -> Iterator[SubjectMatch]:
    for measure in current.find_measures(user).values():
        if contains_all(words, measure.name, measure.code):
            yield SubjectMatch(measure.name, measure.code, measure.get_absolute_url())


MEASURES = Subject("指标", "figures.see", search_measures)
