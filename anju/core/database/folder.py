"""The data folder (ANJU_HOME), and what is said when the disk will not."""

import errno
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from anju.problems import Problem, Refused

ROOT_HOME = Path("/var/lib/anju")
SYSTEM_USER = "anju-db"  # who the server runs as when we are root: PostgreSQL refuses to run as root
LEAST = 20 << 20  # bytes: the next file of the database's log is 16 MB


def data_folder() -> Path:
    """Where this user's data live: ANJU_HOME, or /var/lib/anju for root, or the user's data folder."""
    if chosen := os.environ.get("ANJU_HOME"):
        return Path(chosen).expanduser().absolute()
    if os.geteuid() == 0:
        return ROOT_HOME
    return Path(os.environ.get("XDG_DATA_HOME") or "~/.local/share").expanduser().absolute() / "anju"


def is_full() -> bool:
    """Is there no room left on the disk of the data folder for the database to work?"""
    try:
        return shutil.disk_usage(data_folder()).free < LEAST
    except OSError:
        return False


def folder_refusal(code: str, where: object, what: str, fix: str) -> Refused:
    return Refused(Problem(code, str(where), what, fix))


@contextmanager
def explain_os_errors(where: object) -> Iterator[None]:
    """Turn the operating system's refusals into sentences: full disk, read-only disk, closed folder."""
    try:
        yield
    except OSError as error:
        raise storage_refusal(where, error.strerror or str(error), error.errno) from error


def storage_refusal(where: object, text: str, number: int | None = None) -> Refused:
    if number in (errno.ENOSPC, errno.EDQUOT) or "No space left" in text or "quota exceeded" in text:
        return folder_refusal(
            "DB-005", where, "磁盘已满，数据库写不进去。", "请清理磁盘，或用环境变量 ANJU_HOME 换一个目录，再重试。"
        )
    if number == errno.EROFS or "Read-only file system" in text:
        return folder_refusal(
            "DB-006", where, "这个目录所在的磁盘是只读的。", "请改为可写，或用环境变量 ANJU_HOME 换一个目录，再重试。"
        )
    if number in (errno.EACCES, errno.EPERM) or "Permission denied" in text:
        return folder_refusal(
            "DB-004", where, "没有权限读写这个目录或文件。", "请由建立它的用户运行，或用环境变量 ANJU_HOME 换一个目录。"
        )
    return folder_refusal(
        "DB-007",
        where,
        f"数据库没有启动成功：{text}",
        "请按上面的原因处理后重试；日志在数据目录的 postgres/server.log。",
    )


def system_user() -> int:
    """The system user the server runs as under root; made when missing."""
    import pwd

    with suppress(KeyError):
        return pwd.getpwnam(SYSTEM_USER).pw_uid
    command = [
        "useradd",
        "--system",
        "--user-group",
        "--no-create-home",
        "--home-dir",
        str(ROOT_HOME),
        "--shell",
        "/usr/sbin/nologin",
    ]
    try:
        subprocess.run([*command, SYSTEM_USER], check=True, capture_output=True)
        return pwd.getpwnam(SYSTEM_USER).pw_uid
    except (OSError, subprocess.CalledProcessError, KeyError) as error:
        with suppress(KeyError):  # another start made it at the same moment
            return pwd.getpwnam(SYSTEM_USER).pw_uid
        raise folder_refusal(
            "DB-010",
            "root",
            f"以 root 运行时需要系统用户 {SYSTEM_USER}，没有建成：{error}",
            f"请先建立系统用户 {SYSTEM_USER}，或改用普通用户运行。",
        ) from error
