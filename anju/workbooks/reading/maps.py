"""The map file: what one form means, as data. One YAML file per form; docs/map-files.md explains it to those who write it."""

import difflib
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from anju import quantities
from anju.periods import period_end
from anju.problems import BLOCK, Place, Problem, Refused
from anju.yaml_files import load_yaml

STATES = Literal["unreported", "no_task", "not_applicable"]


class MapPart(BaseModel):
    """Everything in a map: unknown keys are refused, and text stays text."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


def _texts(value: Any) -> Any:
    return (value,) if isinstance(value, str) else tuple(value) if isinstance(value, list) else value


class MapColumn(MapPart):
    """One column, found by its header path: `年度基本建成情况 / 其中续建工程`; several spellings may be given."""

    path: tuple[str, ...]
    measure: str = ""
    calibre: str = ""
    key: str = ""  # how checks name it; the measure (and @calibre) when absent
    unit: str = ""
    period: str = ""
    document: str = ""
    required: bool = True
    negative: bool = False
    published: bool = False
    ratio: tuple[str, str] | None = None
    ignore: bool = False
    percent: Literal["", "fraction", "number"] = ""  # of a % column whose cells have no %: 0.85 is 85 %, or 0.85 %
    places: int | None = Field(default=None, ge=0, le=9)  # for template()
    _paths = field_validator("path", mode="before")(_texts)
    _ratio = field_validator("ratio", mode="before")(lambda value: tuple(value) if isinstance(value, list) else value)

    @property
    def name(self) -> str:
        return self.key or self.measure + (f"@{self.calibre}" if self.calibre else "")

    @model_validator(mode="after")
    def _complete(self) -> "MapColumn":
        if self.ratio and not self.published:
            raise ValueError("写了 ratio 的列是公布的比率，须写 published: true")
        if not self.ignore and not self.measure and not self.key:
            raise ValueError("每一列须写 measure；公布的结果列写 published: true 和 key；不读的列写 ignore: true")
        if self.unit and not _known_unit(self.unit):
            raise ValueError(f"没有“{self.unit}”这个计量单位")
        return self


def _known_unit(name: str) -> bool:
    return name in quantities.UNITS or name in quantities.ALIASES


class TotalRow(MapPart):
    """A total row. region: which region it is (the form's own when absent). of: what it is the sum of."""

    name: tuple[str, ...]
    region: str = ""
    calibre: str | None = None
    document: str = ""
    of: tuple[str, ...] = ()  # names of group or total rows; the region rows when absent
    except_: tuple[str, ...] = Field(default=(), alias="except")
    level: Literal["阻断", "提醒"] = BLOCK
    _names = field_validator("name", "of", "except_", mode="before")(_texts)


class GroupRow(MapPart):
    """A group row such as 市区合计. members: names, or `below` / `above` for the rows up to the next group or total."""

    name: tuple[str, ...]
    members: tuple[str, ...] | Literal["below", "above"] = "below"
    region: str = ""  # only when the group is itself a region to be stored
    except_: tuple[str, ...] = Field(default=(), alias="except")
    level: Literal["阻断", "提醒"] = BLOCK
    _names = field_validator("name", "except_", mode="before")(_texts)
    _members = field_validator("members", mode="before")(
        lambda value: tuple(value) if isinstance(value, list) else value
    )


class PartRow(MapPart):
    """A row that says how much of another row's numbers is in a part of it (其中：高新区): in no sum, and never more than its whole.

    of: the row it is a part of (the region row above when absent); region: only when the part is itself a region to be stored.
    """

    name: tuple[str, ...]
    of: str = ""
    region: str = ""
    level: Literal["阻断", "提醒"] = BLOCK
    _names = field_validator("name", mode="before")(_texts)


class MapRows(MapPart):
    """Which rows there are. label: header of the name column. regions: every row expected, if the form is fixed."""

    label: tuple[str, ...]
    totals: tuple[TotalRow, ...] = ()
    groups: tuple[GroupRow, ...] = ()
    parts: tuple[PartRow, ...] = ()
    regions: tuple[str, ...] = ()
    closed: bool = False  # whether a row that is not in `regions` stops the import
    aliases: dict[str, str] = Field(default_factory=dict)
    calibre: str = ""
    document: str = ""
    items: dict[str, str] = Field(default_factory=dict)  # rows are indicators, not regions: label → measure
    area: tuple[str, ...] = ("填报单位", "填报地区", "编制单位")  # where a form of indicators names its region
    _tuples = field_validator("label", "totals", "groups", "parts", "regions", "area", mode="before")(_texts)


class MapCheck(MapPart):
    """A sum or bound within one row: total = parts (remainder: true lets the parts leave some), small ≤ large, left = right (sums of both,
    "-name" is taken off), or value = the mean of columns, at the decimals that it is printed with."""

    total: str = ""
    parts: tuple[str, ...] = ()
    remainder: bool = False
    small: str = ""
    large: str = ""
    left: tuple[str, ...] = ()
    right: tuple[str, ...] = ()
    value: str = ""
    mean: tuple[str, ...] = ()
    level: Literal["阻断", "提醒"] = BLOCK
    why: str = ""
    _parts = field_validator("parts", "left", "right", "mean", mode="before")(_texts)

    @model_validator(mode="after")
    def _one_kind(self) -> "MapCheck":
        pairs = [(self.total, self.parts), (self.small, self.large), (self.left, self.right), (self.value, self.mean)]
        if [bool(one) + bool(two) for one, two in pairs if one or two] != [2]:
            raise ValueError("每条校验写 total 和 parts，small 和 large，left 和 right，或 value 和 mean，只写一对")
        if len(self.mean) == 1:
            raise ValueError("mean 至少写两列")
        return self

    @property
    def names(self) -> set[str]:
        """Every column that it is about."""
        sides = (name.removeprefix("-") for name in (*self.left, *self.right))
        return {*filter(None, (self.total, self.small, self.large, self.value)), *self.parts, *self.mean, *sides}


class PublishedResult(MapPart):
    """In a long form: a printed result and what it must agree with: a ratio of two measures, or a sum of several."""

    measure: str
    ratio: tuple[str, ...] = ()
    sum: tuple[str, ...] = ()
    _tuples = field_validator("ratio", "sum", mode="before")(_texts)

    @model_validator(mode="after")
    def _one(self) -> "PublishedResult":
        if bool(self.ratio) == bool(self.sum) or len(self.ratio) not in (0, 2):
            raise ValueError("写 ratio（分子、分母两项）或 sum（各分项），二者取一")
        return self


class MapSentence(MapPart):
    """A figure that stands in a sentence of the title or of a note: `新筹集建设{数}套`; several wordings may be given.

    where: only in the title, only in notes. region: the form's own when absent.
    """

    text: tuple[str, ...]
    measure: str
    calibre: str = ""
    unit: str = ""
    region: str = ""
    period: str = ""
    document: str = ""
    where: Literal["", "title", "notes"] = ""
    required: bool = True
    _texts = field_validator("text", mode="before")(_texts)

    @model_validator(mode="after")
    def _sound(self) -> "MapSentence":
        if any(text.count("{数}") != 1 or not text.replace("{数}", "").strip() for text in self.text):
            raise ValueError("每句话里写一个 {数}，前后写出认得出它的字")
        if self.unit and not _known_unit(self.unit):
            raise ValueError(f"没有“{self.unit}”这个计量单位")
        return self


class LongColumns(MapPart):
    """Headers of a long form."""

    region: tuple[str, ...] = ("区划",)
    measure: tuple[str, ...] = ("指标",)
    period: tuple[str, ...] = ("期间",)
    value: tuple[str, ...] = ("数值",)
    calibre: tuple[str, ...] = ("口径",)
    unit: tuple[str, ...] = ("单位", "计量单位")
    state: tuple[str, ...] = ("状态",)
    basis: tuple[str, ...] = ("推定依据",)
    source: tuple[str, ...] = ("出处",)
    scope: tuple[str, ...] = ("范围",)
    document: tuple[str, ...] = ("文件", "文号")
    effective_on: tuple[str, ...] = ("生效日期",)
    _tuples = field_validator("*", mode="before")(_texts)


LONG_REQUIRED = ("region", "measure", "period", "value")


class TableMap(MapPart):
    """A whole map. form: wide (regions down, measures across), items (indicators down) or long (one value a row)."""

    map: str
    form: Literal["wide", "items", "long"] = "wide"
    title: tuple[str, ...] = ()
    sheet: tuple[str, ...] = ()
    below: tuple[str, ...] = ()  # of several tables on a sheet: the line over this one; above: the line after it
    above: tuple[str, ...] = ()
    continues: tuple[str, ...] = ()  # sheets on which the form goes on with further columns (续表)
    period: str = ""  # may hold {year}: taken from the form's title
    area: str = ""  # the region a total row stands for
    unit: str = ""
    blanks: Literal["zero", "skip"] = "skip"  # how sums take an empty cell
    dash: STATES | Literal["blank"] = "not_applicable"
    rows: MapRows | None = None
    columns: tuple[MapColumn, ...] | LongColumns = ()
    measures: dict[str, str] = Field(default_factory=dict)
    calibres: dict[str, str] = Field(default_factory=dict)
    published: tuple[PublishedResult, ...] = ()
    negative: tuple[str, ...] = ()
    checks: tuple[MapCheck, ...] = ()
    sentences: tuple[MapSentence, ...] = ()
    note: str = ""
    _tuples = field_validator(
        "title", "sheet", "below", "above", "continues", "sentences", "published", "checks", "negative", mode="before"
    )(_texts)

    @field_validator("period")
    @classmethod
    def _is_period(cls, value: str) -> str:
        try:
            period_end(value.replace("{year}", "2000") or "2000")
        except Refused:
            raise ValueError(f"“{value}”不是期间；可以写 2021、2021-08、{{year}}，不写就按标题和选定的期间") from None
        return value

    @field_validator("columns", mode="before")
    @classmethod
    def _columns(cls, value: Any) -> Any:
        return tuple(value) if isinstance(value, list) else value

    @model_validator(mode="after")
    def _holds_together(self) -> "TableMap":
        if self.form == "long":
            if not isinstance(self.columns, LongColumns):
                object.__setattr__(self, "columns", LongColumns())
            return self
        if self.rows is None or not self.columns or isinstance(self.columns, LongColumns):
            raise ValueError("宽表须写 rows 和 columns")
        if (self.form == "items") != bool(self.rows.items):
            raise ValueError("form: items 须写 rows.items（行名 → 指标），其他形式不写")
        bare = [column for column in self.columns if not (column.ignore or column.published or column.measure)]
        if bare and self.form == "wide":
            raise ValueError(f"“{bare[0].path[0]}”列须写 measure")
        names = [column.name for column in self.columns if not column.ignore]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"列名 {'、'.join(twice)} 用了不止一次，请用 key 区分")
        wanted = {name for check in self.checks for name in check.names}
        wanted |= {name for column in self.columns for name in column.ratio or ()}
        wanted |= {name for row in (*self.rows.totals, *self.rows.groups) for name in row.except_}
        if lost := sorted(wanted - set(names)):
            raise ValueError(f"校验或比率写了没有的列 {'、'.join(lost)}；有的列：{'、'.join(sorted(names))}")
        rows = {name for row in (*self.rows.totals, *self.rows.groups) for name in row.name}
        if lost := sorted({name for total in self.rows.totals for name in total.of} - rows):
            raise ValueError(f"合计行引用了没有的行：{'、'.join(lost)}")
        return self


