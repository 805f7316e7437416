"""What the rooms say of themselves holds: texts are their own and lead to what their kind asks for; the layers name them all."""

import inspect
import tomllib
from importlib import import_module
from pathlib import Path

import pytest

from anju.core import registry

ROOT = Path(__file__).parents[2]
HOUSE = [room for room in registry.rooms() if room.package.startswith("anju.")]


def layers() -> list[set[str]]:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    [bands] = [one["layers"] for one in contracts if one["type"] == "layers"]
    return [{name.strip() for name in layer.split("|")} for layer in reversed(bands)]


def test_the_layers_name_every_room_in_its_band():
    said = [layer for layer in layers() if layer & {room.package for room in HOUSE}]
    bands = [{room.package for room in HOUSE if room.band == band} for band in registry.BANDS]
    assert said == [band for band in bands if band]


def test_the_layers_name_everything_else_in_the_house():
    """settings, urls and the like collect; they are above all."""
    there = {
        f"anju.{path.stem}"
        for path in (ROOT / "anju").glob("[a-z]*")
        if path.suffix == ".py" or (path / "__init__.py").exists()
    }
    assert there - set.union(*layers()) == {"anju.settings", "anju.urls", "anju.wsgi"}


def test_every_app_of_the_house_is_a_room():
    apps = {
        f"anju.{path.parent.name}"
        for name in ("apps.py", "models.py", "urls.py")
        for path in (ROOT / "anju").glob(f"*/{name}")
    }
    assert apps <= {room.package for room in HOUSE}


@pytest.mark.parametrize("room", registry.rooms(), ids=lambda room: room.name)
def test_a_room_says_only_what_is_its_own(room):
    for kind, texts in room.texts.items():
        for text in texts:
            if kind in registry.FILES:
                assert (room.folder / text).exists(), f"{room.package}: {kind} {text}"
            elif kind not in registry.NAMES:
                assert text.partition(":")[0].startswith(f"{room.package}."), f"{room.package}: {kind} {text}"


@pytest.mark.parametrize("kind", registry.CALLS)
def test_what_is_fetched_is_called_as_its_kind_says(kind):
    wanted = registry.CALLS[kind]
    for function in registry.fetch_hooks(kind):
        inspect.signature(function).bind(*wanted)


@pytest.mark.parametrize("kind", registry.OBJECTS)
def test_an_object_offers_all_that_its_kind_asks_for(kind):
    module, _, name = registry.OBJECTS[kind].partition(":")
    wanted = getattr(import_module(module), name)
    methods = {key: value for key, value in vars(wanted).items() if inspect.isfunction(value) and key[0] != "_"}
    assert methods and registry.fetch_hooks(kind)
    for found in registry.fetch_hooks(kind):
        assert not [one for one in inspect.get_annotations(wanted) if not hasattr(found, one)]
        for key, method in methods.items():
            same = inspect.signature(getattr(type(found), key))
            assert [(p.name, p.kind) for p in same.parameters.values()] == [
                (p.name, p.kind) for p in inspect.signature(method).parameters.values()
            ], f"{type(found).__name__}.{key}"


@pytest.mark.parametrize("kind", registry.MODULES)
def test_every_module_is_there(kind):
    assert len(registry.fetch_hooks(kind)) == len(registry.room_texts(kind))
