"""Where a figure is used: documents that print it, runs that took it in. And the door of a step of a run."""

from typing import Any

from django.db.models import BooleanField
from django.db.models.expressions import RawSQL
from django.http import Http404, HttpRequest, HttpResponse

from anju.core.frame import show
from anju.core.page import page
from anju.core.scope import Operator, visible
from anju.core.templatetags.anju import stored_ref
from anju.desk.door import Door
from anju.documents.models import Document, Version
from anju.runs import queries as runs
from anju.runs.models import Run

MOST = 8  # of each kind; the newest


def uses(user: Operator, door: Door) -> list[dict[str, str]]:
    """Documents whose newest version prints it, and runs of its period that rest on the very observation."""
    text = door.reference
    printed = (
        visible(Version.objects, user).filter(figures__contains=[{"ref": text}]).values_list("document_id", flat=True)
    )
    papers = visible(Document.objects.filter(pk__in=printed), user).order_by("-id")[:MOST]
    found = [{"href": one.get_absolute_url(), "text": f"{one.title}（{one.state_text}）"} for one in papers]
    if door.figure.observation_id is None:
        return found
    rests = RawSQL(
        "rows @? %s::jsonpath",
        [f"$[*].facts.*.figures[*] ? (@.observation == {door.figure.observation_id:d})"],
        BooleanField(),
    )
    taken = (
        visible(Run.objects.filter(period=door.figure.period), user).filter(rests).order_by("-id").only("id", "title")
    )
    return found + [
        {"href": one.get_absolute_url(), "text": f"{one.title}（第{one.pk}次运行）"} for one in taken[:MOST]
    ]


def run_step(request: HttpRequest, pk: int, path: str) -> HttpResponse:
    """The door of a figure that a run made: run:12/total, run:12/140502/rate. Formula, figures put in, clause, what it rests on."""
    run = runs.run(request.operator, pk)
    key, _, name = path.rpartition("/")
    rows = {row["key"]: row for row in run.rows}
    row = rows.get(key) or next(iter(rows.values()))
    told = {one.name: one for one in runs.explanation(request.operator, run, row["key"])}
    step = told.get(name) or told.get("total") or next(iter(told.values()), None)
    if step is None:
        raise Http404(path)
    figures = [
        {**figure, "ref": stored_ref(figure)} for fact in row["facts"].values() for figure in fact.get("figures", ())
    ]
    context: dict[str, Any] = {"run": run, "step": step, "row": row, "figures": figures}
    if "HX-Request" in request.headers:
        return page(request, "desk/step.html", **context)
    return show(request, "desk/door_page.html", heading=f"{run.title}：{step.label}", **context)
