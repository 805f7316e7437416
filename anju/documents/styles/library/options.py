"""Options that a place gives, against what its style takes. Pure."""

import re
from collections.abc import Mapping
from typing import Any

from anju.documents.styles.language.schema import Option, Style
from anju.problems import Problem, Refused

NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,6})?")
WANTED = {
    "text": "一段文字", "texts": "一列文字", "number": "一个数", "choice": "可选的值之一", "regions": "一列区划代码", "table": "一组“键: 值”",
    "codes": "一列代码", "tables": "一列“键: 值”", "given": "{text: 怎么说, source: 出处}",
}  # fmt: skip


def check_options(style: Style, options: Mapping[str, Any]) -> None:
    """Refused DOC-080 for every option that is not of its type."""
    problems = []
    for name, option in style.options.items():
        if name in options and not _fits(option, options[name]):
            told = f"可写：{'、'.join(option.values)}。" if option.values else f"请写成{WANTED[option.type]}。"
            problems.append(Problem("DOC-080", f"{style.name}的选项“{name}”", f"不是{WANTED[option.type]}。", told))
    if problems:
        raise Refused(*problems)


def _fits(option: Option, value: Any) -> bool:
    if value is None or value == "":
        return True
    match option.type:
        case "text":
            return isinstance(value, str | int)
        case "number":
            return bool(NUMBER.fullmatch(str(value)))
        case "choice":
            return str(value) in option.values
        case "given":  # nothing that others published without where they did
            return (
                isinstance(value, Mapping)
                and {*value} == {"text", "source"}
                and all(str(one or "").strip() for one in value.values())
            )
        case "table":
            return isinstance(value, Mapping)
        case "tables":
            return isinstance(value, list) and all(isinstance(one, Mapping) for one in value)
    return isinstance(value, list | Mapping) or (option.type == "texts" and isinstance(value, str))
