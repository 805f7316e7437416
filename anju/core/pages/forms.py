"""Forms: the inputs a page shows, and what a person posted read into typed values, with every problem beside its field.

Not Django's forms. A service takes what was typed and refuses it itself, with a code, a place and a way out, so that page, workbook and
command line refuse alike: validators here would be a second answer. And the fields of an act hang on the thing it is about (a project's
kind, a document's paragraphs, a book's criteria), not on a class. What is left is to read days, numbers and files, and that is this file.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from django.utils.dateparse import parse_datetime
from django.utils.timezone import make_aware

from anju.core.pages.request import Request
from anju.core.pages.uploads import KEPT_FILE, KEPT_NAME, fetch_upload, scan_upload
from anju.problems import Place, Problem, Refused

WAITED = "_waited"  # the field of a form that has waited


@dataclass(frozen=True)
class Input:
    """One line of a form, shown by core/field.html. type: text, number, date, choice, area, file or hidden."""

    name: str
    label: str
    type: str = "text"
    value: str = ""
    unit: str = ""
    hint: str = ""
    choices: Sequence[tuple[str, str]] = ()
    wrong: str = ""
    whole: bool = False
    large: bool = False


def storable_text(text: str) -> str:
    """Without what PostgreSQL holds in no text: NUL, and halves of a character."""
    return text.replace("\0", "").encode("utf-8", "ignore").decode("utf-8")


def draft_key(request: Request) -> str | None:
    """Under which key the form that was posted was kept while it was typed (core/static/core/forms.js), if it was."""
    return request.POST.get("_draft")


def waited_key(request: Request) -> str | None:
    """Under which key the form that is posted has waited for a file to be read (pages/site/waiting.py), if it has."""
    return request.POST.get(WAITED) if request.method == "POST" else None


def posted_fields(request: Request) -> list[tuple[str, str]]:
    """Everything that was posted, in order, but for what each page puts in anew."""
    own = ("csrfmiddlewaretoken", WAITED)
    return [(name, str(text)) for name, texts in request.POST.lists() if name not in own for text in texts]


def posted_files(request: Request) -> Iterator[tuple[str, "Upload"]]:
    """The files by their fields, whoever has read them before."""
    for name in request.FILES:
        file = request.FILES.get(name)
        assert file is not None
        file.seek(0)
        yield name, Upload(clean_name(file.name or ""), file.read())


UNFIT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def unfit_text(request: Request) -> str | None:
    """The name of the field, or "" for the address, that has a character no page, file or database can hold; None when all is well."""
    if UNFIT.search(request.path_info):
        return ""
    fields = [request.GET]
    if request.method == "POST" and request.content_type in (
        "application/x-www-form-urlencoded",
        "multipart/form-data",
    ):
        fields.append(request.POST)
    for data in fields:
        for name, texts in data.lists():
            if UNFIT.search(name) or any(UNFIT.search(text) for text in texts):
                return UNFIT.sub("", name)[:40]
    return None


class Upload(NamedTuple):
    """A file that was chosen: its name and its bytes."""

    name: str
    content: bytes


LONGEST_NAME = 150  # characters of a file's name


def clean_name(name: str) -> str:
    """A file's name as it may be kept and shown: without what cannot be seen, and not without end; its ending stays."""
    name = "".join(sign for sign in name if sign.isprintable()).strip() or "上传的文件"
    stem, dot, ending = name.rpartition(".")
    if len(name) <= LONGEST_NAME or len(ending) > 10:
        return name[:LONGEST_NAME]
    return f"{stem[: LONGEST_NAME - len(ending) - 2]}…{dot}{ending}"


