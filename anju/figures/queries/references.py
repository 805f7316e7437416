"""What a reference means to a user: the figure it names, as it stands now."""

from anju import periods
from anju.core.people.scope import Actor, visible_rows
from anju.core.regions import tree
from anju.figures.figure import Figure, ratio_figure, total_figure
from anju.figures.models import Observation
from anju.figures.queries import changes, current, latest, nodes
from anju.figures.references import (
    DIFFERENCE,
    RATIO,
    CombinedReference,
    FigureReference,
    MeasureReference,
    NodeReference,
    ObservationReference,
    ReferenceKind,
    SumReference,
    reference_kinds,
)


def kinds() -> tuple[ReferenceKind, ...]:
    """The references that this room reads."""
    return (
        ReferenceKind(MeasureReference, _measure),
        ReferenceKind(SumReference, _sum),
        ReferenceKind(NodeReference, _node),
        ReferenceKind(ObservationReference, _observation),
    )


def resolve_reference(user: Actor, reference: FigureReference) -> Figure:
    """The figure of a reference of any kind. LookupError when there is none, or its parts do not go together; Region.DoesNotExist and
    Observation.DoesNotExist outside the user's regions."""
    if isinstance(reference, CombinedReference):
        return _combined(user, reference)
    kind = reference_kinds()[reference.prefix]
    if kind.figure is None:
        raise LookupError(str(reference))
    figure: Figure = kind.figure(user, reference)
    return figure


def _combined(user: Actor, reference: CombinedReference) -> Figure:
    parts = [resolve_reference(user, part) for part in reference.parts]
    if reference.sign == DIFFERENCE:
        return changes.added_since(parts[0], parts[1])
    try:
        return ratio_figure(parts[0], parts[1], 1) if reference.sign == RATIO else total_figure(parts)
    except ValueError as error:
        raise LookupError(str(reference)) from error


def _measure(user: Actor, reference: MeasureReference) -> Figure:
    region = tree.find_region(user, reference.region, periods.period_end(reference.period))
    return current.current_figure(user, reference.code, region, reference.period, reference.calibre)


def _sum(user: Actor, reference: SumReference) -> Figure:
    region = tree.find_region(user, reference.region, periods.period_end(reference.period))
    return latest.sum_figure(user, reference, region)


def _node(user: Actor, reference: NodeReference) -> Figure:
    day = periods.period_end(reference.day) if reference.day else None
    region = tree.find_region(user, reference.region, day) if reference.region else None
    return nodes.node_figure(user, reference.node, region, day)


def _observation(user: Actor, reference: ObservationReference) -> Figure:
    rows = visible_rows(Observation.objects.filter(pk=reference.observation), user)
    return changes.figure_before_correction(rows.select_related("measure", "region").get())
