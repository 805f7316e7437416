"""A room comes and goes: what it registers is there, with no other room changed; when it is gone its rows are still there, and 体检 says so."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import psycopg
import pytest

from anju.core.database.postgres import DATABASE, SUPERUSER, Cluster
from tests.core import clusters

pytestmark = pytest.mark.processes
CODE = Path(__file__).parents[2]
TINY = "tests.rooms.tiny"


def run(place, *arguments, rooms=""):
    """Python with these arguments, in a house with these rooms besides its own."""
    environment = os.environ | {"ANJU_HOME": str(place), "ANJU_ROOMS": rooms, "PYTHONPATH": str(CODE)}
    return subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, cwd=CODE, env=environment, check=False
    )


def examined(place, rooms=""):
    """The findings of anju doctor, by name."""
    found = {}
    for one in json.loads(run(place, "-m", "anju", "doctor", "--json", rooms=rooms).stdout)["findings"]:
        found.setdefault(one["name"], []).append(one)
    return found


def stored(place):
    with psycopg.connect(**Cluster(place).connection(SUPERUSER, DATABASE)) as db:
        return db.execute("SELECT id, name, broken FROM tiny_bench ORDER BY id").fetchall()


@pytest.fixture(scope="module")
def place():
    made = clusters.upgraded()  # an installation to which the room is added
    yield made
    clusters.remove(made)


@pytest.fixture(scope="module")
def house(place):
    """What was said by a house with the room in it."""
    done = run(place, "-m", "tests.rooms.tiny_house", rooms=TINY)
    assert not done.returncode, done.stderr
    return json.loads(done.stdout)


def test_its_entry_stands_in_the_rail_at_its_place(house):
    labels = [label for _, label in house["rail"]]
    assert ["/benches/", "长椅"] in house["rail"] and labels[2:6] == ["项目", "资金", "长椅", "报表"]


@pytest.mark.parametrize(("page", "address"), [("tiny:benches", "/benches/"), ("tiny:map", "/bench-map/")])
def test_its_pages_stand_under_each_of_its_prefixes(house, page, address):
    assert house[page] == [address, 200, True]


def test_its_places_and_periods_may_be_chosen(house):
    assert house["places"] == ["140525"] and house["periods"]


def test_its_measures_are_in_the_catalogue(house):
    assert house["measure"] == "长椅数"


def test_its_papers_are_among_the_others(house):
    assert house["papers"]["benches"] == "长椅情况" and "circular" in house["papers"]


def test_its_work_is_done_in_the_background(house):
    assert house["job"] == ["清点长椅", "done", "/benches/?found=1"]


def test_what_waits_there_is_counted_and_reminded_of(house):
    assert house["waiting"] == 2 and house["reminders"] == ["东门长椅待修"]  # the bench, and the reminder


def test_what_is_overdue_there_stands_with_the_rest(house):
    assert house["overdue"] == [["东门长椅", "待修"]]


def test_what_uses_a_figure_there_stands_in_its_panel(house):
    assert house["uses"] == ["东门长椅的铭牌", "长椅数"]


def test_a_reference_of_its_own_kind_opens_a_panel_in_its_own_region_only(house):
    assert house["reference"] == [200, True, True] and house["elsewhere"] == 404


def test_its_hold_holds_another_ledger(house):
    [problem] = house["hold"]
    assert "PROJ-025" in problem and "东门长椅" in problem


def test_its_case_is_explained_and_closed_out_by_a_second_person(house):
    case = house["case"]
    assert case["no such step"] == ["CASE-001"] and case["not explained"] == ["STATE-001"]
    assert case["explained"] == [] and case["wrong post"] == ["ACT-001"]
    assert case["the same person"] == ["CASE-006"] and case["still broken"] == ["TINY-002"]
    assert case["a second person"] == [] and case["stands"] == ["修好"]


def test_each_step_of_its_case_leaves_one_row(house):
    assert house["case"]["rows"] == ["cases.close", "cases.explain", "cases.open", "tiny.report_broken"]
    assert house["case"]["named"] == ["报修 长椅 东门长椅"]


def test_its_gate_stops_a_paper_until_it_opens(house):
    assert house["gate"] == ["TINY-001"] and house["issued"] == []


def test_a_form_on_its_ledger_is_filled_from_it(house):
    month = house["month"]
    assert month["prefilled"] == {"name": "东门长椅", "seats": "2", "repairs": "2", "condition": "尚好"}


def test_its_ledger_gets_the_differences_when_the_form_is_locked(house):
    month = house["month"]
    [counted, condition] = month["recorded"]
    assert counted[1:] == ["2022-01-31", 3, ""] and condition[1:] == ["2022-01-31", None, "已换板"]
    assert month["acts"] == [f"return:{month['return']}"]
    assert month["figures"] == ["1", "2"]  # what the ledger counts itself, and a sum of the column
    assert month["cited"].endswith("1 个长椅")


def test_a_correction_is_compared_with_its_ledger_again(house):
    month = house["month"]
    assert month["corrected"]["repairs"] == "4" and month["blocked"] == ["RET-040"]
    assert [line[1:] for line in month["recorded again"]] == [["2022-01-31", 1, ""]]


def test_a_locked_return_holds_its_items_fast(house):
    [held] = house["month"]["held"]
    assert list(held) == ["seats"] and "长椅月报" in held["seats"]


def test_a_form_that_asks_its_ledger_for_what_is_not_there_is_refused(house):
    said = {name: problems[0] for name, problems in house["month"]["refused"].items()}
    assert "ROOM-004" in said.pop("no ledger")
    for name, what in (
        ("field", "没有字段“legs”"), ("event", "没有事项“burn”"), ("text", "没有数量"), ("mode", "没有方式“twice”"), ("kind", "没有“stool”"),
        ("other ledger", "另一个台账 benches"),
    ):  # fmt: skip
        assert "RET-005" in said[name] and what in said.pop(name), name
    assert not said


WITHOUT = """
from anju.core.console import command; command.set_up_django()
from anju.core.people.scope import local_actor, open_scope
from anju.problems import Refused
from anju.returns.models import Return
from anju.returns.queries import layout
from anju.returns.queries.grid import lay_out_grid

