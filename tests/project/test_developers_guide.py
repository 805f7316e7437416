"""The developers' guide stays true: what it names is there, and every room, floor and kind of the registry is told."""

import re
import runpy
from pathlib import Path

import pytest

from anju.core import registry

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs" / "developers"
PAGES = sorted(GUIDE.glob("*.md"))
ROOMS = [room for room in registry.rooms() if room.package.startswith("anju.")]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_path_that_a_page_names_is_there(page):
    named = re.findall(r"`((?:anju|tests|docs|benchmarks)/[\w./-]*)`", page.read_text("utf-8"))
    assert not [path for path in named if not (ROOT / path).exists()]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_make_target_that_a_page_names_is_there(page):
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.M))
    assert set(re.findall(r"make ([a-z-]+)", page.read_text("utf-8"))) <= targets | {"sure"}


def test_the_list_of_files_is_of_today():
    listed = runpy.run_path(str(ROOT / "scripts" / "list_files"))["index"]()
    assert (GUIDE / "files.md").read_text("utf-8") == listed, "run scripts/list_files"


def test_the_map_tells_every_room():
    text = (GUIDE / "house.md").read_text("utf-8")
    assert not [room.name for room in ROOMS if f"`anju/{room.name}/`" not in text]


def test_the_picture_shows_every_room():
    drawn = set(re.findall(r'font-weight="600">(\w+)<', (GUIDE / "house.svg").read_text("utf-8")))
    assert {room.name for room in ROOMS} <= drawn


def test_the_bands_are_told_in_their_order():
    text = (GUIDE / "house.md").read_text("utf-8").split("## What a file name means")[0]
    places = [text.index(f"`anju/{room.name}/`") for room in ROOMS if room.name not in ("desk", "demo")]
    assert places == sorted(places)


def test_every_folder_of_the_ground_is_told():
    text = (GUIDE / "house.md").read_text("utf-8")
    folders = [path.parent.name for path in (ROOT / "anju" / "core").glob("*/__init__.py")]
    assert not [name for name in folders if f"`{name}/`" not in text and name not in ("migrations", "templatetags")]


@pytest.mark.parametrize("kind", [*registry.CALLS, *registry.OBJECTS, *registry.MODULES, *registry.FILES])
def test_every_kind_of_the_registry_says_what_it_is_for(kind):
    """Beside it in the registry itself, to which the guide leads."""
    source = (ROOT / "anju" / "core" / "registry.py").read_text("utf-8")
    assert re.search(rf'"{kind}"[^#]*#', source)
    assert "anju/core/registry.py" in (GUIDE / "adding.md").read_text("utf-8")


@pytest.mark.parametrize("folder", ["services", "queries", "pages"])
def test_a_noun_has_one_file_name_on_each_floor(folder):
    """Plural or one word, never a verb or a floor's own name again."""
    for room in ROOMS:
        for path in (room.folder / folder).glob("*.py"):
            assert folder not in path.stem, path


def test_no_folder_and_no_file_outgrows_its_room():
    for path in (ROOT / "anju").rglob("__init__.py"):
        if path.parent.name != "migrations":
            files = [one for one in path.parent.glob("*.py") if one.name != "__init__.py"]
            assert len(files) <= 14, f"{path.parent}: a folder holds at most fourteen files"
    for path in (ROOT / "anju").rglob("*.py"):
        if "migrations" not in path.parts:
            assert len(path.read_text("utf-8").splitlines()) < 500, f"{path}: split it by act"
