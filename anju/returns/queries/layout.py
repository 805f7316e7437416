"""How a return's grid is headed on paper and in files, and what its content comes to."""

import hashlib
import json
from collections.abc import Iterable

from anju.returns.forms.spec import FormColumn, FormSpec
from anju.returns.models import Cell, Line, Return
from anju.returns.sources.ledgers import named


def corner_heading(spec: FormSpec) -> str:
    """The head over the rows' names."""
    return named(spec, "指标名称")


def form_units(columns: Iterable[FormColumn]) -> list[str]:
    """The units that the form counts in, as they come; a share is no count."""
    return list(dict.fromkeys(column.unit for column in columns if column.unit not in ("", "%")))


def heading_path(column: FormColumn, several: bool) -> tuple[str, ...]:
    """A column's heads from the top; the last with its unit when the form counts in several."""
    told = column.unit and (several or column.unit == "%") and column.unit not in column.label
    return (*column.group, f"{column.label}（{column.unit}）" if told else column.label)


def content_digest(ret: Return) -> str:
    """SHA-256 of what the return says: its rows, its cells, its explanation. Who wrote them and when is no part of it."""
    lines = list(Line.objects.filter(ret=ret).order_by("order", "id").values_list("key", "label"))
    cells = sorted(Cell.objects.filter(ret=ret).values_list("line", "column", "state", "value", "places", "text"))
    said = [ret.form.digest, ret.region.code, ret.period, lines, cells, ret.note]
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()
