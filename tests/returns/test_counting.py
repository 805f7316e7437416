"""What a locked return's projects count for is said by the counting books, not by the return's own columns."""

from anju.core.people.scope import open_scope
from anju.figures.models import CurrentFigure
from tests.returns.conftest import pass_on


def test_monetised_resettlement_counts_as_completed_with_its_start_but_not_in_the_rate(people, ready, county):
    """The second way of seed 000: 166 monetised count in start and completion, 363 continued homes alone in the rate."""
    pass_on(people, ready, until="locked")
    with open_scope(people["lock"]):
        figures = dict(CurrentFigure.objects.filter(region=county, period="2021-08").values_list("measure", "value"))
        cited = CurrentFigure.objects.get(region=county, period="2021-08", measure="shanty.complete").observation.cited
    assert (figures["shanty.start"], figures["shanty.start.monetised"]) == (282 + 166, 166)
    assert (figures["shanty.complete"], figures["shanty.complete.continued"]) == (300 + 166, 300)
    assert f"return:{ready.pk}" in cited
