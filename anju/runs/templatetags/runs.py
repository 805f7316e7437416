"""Tags of the pages about runs."""

from django import template

from anju.figures.references import MeasureReference

register = template.Library()


@register.filter
def stored_ref(figure) -> MeasureReference:
    """The reference of a figure as a run kept it."""
    return MeasureReference.of_stored(figure)
