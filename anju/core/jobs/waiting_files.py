"""The quota of what people upload, and files that wait in the data folder for a day: uploads, what was read of large ones, and rows that are
compared. A folder a person; the worker clears away what is older."""

import hashlib
import shutil
import time
import uuid
from contextlib import suppress
from pathlib import Path

from anju.core.database.folder import data_folder, explain_os_errors
from anju.core.people.scope import Actor
from anju.problems import Problem, Refused

UPLOADS, READINGS, COMPARISONS = "uploads", "readings", "comparisons"
DAY = 24 * 60 * 60
MOST_FILES, MOST_BYTES = 40, 500 << 20  # of one person, waiting, of either kind
ROOM = 300 << 20  # bytes of the disk that are left to the database


def person_folder(kind: str, user: Actor) -> Path:
    return data_folder() / kind / hashlib.sha256(user.key.encode()).hexdigest()[:32]


def is_waiting(path: Path) -> bool:
    """Whether it is there, and no older than a day, cleared away already or not."""
    try:
        return path.stat().st_mtime > time.time() - DAY
    except OSError:
        return False


def waiting_in(folder: Path, but: str = "") -> dict[Path, tuple[float, int]]:
    """When each file of a person was written and how large it is, all but that one, the oldest first."""
    found = {}
    for path in folder.iterdir() if folder.is_dir() else ():
        with suppress(FileNotFoundError):  # cleared away meanwhile
            if path.name != but:
                found[path] = (path.stat().st_mtime, path.stat().st_size)
    return dict(sorted(found.items(), key=lambda item: item[1]))


def are_too_many(waiting: dict[Path, tuple[float, int]], size: int) -> bool:
    """Whether one more file of that size is too much for one person."""
    return len(waiting) >= MOST_FILES or sum(one for _, one in waiting.values()) + size > MOST_BYTES


def write_waiting(path: Path, content: bytes) -> None:
    """All of it or nothing, whoever else writes the same at the same time. Refused DB-005 when the disk is full."""
    with explain_os_errors(path):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if shutil.disk_usage(path.parent).free < len(content) + ROOM:
            raise Refused(disk_full_problem())
        part = path.with_name(f"{path.name}.{uuid.uuid4().hex}.part")
        try:
            part.write_bytes(content)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)


def disk_full_problem() -> Problem:
    return Problem("DB-005", "磁盘", "磁盘已满，文件没有收下。", "请告诉系统管理员清理服务器的磁盘，再传一次。")


def clear_waiting_files() -> int:
    """What has waited for a day goes. For the worker. How many went."""
    count = 0
    for kind in (UPLOADS, READINGS, COMPARISONS):
        for path in (data_folder() / kind).glob("*/*"):
            if not is_waiting(path):
                shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
                count += 1
    return count
