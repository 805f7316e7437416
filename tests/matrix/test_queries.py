"""How many queries each page asks: as many as queries.yaml says, for a county's clerk, a city's reviewer and two administrators, and no more with three times the rows."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from ruamel.yaml import YAML

from anju.core.models.region import Region
from anju.core.people.scope import Actor, local_actor, open_scope
from anju.figures.catalogue import load_catalogue
from anju.figures.models import Source
from anju.figures.services.publications import PublishedFigure, publish_figures
from anju.funds.models import QuotaDocument, QuotaLine
from anju.oversight.models import SentReminder
from anju.projects.models import Event, Project
from anju.returns.models import Return
from anju.returns.services import opening
from tests.cast import CITY, EAST, WEST, person, sign_in
from tests.matrix.objects import asked_table, document, office_style, run

WRITTEN = Path(__file__).with_name("queries.yaml")
PERIOD, FORM, RECEIVER = "2020-06", "anju-project-month", "city"
MEASURES = ("shanty.start", "shanty.complete", "invest.done", "shanty.start.target")
# A page of one thing is asked of the thing that the world holds; the others of the region.
PAGES = (
    "desk:leader", "figures:targets", "figures:explorer", "figures:measure", "figures:door", "runs:list", "runs:run", "runs:compare", "documents:list", "documents:document",
    "documents:tables", "documents:styles", "documents:style", "runs:books",
    "oversight:dispatch", "figures:imports", "projects:list", "projects:table", "projects:map", "projects:ledger", "projects:project", "projects:total",
    "returns:home", "returns:return", "mfa_index", "funds:quotas", "funds:documents", "funds:document",
)  # fmt: skip
WRITES = ("projects:edit", "projects:record", "projects:site", "projects:new", "returns:receiver", "documents:table")
PEOPLE = {
    "clerk": ("clerk", EAST, PAGES + WRITES), "city": ("city_reviewer", CITY, PAGES), "system": ("system_admin", CITY, ("core:staff", "core:staff-organisations", "core:jobs")),
    "audit": ("audit_admin", CITY, ("core:trail",)),
}  # fmt: skip


def grow(by: Actor, start: int, end: int) -> dict[str, Any]:
    """Rows number start … end − 1 of everything that pages list, in two counties of the city. What single pages are of: of the first rows."""
    one: dict[str, Any] = {}
    for code in (EAST, WEST):
        region = Region.objects.get(code=code, valid_until=None)
        for n in range(start, end):
            project = Project.objects.create(
                region=region, code=f"Q{n}", name=f"示例{n}", kind="shanty", year=2020, units=100 + n, due_on=date(2020, 1, 1), longitude=112_000_000 + n,
                latitude=35_000_000 + n, by=by.key,
            )  # fmt: skip
            for kind in ("start", "invest"):
                Event.objects.create(
                    project=project,
                    region=region,
                    kind=kind,
                    on=date(2020, 3, 1),
                    amount=10 + n,
                    origin="ledger",
                    by=by.key,
                )
            rows = [
                PublishedFigure(
                    m,
                    region,
                    PERIOD[:4] if m.endswith("target") else PERIOD,
                    1_000_000 * (10 + n),
                    "亿元" if m == "invest.done" else "套",
                )
                for m in MEASURES
            ]
            publish_figures(
                by=by, kind=Source.Kind.RETURN, title=f"示例{n}", region=region, period=PERIOD, rows=rows, reason="示例"
            )
            SentReminder.objects.create(
                region=region,
                act="leader.see",
                key=f"q{n}",
                what="示例",
                link="/",
                due=datetime.now(UTC) + timedelta(days=1),
            )
            document(by, region, person("clerk", EAST))
            paper = QuotaDocument.objects.create(
                region=region, way="received", stage="whole", number=f"Q{n}", title="示例", issuer="示例", dated=date(2020, 3, 1),
                budget_year=2020, known="registered", by=by.key,
            )  # fmt: skip
            QuotaLine.objects.create(
                document=paper, region=region, source="central", subject="2210108", purpose="old", amount=100, received_on=date(2020, 3, 2),
            )  # fmt: skip
            run(by, region, person("clerk", EAST))
            table = asked_table(by, region, person("clerk", EAST), name=f"Q{n}")
            style = office_style(by, region, person("clerk", EAST))
            ret = opening.open_return(by=by, form_code=FORM, region=region, period=f"2020-{n + 1:02d}")
            Return.objects.filter(pk=ret.pk).update(state=Return.CITY)
            if code == EAST and n == start:
                one = {
                    "quota": paper.pk,
                    "project": project.pk,
                    "return": ret.pk,
                    "table": table.parts["pk"],
                    "style": style.parts["pk"],
                }
    return one


def address(name: str, one: dict[str, Any], code: str) -> str:
    at = f"?region={code}&period={PERIOD}"
    if name == "figures:door":
        return f"{reverse(name)}?ref=shanty.start@{EAST}/{PERIOD}"
    if name == "figures:measure":
        return reverse(name, kwargs={"code": "shanty.start"}) + at
    if name == "returns:receiver":
        return reverse(name, kwargs={"pk": one["return"], "code": RECEIVER})
    if name in ("projects:project", "projects:total", *WRITES) and name not in ("projects:new", "documents:table"):
        return reverse(name, kwargs={"pk": one["project"]} | ({"kind": "start"} if name.endswith("total") else {}))
    if name in ("runs:run", "documents:document", "documents:table", "documents:style", "returns:return"):
        return reverse(name, kwargs={"pk": one[name.partition(":")[2]]})
    if name == "funds:document":
        return reverse(name, kwargs={"pk": one["quota"]})
    if name == "returns:home":  # of the newest period; another one that is chosen asks for its units too
        return f"{reverse(name)}?region={code}"
    return reverse(name) + ("" if name == "mfa_index" else at)


def asked(one: dict[str, Any]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for who, (post, code, pages) in PEOPLE.items():
        client = Client()
        sign_in(client, person(post, code))
        found[who] = {}
        for name in pages:
            client.get(address(name, one, code))  # what is kept between requests is kept now
            with CaptureQueriesContext(connection) as queries:
                answer = client.get(address(name, one, code))
            assert answer.status_code == 200, (who, name, answer.status_code)
            found[who][name] = len(queries)
    return found


@pytest.mark.slow
def test_a_page_asks_as_many_queries_as_it_is_written(db, monkeypatch):
    from anju.documents.models import Document
    from anju.runs.models import Run

    monkeypatch.setattr(
        "anju.core.people.identity.current_ten_minutes", lambda: 0
    )  # names are not asked anew in between
    with open_scope(local_actor()) as by:
        load_catalogue(by=by)
        opening.load_forms(by=by)
        one = grow(by, 0, 2)
        east = Region.objects.get(code=EAST, valid_until=None)
        one |= {
            "run": Run.objects.filter(region=east).earliest("id").pk,
            "document": Document.objects.filter(region=east).earliest("id").pk,
        }
    few = asked(one)
    with open_scope(local_actor()) as by:
        grow(by, 2, 6)
    many = asked(one)
    grown = {
        f"{who} {name}": (few[who][name], many[who][name])
        for who in few
        for name in few[who]
        if few[who][name] != many[who][name]
    }
    assert not grown, "more rows must not ask more queries"
    written = YAML(typ="safe", pure=True).load(WRITTEN.read_text(encoding="utf-8"))
    wrong = {
        f"{who} {name}": f"{number} queries, {written.get(who, {}).get(name)} written"
        for who in many for name, number in many[who].items() if written.get(who, {}).get(name) != number
    }  # fmt: skip
    assert not wrong, f"more: find out why; fewer: lower the number in {WRITTEN.name}"