class PostedForm:
    """What was posted to an act. A room says in a class of its own under which codes it refuses, and in which words.

    typed: what was typed, as it was typed, to be shown again. problems: what could not be read, told together by `check`, before the act
    is tried. wrong: the same by field, for beside it. Of a request that posts nothing every field is blank.
    """

    code = ""
    file_code = ""
    day_fix = "请写成 2026-01-31 这样的形式。"

    def __init__(self, request: Request, where: str = "") -> None:
        """where: what the form is about, as its problems name it."""
        self.where = where
        self.typed = {
            name: text
            for name, text in request.POST.items()
            if isinstance(text, str) and not name.startswith((KEPT_FILE, KEPT_NAME))
        }
        self.problems: list[Problem] = []
        self.wrong: dict[str, str] = {}
        self._request = request

    def text(self, name: str) -> str:
        """Without the spaces around it; blank when the field was not there."""
        return self.typed.get(name, "").strip()

    def texts(self, names: Iterable[str]) -> dict[str, str]:
        """Those of the fields that were there."""
        return {name: self.text(name) for name in names if name in self.typed}

    def every(self, name: str) -> list[str]:
        """All boxes of that name that were ticked."""
        return self._request.POST.getlist(name)

    def key(self, name: str) -> int | None:
        """A number that the page itself had put there, such as a row's; None for anything else."""
        text = self.text(name)
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None

    def number(self, name: str, label: str) -> int | None:
        """A whole number, such as a year. Must be there."""
        text = self.text(name)
        if text.isascii() and text.isdecimal() and len(text) < 10:
            return int(text)
        self.refuse(name, self.unfit(label, text, "不是整数。", "请写整数。"))
        return None

    def day(self, name: str, label: str, required: bool = True) -> date | None:
        text = self.text(name)
        if text or required:
            try:
                return self.parse_day(text)
            except ValueError:
                self.refuse(name, self.unfit(label, text, "不是日期。", self.day_fix))
        return None

    def moment(self, name: str) -> datetime | None:
        """A day with its time, here; None where there is none."""
        try:
            at = parse_datetime(self.text(name))
            return make_aware(at) if at else None
        except (ValueError, OverflowError):
            return None

    def file(self, name: str, label: str, required: bool = False, fix: str = "请选一个文件再提交。") -> Upload | None:
        file, kept = self._request.FILES.get(name), self._request.POST.get(KEPT_FILE + name)
        if file is None and kept is None:
            if required:
                self.refuse(name, Problem(self.file_code, self.place(label), "没有选文件。", fix))
            return None
        if file is not None:
            if problems := self.too_large(label, file.name or "", file.size or 0):
                self.refuse(name, *problems)
                return None
            upload = Upload(clean_name(file.name or ""), file.read())
        else:  # it was read meanwhile (pages/site/waiting.py)
            try:
                upload = Upload(clean_name(self._request.POST.get(KEPT_NAME + name, "")), fetch_upload(kept or ""))
            except KeyError:
                what = "上传的文件已经清走（只留一天），没有收下。"
                self.refuse(name, Problem("READ-011", self.place(label), what, "请重新上传。"))
                return None
            if problems := self.too_large(label, upload.name, len(upload.content)):
                self.refuse(name, *problems)
                return None
        if problems := scan_upload(upload.content, upload.name):
            self.refuse(name, *problems)
            return None
        return upload

    def refuse(self, name: str, *problems: Problem) -> None:
        """More problems, of that field."""
        for problem in problems:
            self.problems.append(problem)
            self.wrong.setdefault(name, f"{problem.what}{problem.fix}")

    def check(self) -> None:
        """Refused with every problem so far."""
        if self.problems:
            raise Refused(*self.problems)

    # -- what a room says in its own way

    def parse_day(self, text: str) -> date:
        """ValueError for what is no day."""
        return date.fromisoformat(text)

    def place(self, label: str) -> Place:
        return Place(text=label, field=label)

    def unfit(self, label: str, text: str, what: str, fix: str) -> Problem:
        """What was typed into a field, and what it is not."""
        where = Place(text=f"{label}“{text}”", field=label)
        return Problem(self.code, where, what if text else "没有填写。", fix)

    def too_large(self, label: str, name: str, size: int) -> list[Problem]:
        """The problem of a file of so many bytes, from `file_sizes`; none where the service says it."""
        return []
