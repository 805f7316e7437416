"""The folders of rulebooks in use. No database: the command line reads books without one."""

import os
from functools import lru_cache
from pathlib import Path

from anju.rules.shipped.library import BOOKS, Library

FOLDERS = "ANJU_BOOKS"  # more folders of books, as PATH separates them: a city's own books need no change here


def book_folders() -> list[Path]:
    return [BOOKS, *office_folders()]


def office_folders() -> list[Path]:
    return [Path(name) for name in os.environ.get(FOLDERS, "").split(os.pathsep) if name]


def book_library() -> Library:
    """Every book of the folders; read again when a file changes. An office's book that does not load is set aside: see `Library`."""
    paths = book_folders()
    stamp = tuple((str(file), file.stat().st_mtime_ns) for path in paths for file in sorted(path.rglob("*.yaml")))
    return _library(tuple(paths), stamp)


@lru_cache(maxsize=4)
def _library(paths: tuple[Path, ...], stamp: tuple) -> Library:
    return Library([BOOKS], aside=[path for path in paths if path != BOOKS])
