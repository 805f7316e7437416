"""What a comparison is asked with: books, days, parameters typed over those in force, a file of rows."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from anju import file_sizes
from anju.core.pages.forms import PostedForm, Upload
from anju.core.pages.request import Request
from anju.problems import Place, Problem, Refused
from anju.quantities import trim_zeros
from anju.rules.book.display import value_text
from anju.rules.book.parameters import check_day, values_in_force
from anju.rules.book.schema import Band, Book, Parameter, Value
from anju.rules.book.tree import DECIMAL
from anju.rules.comparison.sides import AFTER, BEFORE, Side
from anju.runs.pages.books import shown_unit
from anju.runs.queries.comparisons import SAMPLE_ROWS, ComparisonQuestion, KeptComparison, comparable_books

SIDES = (("before", "on", BEFORE), ("after", "new_on", AFTER))
APART = re.compile(r"[、，,；;\s]+")
KINDS_OF_FILE = (".csv", ".parquet", ".xlsx", ".xls")


class ComparisonForm(PostedForm):
    code, file_code = "RULE-076", "RULE-077"

    def too_large(self, label: str, name: str, size: int) -> list[Problem]:
        fix = "请存为 .parquet，或请系统管理员在服务器上用 anju rules compare 计算。"
        return file_sizes.too_large(size, file_sizes.COMPARED, code="RULE-077", where=Place(file=name), fix=fix)


@dataclass(frozen=True)
class ParameterLine:
    """A value that may be typed over. field: its name in the form; now: what is in force on the side's day, in the shown unit."""

    field: str
    label: str
    unit: str
    now: str
    typed: str
    changeable: bool
    path: tuple[str, ...] = ()


@dataclass
class AskedSide:
    """One side as it was chosen so far."""

    prefix: str
    title: str
    book: Book | None
    day: str
    lines: list[ParameterLine]
    problems: list[Problem]


class ComparisonAsked:
    """What the address or the form says, with what a kept comparison said in the place of what is not there."""

    def __init__(self, given: Mapping[str, str], like: KeptComparison | None) -> None:
        self.books = comparable_books()
        self.given, self.like = given, like
        self.sides = [self._side(place, *names) for place, names in enumerate(SIDES)]
        before, after = self.sides
        if after.book is None and before.book is not None and not given.get("after"):
            self.sides[1] = after = self._side(1, "before", "new_on", AFTER)
        self.by = given.get("by", "、".join(like.question.by) if like else "")
        self.absent = given.get("absent", "、".join(like.question.absent) if like else "")

    def _side(self, place: int, book_field: str, day_field: str, title: str) -> AskedSide:
        prefix = ("old", "new")[place]
        known = self.like.question.sides[place] if self.like else None
        digest = self.given.get(book_field, known.book.digest if known else "")
        book = next((book for book in self.books if book.digest == digest), None)
        day = self.given.get(day_field, known.on.isoformat() if known else "").strip()
        side = AskedSide(prefix, title, book, day, [], [])
        on = read_day(day)
        if book is not None and on is not None:
            same = known is not None and known.book.digest == book.digest
            changed = dict(known.parameters) if known and same and f"{prefix}_sent" not in self.given else {}
            side.problems = check_day(book, on)
            try:
                side.lines = list(self._lines(prefix, book, on, changed))
            except Refused as refused:
                side.problems = side.problems or refused.problems
        return side

    def _lines(self, prefix: str, book: Book, on: date, changed: Mapping[str, Any]) -> Iterator[ParameterLine]:
        count = 0
        for name, value in values_in_force(book, on).items():
            parameter = book.parameters[name]
            for keys, one in flat(value):
                field, count = f"{prefix}_{count}", count + 1
                own = changed.get(name)
                for key in keys:
                    own = own.get(key) if isinstance(own, Mapping) else None
                typed = self.given.get(field, shown(parameter, own) if own is not None else "")
                keyed = "".join(f" · {'更多' if key == 'more' else key}" for key in keys)
                yield ParameterLine(
                    field=field, label=f"{parameter.label}{keyed}", unit=shown_unit(parameter.unit), typed=typed,
                    now=value_text(book, parameter, one) if isinstance(one, tuple) else shown(parameter, one),
                    changeable=not isinstance(one, tuple), path=(name, *keys),
                )  # fmt: skip

    def question(self, file: str) -> ComparisonQuestion:
        """Refused: what was not chosen, days that are none."""
        problems, sides = [], []
        for side in self.sides:
            on = read_day(side.day)
            if side.book is None:
                problems.append(
                    Problem("RULE-076", f"{side.title}的规则书", "没有选。", "请选一本规则书，再点“列出参数”。")
                )
            if on is None:
                what = f"“{side.day}”不是日期。" if side.day else "没有填写。"
                problems.append(Problem("RULE-076", f"{side.title}的业务日期", what, "请写成 2026-01-31 这样的形式。"))
            problems += side.problems
            if side.book is not None and on is not None:
                sides.append(Side(side.book, on, changes(side.book, side.lines)))
        if problems:
            raise Refused(*problems)
        labels = {item.label: name for side in sides for name, item in side.book.inputs.items()}
        return ComparisonQuestion(
            *sides, file=file, by=split(self.by), absent=tuple(labels.get(name, name) for name in split(self.absent))
        )


