"""The program's own secret key: made once, kept where only its user can read it."""

import os
import secrets
from pathlib import Path

from anju.core.database.folder import data_folder, explain_os_errors


def secret_key() -> str:
    """Signs cookies and forms. ANJU_SECRET_KEY, or a file of this user's data folder that is made at first use."""
    if chosen := os.environ.get("ANJU_SECRET_KEY"):
        return chosen
    folder = data_folder()
    file = folder / "secret.key"
    with explain_os_errors(file):
        if not file.exists():
            if not folder.exists():
                folder.mkdir(parents=True)
                folder.chmod(0o755 if os.geteuid() == 0 else 0o700)
            _keep(file, secrets.token_urlsafe(48))
        return file.read_text(encoding="utf-8")


def _keep(file: Path, text: str) -> None:
    """Write it whole or not at all; of two at once, the first is kept."""
    part = file.with_name(f"{file.name}.{os.getpid()}")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
        out.write(text)
    try:
        os.link(part, file)
    except FileExistsError:
        return
    finally:
        part.unlink()
