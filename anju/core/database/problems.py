"""What is said when the database cannot be reached."""

import errno

import psycopg

from anju.core.database.folder import storage_refusal
from anju.problems import Problem


def is_unreachable(error: BaseException | None) -> bool:
    """Did the server not answer, or go away? A statement that it refused is another matter: those have numbers of their own."""
    cause = error.__cause__ if error and not isinstance(error, psycopg.Error) else error
    return isinstance(cause, psycopg.OperationalError) and (cause.sqlstate or "57P").startswith(("57P", "08"))


def is_disk_full(error: BaseException | None) -> bool:
    """Did the disk of the database, or the one under a file of ours, have no room?"""
    cause = error.__cause__ if error and isinstance(error.__cause__, psycopg.Error) else error
    if isinstance(cause, psycopg.Error):
        return cause.sqlstate == "53100"
    return isinstance(cause, OSError) and cause.errno in (errno.ENOSPC, errno.EDQUOT)


def is_unfit_input(error: BaseException | None) -> bool:
    """Did the database refuse a value by its size or its characters? Whoever typed it can mend it."""
    cause = error.__cause__ if error and isinstance(error.__cause__, psycopg.Error) else error
    if isinstance(cause, psycopg.DataError | UnicodeEncodeError | OverflowError):
        return True
    return isinstance(cause, ValueError) and any(
        text in str(cause) for text in ("NUL (0x00)", "integer string conversion")
    )


def database_problem(error: BaseException) -> Problem | None:
    """What a command says when the database failed under it; nothing for any other error."""
    cause = error if isinstance(error, psycopg.Error) else error.__cause__
    if not isinstance(cause, psycopg.OperationalError):
        return None
    if cause.sqlstate == "53100":
        return storage_refusal("数据库", "", errno.ENOSPC).problems[0]
    return Problem(
        "DB-018",
        "数据库",
        f"连接中断或没有响应：{str(cause).strip()}",
        "没有提交的都未写入。请运行 anju db status 查看后重试。",
    )
