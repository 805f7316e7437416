"""What a form (报表) is: its YAML read, checked and told in Chinese with the line of every slip."""

import hashlib
import json
import re
from datetime import date
from functools import cache, cached_property
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PrivateAttr, ValidationError, model_validator
from ruamel.yaml.error import MarkedYAMLError

from anju.problems import Place, Problem, Refused
from anju.quantities import unit_of_measure
from anju.returns.forms.parts import FormPart, Respelled
from anju.rules.language.versions import LANGUAGE
from anju.yaml_files import load_yaml

NAME = r"^[a-z][a-z0-9_]*$"
SLUG = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"
TOTAL = "total"  # the key of the line of sums that a form with a ledger's lines has
FIX = "请照《怎样写一张报表》（docs/forms.md）的写法改。"
DEPARTMENTS = Path(__file__).with_name("departments.yaml")


def _quoted(value: Any) -> Any:
    if isinstance(value, date | int | bool) or type(value).__name__ == "ScalarFloat":
        raise ValueError("要加引号")
    return value


Text = Annotated[str, BeforeValidator(_quoted)]
Day = Annotated[date, BeforeValidator(lambda value: date.fromisoformat(_quoted(value)))]
Clock = Annotated[str, BeforeValidator(_quoted), Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]


class Authority(FormPart):
    """Who set the form up (制定机关), by which document, and how far it was checked (核 seen, 次 second-hand)."""

    issuer: str
    number: str = ""
    source: str = ""
    trust: Literal["核", "次"]
    valid_until: Day | None = None  # 有效期至


class CutOff(FormPart):
    """统计截止日: a day of the period's last month, or its last day."""

    day: int | Literal["last"] = "last"


class Deadline(FormPart):
    """A moment by which it must be there. day: of the period's last month (months: so many months later); workdays, days: after its end."""

    day: int | Literal["last"] | None = None
    months: int = 0
    workdays: int | None = None
    days: int | None = None
    on: Day | None = None
    time: Clock = "23:59"

    @model_validator(mode="after")
    def one_way(self) -> "Deadline":
        if sum(x is not None for x in (self.day, self.workdays, self.days, self.on)) != 1:
            raise ValueError("day、workdays、days、on 写一个，且只写一个")
        return self


FIRST = "projects"  # the ledger meant by forms that were written before there was a second one


class CellSource(Respelled):
    """Where a cell is filled from when a return is opened. Exactly one of the sources.

    ledger with field: a field of its item. ledger with event: the sum of a kind of event since the year's or period's beginning, or ever
    (all), or its newest word; mode narrows it, rest is the mode of what no other column of the same event takes. target, measure: a figure
    of the region. form+column: another form's sum. last: what the last period said. Older: project for field, event without a ledger.
    """

    ledger: str = ""
    field: str = ""
    event: str = ""
    since: Literal["year", "period", "all"] = "year"
    mode: str | None = None
    rest: str = ""
    kinds: tuple[str, ...] = ()
    target: str | None = None
    measure: str | None = None
    calibre: str = ""
    form: str | None = None
    column: str | None = None
    last: bool = False

    @model_validator(mode="before")
    @classmethod
    def word(cls, value: Any) -> Any:
        return {"last": True} if value == "last" else value

    @staticmethod
    def from_older(value: dict[str, Any]) -> dict[str, Any] | None:
        if "ledger" in value or not {"project", "event"} & set(value):
            return None
        return {"ledger": FIRST} | {"field" if key == "project" else key: one for key, one in value.items()}

    @staticmethod
    def to_older(value: dict[str, Any]) -> dict[str, Any]:
        return {"project" if key == "field" else key: one for key, one in value.items() if key != "ledger"}

    @model_validator(mode="after")
    def one(self) -> "CellSource":
        if sum(map(bool, (self.field, self.event, self.target, self.measure, self.form, self.last))) != 1:
            raise ValueError("来源写一个，且只写一个：台账的 field 或 event、target、measure、form、last")
        if bool(self.ledger) != bool(self.field or self.event):
            raise ValueError("ledger（台账）和它的 field（字段）或 event（事项）一起写")
        if bool(self.form) != bool(self.column):
            raise ValueError("form 和 column 一起写")
        return self


