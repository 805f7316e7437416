"""Figure references as documents and addresses write them: shanty.start@140500/2021:cal2."""

import re
from dataclasses import dataclass

from anju.core import periods, regions
from anju.core.scope import Operator
from anju.figures import queries as figures
from anju.figures.figure import Figure, ratio, total

SHAPE = re.compile(r"(?P<code>[a-z][a-z0-9_.]*)@(?P<region>[0-9A-Z-]+)/(?P<period>[0-9Q-]+)(:(?P<calibre>.+))?")
RUN = re.compile(r"run:(?P<run>\d+)[#/](?P<path>.+)")


@dataclass(frozen=True)
class Asked:
    code: str
    region: str
    period: str
    calibre: str


def parse(text: str) -> Asked | None:
    match = SHAPE.fullmatch(text)
    return Asked(match["code"], match["region"], match["period"], match["calibre"] or "") if match else None


def resolve(user: Operator, text: str) -> Figure:
    """A figure, or what a document computed of several: a÷b, a+b. LookupError for what is no reference, no measure;
    Region.DoesNotExist outside the user's regions."""
    for sign in ("÷", "+"):
        if sign in text:
            parts = [_one(user, part) for part in text.split(sign)]
            try:
                return ratio(parts[0], parts[1], 1) if sign == "÷" and len(parts) == 2 else total(parts)
            except ValueError as error:
                raise LookupError(text) from error
    return _one(user, text)


def _one(user: Operator, text: str) -> Figure:
    asked = parse(text)
    if asked is None:
        raise LookupError(text)
    region = regions.region(user, asked.region, periods.end(asked.period))
    return figures.figure(user, asked.code, region, asked.period, asked.calibre)
