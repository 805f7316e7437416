"""Placeholders of free prose and of titles that are no figures: years, dates and cited documents. Pure.

{year} {year-1} {year+1}   from the document's period
{cited.key}                《题名》（文号）, from options["cited"]["key"] = {title, number, issued}
{cited.key.date}           the day it was issued
{cited.key.title}          its title alone; {cited.key.number} its number
{dates.key}                a date of options["dates"], as precise as it was given
{a.b}                      any other word or number of the options
"""

import re
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from anju.problems import Problem, Refused

WORDS = Path(__file__).with_name("words.yaml")
PLACEHOLDER = re.compile(r"\{([a-z][\w.]*?)([+-]\d+)?\}")


def fill_placeholders(text: str, period: str, options: dict[str, Any]) -> str:
    """The text with every placeholder put in. Refused DOC-031 for each that nothing answers to, all at once."""
    problems: list[Problem] = []

    def answer(match: re.Match[str]) -> str:
        name, step = match[1], match[2]
        if name == "year":
            return str(int(period[:4]) + int(step or 0))
        try:
            return _option(name.split("."), options)
        except (KeyError, TypeError):
            problems.append(
                Problem(
                    "DOC-031",
                    f"占位“{{{name}}}”",
                    "文书的选项里没有这一项。",
                    "请在这份文书的选项（options）里登记，或者改正占位的写法。",
                )
            )
            return match[0]

    filled = PLACEHOLDER.sub(answer, text)
    if problems:
        raise Refused(*problems)
    return filled


def cite_document(document: dict[str, Any]) -> str:
    """A document as official prose cites it: 《题名》（文号）."""
    number = document.get("number")
    return f"《{document['title']}》" + (f"（{number}）" if number else "")


def spoken_date(day: Any) -> str:
    """2021 → 2021年, 2021-04 → 2021年4月, 2021-09-26 → 2021年9月26日."""
    return "".join(f"{int(part)}{unit}" for part, unit in zip(str(day).split("-"), "年月日", strict=False))


def whole_word(name: str) -> str:
    """How a text speaks of all of a place: 某某市 → 全市, 某某区 → 全区, 某某县 → 全县."""
    return f"全{name[-1]}"


def _option(path: list[str], options: dict[str, Any]) -> str:
    if path[0] == "cited":
        document = options["cited"][path[1]]
        if path[2:] in (["title"], ["number"]):
            return str(document[path[2]])
        return spoken_date(document["issued"]) if path[2:] == ["date"] else cite_document(document)
    if path[0] == "dates":
        return spoken_date(options["dates"][path[1]])
    value: Any = options
    for key in path:
        value = value[key]
    if not isinstance(value, str | int):
        raise KeyError(path)
    return str(value)


@cache
def claim_words() -> dict[str, list[str]]:
    """Words that claim something of numbers: reached, over, every, about, except; and the units of typed numbers."""
    return dict(YAML(typ="safe").load(WORDS.read_text(encoding="utf-8")))