class FormColumn(FormPart):
    """A column (列). formula: computed, never typed. only: for lines with these facts; elsewhere 不适用. optional: may stay blank."""

    code: str = Field(pattern=NAME, max_length=40)
    label: str
    number: str = ""  # 栏次 as printed
    group: tuple[str, ...] = ()
    unit: str = ""
    places: int = Field(default=0, ge=0, le=6)
    type: Literal["number", "text", "choice", "date"] = "number"
    choices: tuple[Text, ...] = ()
    source: CellSource | None = Field(default=None, alias="from")
    locked: bool = False
    optional: bool | None = None
    signed: bool = False
    sum: bool = True
    cumulative: bool | None = (
        None  # since the year's beginning: the first period of a year has no last one to be compared with
    )
    formula: Text = ""
    only: dict[str, tuple[Text, ...]] = {}
    joint: tuple[str, ...] = ()  # the kinds of departments that it concerns, where departments.yaml does not know
    note: str = ""

    @model_validator(mode="after")
    def fits(self) -> "FormColumn":
        if self.type == "number":
            try:
                unit_of_measure(self.unit)
            except KeyError:
                raise ValueError(f"不认识计量单位“{self.unit}”") from None
        elif self.unit or self.places or self.formula:
            raise ValueError("不是数的列不写 unit、places、formula")
        if bool(self.choices) != (self.type == "choice"):
            raise ValueError("choices 和 type: choice 一起写")
        if self.formula and (self.source or self.locked):
            raise ValueError("算出来的列不写 from、locked")
        return self

    @property
    def needed(self) -> bool:
        """Must something stand there at hand-in? Numbers must unless the form lets them stay blank; texts need not unless it says so."""
        return not self.formula and (not self.optional if self.optional is not None else self.type == "number")

    @property
    def since_january(self) -> bool:
        return (
            self.cumulative
            if self.cumulative is not None
            else bool(self.source and self.source.event and self.source.since == "year")
        )

    @property
    def head(self) -> str:
        return "".join(f"{group}—" for group in self.group) + self.label

    def takes(self, facts: dict[str, Any]) -> bool:
        return not self.only or all(str(facts.get(key, "")) in allowed for key, allowed in self.only.items())


class FixedLine(FormPart):
    """A line that the form names. total_of, less: it is the sum of those lines less these, computed, never typed."""

    key: str = Field(pattern=NAME, max_length=60)
    label: str
    number: str = ""
    indent: int = 0
    total_of: tuple[str, ...] = ()
    less: tuple[str, ...] = ()
    heading: bool = False  # a line of text only
    facts: dict[str, Text] = {}
    only: tuple[str, ...] = ()  # the columns that it has; none: all

    @property
    def computed(self) -> bool:
        return bool(self.total_of or self.less)


class FormRows(Respelled):
    """Lines of a ledger's items (of these kinds; none: of all), or lines that the form names. Older: projects with their kinds."""

    ledger: str = ""
    kinds: tuple[str, ...] = ()
    fixed: tuple[FixedLine, ...] = ()

    @staticmethod
    def from_older(value: dict[str, Any]) -> dict[str, Any] | None:
        if not isinstance(projects := value.get("projects"), dict):
            return None
        return {"ledger": FIRST} | projects | {key: one for key, one in value.items() if key != "projects"}

    @staticmethod
    def to_older(value: dict[str, Any]) -> dict[str, Any]:
        return {"projects": {"kinds": value.get("kinds", [])}}

    @model_validator(mode="after")
    def one(self) -> "FormRows":
        if bool(self.ledger) == bool(self.fixed):
            raise ValueError("ledger（台账）和 fixed 写一个，且只写一个")
        return self


class FormCheck(FormPart):
    """A check (检查). on: each line, the line of sums, or the lines of these keys. The formula holds where all is well."""

    id: str = Field(pattern=SLUG, max_length=40)
    level: Literal["阻断", "提醒"]
    columns: tuple[str, ...] = Field(min_length=1)
    on: Literal["row", "total"] | tuple[str, ...] = "row"
    only: dict[str, tuple[Text, ...]] = {}
    formula: Text
    says: str
    explain: str = ""  # what to do
    source: str = ""

    @property
    def name(self) -> str:
        return "check_" + self.id.replace("-", "_")


class CrossFact(FormPart):
    """A fact that checks may name besides the cells of their line: a cell of another form (of the same region, its period ending on the same
    day) or of this one (without form), a target, a figure.

    same: of the line of the same key; otherwise of `line`, or the sum of the column over the lines with the facts of where.
    """

    name: str = Field(pattern=NAME, max_length=40)
    label: str
    unit: str
    form: str = ""
    column: str = ""
    line: str = ""
    where: dict[str, tuple[Text, ...]] = {}
    same: bool = False
    target: str = ""
    measure: str = ""
    calibre: str = ""

    @model_validator(mode="after")
    def one(self) -> "CrossFact":
        if sum(map(bool, (self.column, self.target, self.measure))) != 1:
            raise ValueError("来源写一个，且只写一个：column（别的表另写 form）、target、measure")
        return self


class PublishedSum(FormPart):
    """On lock: the sum of a column over the lines with these facts (or of one line) becomes a figure."""

    measure: str
    column: str
    where: dict[str, tuple[Text, ...]] = {}
    line: str = ""
    calibre: str = ""