_ENGLISH = {
    "extra_forbidden": "不认识这一项",
    "missing": "缺少这一项",
    "string_type": "应当是文字（编号、年份、小数请加引号）",
    "literal_error": "不是可选的值",
    "bool_type": "应当是 true 或 false",
    "int_type": "应当是整数",
}

_MODELS = {
    "columns": (MapColumn, LongColumns), "rows": (MapRows,), "totals": (TotalRow,), "groups": (GroupRow,), "parts": (PartRow,), "checks": (MapCheck,), "published": (PublishedResult,),
    "sentences": (MapSentence,),
}  # fmt: skip


def load_map(path: str | Path) -> TableMap:
    """Read a map file. Refused with every problem at once: WB-101 unreadable, WB-102 not YAML, WB-103 not a map."""
    path = Path(path)
    try:
        document = load_yaml(path.read_text("utf-8"))
    except OSError as missing:
        raise Refused(
            Problem("WB-101", _place(path), "文件不存在或不能读取。", "请核对对照表文件的位置。")
        ) from missing
    except MarkedYAMLError as broken:
        line = broken.problem_mark.line + 1 if broken.problem_mark else 0
        raise Refused(
            Problem(
                "WB-102",
                _place(path, line),
                f"不是正确的 YAML：{broken.problem}。",
                "缩进用空格；冒号后空一格；请对照《对照表怎么写》。",
            )
        ) from broken
    except (YAMLError, UnicodeDecodeError) as broken:
        raise Refused(
            Problem("WB-102", _place(path), "不是 UTF-8 编码的 YAML 文本。", "请另存为 UTF-8 编码。")
        ) from broken
    if not isinstance(document, dict):
        raise Refused(Problem("WB-102", _place(path), "内容不是“名称: 值”的形式。", "请对照《对照表怎么写》。"))
    try:
        return TableMap.model_validate(_plain(document))
    except ValidationError as wrong:
        errors = wrong.errors(include_url=False)
        if isinstance(document.get("columns"), list):  # the other way of writing columns was not meant
            errors = [error for error in errors if error["loc"] != ("columns", "LongColumns")] or errors
        raise Refused(*(_problem(path, document, error) for error in errors)) from wrong


