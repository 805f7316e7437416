"""Where money comes from, what it is booked and given for: sources.yaml, by budget year."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from anju.yaml_files import load_yaml


@dataclass(frozen=True)
class FundCode:
    """A source, a subject (科目) or a purpose, with the budget years in which it is used; None: without end."""

    code: str
    label: str
    origin: str = ""
    first: int | None = None
    last: int | None = None
    number: str = ""
    trust: str = ""
    note: str = ""

    def is_of_year(self, year: int) -> bool:
        return (self.first is None or self.first <= year) and (self.last is None or year <= self.last)


LEDGER = "projects"  # of what quotas are assigned to


@cache
def _table() -> dict[str, Any]:
    read: dict[str, Any] = load_yaml(files("anju.funds").joinpath("sources.yaml").read_text("utf-8"), plain=True)
    return read


@cache
def _codes(part: str) -> dict[str, FundCode]:
    said = {str(code): dict(entry) for code, entry in _table()[part].items()}
    return {
        code: FundCode(code, entry.pop("label"), first=entry.pop("from", None), last=entry.pop("until", None), **entry)
        for code, entry in said.items()
    }


def fund_sources() -> dict[str, FundCode]:
    return _codes("sources")


def subjects() -> dict[str, FundCode]:
    return _codes("subjects")


def purposes() -> dict[str, FundCode]:
    return _codes("purposes")


def direct_marks() -> dict[str, str]:
    """直达标识 by its two digits."""
    return {str(code): str(label) for code, label in _table()["direct"].items()}


def purposes_of_year(year: int) -> list[FundCode]:
    return [purpose for purpose in purposes().values() if purpose.is_of_year(year)]


def subject_label(code: str) -> str:
    """The code with its name; the code alone where the table does not have it."""
    known = subjects().get(code)
    return f"{code} {known.label}" if known else code
