"""An uploaded file waits here between the check and the import: a browser cannot be asked for it twice. Named by its SHA-256."""

import hashlib
import re
import time
from pathlib import Path

from anju.core.database.folder import data_folder

DAY = 24 * 60 * 60
DIGEST = re.compile(r"[0-9a-f]{64}\Z")


def uploads_folder() -> Path:
    made = data_folder() / "uploads"
    made.mkdir(mode=0o700, parents=True, exist_ok=True)
    return made


def keep_upload(content: bytes) -> str:
    """Its digest. What was left lying for a day goes."""
    for old in uploads_folder().iterdir():
        if old.stat().st_mtime < time.time() - DAY:
            old.unlink(missing_ok=True)
    digest = hashlib.sha256(content).hexdigest()
    part = uploads_folder() / f"{digest}.part"
    part.write_bytes(content)
    part.replace(uploads_folder() / digest)
    return digest


def fetch_upload(digest: str) -> bytes:
    """KeyError when it is not there any more, or was never."""
    try:
        return (uploads_folder() / digest).read_bytes() if DIGEST.match(digest) else _missing(digest)
    except FileNotFoundError:
        return _missing(digest)


def _missing(digest: str) -> bytes:
    raise KeyError(digest)
