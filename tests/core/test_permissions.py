"""permissions.yaml and acts.yaml of every room, and of rooms in other packages: read without Django, refused with the file's name."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from anju.core.people import permissions
from anju.core.trail import acts

ASK = """
import json, sys
from anju.core.people import permissions
from anju.core.trail import acts
found = acts.acts()
print(json.dumps({
    "permission": permissions.permissions()["stock.count"].who, "act": found["stock.count"].label, "post": permissions.posts()["keeper"].bounded,
    "loaded": [name for name in ("django", "guests.stock") if name in sys.modules], "figures": "figures.enter" in found,
}))
"""
GOOD = {
    "posts.yaml": "posts:\n  keeper: {label: 保管, bounded: true}\n",
    "permissions.yaml": "stock.count: {label: 盘点, posts: [keeper]}\n",
    "acts.yaml": "stock.count: {label: 盘点入账, permission: stock.count, aliases: [盘点]}\n",
}


def ask(folder: Path, files: dict[str, str]) -> subprocess.CompletedProcess:
    room = folder / "guests" / "stock"
    room.mkdir(parents=True)
    (folder / "guests" / "__init__.py").write_text("")
    (room / "__init__.py").write_text("raise SystemExit('the room was imported')")
    (room / "room.py").write_text('BAND = "ledgers"\n')
    for name, text in files.items():
        (room / name).write_text(text, encoding="utf-8")
    env = {
        "ANJU_ROOMS": "guests.stock",
        "PYTHONPATH": f"{folder}:{Path(__file__).parents[2]}",
        "PATH": "/usr/bin:/bin",
    }
    return subprocess.run([sys.executable, "-c", ASK], env=env, capture_output=True, text=True, timeout=120)


def test_a_room_of_another_package_brings_its_posts_permissions_and_acts_without_being_imported(tmp_path):
    done = ask(tmp_path, GOOD)
    assert json.loads(done.stdout) == {
        "permission": "保管", "act": "盘点入账", "post": True, "loaded": [], "figures": True,
    }, done.stderr  # fmt: skip


@pytest.mark.parametrize(
    ("name", "text", "wanted"),
    [
        ("permissions.yaml", "figures.enter: {label: 盘点, posts: readers}\n", "stock/permissions.yaml: figures.enter is in figures/permissions.yaml"),
        ("permissions.yaml", "stock.count: {label: 盘点, posts: [nobody]}\n", "stock/permissions.yaml: stock.count names unknown posts ['nobody']"),
        ("posts.yaml", "posts:\n  clerk: {label: 保管}\n", "stock/posts.yaml: clerk is in core/posts.yaml"),
        ("acts.yaml", "figures.enter: {label: 盘点}\n", "stock/acts.yaml: figures.enter is in figures/acts.yaml"),
        ("acts.yaml", "stock.count: {label: 盘点, permission: stock.guess}\n", "stock/acts.yaml: stock.count names unknown permissions ['stock.guess']"),
        ("acts.yaml", "stock.count: {label: 盘点, aliases: [导入]}\n", "stock/acts.yaml: stock.count and imports.store were both written 导入"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_a_file_stops_the_start_and_names_the_file(tmp_path, name, text, wanted):
    assert wanted in ask(tmp_path, GOOD | {name: text}).stderr


def test_rows_of_old_are_known_by_what_they_said_of_what():
    def code(text: str, obj: str = "") -> str:
        return acts.find_act(text, obj).code

    assert code("登记项目") == "projects.register" == code("projects.register")
    assert code("close", "项目 东县 A") == "projects.close"
    assert code("close", "台账条目 项目 A·overdue") == "projects.close_entry"
    assert code("填报", "shanty.start@450302/2021") == "figures.enter"
    assert code("填报", "东县2021年3月项目进度月报") == "returns.fill"
    assert acts.find_act("没有这样的") is None
    assert acts.act_label("return", "公文 《通报》") == "退回修改"
    assert acts.act_label("置换项目") == "置换项目" and acts.act_label("replace") == "置换项目"
    assert acts.act_label("gone.away") == "gone.away"


def test_every_act_has_a_chinese_label_and_a_permission_unless_the_machine_does_it():
    assert not [act.code for act in acts.acts().values() if act.label.isascii()]
    alone = {act.code for act in acts.acts().values() if not act.permissions}
    assert alone == {
        "sign_in.fail", "sign_in.lock_out", "trail.rotate", "trail.send_head", "regions.register_pseudo", "figures.rebuild_current", "figures.load_catalogue", "returns.load_forms",
        "reminders.write", "demo.generate", "documents.propose_corrections",
    }  # fmt: skip
    assert {post for each in permissions.permissions().values() for post in each.posts} == set(permissions.posts())
