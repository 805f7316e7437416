"""What the pages' forms show: one input a line, what was typed kept, what is wrong beside it. What the texts mean the services decide."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from anju import file_sizes
from anju.problems import Place, Problem, Refused
from anju.projects.fields import CHOICE, DAY, FIELDS, ORGANISATION, Field, Unfit, day, show
from anju.projects.models import Project

# How the pages of a project are laid out: parts with their fields. The same for registering and for editing.
PARTS = (
    ("基本情况", ("code", "name", "year", "renovation", "grade", "body", "builder", "approval", "licence")),
    (
        "规模和投资",
        ("units", "monetised", "households", "buildings", "communities", "area", "built_year", "consent", "investment"),
    ),
    ("时间", ("start_by", "due_on")),
    ("位置", ("address", "longitude", "latitude")),
    ("其他", ("note",)),
)
HINTS = {
    "code": "项目库编码或自编，同一区划内不重复",
    "longitude": "如 112.851234",
    "latitude": "如 35.490702",
    "due_on": "施工合同约定的竣工日期",
    "start_by": "按计划最迟哪天开工",
    "body": "写全称或简称",
    "builder": "写全称或简称",
}
WHOLE, LARGE = ("note",), ("name", "address", "approval")


@dataclass(frozen=True)
class Input:
    """One line of a form. type: text, number, date, choice, area or file."""

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


def wrongs(problems: Iterable[Problem], labels: Mapping[str, str]) -> dict[str, str]:
    """What is wrong with each input, by the field that a problem's place names. labels: input → its label on this page."""
    found: dict[str, str] = {}
    for problem in problems:
        if problem.where.field and (name := _input_of(problem.where.field, labels)):
            found.setdefault(name, f"{problem.what}{problem.fix}")
    return found


def _input_of(field: str, labels: Mapping[str, str]) -> str:
    """The input of that label, or of the longest that is part of it: a page says 面积 for 面积（平方米）, and 日期 for 拍摄日期."""
    near = [name for name, label in labels.items() if label and label in field]
    return max(near, key=lambda name: len(labels[name]), default="")


def project_parts(
    kind: str, values: Mapping[str, Any], problems: Iterable[Problem] = (), locked: Iterable[str] = ()
) -> list[tuple[str, list[Input]]]:
    """The form of a project of that kind. values: texts as typed, or stored values; locked: what only a document may change."""
    wrong = wrongs(problems, {name: field.label for name, field in FIELDS.items()})
    return [
        (
            title,
            [
                _input(FIELDS[name], values.get(name), wrong.get(name, ""))
                for name in names
                if kind in FIELDS[name].kinds and name not in locked
            ],
        )
        for title, names in PARTS
    ]


def _input(field: Field, value: Any, wrong: str) -> Input:
    text = value if isinstance(value, str) else show(field, value)
    kind = {CHOICE: "choice", DAY: "date", ORGANISATION: "text"}.get(field.type, "text")
    choices = tuple(field.choices.items()) if field.type == CHOICE else ()
    if field.type == CHOICE:
        text = value or ""
    if field.name == "note":
        kind = "area"
    label = field.label.partition("（")[0]
    return Input(
        name=field.name,
        label=label,
        type=kind,
        value=text,
        unit=field.unit,
        hint=HINTS.get(field.name, ""),
        choices=choices,
        wrong=wrong,
        whole=field.name in WHOLE,
        large=field.name in LARGE,
    )


def typed(post: Mapping[str, str], names: Iterable[str]) -> dict[str, str]:
    """What was typed into those fields, without the spaces around it."""
    return {name: post[name].strip() for name in names if name in post}


def changed(project: Project, texts: Mapping[str, str]) -> dict[str, str]:
    """Of what was typed, what differs from what stands."""
    stands = {name: show(FIELDS[name], getattr(project, name)) for name in texts}
    codes = {name: getattr(project, name) for name in texts if FIELDS[name].type == CHOICE}
    return {name: text for name, text in texts.items() if text not in (stands[name], codes.get(name))}


class Reading:
    """What was typed into the form of an act. Days that are none and files that are too large are told together, before the act is tried."""

    def __init__(self, post: Mapping[str, str], files: Mapping[str, Any], where: str) -> None:
        self.post, self.files, self.where = post, files, where
        self.problems: list[Problem] = []

    def text(self, name: str) -> str:
        return self.post.get(name, "").strip()

    def day(self, name: str, label: str, needed: bool = True) -> date | None:
        text = self.text(name)
        if not text:
            if needed:
                self.problems.append(
                    Problem("PROJ-050", Place.of(self.where, label), "没有填写。", "请写成 2026-03-31 的样子。")
                )
            return None
        try:
            return day(text)
        except Unfit as unfit:
            self.problems.append(Problem("PROJ-050", Place.of(self.where, label), unfit.what, unfit.fix))
            return None

    def number(self, name: str, label: str) -> int | None:
        """A whole number, such as a year."""
        text = self.text(name)
        if text.isascii() and text.isdecimal() and len(text) < 10:
            return int(text)
        self.problems.append(
            Problem(
                "PROJ-050", Place.of(self.where, label), f"“{text}”不是整数。" if text else "没有填写。", "请写整数。"
            )
        )
        return None

    def file(self, name: str, label: str, needed: bool = False) -> tuple[str, bytes] | None:
        file = self.files.get(name)
        if file is None:
            if needed:
                self.problems.append(
                    Problem("PROJ-051", Place.of(self.where, label), "没有选文件。", "请选一个文件再提交。")
                )
            return None
        larger = file_sizes.too_large(
            file.size,
            file_sizes.EVIDENCE,
            code="PROJ-051",
            where=Place.of(self.where, label),
            what=f"《{file.name}》超过 {file_sizes.megabytes(file_sizes.EVIDENCE)} 兆。",
            fix="请压缩或拆开后再上传。",
        )
        self.problems += larger
        return None if larger else (file.name, file.read())

    def check(self) -> None:
        if self.problems:
            raise Refused(*self.problems)
