"""The map files the import page knows, and finding the one a workbook is for."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from ruamel.yaml.error import YAMLError

from anju.core.database.folder import data_folder
from anju.core.models.region import Region
from anju.core.people.scope import Actor
from anju.core.reading import read_file_of
from anju.core.regions.tree import region_path_codes
from anju.problems import Problem, Refused
from anju.workbooks.reading import maps, reader
from anju.yaml_files import load_yaml

PLACE_FILE = "place.yaml"  # beside the maps, or above their folder: whose they are


@dataclass(frozen=True)
class MapChoice:
    """key: folder and file, as an address carries it; label: as a clerk chooses it; region: the code of the place that it is for, "" for all."""

    key: str
    label: str
    table: maps.TableMap
    region: str


def map_choices(region: Region | None) -> list[MapChoice]:
    """Every readable map for tables of a region: those of its place and of what is above it, and those of no place, in their order. Read again
    when a file changes. Of two of one key the loaded place's counts."""
    found: dict[str, MapChoice] = {}
    for name, file, (code, title) in _map_files(region):
        key, table = f"{name}/{file.stem}", _read(file, file.stat().st_mtime_ns)
        if key not in found and isinstance(table, maps.TableMap):
            found[key] = MapChoice(key, f"{map_title(table)}（{title or name}）", table, code)
    return list(found.values())


def broken_maps(region: Region | None) -> list[Problem]:
    """What is wrong with the maps for that region which cannot be read."""
    read = (_read(file, file.stat().st_mtime_ns) for _, file, _ in _map_files(region))
    return [problem for table in read if not isinstance(table, maps.TableMap) for problem in table]


def _map_files(region: Region | None) -> Iterator[tuple[str, Path, tuple[str, str]]]:
    """(name of the folder, file, (code, title) of its place) of each map file for tables of that region, those of loaded places first."""
    loaded = sorted((data_folder() / "maps").glob("*/"))
    files = [(folder.name, folder, file) for folder in loaded for file in sorted(folder.glob("*.yaml"))]
    files += [
        (folder.parent.name, folder, file) for folder in settings.MAP_FOLDERS for file in sorted(folder.glob("*.yaml"))
    ]
    shipped = {folder.parent.name: _place(folder) for folder in settings.MAP_FOLDERS}
    within = set(region_path_codes(region)) if region is not None else set()
    for name, folder, file in files:
        place = _place(folder) if any(_place(folder)) else shipped.get(name, ("", ""))
        if file.name != PLACE_FILE and (not place[0] or place[0] in within):
            yield name, file, place


def _place(folder: Path) -> tuple[str, str]:
    """Code and title of the place whose maps these are; "" and "" where none is said."""
    file = next((one for one in (folder / PLACE_FILE, folder.parent / PLACE_FILE) if one.is_file()), None)
    return _place_of(file, file.stat().st_mtime_ns) if file else ("", "")


@lru_cache(maxsize=256)
def _place_of(file: Path, stamp: int) -> tuple[str, str]:
    try:
        said = load_yaml(file.read_text("utf-8"), plain=True)
    except (YAMLError, UnicodeDecodeError):
        return "", ""
    return (str(said.get("region") or ""), str(said.get("title") or "")) if isinstance(said, dict) else ("", "")


@lru_cache(maxsize=256)
def _read(file: Path, stamp: int) -> maps.TableMap | list[Problem]:
    try:
        return maps.load_map(file)
    except Refused as refused:
        return refused.problems


def map_title(table: maps.TableMap) -> str:
    """What the form is called: by its title, or by its shape where it has none."""
    return table.title[0] if table.title else "长表（一行一个数）" if table.form == "long" else table.map


def choose_map(user: Actor, content: bytes, name: str, key: str, region: Region | None) -> maps.TableMap:
    """The map of that key, or the one that fits. Refused WB-071, WB-072, and what is wrong with maps that cannot be read, one of which may be meant;
    KeyError for a key that is not there, or not for that region."""
    listed = map_choices(region)
    if key:
        return (
            next(one.table for one in listed if one.key == key)
            if any(one.key == key for one in listed)
            else _unknown(key)
        )
    # A place copied from another brings the same maps again: a workbook fits both, and they say the same.
    different = {one.table.model_dump_json(): one.table for one in listed}
    try:
        return read_file_of(user, reader.find_map, content, list(different.values()), file=name, name=name)
    except Refused as refused:
        if any(one.code == "WB-071" for one in refused.problems):
            raise Refused(*refused.problems, *broken_maps(region)) from refused
        raise


def _unknown(key: str) -> maps.TableMap:
    raise KeyError(key)
