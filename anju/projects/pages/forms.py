"""The forms of projects: which inputs they show, and how what was typed into them is read. What the texts mean the services decide."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from anju import file_sizes
from anju.core.pages.forms import Input, PostedForm
from anju.problems import Place, Problem
from anju.projects.fields import CHOICE, DAY, FIELDS, ORGANISATION, ProjectField, field_text, read_day
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


def problems_by_field(problems: Iterable[Problem], labels: Mapping[str, str]) -> dict[str, str]:
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
    wrong = problems_by_field(problems, {name: field.label for name, field in FIELDS.items()})
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


def _input(field: ProjectField, value: Any, wrong: str) -> Input:
    text = value if isinstance(value, str) else field_text(field, value)
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


def changed_values(project: Project, texts: Mapping[str, str]) -> dict[str, str]:
    """Of what was typed, what differs from what stands."""
    stands = {name: field_text(FIELDS[name], getattr(project, name)) for name in texts}
    codes = {name: getattr(project, name) for name in texts if FIELDS[name].type == CHOICE}
    return {name: text for name, text in texts.items() if text not in (stands[name], codes.get(name))}


class ProjectForm(PostedForm):
    """A form about a project: its days may be written in every usual way."""

    code, file_code = "PROJ-050", "PROJ-051"
    day_fix = "请写成 2026-03-31 的样子。"

    def parse_day(self, text: str) -> date:
        return read_day(text)

    def place(self, label: str) -> Place:
        return Place.of(self.where, label)

    def unfit(self, label: str, text: str, what: str, fix: str) -> Problem:
        return Problem(self.code, self.place(label), f"“{text}”{what}" if text else "没有填写。", fix)

    def too_large(self, label: str, name: str, size: int) -> list[Problem]:
        return file_sizes.too_large(
            size,
            file_sizes.EVIDENCE,
            code=self.file_code,
            where=self.place(label),
            what=f"《{name}》超过 {file_sizes.megabytes(file_sizes.EVIDENCE)} 兆。",
            fix="请压缩或拆开后再上传。",
        )