def _place(path: Path, line: int = 0, keys: str = "") -> Place:
    text = f"对照表 {path.name}" + (f" 第 {line} 行" if line else "")
    return Place(text, file=path.name, line=line, field=keys)


def _plain(value: Any) -> Any:
    """ruamel's round-trip types to plain ones; numbers stay what they were, so that strict validation sees them."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return str(value) if isinstance(value, str) else value


def _problem(path: Path, document: Any, error: Any) -> Problem:
    steps, line, node = [], 0, document
    for step in error["loc"]:
        if isinstance(node, dict) and step in node:
            line = node.lc.key(step)[0] + 1
            node = node[step]
        elif isinstance(node, list) and isinstance(step, int) and step < len(node):
            line = node.lc.item(step)[0] + 1
            node = node[step]
        elif (isinstance(step, str) and step[:1].isupper()) or (isinstance(step, str) and "[" in step):
            continue  # the name of a union's branch
        steps.append(f"第 {step + 1} 项" if isinstance(step, int) else str(step))
    message = str(error.get("ctx", {}).get("error", "")) or _ENGLISH.get(error["type"], "写法不对")
    fix = "请对照《对照表怎么写》改正。"
    if error["type"] == "extra_forbidden":
        models = _MODELS.get(
            next((str(step) for step in reversed(error["loc"][:-1]) if step in _MODELS), ""), (TableMap,)
        )
        known = [key for model in models for key in model.model_fields]
        near = difflib.get_close_matches(str(error["loc"][-1]), known, 1)
        fix = f"是不是“{near[0]}”？{fix}" if near else fix
    return Problem(
        "WB-103",
        _place(path, line, " → ".join(steps)),
        f"{' → '.join(steps) or '整个文件'}：{message}。",
        fix,
    )