class Receiver(FormPart):
    code: str = Field(pattern=SLUG, max_length=30)
    name: str
    how: Literal["here", "copy", "file"] = "copy"
    order: tuple[str, ...] = ()
    heads: dict[str, str] = {}
    file: Literal["xlsx", "csv"] = "xlsx"
    days: int = 0


class PrintLayout(FormPart):
    signers: tuple[str, ...] = ("填表人", "审核人", "单位负责人")
    landscape: bool = True
    size: Literal["A3", "A4"] = "A4"
    notes: tuple[str, ...] = ()


class FormSpec(FormPart):
    """A form, whole."""

    code: str = Field(pattern=SLUG, max_length=40)
    name: str
    number: str = ""  # 表号 as printed
    since: Day
    until: Day | None = None  # the last day on which a period may end
    authority: Authority
    unit: Literal["housing", "finance", "audit", "reform", "statistics", "land", "civil", "office", "builder", "body"]
    level: Literal["county", "city", "province"] = "county"
    period: Literal["month", "quarter", "half", "year", "once"]
    once: Text = ""  # the one period of a form that is filled once
    asked: bool = True  # false: it is there to be opened, but nobody is reminded of it
    cut_off: CutOff = CutOff()
    opens: Deadline | None = None
    due: dict[Literal["unit", "city", "province"], Deadline]
    rows: FormRows
    columns: tuple[FormColumn, ...] = Field(min_length=1)
    checks: tuple[FormCheck, ...] = Field(min_length=1)
    across: tuple[CrossFact, ...] = ()
    publish: tuple[PublishedSum, ...] = ()
    joint: tuple[str, ...] = ()
    receivers: tuple[Receiver, ...] = ()
    print: PrintLayout = PrintLayout()
    note: str = ""
    _language: int = PrivateAttr(default=LANGUAGE)  # of its formulas: a stored form keeps that of its day

    @property
    def language(self) -> int:
        return self._language

    @model_validator(mode="after")
    def hangs_together(self) -> "FormSpec":
        codes, keys = [column.code for column in self.columns], [line.key for line in self.rows.fixed]
        wrong = [f"{what}“{name}”写了两次" for what, names in (("列", codes), ("行", keys), ("检查", [c.id for c in self.checks]))
                 for name in dict.fromkeys(names) if names.count(name) > 1]  # fmt: skip
        wrong += [f"检查 {c.id} 所指的列“{x}”没有定义" for c in self.checks for x in c.columns if x not in codes]
        wrong += [f"检查 {c.id} 所指的行“{x}”没有定义" for c in self.checks if isinstance(c.on, tuple)
                  for x in c.on if x not in keys]  # fmt: skip
        wrong += [f"publish 所指的列“{p.column}”没有定义" for p in self.publish if p.column not in codes]
        wrong += [
            f"列 {c.code} 的 joint“{x}”不在表的 joint 里" for c in self.columns for x in c.joint if x not in self.joint
        ]
        wrong += [f"publish 所指的行“{p.line}”没有定义" for p in self.publish if p.line and p.line not in keys]
        wrong += [
            f"行 {f.key} 所加的行“{x}”没有定义"
            for f in self.rows.fixed
            for x in (*f.total_of, *f.less)
            if x not in keys
        ]
        wrong += [f"行 {f.key} 的列“{x}”没有定义" for f in self.rows.fixed for x in f.only if x not in codes]
        wrong += [f"名称“{x}”是系统留用的词" for x in (*codes, *keys, *(a.name for a in self.across)) if x in RESERVED]
        wrong += [
            f"publish 的列“{p.column}”由系统算出，不能发布"
            for p in self.publish
            if p.column in codes and self.by_code[p.column].formula
        ]
        if bool(self.once) != (self.period == "once"):
            wrong.append("once（那一期）和 period: once 一起写")
        if "unit" not in self.due:
            wrong.append("due 没有写 unit（填报单位的期限）")
        if wrong:
            raise ValueError("；".join(wrong))
        return self

    @cached_property
    def by_code(self) -> dict[str, FormColumn]:
        return {column.code: column for column in self.columns}

    @cached_property
    def by_key(self) -> dict[str, FixedLine]:
        return {line.key: line for line in self.rows.fixed}

    @cached_property
    def canonical(self) -> dict[str, Any]:
        """As plain data: what is kept in the database, and what the digest is of."""
        return json.loads(self.model_dump_json(by_alias=True, exclude_defaults=True))

    @cached_property
    def digest(self) -> str:
        return hashlib.sha256(json.dumps(self.canonical, ensure_ascii=False, sort_keys=True).encode()).hexdigest()

    def departments_of(self, column: FormColumn) -> tuple[str, ...]:
        """The kinds of departments of the joint review that a column concerns."""
        if column.joint:
            return column.joint
        event = column.source.event if column.source else ""
        known = [
            kind for kind, one in departments().items() if column.unit in one.units or (event and event in one.events)
        ]
        if not known and column.type == "text":
            return ()
        return tuple(kind for kind in self.joint if not known or kind in known)

    def fillable(self, column: FormColumn, line_key: str, facts: dict[str, Any]) -> bool:
        """May somebody write there?"""
        return not column.formula and not column.locked and self.has(column, line_key, facts)

    def has(self, column: FormColumn, line_key: str, facts: dict[str, Any]) -> bool:
        """Does the line have that column, and is it more than a sum?"""
        fixed = self.by_key.get(line_key)
        if fixed and (
            fixed.heading
            or (fixed.computed and column.type == "number")
            or (fixed.only and column.code not in fixed.only)
        ):
            return False
        return column.takes(facts)


