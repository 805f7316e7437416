"""One act, one row: every function that writes is marked with its act, is called by its room's tests, and the watch over them sees what it should."""

import ast
import importlib
import inspect
import pkgutil
from pathlib import Path

import pytest

import anju
from anju.core.models.trail import Trail
from anju.core.trail import trail
from tests.one_row import Watch

TESTS = Path(__file__).parents[1]

# Functions that take `by` and are no business act of their own, and why.
NO_ACTS = {
    "anju.core.files.keep_file": "is called by the act that the file belongs to",
    "anju.core.jobs.daily.rotate_trail": "a job, calls the act",
    "anju.core.jobs.daily.send_head": "a job, calls the act",
    "anju.core.jobs.reading.ask_reading": "asks for a job",
    "anju.core.jobs.reading.read_asked_file": "a job, keeps no more than the browser could read again",
    "anju.documents.jobs.propose_corrections": "a job, calls the act",
    "anju.documents.services.bindings.answer_numbers": "what is said of a paper's numbers is nobody's act before a style is made of it",
    "anju.documents.services.bindings.confirm_certain": "what is said of a paper's numbers is nobody's act before a style is made of it",
    "anju.documents.jobs.propose_daily": "a job, calls the act",
    "anju.core.people.access.record_sign_in": "writes the row of a sign-in itself",
    "anju.core.people.drafts.drop_draft": "what was typed and is not sent is nobody's act yet",
    "anju.core.people.drafts.keep_draft": "what was typed and is not sent is nobody's act yet",
    "anju.core.states.move": "is put into the row of the act that it is made in",
    "anju.core.states.move_many": "describes the act that it is made in",
    "anju.core.trail.trail.open_act": "the trail itself",
    "anju.core.trail.trail.inside_act": "the trail itself",
    "anju.core.trail.trail.record": "the trail itself",
    "anju.figures.services.publications.publish_figures": "is called by the act that publishes",
    "anju.projects.queries.projects.event_sums": "reads",
    "anju.returns.services.locking.lock_month": "many transactions: writes the row of the whole before the first lock",
    "anju.returns.services.receipts.open_receipt": "makes the waiting line on which the acts are done",
    "anju.oversight.jobs.write_reminders": "a job, calls the act",
    "anju.projects.jobs.count_ledger": "a job, calls the act",
    "anju.projects.jobs.open_ledger_entries": "a job, calls the act",
    "anju.projects.jobs.scan_alerts": "a job, calls the act",
    "anju.returns.jobs.lock_period": "a job, calls the act",
    "anju.returns.jobs.publish_lateness": "a job, calls the act",
    "anju.runs.jobs.compare_asked_rows": "a job, computes what the act asked for; a comparison is no decision",
    "anju.runs.jobs.drop_old_outcomes": "a job, calls the act",
}


def writers() -> dict[str, object]:
    """Every public function of the product that takes `by` by name: the convention of what writes (a query takes `user` first)."""
    found = {}
    for info in pkgutil.walk_packages(anju.__path__, "anju."):
        if ".migrations" in info.name or info.name == "anju.__main__":
            continue
        module = importlib.import_module(info.name)
        for name, function in vars(module).items():
            if inspect.isfunction(function) and function.__module__ == info.name and not name.startswith("_"):
                by = inspect.signature(function).parameters.get("by")
                if by is not None and by.kind is by.KEYWORD_ONLY:
                    found[f"{info.name}.{name}"] = function
    return found


def test_every_function_that_writes_is_marked_with_its_act():
    marked = {name for name, function in writers().items() if getattr(function, "act", "")}
    assert len(marked) > 60
    assert sorted(set(writers()) - marked) == sorted(NO_ACTS)


def test_every_service_is_called_by_the_tests_of_its_room():
    called = {
        room.name: {
            node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id
            for path in room.rglob("*.py")
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute | ast.Name)
            and any(keyword.arg == "by" for keyword in node.keywords)
        }
        for room in TESTS.iterdir()
        if room.is_dir()
    }
    missing = []
    for name, function in writers().items():
        _, room, *_, short = name.split(".")
        if getattr(function, "act", "") and short not in called.get(room, set()):
            missing.append(name)
    assert not missing


def change() -> None:
    """Something that an act changes, in a table of nobody's business."""
    from anju.core.models.job import Job

    Job.objects.create(name="x", title="x", args={}, by="x", by_name="x")


@trail.act("jobs.retry")
def forgetful(*, by):
    change()


@trail.act("jobs.retry")
def talkative(*, by):
    change()
    trail.describe(obj=THING)
    trail.record(by=by, act="jobs.cancel", obj=THING)


@trail.act("jobs.retry")
def composed(*, by, count=2):
    for _ in range(count):
        proper(by=by)
    if count:
        trail.describe(obj=THING, count=count)


@trail.act("jobs.cancel")
def proper(*, by):
    change()
    trail.describe(obj=THING)


@trail.act("jobs.retry")
def silent_outside(*, by):
    proper(by=by)


THING = trail.Subject("tests.thing", "1", "一件事")


def test_the_watch_finds_a_forgotten_row_and_a_second_one(scope):
    for service, wanted in ((forgetful, "left no row"), (talkative, "beside its own"), (proper, ""), (composed, "")):
        with Watch() as watch:
            service(by=scope)
        assert [wanted in one for one in watch.problems()] == ([True] if wanted else []), service
    # The watch over this very test would find them too.
    one_row = next(one for one in trail.connection.execute_wrappers if isinstance(one, Watch))
    assert len(one_row.problems()) == 2
    one_row.acts.clear()


def test_inner_acts_name_the_outer_which_leaves_one_row_of_its_own(scope):
    composed(by=scope)
    outer, *inner = Trail.objects.order_by("id")
    assert (outer.act, outer.said["count"], outer.said["outer"]) == ("jobs.retry", 2, None)
    assert [(row.act, row.said["outer"]) for row in inner] == [("jobs.cancel", outer.pk)] * 2


def test_what_does_nothing_leaves_no_row(scope):
    composed(by=scope, count=0)
    assert not Trail.objects.exists()


def test_an_act_that_says_nothing_of_what_was_done_inside_it_is_refused(scope):
    with pytest.raises(RuntimeError, match="says nothing of itself"):
        silent_outside(by=scope)


def test_an_act_is_described_once_and_by_a_code_that_is_known(scope):
    with trail.open_act("jobs.retry", by=scope):
        trail.describe(obj=THING)
        with pytest.raises(RuntimeError, match="described already"):
            trail.describe(obj=THING)
    with pytest.raises(ValueError, match=r"no acts\.yaml has the act 做"), trail.open_act("jobs.retry", by=scope):
        trail.describe(obj=THING, act="做")
    with pytest.raises(ValueError, match="no acts"):
        trail.record(by=scope, act="做", obj=THING)
    with pytest.raises(RuntimeError, match="no act is under way"):
        trail.describe(obj=THING)
    assert Trail.objects.count() == 1
