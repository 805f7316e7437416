"""What a person confirmed of a pasted head, and the declared table that it makes."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from anju.documents.asking.pasted import PastedTable
from anju.documents.asking.proposing import ABSENT, BLANK, NUMBER
from anju.figures.models import Measure
from anju.figures.queries.current import catalogue
from anju.problems import Place, Problem, Refused
from anju.quantities import ALIASES, UNITS, unit_of_measure

CODE = re.compile(r"〔([a-z][a-z0-9_.]*)〕\s*$")
COMPUTED = re.compile(r"(名次|同比|环比|差额|比率|合计)[:：]?\s*(.+)")
COLUMN = re.compile(r"第\s*(\d{1,2})\s*栏")
AGAINST = {"同比": "same-last-year", "环比": "last"}
PERIODS = {
    "own": "本期", "year": "本年", "year-1": "上年", "last": "上期", "same-last-year": "上年同期", "latest": "最近一期",
}  # fmt: skip
BELOW = "below"


@dataclass(frozen=True)
class ColumnPick:
    """says: a measure with its code, or what is computed of other columns (名次：第3栏), or （空着）."""

    says: str
    unit: str = ""
    period: str = "own"
    calibre: str = ""


@dataclass(frozen=True)
class Picks:
    """rows: for each name the code of its region, "" for none; no rows are the region and its parts.

    whole: the region of which the others are parts. read_in: the period in which the names were read: a county may be another later.
    """

    name: str
    columns: tuple[ColumnPick, ...]
    rows: tuple[str, ...] = ()
    whole: str = ""
    read_in: str = ""

    def as_stored(self) -> dict[str, Any]:
        columns = [asdict(one) for one in self.columns]
        return {"columns": columns, "rows": list(self.rows), "whole": self.whole, "read_in": self.read_in}

    @classmethod
    def of_stored(cls, name: str, said: Mapping[str, Any]) -> "Picks":
        columns = tuple(ColumnPick(**one) for one in said["columns"])
        return cls(name, columns, tuple(said["rows"]), said.get("whole", ""), said.get("read_in", ""))


def declare_table(pasted: PastedTable, picks: Picks) -> dict[str, Any]:
    """The table as a declaration (anju/documents/tables). Refused DOC-122 with each column that will not do."""
    problems: list[Problem] = []
    leaves = []
    for number, (path, pick) in enumerate(zip(pasted.heads, picks.columns, strict=True), 1):
        try:
            leaves.append(
                {"head": plain(path[-1]) if path else "", "key": f"c{number}"} | _content(pick, number, picks.columns)
            )
        except ValueError as error:
            where = Place.of("临时取数", " / ".join(path) or f"第{number}栏")
            problems.append(
                Problem(
                    "DOC-122",
                    where,
                    str(error),
                    "请从列出的指标里选一个，或写（空着）；算出来的写成“差额：第1栏−第2栏”。",
                )
            )
    if problems:
        raise Refused(*problems)
    declared: dict[str, Any] = {
        "title": f"{plain(picks.name)}（{{span}}）",
        "corner": plain(pasted.corner),
        "columns": _tree([path[:-1] for path in pasted.heads], leaves),
    }
    if pasted.unit:
        declared["unit"] = pasted.unit
    if pasted.numbered:
        declared["numbered"] = pasted.numbered
    if picks.rows:
        declared["rows"] = {"lines": [
            {"label": plain(name) or "　", "region": code or ABSENT, "whole": bool(code) and code == picks.whole}
            for name, code in zip(pasted.names, picks.rows, strict=True)
        ]}  # fmt: skip
    else:
        declared["rows"] = {"regions": BELOW}
    return declared


def plain(text: str) -> str:
    """Somebody's words, in which braces are no placeholders."""
    return text.replace("{", "｛").replace("}", "｝")


def _tree(above: Sequence[tuple[str, ...]], leaves: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Neighbours under the same heading stand under it once."""
    columns: list[dict[str, Any]] = []
    start = 0
    while start < len(leaves):
        if not above[start]:
            columns.append(leaves[start])
            start += 1
            continue
        end = start + 1
        while end < len(leaves) and above[end][:1] == above[start][:1]:
            end += 1
        below = _tree([path[1:] for path in above[start:end]], leaves[start:end])
        columns.append({"head": plain(above[start][0]), "columns": below})
        start = end
    return columns


def _content(pick: ColumnPick, number: int, columns: Sequence[ColumnPick]) -> dict[str, Any]:
    says = pick.says.strip()
    if says in ("", BLANK):
        return {"text": "none"}
    if says == NUMBER:
        return {"text": "number"}
    if match := CODE.search(says):
        return _measure(match[1], pick)
    if says in catalogue():
        return _measure(says, pick)
    if named := [one for one in catalogue().values() if one.name == says]:
        return _measure(named[0].code, pick)
    if match := COMPUTED.match(says):
        return _computed(match[1], match[2], pick, number, columns)
    raise ValueError(f"“{says[:40]}”不是指标，也不是能算的。")


def _measure(code: str, pick: ColumnPick) -> dict[str, Any]:
    measure = catalogue().get(code)
    if measure is None:
        raise ValueError(f"指标目录里没有 {code}。")
    unit = ALIASES.get(pick.unit, pick.unit) if pick.unit else ""
    if unit and unit not in UNITS:
        raise ValueError(f"没有“{pick.unit}”这个单位。")
    families = {unit_of_measure(one).family for one in (measure.unit, *measure.units)}
    rate = measure.kind == Measure.Kind.RATIO
    if rate or not unit:
        unit = "%" if rate else measure.unit
    elif unit_of_measure(unit).family not in families:
        raise ValueError(f"{measure.name}的单位是{measure.unit}，不能印成{unit}。")
    if pick.calibre and pick.calibre not in measure.calibres:
        raise ValueError(f"{measure.name}没有口径 {pick.calibre}。")
    content = {"code": code, "unit": unit, "period": pick.period, "places": places_for(measure, unit)}
    return content | ({"calibre": pick.calibre} if pick.calibre else {})


def places_for(measure: Measure, unit: str) -> int:
    """At most so many decimals: of a rate the catalogue's, of a count none, of larger units two."""
    if unit == "%":
        return 1 if measure.places is None else measure.places
    return 0 if unit_of_measure(unit).factor == 1 else 2


def _computed(kind: str, of: str, pick: ColumnPick, number: int, columns: Sequence[ColumnPick]) -> dict[str, Any]:
    named = [int(one) for one in COLUMN.findall(of)]
    if not named or any(not 1 <= one <= len(columns) for one in named):
        raise ValueError(f"“{of[:40]}”没有说清是第几栏。")
    if number in named:
        raise ValueError("不能用到它自己这一栏。")
    keys = [f"c{one}" for one in named]
    if kind == "名次":
        return {"rank": {"of": keys[0], "ties": "skip"}}
    if kind in AGAINST:
        return {"change": {"of": keys[0], "against": AGAINST[kind]}, "unit": "%", "places": 1}
    if kind == "合计":
        return {"formula": " + ".join(keys)}
    if len(keys) != 2:
        raise ValueError(f"{kind}要写两栏，如“{kind}：第1栏−第2栏”。")
    if kind == "比率":
        return {"formula": f"{keys[0]} / {keys[1]}", "unit": "%", "places": 1}
    return {"formula": f"{keys[0]} - {keys[1]}"}
