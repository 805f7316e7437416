"""Quota documents, as the search finds them: by number or title."""

from collections.abc import Iterator

from django.db.models import Q

from anju.core.people.scope import Actor
from anju.core.subjects import Subject, SubjectMatch
from anju.funds.queries.quotas import seen_documents


def search_quotas(user: Actor, words: list[str]) -> Iterator[SubjectMatch]:
    rows = seen_documents(user).select_related("region")
    for word in words:
        rows = rows.filter(Q(number__icontains=word) | Q(title__icontains=word))
    for document in rows.order_by("-dated", "-id")[:50]:
        note = f"{document.title}　{document.get_way_display()}"
        yield SubjectMatch(document.number, note, document.get_absolute_url(), document.region_id)


QUOTAS = Subject("指标文件", "funds.see", search_quotas)
