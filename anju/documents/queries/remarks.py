"""What was said of the sentences of a draft, and which sentences there are to speak of."""

from anju.core.people.scope import Actor, visible_rows
from anju.documents.layout import markup
from anju.documents.layout.markup import Sentence
from anju.documents.models import Document, Remark, Version


def list_remarks(user: Actor, document: Document) -> list[Remark]:
    """What waits for an answer first, in the order in which it was said."""
    rows = visible_rows(Remark.objects.filter(document=document).select_related("organisation"), user)
    return sorted(rows, key=lambda one: (one.taken is not None, one.pk))


def count_open(user: Actor, document: Document) -> int:
    return visible_rows(Remark.objects.filter(document=document, taken=None), user).count()


def list_sentences(version: Version) -> list[Sentence]:
    """Every sentence and row of a version, in reading order: a remark names one by its place among them."""
    return [one for one in markup.sentences(markup.parse_article(version.html)) if one.text.strip()]
