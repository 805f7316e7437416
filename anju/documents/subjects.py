"""Documents, as the search finds them: by title or 文号."""

from collections.abc import Iterator

from django.db.models import Q

from anju.core.people.scope import Actor
from anju.core.subjects import Subject, SubjectMatch
from anju.documents.queries import documents


def search_documents(user: Actor, words: list[str]) -> Iterator[SubjectMatch]:
    """The newest first. A number may be typed with other brackets than it was printed with: its parts are looked for."""
    listed = documents.list_documents(user)
    for word in words:
        listed = listed.filter(Q(title__icontains=word) | Q(number__icontains=word))
    for document in listed[:50]:
        note = "　".join(filter(None, (document.number or document.state_text, document.region.name)))
        yield SubjectMatch(document.title, note, document.get_absolute_url(), document.region_id)


DOCUMENTS = Subject("文书", "documents.see", search_documents)
