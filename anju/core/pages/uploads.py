"""An uploaded file waits here between the check and the import: a browser cannot be asked for it twice. A folder a person; named by its SHA-256."""

import hashlib
import os
import re
import shlex
import subprocess
import tempfile
from contextlib import suppress

from anju import file_sizes
from anju.core.database.folder import data_folder, explain_os_errors
from anju.core.jobs import waiting_files
from anju.core.people.scope import Actor
from anju.problems import Place, Problem, Refused

DIGEST = re.compile(r"[0-9a-f]{64}\Z")
KEPT_FILE, KEPT_NAME = "kept-file:", "kept-name:"  # fields of a form that has waited, in the place of a file's field
CLEAN, INFECTED = 0, 1  # how clamscan, clamdscan and others end
PATIENCE = 30  # seconds


def keep_upload(user: Actor, content: bytes) -> str:
    """Its digest. Refused FILE-001 when too much of that person is waiting, DB-005 when the disk is full."""
    folder, digest = waiting_files.person_folder(waiting_files.UPLOADS, user), hashlib.sha256(content).hexdigest()
    with explain_os_errors(folder):
        waiting = waiting_files.waiting_in(folder, but=digest)
    if waiting_files.are_too_many(waiting, len(content)):
        megabytes = file_sizes.megabytes(sum(size for _, size in waiting.values()))
        most = f"{waiting_files.MOST_FILES} 个、{file_sizes.megabytes(waiting_files.MOST_BYTES)} 兆"
        raise Refused(
            Problem(
                "FILE-001",
                Place(text="上传的文件"),
                f"您一天之内上传、还没有清走的文件已有 {len(waiting)} 个，共 {megabytes} 兆；上限是 {most}。",
                "上传满一天的会自动清走，请明天再传；急用的，请系统管理员在服务器上用 anju import 导入。",
            )
        )
    waiting_files.write_waiting(folder / digest, content)
    return digest


def fetch_upload(digest: str) -> bytes:
    """Whoever kept it: the address of a check may be given to a colleague. KeyError when it is not there any more, or was never."""
    if DIGEST.match(digest):
        for kept in (data_folder() / waiting_files.UPLOADS).glob(f"*/{digest}"):
            with suppress(FileNotFoundError):
                if waiting_files.is_waiting(kept):
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
