"""What a place's folder says (place.yaml), read strictly: every problem at once, with its line."""

import datetime
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from anju.core.regions.levels import LEVELS
from anju.problems import Place as Where  # a place of this file is a city or a county
from anju.problems import Problem, Refused
from anju.yaml_files import load_yaml

PERIOD = r"^\d{4}(-H[12]|-Q[1-4]|-\d{2}(-\d{2})?|-\d{4}|(-\d{2})?-A)?$"


class PlacePart(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PseudoUnit(PlacePart):
    """A reporting unit without a national code (市本级, 经开区); its code is ours, such as 140500-SBJ."""

    code: str = Field(pattern=r"^\d{6}-[A-Z0-9]+$")
    name: str
    aliases: list[str] = []


class PlaceTargetDocument(PlacePart):
    """A document that sets targets. `key` is how the workbooks of this folder name it."""

    number: str
    title: str
    level: Literal[*LEVELS]  # type: ignore[valid-type]
    issued_on: datetime.date | None = None  # not known for some superior papers
    effective_on: datetime.date | None = None


class PlaceNode(PlacePart):
    """A node (节点) of a plan: what share of a target, or how much, it wants by a day. `document`: the number of one of `targets`."""

    document: str
    measure: str
    on: datetime.date
    share: str = Field("", pattern=r"^(\d+%|\d+/\d+)?$")
    value: int | None = None


class PlaceWorkbook(PlacePart):
    file: str
    map: str
    period: str = Field("", pattern=PERIOD)  # of a table whose title and map say another
    target_document: str = ""  # the number of one of `targets`
    answers: dict[str, str] = {}  # problem code and cells → the clerk's answer to the reminder


class PlaceFiling(PlacePart):
    """Returns that the counties of the place filed: the form's columns taken from a workbook, a return for each county that it names."""

    form: str
    file: str
    map: str
    period: str = Field(pattern=r"^\d{4}(-Q[1-4]|-\d{2})?$")
    answers: dict[str, str] = {}  # check and counties → the answer to what it asks of them
    blank: Literal["未报", "无任务", "不适用"] = "未报"  # what a blank cell of the workbook is


class JudgedInput(PlacePart):
    """A judged input: by whom, what, and on which evidence."""

    value: str
    by: str
    evidence: str


class PlaceBookRun(PlacePart):
    """judged: what somebody found; assumed: what nobody printed (推定)."""

    kind: str
    subject: str
    judged: dict[str, JudgedInput] = {}
    assumed: dict[str, JudgedInput] = {}


class PlaceDocument(PlacePart):
    kind: str
    file: str  # the name of the files in out/, without ending
    options: dict[str, Any] = {}


class PlaceDescription(PlacePart):
    title: str
    region: str = Field(pattern=r"^\d{6}$")
    period: str = Field(pattern=PERIOD)
    on: datetime.date
    units: list[PseudoUnit] = []
    targets: list[PlaceTargetDocument] = []
    nodes: list[PlaceNode] = []
    returns: list[PlaceFiling] = []
    workbooks: list[PlaceWorkbook] = []
    runs: list[PlaceBookRun] = []
    given: dict[
        str, dict[str, str | JudgedInput]
    ] = {}  # what a warning or check takes from its caller: subject → input → value
    documents: list[PlaceDocument] = []


def _line(data: Any, path: tuple[Any, ...]) -> int:
    """The line of the deepest part of the path that the file really has."""
    line = 1
    for step in path:
        try:
            line = (data.lc.key(step) if isinstance(data, dict) else data.lc.item(step))[0] + 1
            data = data[step]
        except (AttributeError, KeyError, IndexError, TypeError):
            break
    return line


MESSAGES = {
    "missing": "缺少这一项",
    "extra_forbidden": "没有这个项目名",
    "string_pattern_mismatch": "写法不对（区划代码是六位数字；期间写成 2021、2021-Q3、2021-08 或 2021-12-31；比例写成 80% 或 4/5；都加引号）",
    "string_type": "应是文字（编号、日期、代码请加引号）",
    "date_from_datetime_parsing": "日期写成“2021-12-31”",
    "literal_error": "不在允许的取值之内",
}


def _text(path: Path) -> str:
    return path.read_bytes().decode("utf-8", "replace")


def read_yaml(path: Path) -> Any:
    """The file as data with line numbers. Refused: DEMO-001 when it is missing or no YAML."""
    try:
        return load_yaml(path.read_text("utf-8"))
    except FileNotFoundError:
        raise Refused(
            Problem("DEMO-001", str(path), "没有这个文件。", "请确认资料夹里有它，文件名一字不差。")
        ) from None
    except (YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 0
        where = Where(f"{path.name} 第 {line} 行" if line else path.name, file=path.name, line=line)
        if "\t" in _text(path):
            raise Refused(
                Problem("DEMO-001", where, "用了制表符（Tab）缩进。", "请改用空格缩进，每层两个空格。")
            ) from None
        if error.__cause__ and isinstance(error, MarkedYAMLError):
            raise Refused(Problem("DEMO-001", where, f"{error.problem}。", "请改正后再运行一次。")) from None
        raise Refused(
            Problem("DEMO-001", where, "不是可读的 YAML 文件。", "请检查缩进、冒号后的空格和引号，文件存为 UTF-8。")
        ) from None


def _misfit(data: Any, error: Any) -> Problem:
    line, keys = _line(data, error["loc"]), ".".join(map(str, error["loc"]))
    where = Where(f"place.yaml 第 {line} 行“{keys}”", file="place.yaml", line=line, field=keys)
    what = f"{MESSAGES.get(error['type'], '写法不对')}。"
    return Problem("DEMO-002", where, what, "请对照《增加一个市县》中的写法修改。")


def _is_there(folder: Path, name: str) -> bool:
    """Is it a file of this folder, by a name that a file can have?"""
    try:
        file = (folder / name).resolve()
        return file.is_file() and file.is_relative_to(folder.resolve())
    except (OSError, ValueError):
        return False


def read_place(folder: Path) -> PlaceDescription:
    """place.yaml of a folder. Refused with every problem: DEMO-001, DEMO-002 (a key), DEMO-003 (a file it names is missing)."""
    path = folder / "place.yaml"
    data = read_yaml(path)
    try:
        place = PlaceDescription.model_validate(data)
    except ValidationError as error:
        raise Refused(*(_misfit(data, misfit) for misfit in error.errors())) from None
    missing = [book.file for book in (*place.returns, *place.workbooks) if not _is_there(folder, book.file)]
    papers = {paper.number for paper in place.targets}
    unknown = [book for book in place.workbooks if book.target_document and book.target_document not in papers]
    problems = [
        Problem(
            "DEMO-003",
            Where(f"place.yaml 的 returns、workbooks“{name}”", file="place.yaml"),
            "资料夹里没有这个文件。",
            "请放入文件，或改正文件名。",
        )
        for name in missing
    ]
    problems += [
        Problem(
            "DEMO-004",
            Where(f"place.yaml 的 workbooks“{book.file}”", file="place.yaml", field="workbooks"),
            f"目标文件“{book.target_document}”没有在 targets 中登记。",
            "请在 targets 里补上，或改正文号。",
        )
        for book in unknown
    ]
    problems += [
        Problem("DEMO-004", Where(f"place.yaml 的 nodes“{node.on}”", file="place.yaml", field="nodes"), f"文件“{node.document}”没有在 targets 中登记。", "请在 targets 里补上，或改正文号。")
        for node in place.nodes if node.document not in papers
    ]  # fmt: skip
    if problems:
        raise Refused(*problems)
    return place