with open_scope(local_actor()) as by:
    ret = Return.objects.select_related("form", "region").filter(form__code="bench-month").earliest("id")
    print(layout.content_digest(ret) == ret.digest)
    try:
        lay_out_grid(by, ret)
    except Refused as refused:
        print(refused)
"""


def test_without_its_ledger_a_return_is_not_passed_over(house, place):
    done = run(place, "-c", WITHOUT)
    same, said = done.stdout.splitlines()
    assert same == "True" and "ROOM-004" in said and "benches" in said, done.stderr


def test_it_brings_a_command_and_a_check(house, place):
    assert "长椅：有几张" in run(place, "-m", "anju", "--help", rooms=TINY).stdout
    assert run(place, "-m", "anju", "benches", rooms=TINY).stdout == "1 张长椅\n"
    found = examined(place, TINY)
    assert [one["what"] for one in found["长椅"]] == ["1 张"]
    assert [one["level"] for one in found["模块"]] == ["ok"]


def test_no_other_room_has_a_migration_to_make_for_it(house, place):
    done = run(place, "-m", "anju.core.console.manage", "makemigrations", "--check", "--dry-run", rooms=TINY)
    assert (done.returncode, done.stdout) == (0, "No changes detected\n"), done.stderr


def test_when_it_is_gone_nothing_of_it_is_left_but_its_rows(house, place):
    before = stored(place)
    assert before
    assert "长椅" not in run(place, "-m", "anju", "--help").stdout
    assert run(place, "-m", "anju", "db", "upgrade").returncode == 0
    found = examined(place)
    assert "长椅" not in found
    [finding] = found["模块"]
    assert finding["level"] == "warn" and "tiny_bench" in finding["what"] and "ANJU_ROOMS" in finding["fix"]
    assert {name for name, every in found.items() if any(one["level"] == "bad" for one in every)} == set()
    assert stored(place) == before
    assert run(place, "-m", "anju", "benches", rooms=TINY).stdout == f"{len(before)} 张长椅\n"


def test_a_backup_carries_what_its_office_laid_there(place, tmp_path):
    (place / "benches.yaml").write_text("- 河边长椅\n", "utf-8")
    for rooms, carried in ((TINY, ["files/benches.yaml"]), ("", [])):
        file = tmp_path / f"backup{len(rooms)}.zip"
        done = run(place, "-m", "anju", "db", "backup", str(file), rooms=rooms)
        assert not done.returncode, done.stderr
        with zipfile.ZipFile(file) as package:
            assert [name for name in package.namelist() if name.startswith("files/")] == carried


def test_it_brings_its_part_to_the_demonstration_and_only_once(house, place, tmp_path):
    (tmp_path / "place.yaml").write_text('title: 示例县\nregion: "140525"\nperiod: "2021"\non: 2021-12-31\n', "utf-8")
    (tmp_path / "benches.yaml").write_text("- 河边长椅\n", "utf-8")
    done = run(place, "-m", "tests.rooms.tiny_demo", str(tmp_path), rooms=TINY)
    assert not done.returncode, done.stderr
    said = json.loads(done.stdout)
    assert said["benches"] == [
        ["140525", "河边长椅"], ["990100", "模拟2026年长椅"], ["990120", "模拟长椅"], ["990121", "模拟长椅"],
    ]  # fmt: skip
    assert "4 个项目" in said["counted"] and "3 张长椅" in said["counted"]
    assert said["lines"].count("长椅：2 张") == said["lines"].count("长椅：已有，不再生成") == 1


BROKEN = """
from datetime import date
from anju.core.console import command; command.set_up_django()
from anju.core.regions import tree
from anju.core.people.scope import local_actor, open_scope
from anju.documents.services import documents
from anju.problems import Refused
from anju.projects.services import adjustments, projects
from anju.documents.models import Document
from anju.projects.models import Project

