"""The rooms are known by their room.py alone; what is wrong with one stops everything, in words."""

import os
import subprocess
import sys
import textwrap

import pytest

from anju.core import registry
from anju.problems import Refused


@pytest.fixture
def brought(tmp_path, monkeypatch):
    """Writes room.py files for packages of their own, and reads all rooms with them."""
    monkeypatch.syspath_prepend(str(tmp_path))

    def bring(**rooms):
        for name, text in rooms.items():
            (tmp_path / "annexe" / name).mkdir(parents=True)
            (tmp_path / "annexe" / name / "__init__.py").write_text("raise RuntimeError('imported')")
            (tmp_path / "annexe" / name / "room.py").write_text(textwrap.dedent(text), "utf-8")
        monkeypatch.setenv("ANJU_ROOMS", ", ".join(f"annexe.{name}" for name in rooms))
        return registry.rooms.__wrapped__()

    return bring


def test_the_rooms_stand_in_the_order_of_the_bands(brought):
    found = [room.name for room in brought(attic='BAND = "ledgers"', cellar='BAND = "runs"')]
    assert found == [
        "core", "figures", "cases", "cellar", "runs", "documents", "attic", "funds", "projects", "returns", "evaluation", "oversight", "demo", "desk",
    ]  # fmt: skip


def test_reading_the_rooms_imports_neither_them_nor_django():
    code = "import sys, anju.core.registry as r; r.rooms(); print(*sorted(m for m in sys.modules if m.startswith(('anju', 'django'))))"
    environment = {name: value for name, value in os.environ.items() if name != "ANJU_ROOMS"}
    said = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    ).stdout
    assert said.split() == ["anju", "anju.core", "anju.core.registry", "anju.problems"]


def test_a_room_that_is_not_there_is_named(monkeypatch):
    monkeypatch.setenv("ANJU_ROOMS", "nowhere.attic")
    with pytest.raises(Refused, match=r"ROOM-001.*nowhere\.attic"):
        registry.rooms.__wrapped__()


def test_two_rooms_that_claim_one_prefix_are_both_named(brought):
    with pytest.raises(Refused, match=r"ROOM-002.*/attic/.*annexe\.cellar、annexe\.attic"):
        brought(attic='BAND = "ledgers"\nPREFIXES = ("attic/",)', cellar='BAND = "runs"\nPREFIXES = ("x/", "attic/")')


def test_two_rooms_do_not_lay_their_files_in_one_place(brought):
    with pytest.raises(Refused, match=r"ROOM-002.*workdays\.yaml.*annexe\.attic"):
        brought(attic='BAND = "ledgers"\nBACKUP = ("workdays.yaml",)')


def test_a_prefix_of_the_house_is_not_for_another(brought):
    with pytest.raises(Refused, match=r"ROOM-002.*/projects/.*annexe\.attic"):
        brought(attic='BAND = "ledgers"\nPREFIXES = ("projects/",)')


def test_two_rooms_are_not_called_the_same(brought):
    with pytest.raises(Refused, match=r"ROOM-002.*figures.*annexe\.figures"):
        brought(figures='BAND = "ledgers"')


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("import os", "constants only"),
        ('BAND = "led" + "gers"', "constants only"),
        ('BAND = "nowhere"', "BAND is one of"),
        ('BAND = "ledgers"\nNOTISES = ("annexe.attic:count",)', "no kind NOTISES"),
        ('BAND = "ledgers"\nCOMMANDS = ("annexe.attic:add")', "COMMANDS is a tuple"),
        ('BAND = "ledgers"\nBACKUP = ("../elsewhere",)', "BACKUP has plain names"),
    ],
)
def test_a_slip_in_a_room_is_not_passed_over(brought, text, said):
    with pytest.raises(ValueError, match=said):
        brought(attic=text)


@pytest.mark.parametrize("text", ["anju.core.nowhere:add", "anju.core.registry:nowhere"])
def test_what_leads_nowhere_refuses(monkeypatch, text):
    monkeypatch.setattr(registry, "room_texts", lambda kind: [text])
    for _ in range(2):  # and is not forgotten
        with pytest.raises(Refused, match=f"ROOM-003.*{text}"):
            registry.fetch_hooks.__wrapped__("commands")
