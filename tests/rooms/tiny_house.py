"""The house with the tiny room in it, in a process of its own: `python -m tests.rooms.tiny_house` says as JSON what is there.

Django cannot be set up twice in one process, so a room cannot be put into the one that runs the tests.
"""

import json
import sys
from datetime import date

from anju.core.console import command


def main() -> dict:
    command.set_up_django()
    from django.test import Client
    from django.urls import reverse
    from django.utils import timezone

    from anju.core.jobs import queue
    from anju.core.models.job import Job
    from anju.core.pages import context
    from anju.core.people.scope import local_actor, open_scope
    from anju.core.regions import tree
    from anju.documents.kinds import registered_kinds
    from anju.documents.services import documents
    from anju.figures.catalogue import load_catalogue
    from anju.figures.models import Measure
    from anju.figures.services.observations import enter_figure
    from anju.oversight.models import SentReminder
    from anju.oversight.queries import overdue
    from anju.oversight.services import reminders
    from anju.problems import Refused
    from anju.projects.services import adjustments, projects
    from tests import cast
    from tests.rooms import tiny_month
    from tests.rooms.tiny import services

    said = {}
    with open_scope(local_actor()) as by:
        region = tree.find_region(by, cast.EAST)
        load_catalogue(by=by)
        bench = services.put_up(by=by, region=region, name="东门长椅", broken=True, seats=2)
        reminders.write_reminders(by=by, at=timezone.now())
        enter_figure(by=by, measure="tiny.benches", region=region, period="2022", value="1")
        said["measure"] = Measure.objects.get(code="tiny.benches").name
        said["rail"] = context.navigation_links(by)
        said["waiting"] = sum(ask(by) for ask in context.registry.fetch_hooks("notices"))
        said["places"] = [place.code for place in context.home_regions(by)]
        said["reminders"] = list(SentReminder.objects.values_list("what", flat=True))
        said["overdue"] = [[one.what, one.state] for one in overdue.list_overdue(by, region, date.today()).waiting]
        said["papers"] = {kind.code: kind.name for kind in registered_kinds()}
        job = queue.enqueue(by, "tiny.count")
        project = projects.register_project(
            by=by, region=region, name="示例片区", code="P1", kind="shanty", year=2022, units=100
        )
        try:
            adjustments.correct_plan(by=by, project_id=project.pk, version=project.version, reason="录错", units=200)
        except Refused as refused:
            said["hold"] = [str(problem) for problem in refused.problems]
        paper = documents.write_document(
            by=by, kind="benches", region=region, period="2022", options={"organs": ["示例机关"]}, prose={}
        )
        documents.sign_off_document(by=by, document=paper, on=date(2022, 1, 18))
    said["case"] = repair(bench, region)
    with open_scope(local_actor()) as by:
        said["month"] = tiny_month.month(by, bench)
    said["gate"] = issue(paper)
    with open_scope(local_actor()):
        type(bench).objects.update(broken=False)
    said["issued"] = issue(paper)
    queue.run_job(job.pk)
    with open_scope(local_actor()):
        job = Job.objects.get(pk=job.pk)
        said["job"] = [job.title, job.state, job.result]
    visitor = Client(SERVER_NAME="localhost")
    cast.sign_in(visitor, cast.person("clerk", cast.EAST))
    for name in ("tiny:benches", "tiny:map"):
        answer = visitor.get(reverse(name))
        said[name] = [reverse(name), answer.status_code, "东门长椅" in answer.content.decode()]
    door = visitor.get(f"/figures/door/?ref=tiny.benches@{cast.EAST}/2022").content.decode()
    said["uses"] = [text for text in ("东门长椅的铭牌", "长椅数") if text in door]
    panel = visitor.get(f"/figures/door/?ref=bench:{cast.EAST}")
    said["reference"] = [panel.status_code, "长椅总数" in panel.content.decode(), "逐张清点" in panel.content.decode()]
    said["elsewhere"] = visitor.get(f"/figures/door/?ref=bench:{cast.WEST}").status_code
    said["periods"] = "1999" in answer.content.decode()
    return said


def repair(bench, region) -> dict:
    """A case of the room's own kind, from the bench to its close-out; what is refused on the way, and what the trail has of it."""
    from anju.cases.queries import cases as queries
    from anju.cases.services import cases
    from anju.core.models.trail import Trail
    from anju.core.people.scope import Actor, open_scope
    from anju.problems import Refused
    from tests.rooms.tiny import services
    from tests.rooms.tiny.models import Bench

    on, own = date(2022, 3, 1), frozenset({region.pk})
    first = Actor("first", "甲", own, posts={"clerk": own, "reviewer": own})
    second = Actor("second", "乙", own, posts={"reviewer": own})
    clerk = Actor("third", "丙", own, posts={"clerk": own})
    bench = Bench(pk=bench.pk, region=region, name=bench.name)

    def refused(by, act, **given):
        with open_scope(by):
            try:
                act(by=by, case_id=pk, **given)
            except Refused as problem:
                return [one.code for one in problem.problems]
            return []

    def mend(broken=False):
        with open_scope(first):
            Bench.objects.filter(pk=bench.pk).update(broken=broken)

    with open_scope(first) as by:
        pk = services.report_broken(by=by, bench=bench, on=on).pk
    mend()
    said = {
        "no such step": refused(first, cases.report, on=on, number="1号"),
        "not explained": refused(second, cases.close_case, on=on),
    }
    mend(broken=True)
    said |= {
        "explained": refused(first, cases.explain, reason="木条断了"),
        "wrong post": refused(clerk, cases.close_case, on=on),
        "the same person": refused(first, cases.close_case, on=on),
        "still broken": refused(second, cases.close_case, on=on),
    }
    mend()
    said["a second person"] = refused(second, cases.close_case, on=on)
    with open_scope(first) as by:
        said["stands"] = [one.state_label for one in queries.cases(by, region, kind="tiny.repair")]
        rows = Trail.objects.filter(by__in=["first", "second"]).order_by("id")
        said["rows"] = sorted(row.act for row in rows)
        said["named"] = sorted({row.obj for row in rows if row.object_type == "cases.case"})
    mend(broken=True)
    return said


def issue(paper) -> list[str]:
    """What stands in the way of it."""
    from anju.core.people.scope import local_actor, open_scope
    from anju.documents.services import documents
    from anju.problems import Refused

    try:
        with open_scope(local_actor()) as by:
            documents.issue_document(by=by, document=paper, number="示房〔2022〕1号", on=date(2022, 1, 19))
    except Refused as refused:
        return [problem.code for problem in refused.problems]
    return []


if __name__ == "__main__":
    json.dump(main(), sys.stdout, ensure_ascii=False, default=str)
