"""The panel of a step of a run: formula, figures put in, clause, what it rests on."""

from typing import Any

from django.http import Http404, HttpResponse

from anju.core.pages.context import render_page
from anju.core.pages.page import page_response
from anju.core.pages.request import Request, is_fragment
from anju.figures.references import FigureReference, MeasureReference
from anju.runs.queries import runs
from anju.runs.references import StepReference


def open_step_panel(request: Request, reference: FigureReference) -> HttpResponse | None:
    """The panel of what a run computed; None for a reference of another kind."""
    return step_panel(request, reference) if isinstance(reference, StepReference) else None


def step_panel(request: Request, reference: StepReference) -> HttpResponse:
    """Formula, figures put in, clause, what it rests on."""
    run = runs.find_run(request.actor, reference.run)
    rows = {row["key"]: row for row in run.rows}
    row = rows.get(reference.row) or next(iter(rows.values()))
    steps = {one.name: one for one in runs.explain_run_row(request.actor, run, row["key"])}
    step = steps.get(reference.name) or steps.get("total") or next(iter(steps.values()), None)
    if step is None:
        raise Http404(reference.path)
    figures = [
        {**figure, "ref": MeasureReference.of_stored(figure)}
        for fact in row["facts"].values()
        for figure in fact.get("figures", ())
    ]
    context: dict[str, Any] = {"run": run, "step": step, "row": row, "figures": figures}
    if is_fragment(request):
        return page_response(request, "runs/step.html", **context)
    return render_page(request, "figures/door_page.html", heading=f"{run.title}：{step.label}", **context)
