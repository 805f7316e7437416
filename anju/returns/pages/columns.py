"""What the page knows of the columns of a form: which are empty, and what there is to know before filling one in."""

import re
from typing import Any

from anju.returns.forms.spec import CellSource, FormColumn, FormSpec
from anju.returns.queries.grid import ReturnGrid

SINCE = {"year": "自年初累计", "period": "本期发生数", "all": "开工以来累计"}


def bare_columns(grid: ReturnGrid) -> set[str]:
    """The columns in which nothing stands, in any line."""
    return {column.code for column in grid.columns} - {code for (_, code), cell in grid.cells.items() if cell.text}


def column_data(grid: ReturnGrid) -> list[dict[str, Any]]:
    """What the grid in the browser must know of the columns; but for the sums of a selection it computes nothing."""
    return [
        {
            "code": one.code,
            "full": one.head + (f"（{one.unit}）" if one.unit else ""),
            "choices": list(one.choices),
            "computed": bool(one.formula),
            "locked": one.locked,
            "unit": one.unit if one.type == "number" else "",
        }
        for one in grid.columns
    ]


def column_help(spec: FormSpec, column: FormColumn) -> list[tuple[str, str]]:
    """What to know before filling the column in: its calibre, where it comes from, how fine it may be."""
    calibre = "自年初累计至统计截止日" if column.since_january else ""
    fine = (
        f"{column.unit}，{f'最多{column.places}位小数' if column.places else '整数'}" if column.type == "number" else ""
    )
    pairs = [
        ("怎样填", column.note),
        ("口径", calibre),
        ("单位", fine),
        ("来源", source_text(column.source) if column.source else ""),
        ("算法", formula_text(spec, column.formula)),
    ]
    return [pair for pair in pairs if pair[1]]


def source_text(source: CellSource) -> str:
    if source.event:
        return f"开表时取自台账的{SINCE[source.since]}，到统计截止日"
    if source.field:
        return "取自台账登记的内容"
    if source.last:
        return "开表时带上期所填"
    if source.target:
        return "取自下达的目标任务"
    return "取自另一张报表的合计" if source.form else "取自统计指标"


def formula_text(spec: FormSpec, formula: str) -> str:
    """A formula as people read it: 100 × 开工 ÷ 计划套数."""
    heads = {code: column.head for code, column in spec.by_code.items()}
    said = re.sub(r"[a-z][a-z0-9_]*", lambda match: heads.get(match[0], match[0]), formula)
    return said.replace("*", "×").replace("/", "÷")
