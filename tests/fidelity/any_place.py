"""A place's folder made of a few lines, its paper in the one style that names no measure, and the Word file read back: which figures it does not tell."""

import io
import json
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import docx
from openpyxl import Workbook
from ruamel.yaml import YAML

STYLE = "figures-brief"
HEAD = ("区划", "指标", "期间", "口径", "数值", "单位", "状态", "推定依据", "出处")
SHOWN_UNITS = {"point": "分", "%": "%"}


class Printed(NamedTuple):
    """A figure as a paper printed it."""

    place: str
    measure: str
    period: str
    digits: str
    unit: str


def make_folder(folder: Path, said: dict[str, Any]) -> Path:
    """A long table with a map, and the place's own measures."""
    book = Workbook()
    book.active.title = "Sheet1"
    book.active.append(HEAD)
    for place, code, period, digits, unit, *calibre in said["figures"]:
        book.active.append(
            (place, code, str(period), calibre[0] if calibre else None, digits, unit, None, None, "原文")
        )
    (folder / "maps").mkdir()
    book.save(folder / "表.xlsx")
    names = {row[1]: row[1] for row in said["figures"]}
    table = {"map": "long-form", "form": "long", "sheet": "Sheet1", "measures": names}
    place = {
        "title": "示例", "region": said["region"], "period": said["period"], "on": f"{said['period'][:4]}-12-31",
        "workbooks": [{"file": "表.xlsx", "map": "long-form"}], "documents": [],
    }  # fmt: skip
    if said.get("measures"):
        write_yaml(folder / "measures.yaml", {"measures": said["measures"]})
    write_yaml(folder / "maps" / "long-form.yaml", table)
    lines = [
        f"{key}: {json.dumps(value, ensure_ascii=False) if key != 'on' else value}" for key, value in place.items()
    ]
    (folder / "place.yaml").write_text("\n".join(lines), "utf-8")
    return folder


def copy_case(case: Path, folder: Path) -> Path:
    """A case without the papers and the runs that it asks for."""
    shutil.copytree(case, folder, dirs_exist_ok=True)
    lines = (folder / "place.yaml").read_text("utf-8").splitlines()
    kept = [line for line in lines if not line.startswith(("documents:", "runs:", "  - {kind:"))]
    (folder / "place.yaml").write_text("\n".join([*kept, "documents: []", ""]), "utf-8")
    return folder


def write_yaml(path: Path, said: dict[str, Any]) -> None:
    path.write_text(json.dumps(said, ensure_ascii=False), "utf-8")  # which is YAML too


def answer_all(folder: Path, asked: list[str]) -> None:
    said = read_yaml(folder / "place.yaml")
    said["workbooks"][0]["answers"] = dict.fromkeys(asked, "原文如此")
    day = said["on"].isoformat()
    lines = [f"{key}: {json.dumps(one, ensure_ascii=False) if key != 'on' else day}" for key, one in said.items()]
    (folder / "place.yaml").write_text("\n".join(lines), "utf-8")


def read_yaml(path: Path) -> Any:
    return YAML(typ="safe").load(path.read_text("utf-8"))


def written_word(region: str, period: str) -> bytes:
    from anju.core.people.scope import local_actor, open_scope
    from anju.core.regions.tree import find_region
    from anju.documents.queries.documents import find_version
    from anju.documents.services.documents import write_document
    from anju.documents.writers.formats import write_formats

    with open_scope(local_actor()) as user:
        document = write_document(
            by=user,
            kind=STYLE,
            region=find_region(user, region),
            period=period,
            options={"organs": ["示例机关"]},
            prose={},
        )
        html = find_version(user, document).html
    [content] = write_formats(html, ["docx"]).values()
    return content


def ledger_figures(region: str, period: str) -> list[Printed]:
    """Every number that stands in the ledger for the place and all below it, of that period or, of tasks, of its year, as it was printed."""
    from anju.core.people.scope import local_actor, open_scope
    from anju.figures.models import CurrentFigure
    from anju.quantities import unit_of_measure

    found = []
    with open_scope(local_actor()):
        rows = CurrentFigure.objects.filter(state="number").select_related("region", "measure")
        for row in rows:
            of_year = row.period == period[:4] and row.measure.target_of_id
            if row.region.code[:2] != region[:2] or not (
                row.period == period or row.period.startswith(f"{period}-") or of_year
            ):
                continue
            scaled = Fraction(row.value * 10**row.places, unit_of_measure(row.unit).factor)
            assert scaled.denominator == 1
            digits = f"{int(scaled):0{row.places + 1}d}"
            digits = f"{digits[: -row.places]}.{digits[-row.places :]}" if row.places else digits
            found.append(
                Printed(row.region.name, row.measure.name, row.period, digits, SHOWN_UNITS.get(row.unit, row.unit))
            )
    return found


@dataclass
class PaperRead:
    """The text without spaces, and every cell of a table: (row, head, unit, digits)."""

    text: str
    cells: list[tuple[str, str, str, str]]

    @classmethod
    def of_word(cls, content: bytes) -> "PaperRead":
        word = docx.Document(io.BytesIO(content))
        text = "".join("".join(one.text.split()) for one in word.paragraphs)
        cells = []
        for table in word.tables:
            rows = [["".join(cell.text.split()) for cell in row.cells] for row in table.rows]
            if len(rows) < 3 or rows[0][0] != rows[1][0]:
                continue
            heads, units = rows[:2]
            cells += [
                (row[0], *column) for row in rows[2:] for column in zip(heads[1:], units[1:], row[1:], strict=True)
            ]
        return cls(text, cells)

    def tells(self, one: Printed, whole: str) -> bool:
        """In the text right behind its name, or in its row under its head; there in the unit of the column, if it is the same amount."""
        in_text = one.place == whole and any(
            f"{name}{one.digits}{one.unit}" in self.text for name in spoken_names(one.measure)
        )
        return in_text or any(
            row == one.place and one.measure in head and same_amount(digits, unit, one)
            for row, head, unit, digits in self.cells
        )


def spoken_names(measure: str) -> list[str]:
    """In full, as a member (其中), as the task behind what was done."""
    member = [measure.partition("（")[2].removesuffix("）")] if measure.endswith("）") else []
    beside = [word for sign, word in (("任务", "任务"), ("率", "完成率")) if sign in measure]
    return [measure, *member, *beside]


def same_amount(digits: str, unit: str, one: Printed) -> bool:
    from anju.quantities import UNITS

    if unit == one.unit or not digits:
        return digits == one.digits
    first, second = UNITS.get(unit), UNITS.get(one.unit)
    if first is None or second is None or first.family != second.family:
        return False
    return Fraction(digits) * first.factor == Fraction(one.digits) * second.factor


def untold(content: bytes, figures: Iterable[Printed], whole: str) -> list[Printed]:
    paper = PaperRead.of_word(content)
    return [one for one in figures if not paper.tells(one, whole)]
