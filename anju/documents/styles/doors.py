"""What a reference to something that a style computes means to a user: the style of its paper, else the one in force, computed anew."""

from typing import Any

from django.http import HttpResponse

from anju import periods
from anju.core.models.region import Region
from anju.core.pages.context import render_page
from anju.core.pages.page import page_response
from anju.core.pages.request import Request, is_fragment
from anju.core.people.scope import Actor
from anju.core.regions import tree
from anju.documents.models import Document
from anju.documents.queries.documents import find_version, list_documents
from anju.documents.queries.styles import kept_style, styles_in_use
from anju.documents.styles.sources import PaperRequest
from anju.documents.styles.values.beyond import GivenValue
from anju.documents.styles.values.frames import Frame
from anju.documents.styles.values.paper import ComputedPaper
from anju.documents.styles.values.references import StyleReference
from anju.figures.figure import Figure
from anju.figures.references import FigureReference, ReferenceKind
from anju.problems import Refused


def reference_kinds() -> tuple[ReferenceKind, ...]:
    """The references that this room reads."""
    return (ReferenceKind(StyleReference, read_computed),)


def read_computed(user: Actor, reference: StyleReference) -> Figure:
    """LookupError when the style has no such name, or no style is in force, or what it names is no figure."""
    figure = read_value(user, reference)
    if not isinstance(figure, Figure):
        raise LookupError(str(reference))
    return figure


def open_given_panel(request: Request, reference: FigureReference) -> HttpResponse | None:
    """What was said elsewhere, and where: of a paper, a rulebook, somebody else's text. None for a reference of another kind."""
    if not isinstance(reference, StyleReference):
        return None
    try:
        value = read_value(request.actor, reference)
    except (LookupError, Region.DoesNotExist):
        return None
    if not isinstance(value, GivenValue):
        return None
    context = {"given": value, "told_of": reference.period}
    if is_fragment(request):
        return page_response(request, "documents/given.html", **context)
    return render_page(request, "documents/given_page.html", heading=f"{value.region.name}{value.name}", **context)


def read_value(user: Actor, reference: StyleReference) -> Any:
    """What the name comes to. LookupError when the style has no such name, or no style is in force."""
    on = periods.period_end(reference.period)
    region = tree.find_region(user, reference.region, on)
    try:
        document = (
            list_documents(user, region, kind=reference.kind, period=reference.period)
            .exclude(state=Document.WITHDRAWN)
            .first()
        )
        version = find_version(user, document) if document else None
        options = version.options if version else {}
        style = kept_style(reference.kind, version.template_digest) if version else None
        style = style or styles_in_use().find(reference.kind, tree.region_path_codes(region), on)
        paper = ComputedPaper(style, PaperRequest(user, region, reference.period, options, style.code), ())
        frame = paper.root
        members, name = reference.names
        for member in members:
            frame = _member(paper, member, frame, user)
        return paper.value(name, frame)
    except Refused as refused:
        raise LookupError(str(reference)) from refused


def _member(paper: ComputedPaper, key: str, frame: Frame, user: Actor) -> Frame:
    """LookupError when the list has no such member."""
    name, _, own = key.partition(".")
    if name == "annex":
        region = tree.find_region(user, own, paper.sets.on)
        return Frame(region, (*frame.key, key), "regions", {"name": region.name}, frame)
    found = next((one for one in paper.members(name, frame).members if one.key[-1] == key), None)
    if found is None:
        raise LookupError(key)
    return found
