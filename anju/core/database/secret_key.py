"""The program's own secrets: made once, kept where only its user can read them; a file that was left empty or half-written is told."""

import json
import os
import re
import secrets
from pathlib import Path

from anju.core.database.folder import data_folder, explain_os_errors, folder_refusal

KEY = re.compile(rb"\s*[\x21-\x7e]{32,}\s*")


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
        text = file.read_bytes()
    if not KEY.fullmatch(text):
        raise folder_refusal(
            "DB-025", file, "签名用的密钥文件是空的，或只写了一半。",
            "请从另存的拷贝取回。没有拷贝的，删去它再启动，会重新生成：所有人要重新登录，启用过动态口令的要由安全管理员重置。",
        )  # fmt: skip
    return text.decode().strip()


def _keep(file: Path, text: str) -> None:
    """Write it whole or not at all; of two at once, the first is kept."""
    part = file.with_name(f"{file.name}.{os.getpid()}")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    try:
        os.link(part, file)
    except FileExistsError:
        return
    finally:
        part.unlink()


def read_passwords(file: Path) -> dict[str, str]:
    """Those of the embedded database, by role."""
    with explain_os_errors(file):
        text = file.read_bytes()
    try:
        known = json.loads(text)
    except (ValueError, RecursionError):
        known = None
    if isinstance(known, dict) and known and all(isinstance(secret, str) and secret for secret in known.values()):
        return known
    raise folder_refusal(
        "DB-026", file, "数据库密码的文件是空的，或只写了一半。",
        "请先运行 anju db stop，删除该文件，再运行 anju db start：密码会重新生成，数据不变。",
    )  # fmt: skip
