"""Runs that took a figure in."""

from django.db.models import BooleanField
from django.db.models.expressions import RawSQL

from anju.core.people.scope import Actor, visible_rows
from anju.figures.figure import Figure
from anju.runs.models import Run

MOST = 8  # the newest


def runs_using(user: Actor, figure: Figure, reference: str) -> list[dict[str, str]]:
    """Those of its period that rest on the very observation."""
    if figure.observation_id is None:
        return []
    rests = RawSQL(
        "rows @? %s::jsonpath",
        [f"$[*].facts.*.figures[*] ? (@.observation == {figure.observation_id:d})"],
        BooleanField(),
    )
    taken = (
        visible_rows(Run.objects.filter(period=figure.period), user).filter(rests).order_by("-id").only("id", "title")
    )
    return [{"href": one.get_absolute_url(), "text": f"{one.title}（第{one.pk}次运行）"} for one in taken[:MOST]]
