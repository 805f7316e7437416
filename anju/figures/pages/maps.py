"""The map files the import page knows, and finding the one a workbook is for."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from anju.core.database.folder import data_folder
from anju.core.people.scope import Actor
from anju.core.reading import read_file_of
from anju.problems import Refused
from anju.workbooks.reading import maps, reader


@dataclass(frozen=True)
class MapChoice:
    """key: folder and file, as an address carries it; label: as a clerk chooses it."""

    key: str
    label: str
    table: maps.TableMap


def map_choices() -> list[MapChoice]:
    """Every readable map of the folders, in their order; read again when a file changes. Of two of one key the loaded place's counts."""
    loaded = sorted((data_folder() / "maps").glob("*/"))
    files = [(folder.name, file) for folder in loaded for file in sorted(folder.glob("*.yaml"))]
    files += [(folder.parent.name, file) for folder in settings.MAP_FOLDERS for file in sorted(folder.glob("*.yaml"))]
    found = {one.key: one for place, file in reversed(files) if (one := _read(place, file, file.stat().st_mtime_ns))}
    return list(reversed(found.values()))


@lru_cache(maxsize=256)
def _read(place: str, file: Path, stamp: int) -> MapChoice | None:
    try:
        table = maps.load_map(file)
    except Refused:
        return None
    return MapChoice(f"{place}/{file.stem}", f"{map_title(table)}（{place}）", table)


def map_title(table: maps.TableMap) -> str:
    return table.title[0] if table.title else table.map


def choose_map(user: Actor, content: bytes, name: str, key: str) -> maps.TableMap:
    """The map of that key, or the one that fits. Refused WB-071, WB-072; KeyError for a key that is not there."""
    listed = map_choices()
    if key:
        return (
            next(one.table for one in listed if one.key == key)
            if any(one.key == key for one in listed)
            else _unknown(key)
        )
    # A place copied from another brings the same maps again: a workbook fits both, and they say the same.
    different = {one.table.model_dump_json(): one.table for one in listed}
    return read_file_of(user, reader.find_map, content, list(different.values()), file=name, name=name)


def _unknown(key: str) -> maps.TableMap:
    raise KeyError(key)
