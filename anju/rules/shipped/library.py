"""All the books under some folders, and finding the one that applies: by kind, subject, region and day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import pairwise
from pathlib import Path

from anju.problems import Place, Problem, Refused
from anju.rules.book.schema import Book
from anju.rules.load import read_once

BOOKS = Path(__file__).parent / "books"
IDENTITY = ("kind", "subject", "region", "regions", "applies")


def _identified(book: Book, problems: Iterable[Problem]) -> bool:
    """Whether a book that has these problems says soundly which one it is."""
    return bool(book.kind and book.subject) and not any(
        problem.where.field.split(".")[0] in IDENTITY for problem in problems
    )


class Library:
    """paths: folders (searched whole) or files; by default the books shipped. Refused: every problem of every file, and overlaps.

    aside: folders of offices, whose books that do not load are set aside: found, they are refused with what is wrong with them, and the others go on.
    What does not even say which book it is (kind, subject, region, dates) is refused at once: it might be the one that applies.
    """

    def __init__(self, paths: Iterable[Path | str] = (BOOKS,), aside: Iterable[Path | str] = ()) -> None:
        problems: list[Problem] = []
        self.books: list[Book] = []
        self.unusable: dict[str, tuple[Problem, ...]] = {}  # digest of a book set aside → what is wrong with it
        offices = [Path(path) for path in aside]
        for path in (*map(Path, paths), *offices):
            for file in sorted(path.rglob("*.yaml")) if path.is_dir() else [path]:
                try:
                    book, wrong = read_once(file.read_bytes(), "/".join(file.parts[-3:]))
                except Refused as refused:
                    problems += refused.problems
                    continue
                if wrong and (path not in offices or not _identified(book, wrong)):
                    problems += wrong
                    continue
                if wrong:
                    self.unusable[book.digest] = wrong
                self.books.append(book)
        problems += self._overlaps()
        if problems:
            raise Refused(*problems)

    def _overlaps(self) -> list[Problem]:
        problems = []
        by_identity: dict[tuple[str, str, str | None], list[Book]] = {}
        for book in self.books:
            for region in book.regions or (None,):
                by_identity.setdefault((book.kind, book.subject, region), []).append(book)
        for books in by_identity.values():
            books.sort(key=lambda book: book.applies_from)
            for earlier, later in pairwise(books):
                if earlier.applies_until is None or later.applies_from <= earlier.applies_until:
                    what = f"与 {earlier.file} 种类、对象、地区相同，施行期重叠：都包括 {later.applies_from}。"
                    problems.append(
                        Problem("BOOK-050", later.file, what, "请给前一本写明 applies.until，或改后一本的起始日。")
                    )
        return problems

    def find(self, kind: str, subject: str, regions: Sequence[str], on: date) -> Book:
        """The book in force on that day. regions: codes from the nearest up the tree; a book without region is the last resort.

        The nearest region that has the subject wins. A region whose own book has lapsed is an error, not a return to the
        region above; one whose first book is still to come leaves the region above in force. Refused RULE-041: the book names a region
        and another inside it, which only the tree tells.
        """
        mine = [book for book in self.books if book.kind == kind and book.subject == subject]
        for region in (*regions, None):
            own = [book for book in mine if (region in book.regions if region else not book.regions)]
            for book in own:
                if book.in_force(on):
                    self.require_usable(book)
                    _check_regions(book, regions)
                    return self._not_suspended(book, on)
            if any(book.applies_from <= on for book in own):
                last = max((book for book in own if book.applies_from <= on), key=lambda book: book.applies_from)
                what = f"{on} 没有施行中的规则书：《{last.title}》（{last.file}）已于 {last.applies_until} 截止。"
                raise Refused(
                    Problem(
                        "RULE-020",
                        f"{kind}/{subject}（{region or '不限地区'}）",
                        what,
                        "请核对业务日期，或补充其后的规则书。",
                    )
                )
        where = f"{kind}/{subject}（{'、'.join(regions) or '不限地区'}）"
        near = [book.applies_from for book in mine if not book.regions or {*book.regions} & {*regions}]
        first = min(near, default=None)
        what = f"{on} 没有适用的规则书{f'，最早一本自 {first} 起施行' if first else ''}。"
        raise Refused(Problem("RULE-020", where, what, "请核对业务日期和地区，或补充规则书。"))

    def require_usable(self, book: Book) -> None:
        """Refused RULE-021 for a book that was set aside."""
        if wrong := self.unusable.get(book.digest):
            what = f"有 {len(wrong)} 处错误，不能装载，不用于正式运行。第一处：{wrong[0]}"
            fix = f"请改正后再办：anju rules check {book.file.rpartition('/')[2]} 列出全部错误。"
            raise Refused(
                Problem("RULE-021", Place(f"规则书《{book.title}》（{book.file}）", file=book.file), what, fix)
            )

    def _not_suspended(self, book: Book, on: date) -> Book:
        pause = book.suspended
        if pause and book.suspended_on(on):
            what = f"自 {pause.since} 起暂停执行：{pause.why}（{pause.by}）。"
            raise Refused(Problem("RULE-002", f"规则书《{book.title}》（{book.file}）", what, "恢复执行后再办。"))
        return book


def _check_regions(book: Book, path: Sequence[str]) -> None:
    if len(named := [region for region in path if region in book.regions]) > 1:
        what = f"同时写了 {named[0]} 和它的上级 {named[1]}。"
        fix = f"请从 regions 里删去 {named[0]}；只在那里不同的，另写一本。"
        raise Refused(Problem("RULE-041", f"规则书《{book.title}》（{book.file}）", what, fix))
