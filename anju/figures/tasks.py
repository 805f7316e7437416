"""The tasks of a year (年度任务): which measures say what was asked, what was done and at what rate. One table, papers refer to it."""

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from ruamel.yaml import YAML


@cache
def tasks() -> dict[str, dict[str, str]]:
    """Each task by its code: name, codes of the measures actual, target and rate, unit, and how papers print it (show)."""
    return YAML(typ="safe").load(Path(__file__).with_name("tasks.yaml").read_text(encoding="utf-8"))


def tasks_of(paper: Iterable[Mapping[str, str]]) -> list[dict[str, str]]:
    """The tasks that a paper tells, in its order: {task: code} with what it says in its own words. KeyError for one that is not in the table."""
    return [tasks()[entry["task"]] | {key: text for key, text in entry.items() if key != "task"} for entry in paper]
