"""The panel of a step of a run: formula, figures put in, clause, what it rests on."""

import re
from typing import Any

from django.http import Http404, HttpResponse

from anju.core.pages.context import show
from anju.core.pages.page import page
from anju.core.pages.request import Request, is_fragment
from anju.core.templatetags.anju import stored_ref
from anju.runs.queries import runs

RUN = re.compile(r"run:(?P<run>\d+)[#/](?P<path>.+)")


def open_step(request: Request, text: str) -> HttpResponse | None:
    """The panel of `run:12/total`; None for a reference of another kind."""
    match = RUN.fullmatch(text)
    return run_step(request, int(match["run"]), match["path"]) if match else None


def run_step(request: Request, pk: int, path: str) -> HttpResponse:
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
    if is_fragment(request):
        return page(request, "runs/step.html", **context)
    return show(request, "figures/door_page.html", heading=f"{run.title}：{step.label}", **context)