from anju.figures.catalogue import load_catalogue

with open_scope(local_actor()) as by:
    load_catalogue(by=by)
    region = tree.find_region(by, "140525")
    project = projects.register_project(by=by, region=region, name="示例片区", code="P9", kind="shanty", year=2022, units=100)
    try:
        adjustments.correct_plan(by=by, project_id=project.pk, version=project.version, reason="录错", units=200)
    except Refused as refused:
        print(refused)
    paper = documents.write_document(by=by, kind="dispatch-month", region=region, period="2022-03", options={"organs": ["示例机关"]}, prose={})
    documents.sign_off_document(by=by, document=paper, on=date(2022, 4, 1))
    try:
        documents.issue_document(by=by, document=paper, number="示〔2022〕9号", on=date(2022, 4, 2))
    except Refused as refused:
        print(refused)
    print(Project.objects.get(pk=project.pk).units, Document.objects.get(pk=paper.pk).state)
"""


def test_a_hold_and_a_gate_that_are_missing_refuse(place):
    done = run(place, "-c", BROKEN, rooms="tests.rooms.broken")
    assert not done.returncode, done.stderr
    hold, gate, after = done.stdout.splitlines()
    assert "ROOM-003" in hold and "tests.rooms.broken.nowhere:holds" in hold
    assert "ROOM-003" in gate and "tests.rooms.broken.nowhere:let_issue" in gate
    assert after == "100 signed"


def test_what_is_missing_is_named_by_the_doctor(place):
    found = examined(place, "tests.rooms.broken")["模块"]
    assert sum(one["level"] == "bad" and "tests.rooms.broken.nowhere" in one["what"] for one in found) == 2
