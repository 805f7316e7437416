"""A table by itself, as the article that every format is written from."""

from django.template.loader import get_template

from anju.documents.layout import markup
from anju.documents.layout.annex import Annex
from anju.documents.text.finishing import mark_assumed


def table_article(annex: Annex) -> str:
    """The article's text: the page shows it, Word, PDF and Excel are written from it."""
    article = markup.parse_article(get_template("documents/table_alone.html").render({"annex": annex}))
    mark_assumed(article)
    return markup.serialise_article(article)
