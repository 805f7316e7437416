"""What a reference to something that a style computes means to a user: the style of its paper, else the one in force, computed anew."""

from anju import periods
from anju.core.people.scope import Actor
from anju.core.regions import tree
from anju.documents.models import Document
from anju.documents.queries.documents import find_version, list_documents
from anju.documents.queries.styles import kept_style, styles_in_use
from anju.documents.styles.sources import PaperRequest
from anju.documents.styles.values.frames import Frame
from anju.documents.styles.values.paper import ComputedPaper
from anju.documents.styles.values.references import StyleReference
from anju.figures.figure import Figure
from anju.figures.references import ReferenceKind
from anju.problems import Refused


def reference_kinds() -> tuple[ReferenceKind, ...]:
    """The references that this room reads."""
    return (ReferenceKind(StyleReference, read_computed),)


def read_computed(user: Actor, reference: StyleReference) -> Figure:
    """LookupError when the style has no such name, or no style is in force."""
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
        figure = paper.value(name, frame)
    except Refused as refused:
        raise LookupError(str(reference)) from refused
    if not isinstance(figure, Figure):
        raise LookupError(str(reference))
    return figure


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
