"""What the commands of the room share: the operator's scope around an act, files in and out."""

import argparse
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

from anju.core.console.command import set_up_django
from anju.problems import Problem, Refused


def act_handler(act: Callable[[argparse.Namespace, Any], int]) -> Callable[[argparse.Namespace], int]:
    """Start the database and open the operator's scope around an act; what is not there is told, not traced."""

    @wraps(act)
    def run(args: argparse.Namespace) -> int:
        set_up_django()
        from anju.core.models.region import Region
        from anju.core.people.scope import local_actor, open_scope
        from anju.documents.models import Document

        try:
            with open_scope(local_actor()) as user:
                return act(args, user)
        except Document.DoesNotExist:
            number = getattr(args, "document", None) or "、".join(map(str, getattr(args, "documents", ())))
            raise Refused(
                Problem("DOC-050", f"公文 {number}", "没有这份公文。", "请用 anju document list 查编号。")
            ) from None
        except Region.DoesNotExist:
            raise Refused(
                Problem(
                    "DOC-051", f"区划 {args.region}", "没有这个区划。", "请核对六位代码，或用 anju regions match 查。"
                )
            ) from None

    return run


def write_file(path: Path, content: bytes) -> None:
    """A whole file or none: written beside and put in place."""
    part = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(content)
        part.replace(path)
    except OSError as error:
        raise Refused(
            Problem(
                "DOC-052",
                str(path),
                f"写不进去：{error.strerror}。",
                "请换一个可以写的文件夹，或关掉正打开着它的程序。",
            )
        ) from None


def read_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Refused(Problem("DOC-053", str(path), f"读不出来：{error.strerror}。", "请核对文件名和位置。")) from None