class DepartmentConcern(FormPart):
    """What a kind of department looks at: columns in these units, and those filled from these events of a ledger."""

    units: tuple[str, ...] = ()
    events: tuple[str, ...] = ()


@cache
def departments() -> dict[str, DepartmentConcern]:
    """departments.yaml, by kind of department."""
    said = load_yaml(DEPARTMENTS.read_text("utf-8"), plain=True)
    return {kind: DepartmentConcern.model_validate(one) for kind, one in said.items()}


RESERVED = {TOTAL, "row", "key", "line", "failed", "unknown", "decision", "colour", "more", "rank", "run_date"}

SAID = {
    "missing": "没有写", "extra_forbidden": "不认识的键", "literal_error": "应为 {expected} 之一", "string_pattern_mismatch": "写法不对",
    "int_parsing": "应为整数", "int_type": "应为整数", "string_type": "应为文字，要加引号", "bool_type": "应为 true 或 false",
    "tuple_type": "应为列表", "dict_type": "应为“键: 值”", "model_type": "应为“键: 值”", "too_short": "至少要有一条",
    "date_from_datetime_parsing": "应为加引号的日期", "string_too_long": "太长", "model_attributes_type": "应为“键: 值”",
    "greater_than_equal": "太小", "less_than_equal": "太大",
}  # fmt: skip


def read_spec(content: str, name: str) -> FormSpec:
    """Refused RET-001 (no YAML) or RET-002 with every slip and its line."""
    try:
        data = load_yaml(content)
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise Refused(
            Problem(
                "RET-001", Place(file=name, line=line), f"不是正确的 YAML：{error.problem}", "请核对缩进、冒号和引号。"
            )
        ) from None
    try:
        return FormSpec.model_validate(data)
    except ValidationError as error:
        raise Refused(*(_shape_problem(one, data, name) for one in error.errors(include_url=False))) from None


def _shape_problem(error: Any, data: Any, name: str) -> Problem:
    place = [x for x in error["loc"] if not (isinstance(x, str) and re.match(r"(tuple|literal|constrained)", x))]
    what = SAID.get(error["type"], "")
    if error["type"] == "value_error":
        what = str(error["ctx"]["error"])
        if "isoformat" in what:
            what = '应为加引号的日期，如 "2020-01-01"'
    what = (what or error["msg"]).format(**{"expected": (error.get("ctx") or {}).get("expected", "")})
    line, keys = _line(data, place), ".".join(map(str, place))
    where = Place(f"《{name}》第 {line} 行 {keys or '全表'}", file=name, line=line, field=keys)
    return Problem("RET-002", where, f"{what}。", FIX)


def _line(data: Any, place: list[Any]) -> int:
    """The line of the deepest part of the path that is there."""
    line = 1
    for step in place:
        if not hasattr(data, "lc"):
            break
        try:
            line = (data.lc.key(step) if isinstance(data, dict) else data.lc.item(step))[0] + 1
            data = data[step]
        except (KeyError, IndexError, TypeError):
            break
    return line


@cache
def shipped_specs() -> tuple[FormSpec, ...]:
    """The forms that come with the product; read once, which takes half a second."""
    paths = sorted(Path(str(files("anju.returns.forms").joinpath("shipped"))).glob("*.yaml"))
    return tuple(read_spec(path.read_text("utf-8"), path.name) for path in paths)


_known: dict[str, FormSpec] = {}


def form_spec(form: Any) -> FormSpec:
    """The spec of a stored form; parsed once."""
    if form.digest not in _known:
        spec = _known[form.digest] = FormSpec.model_validate(form.spec)
        spec._language = form.language
    return _known[form.digest]


def known_spec(digest: str) -> FormSpec:
    """A spec that was read already."""
    return _known[digest]
