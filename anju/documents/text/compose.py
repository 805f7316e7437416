"""A document's text from its template: figures gathered, printed, noted with their sentences, and digested."""

import hashlib
import json
import re
from dataclasses import dataclass, field
from typing import Any

from django.template.loader import get_template
from lxml import etree

from anju.core.models.region import Region
from anju.core.people.scope import Actor
from anju.documents.kinds import DocumentKind
from anju.documents.layout import markup
from anju.documents.text import finishing, printing, references, units
from anju.problems import Problem, Refused

USES = re.compile(r"""{%\s*(?:include|extends)\s+["']([^"']+)["']""")


@dataclass
class ComposedText:
    """What one writing gives. cited: reference → figure; figures: as kept with the version; reminders: the kind's own, for the writer."""

    title: str
    html: str
    cited: dict[str, Any]
    figures: list[dict[str, Any]]
    books: list[dict[str, Any]]
    template_digest: str
    reminders: list[Problem] = field(default_factory=list)
    figures_digest: str = field(init=False)

    def __post_init__(self) -> None:
        said = [[one["ref"], one["text"], one["observations"]] for one in self.figures]
        self.figures_digest = text_digest(json.dumps(said, ensure_ascii=False, separators=(",", ":")))


def compose_document(
    user: Actor,
    kind: DocumentKind,
    region: Region,
    period: str,
    options: dict[str, Any],
    prose: dict[str, Any],
    *,
    marked: bool = True,
) -> ComposedText:
    """The document as the ledger stands now, without 文号 and date. marked: what is assumed says so in the text.

    Refused with every reference that cannot be resolved; DOC-036 with every figure whose unit is not what the words say.
    """
    paragraphs = references.resolve_prose(user, prose, region, period, options)
    with printing.collect_citations() as citations:
        if kind.write is not None:
            rendered, context = kind.write(user, region, period, options, paragraphs)
        else:
            context = kind.gather(user, region, period, options)
            own = {
                "region": region,
                "period": period,
                "options": options,
                "prose": prose,
                "number": "",
                "date": None,
                "draft": True,
            }
            rendered = get_template(kind.template).render({**own, **context, "_paragraphs": paragraphs})
    cited, article = citations.figures, markup.parse_article(rendered)
    unfinished = finishing.drop_unfinished(article, cited)
    if problems := units.check_units(article, cited):
        raise Refused(*problems)
    unsettled = [*finishing.blank_prose(article, cited), *finishing.lost_prose(paragraphs, citations.sections)]
    told = {one.ref for line in markup.sentences(article) if not line.row for one in line.figures if one.text}
    if marked:
        finishing.mark_assumed(article)
    finishing.name_annexes(article)
    etree.strip_attributes(article, "data-unit", "data-prose")  # for the steps above only
    html = markup.mark_draft(markup.serialise_article(article))
    books = [dict(book) for book in context.get("books", ())]
    reminders = [*unsettled, *unfinished, *context.get("reminders", ()), *kind.remind(prose)]
    reminders += kind.review(user, region, period, told)
    return ComposedText(
        title=str(context["title"]),
        html=html,
        cited=cited,
        figures=_noted(html, cited),
        books=books,
        template_digest=kind.digest or template_digest(kind.template),
        reminders=reminders,
    )


def _noted(html: str, cited: dict[str, Any]) -> list[dict[str, Any]]:
    """Every printed figure with its sentence and the observations it rests on."""
    return [
        {
            "ref": one.ref,
            "text": one.text,
            "observations": printing.observation_ids(cited[one.ref]),
            "where": sentence.where,
            "sentence": sentence.text,
        }
        for sentence in markup.sentences(markup.parse_article(html))
        for one in sentence.figures
    ]


def template_digest(name: str) -> str:
    """Over the template and all it includes, so that a changed layout of a table is a changed template."""
    sources: dict[str, str] = {}

    def read(template: str) -> None:
        if template not in sources:
            sources[template] = get_template(template).template.source
            for used in USES.findall(sources[template]):
                read(used)

    read(name)
    return text_digest(json.dumps(sources, ensure_ascii=False, sort_keys=True))


def text_digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
