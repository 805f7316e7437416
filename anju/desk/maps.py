"""The map files the import page knows, and finding the one a workbook is for."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from anju import workbooks
from anju.problems import Refused


@dataclass(frozen=True)
class Known:
    """key: folder and file, as an address carries it; label: as a clerk chooses it."""

    key: str
    label: str
    table: workbooks.TableMap


def known() -> list[Known]:
    """Every readable map of the folders, in their order; read again when a file changes."""
    files = [file for folder in settings.MAP_FOLDERS for file in sorted(folder.glob("*.yaml"))]
    return [one for file in files if (one := _read(file, file.stat().st_mtime_ns))]


@lru_cache(maxsize=256)
def _read(file: Path, stamp: int) -> Known | None:
    try:
        table = workbooks.load_map(file)
    except Refused:
        return None
    place = file.parent.parent.name
    return Known(f"{place}/{file.stem}", f"{table.title[0] if table.title else table.map}（{place}）", table)


def choose(content: bytes, name: str, key: str) -> workbooks.TableMap:
    """The map of that key, or the one that fits. Refused WB-071, WB-072; KeyError for a key that is not there."""
    listed = known()
    if key:
        return next(one.table for one in listed if one.key == key) if any(one.key == key for one in listed) else _unknown(key)
    return workbooks.find_map(content, [one.table for one in listed], name=name)


def _unknown(key: str) -> workbooks.TableMap:
    raise KeyError(key)
