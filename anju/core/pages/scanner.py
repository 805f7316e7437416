"""Asking the office's own malware scanner about an uploaded file. ANJU_SCANNER: its command, to which the file's path is added."""

import os
import shlex
import subprocess
import tempfile

from anju.problems import Place, Problem

CLEAN, INFECTED = 0, 1  # how clamscan, clamdscan and others end
PATIENCE = 30  # seconds


def scan_upload(content: bytes, name: str) -> list[Problem]:
    """Nothing when it is clean or nobody is to be asked; FILE-002 when it is not, FILE-003 when the scanner could not say."""
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
