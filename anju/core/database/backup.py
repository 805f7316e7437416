"""Backing up to one file, for the embedded database and for a named server alike; and loading such a file, which restoring stands on."""

import json
import os
import subprocess
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connections
from django.utils import timezone

from anju.core.database.binaries import binaries_folder
from anju.core.database.folder import data_folder, explain_os_errors, storage_refusal
from anju.core.trail import sealing

BACKUPS_KEPT = 5  # backups made by itself before an upgrade
BEFORE_UPGRADE = "upgrade-"


def backup_folder() -> Path:
    """Where backups go that nobody named a file for; only its owner may look in."""
    place = data_folder() / "backups"
    with explain_os_errors(place):
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
    return place


def new_backup_path(kind: str = "anju-") -> Path:
    """A new file's name in that folder."""
    return backup_folder() / f"{kind}{timezone.localtime():%Y%m%d-%H%M%S-%f}"


def write_backup(path: Path | str, snapshot: str = "") -> tuple[int, str]:
    """Seal the trail, then write the whole database to a file, while others work. Number and hash of the chain's last link.

    snapshot: what pg_export_snapshot() said, to write the database as that transaction sees it; the trail is then not sealed.
    """
    if not snapshot:
        sealing.seal_trail()
    head, path = sealing.chain_head(), Path(path)
    part = path.with_name(path.name + ".part")
    with explain_os_errors(path):
        os.close(
            os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        )  # it holds everything: nobody else's to read
        try:
            seen = [f"--snapshot={snapshot}"] if snapshot else []
            run_program(path, "pg_dump", "--format=custom", "--no-owner", f"--file={part.absolute()}", *seen)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
    if not snapshot:
        backup_folder()
        _note().write_text(
            json.dumps({"at": timezone.now().isoformat(), "file": str(path.absolute())}), encoding="utf-8"
        )
    return head


def last_backup() -> tuple[datetime, Path] | None:
    """When the last backup was made, and into which file; None: never."""
    try:
        said = json.loads(_note().read_text(encoding="utf-8"))
        return datetime.fromisoformat(said["at"]), Path(said["file"])
    except (OSError, ValueError, KeyError):
        return None


def _note() -> Path:
    return data_folder() / "backups" / "last.json"


def back_up_before_upgrade() -> Path:
    """Back up, and keep the newest few of these backups."""
    path = new_backup_path(BEFORE_UPGRADE)
    write_backup(path)
    for old in sorted(backup_folder().glob(f"{BEFORE_UPGRADE}*"))[:-BACKUPS_KEPT]:
        old.unlink()
    return path


def load_backup(path: Path, known: dict[str, Any] | None = None) -> None:
    """The file into an empty database: the one of this installation, or another."""
    into = (known or connections["owner"].settings_dict)["NAME"]
    run_program(
        path,
        "pg_restore",
        "--no-owner",
        "--single-transaction",
        "--exit-on-error",
        f"--dbname={into}",
        str(path.absolute()),
        known=known,
    )


def run_program(path: Path, program: str, *arguments: str, known: dict[str, Any] | None = None) -> None:
    known = known or connections["owner"].settings_dict
    names = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD", "PGDATABASE": "NAME"}
    environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C"} | {
        name: str(known[key]) for name, key in names.items() if known[key]
    }
    done = subprocess.run(
        [binaries_folder() / program, *arguments], env=environment, cwd="/", capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise storage_refusal(path, done.stderr.strip())
