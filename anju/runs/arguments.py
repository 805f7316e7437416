"""What commands about rulebooks are given: a book by its file or name, a day, parameters to change."""

import argparse
import sys
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import Any

from anju.problems import Problem, Refused

BOOK = "规则书：文件路径，或“类别/事项”，如 scoring/old-communities"


def changed_parameters(book: Any, pairs: Iterable[str]) -> dict[str, Any]:
    """--set name=value; a keyed parameter takes name.key=value, one of two keys name.key.key=value."""
    changes: dict[str, Any] = {}
    problems = []
    for pair in pairs:
        name, sign, value = pair.partition("=")
        *rows, last = (part.strip() for part in name.split("."))
        row: Any = changes
        for key in rows:
            row = row.setdefault(key, {}) if isinstance(row, dict) else None
        if not sign or not last or not value.strip() or not isinstance(row, dict) or isinstance(row.get(last), dict):
            fix = "请写成 参数=值，例如 share_goal=15；按取值列举的写 参数.取值=值，两级的写 参数.取值.取值=值。"
            problems.append(Problem("RUN-017", f"--set {pair}", "写法不对。", fix))
        else:
            row[last] = value.strip()
    if problems:
        raise Refused(*problems)
    return changes


def read_day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refused(Problem("RUN-018", f"日期“{text}”", "不是日期。", "请写成 2020-12-31 的样子。")) from None


def library_in_use() -> Any:
    from anju.runs.binding.folders import book_library

    return book_library()


def find_named_book(name: str, on: date | None, region: str | None) -> Any:
    """A file, or kind/subject: of several dated books the one in force, or the only one."""
    from anju.rules.load import load_book

    if name.endswith((".yaml", ".yml")) or Path(name).is_file():
        if not Path(name).is_file():
            raise Refused(Problem("RUN-010", name, "没有这个文件。", "请核对路径和文件名。"))
        return load_book(Path(name))
    kind, _, subject = name.partition("/")
    mine = [book for book in library_in_use().books if (book.kind, book.subject) == (kind, subject)]
    if not mine:
        known = "、".join(dict.fromkeys(f"{book.kind}/{book.subject}" for book in library_in_use().books))
        raise Refused(Problem("RUN-019", f"规则书“{name}”", "没有这本规则书。", f"有：{known}。也可以给出文件路径。"))
    if on is not None:
        return library_in_use().find(kind, subject, [region] if region else [], on)
    if len(mine) > 1:
        dates = "；".join(book_dates(book) for book in mine)
        raise Refused(Problem("RUN-019", f"规则书“{name}”", f"有 {len(mine)} 本：{dates}。", "请用 --on 指明日期。"))
    return mine[0]


def book_dates(book: Any) -> str:
    return f"{book.applies_from} 至 {book.applies_until or '今'}{'' if book.stated else '（施行日期未载）'}"


def book_summary(book: Any) -> dict[str, Any]:
    return {
        "kind": book.kind, "subject": book.subject, "title": book.title, "regions": book.regions, "from": book.applies_from.isoformat(),
        "until": book.applies_until.isoformat() if book.applies_until else None, "stated": book.stated, "file": book.file, "digest": book.digest,
    }  # fmt: skip


def shown_progress(args: argparse.Namespace) -> Callable[[int], None] | None:
    """Who tells the percentage done: nobody where no person looks."""
    return None if args.json or not sys.stderr.isatty() else _show_progress


def _show_progress(percent: int) -> None:
    sys.stderr.write(f"\r已算 {percent}%　")
    sys.stderr.flush()
