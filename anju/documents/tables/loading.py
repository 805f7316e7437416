"""Reading declared tables: everything that is wrong with one is told at once, each with its line."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.nodes import MappingNode, Node, SequenceNode

from anju.documents.tables.schema import DEEPEST, DeclaredTable
from anju.problems import Place, Problem, Refused
from anju.yaml_files import load_yaml

Lines = Mapping[tuple[int | str, ...], int]
MOST_PROBLEMS = (
    900  # of a table: what is told of one place is said up to three times, once for each shape it might have had
)
PLAIN = re.compile(r"-?[0-9]{1,18}")
FIX = "请照《怎样写一张表》（docs/tables.md）的写法改。"
WORDS = {
    "extra_forbidden": "没有这一项，写错了名称或位置。", "missing": "缺这一项。", "string_type": "要写成文字。", "literal_error": "没有这种写法，可以写 {expected}。",
    "int_type": "要写整数。", "int_parsing": "要写整数。", "bool_type": "要写 true 或 false。", "bool_parsing": "要写 true 或 false。", "tuple_type": "要写成一列（[…]）。",
    "dict_type": "要写成“键: 值”。", "model_type": "要写成“键: 值”。", "string_pattern_mismatch": "写法不对。", "string_too_short": "不能空着。",
    "too_short": "至少写一项。", "greater_than_equal": "太小。", "less_than_equal": "太大。",
}  # fmt: skip


def read_tables(text: str, file: str = "") -> dict[str, DeclaredTable]:
    """Every table of a YAML file, by its name. Refused with every problem: DOC-110 for what is no YAML, DOC-111 for what is no table."""
    try:
        said = load_yaml(text)
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise Refused(
            Problem("DOC-110", Place(file=file, line=line), f"不是可读的 YAML：{error.problem}。", FIX)
        ) from error
    if not isinstance(said, Mapping) or not said:
        raise Refused(Problem("DOC-110", Place(file=file), "里面没有表。", FIX))
    problems: list[Problem] = []
    tables = {}
    for name, declared in said.items():
        try:
            tables[str(name)] = read_table(declared, file, str(name))
        except Refused as refused:
            problems += refused.problems
    if problems:
        raise Refused(*problems)
    return tables


def read_table(declared: Any, file: str = "", name: str = "", lines: Lines | None = None) -> DeclaredTable:
    """One table from what YAML or JSON says. Refused DOC-111 with each problem, at its line where that is known. lines: of each place in it."""
    if depth(declared) > 2 * DEEPEST + 6:
        raise Refused(
            Problem(
                "DOC-111", Place(file=file, line=_line(declared, (), lines)), "嵌套太深。", f"表头最多 {DEEPEST} 层。"
            )
        )
    try:
        return DeclaredTable.model_validate(declared)
    except ValidationError as error:
        raise Refused(*(_problem(one, declared, file, name, lines) for one in _told(error, declared))) from error


def read_node(node: Node) -> tuple[Any, dict[tuple[int | str, ...], int]]:
    """What a part of a YAML file says, and the line of each place in it. A number with a decimal point stays the text that it was."""
    lines: dict[tuple[int | str, ...], int] = {}

    def read(one: Node, path: tuple[int | str, ...]) -> Any:
        lines[path] = one.start_mark.line + 1
        if isinstance(one, MappingNode):
            return {str(key.value): read(value, (*path, str(key.value))) for key, value in one.value}
        if isinstance(one, SequenceNode):
            return [read(value, (*path, index)) for index, value in enumerate(one.value)]
        tag, text = str(one.tag).rpartition(":")[2], str(one.value)
        return (
            int(text)
            if tag == "int" and PLAIN.fullmatch(text)
            else text == "true"
            if tag == "bool"
            else None
            if tag == "null"
            else text
        )

    return read(node, ()), lines


def depth(value: Any) -> int:
    inside = value.values() if isinstance(value, Mapping) else value if isinstance(value, list | tuple) else ()
    return 1 + max((depth(one) for one in inside), default=0)


def _told(error: ValidationError, declared: Any) -> list[Any]:
    """One thing for each place, the innermost. Of a choice between shapes (a text, a list, a mapping) what is said of the shape that was written."""
    innermost: dict[tuple[int | str, ...], Any] = {}
    for one in sorted(
        error.errors(include_url=False)[:MOST_PROBLEMS],
        key=lambda one: one["type"].endswith("_type") or one["type"] == "literal_error",
    ):
        innermost.setdefault(_path(one["loc"], declared, missing=one["type"] == "missing"), one)
    paths = list(innermost)
    outer = {path for path in paths if any(other != path and other[: len(path)] == path for other in paths)}
    return sorted(
        (one for path, one in innermost.items() if path not in outer),
        key=lambda one: _line(declared, _path(one["loc"], declared)),
    )


def _path(loc: Sequence[int | str], declared: Any, *, missing: bool = False) -> tuple[int | str, ...]:
    """Where in the data it is: pydantic names the shapes it tried as well. missing: the last step is not there."""
    path: list[int | str] = []
    here = declared
    for step in loc:
        inside = (
            step in here
            if isinstance(here, Mapping)
            else isinstance(step, int) and isinstance(here, list | tuple) and step < len(here)
        )
        if inside:
            here = here[step]
            path.append(step)
    return (*path, loc[-1]) if missing else tuple(path)


def _problem(one: Any, declared: Any, file: str, name: str, lines: Lines | None) -> Problem:
    path = _path(one["loc"], declared, missing=one["type"] == "missing")
    where = " · ".join(
        [*([name] if name else []), *(str(step + 1) if isinstance(step, int) else step for step in path)]
    )
    if one["type"] == "value_error":
        what = str(one["ctx"]["error"]) + "。"
    else:
        what = WORDS.get(one["type"], "写法不对。").format(
            **{"expected": ""} | {k: str(v).replace(" or ", "、") for k, v in one.get("ctx", {}).items()}
        )
    return Problem("DOC-111", Place(file=file, line=_line(declared, path, lines), field=where), what, FIX)


def _line(declared: Any, path: tuple[int | str, ...], lines: Lines | None = None) -> int:
    """The line of the innermost thing that has one, from 1."""
    if lines is not None:
        return next(lines[path[:end]] for end in range(len(path), -1, -1) if path[:end] in lines)
    here, line = declared, declared.lc.line + 1 if hasattr(declared, "lc") else 0
    for step in path:
        if hasattr(here, "lc"):
            known = here.lc.data.get(step) if here.lc.data else None
            line = known[0] + 1 if known else here.lc.line + 1
        try:
            here = here[step]
        except (KeyError, IndexError, TypeError):
            break
    return line