def split(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, APART.split(text.strip()))))


def read_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def flat(
    value: Value, keys: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], Decimal | str | date | tuple[Band, ...]]]:
    """Each value of a table by its keys; a banded one as it is."""
    if isinstance(value, Mapping):
        for key, one in value.items():
            yield from flat(one, (*keys, key))
    else:
        yield keys, value


def shown(parameter: Parameter, value: Any) -> str:
    """Money that a book writes in 分 is shown and typed in 元."""
    if parameter.unit == "fen" and DECIMAL.match(str(value)):
        value = Decimal(str(value)).scaleb(-2)
    if isinstance(value, bool):
        return "是" if value else "否"
    return trim_zeros(f"{value:f}") if isinstance(value, Decimal) else str(value)


def changes(book: Book, lines: list[ParameterLine]) -> dict[str, Any]:
    """What was typed over values in force, as `values_in_force` takes it."""
    made: dict[str, Any] = {}
    for line in lines:
        text = line.typed.strip().replace(",", "").replace("，", "")
        if not line.changeable or not text or text == line.now:
            continue
        if book.parameters[line.path[0]].unit == "fen" and DECIMAL.match(text):
            text = trim_zeros(f"{Decimal(text).scaleb(2):f}")
        own = made
        for key in line.path[:-1]:
            own = own.setdefault(key, {})
        own[line.path[-1]] = text
    return made


def sent_file(request: Request, posted: ComparisonForm, like: KeptComparison | None) -> Upload | None:
    """The file that was chosen: uploaded, that of the comparison before, or the sample. None with a problem in `posted`."""
    upload = posted.file("file", "文件")
    if upload is None and not posted.problems and posted.text("rows") == "sample":
        upload = Upload(SAMPLE_ROWS.name, SAMPLE_ROWS.read_bytes())
    elif upload is None and not posted.problems and posted.text("rows") == "like" and like is not None:
        upload = Upload(like.question.file, like.rows.read_bytes())
    if upload is None:
        if not posted.problems:
            fix = "请选一个 .xlsx、.csv 或 .parquet 文件。"
            posted.refuse("file", Problem("RULE-077", posted.place("文件"), "没有选文件。", fix))
        return None
    if not upload.name.lower().endswith(KINDS_OF_FILE):
        fix = f"可用：{'、'.join(KINDS_OF_FILE)}。"
        posted.refuse("file", Problem("RULE-077", Place(file=upload.name), "不认识这种文件。", fix))
        return None
    return upload
