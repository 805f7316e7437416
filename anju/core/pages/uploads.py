"""An uploaded file waits here between the check and the import: a browser cannot be asked for it twice. A folder a person; named by its SHA-256."""

import hashlib
import os
import re
import shlex
import shutil
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from anju import file_sizes
from anju.core.database.folder import data_folder, explain_os_errors
from anju.core.people.scope import Actor
from anju.problems import Place, Problem, Refused

DAY = 24 * 60 * 60
DIGEST = re.compile(r"[0-9a-f]{64}\Z")
MOST_FILES, MOST_BYTES = 40, 500 << 20  # of one person, waiting
ROOM = 300 << 20  # bytes of the disk that are left to the database
CLEAN, INFECTED = 0, 1  # how clamscan, clamdscan and others end
PATIENCE = 30  # seconds


def uploads_folder(user: Actor) -> Path:
    folder = data_folder() / "uploads" / hashlib.sha256(user.key.encode()).hexdigest()[:32]
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def keep_upload(user: Actor, content: bytes) -> str:
    """Its digest. What was left lying for a day goes. Refused FILE-001 when too much of that person is waiting, DB-005 when the disk is full."""
    with explain_os_errors(data_folder() / "uploads"):
        folder = uploads_folder(user)
        for old in folder.parent.rglob("*"):
            if old.is_file() and old.stat().st_mtime < time.time() - DAY:
                old.unlink(missing_ok=True)
        digest = hashlib.sha256(content).hexdigest()
        waiting = {old.name: old.stat().st_size for old in folder.iterdir() if old.name != digest}
        if len(waiting) >= MOST_FILES or sum(waiting.values()) + len(content) > MOST_BYTES:
            raise Refused(
                Problem(
                    "FILE-001",
                    Place(text="上传的文件"),
                    f"您一天之内上传、还没有清走的文件已有 {len(waiting)} 个，共 {file_sizes.megabytes(sum(waiting.values()))} 兆；"
                    f"上限是 {MOST_FILES} 个、{file_sizes.megabytes(MOST_BYTES)} 兆。",
                    "上传满一天的会自动清走，请明天再传；急用的，请系统管理员在服务器上用 anju import 导入。",
                )
            )
        if shutil.disk_usage(folder).free < len(content) + ROOM:
            raise Refused(disk_full_problem())
        part = folder / f"{digest}.part"
        part.write_bytes(content)
        part.replace(folder / digest)
    return digest


def disk_full_problem() -> Problem:
    return Problem("DB-005", "磁盘", "磁盘已满，文件没有收下。", "请告诉系统管理员清理服务器的磁盘，再传一次。")


def fetch_upload(digest: str) -> bytes:
    """Whoever kept it: the address of a check may be given to a colleague. KeyError when it is not there any more, or was never."""
    if DIGEST.match(digest):
        for kept in (data_folder() / "uploads").glob(f"*/{digest}"):
            with suppress(FileNotFoundError):
                return kept.read_bytes()
    raise KeyError(digest)


def scan_upload(content: bytes, name: str) -> list[Problem]:
    """The office's own malware scanner asked (ANJU_SCANNER: its command, to which the file's path is added).

    Nothing when it is clean or nobody is to be asked; FILE-002 when it is not, FILE-003 when the scanner could not say.
    """
    command = shlex.split(os.environ.get("ANJU_SCANNER", ""))
    if not command:
        return []
    with tempfile.NamedTemporaryFile(prefix="anju-") as file:
        file.write(content)
        file.flush()
        try:
            code = subprocess.run([*command, file.name], capture_output=True, timeout=PATIENCE, check=False).returncode
        except (OSError, subprocess.TimeoutExpired):
            code = -1
    if code == CLEAN:
        return []
    if code == INFECTED:
        return [
            Problem("FILE-002", Place(file=name), "查毒软件认为有毒，没有收下。", "请在本机查毒，换一份干净的再传。")
        ]
    return [
        Problem(
            "FILE-003",
            Place(file=name),
            "查毒软件没有给出结果，没有收下。",
            "请过一会儿再传；再次出现时，请告诉系统管理员。",
        )
    ]
