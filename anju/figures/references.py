"""Figure references as documents and addresses write them: shanty.start@140500/2021:cal2."""

import re
from dataclasses import dataclass

from anju import periods
from anju.core import registry
from anju.core.people.scope import Operator, visible
from anju.core.regions import tree
from anju.figures.figure import Figure, ratio, total
from anju.figures.models import Observation
from anju.figures.queries import changes, current, latest, nodes

SHAPE = re.compile(r"(?P<code>[a-z][a-z0-9_.]*)@(?P<region>[0-9A-Z-]+)/(?P<period>[0-9Q-]+)(:(?P<calibre>.+))?")

NODE = re.compile(r"node:(?P<node>\d{1,18})(@(?P<region>[0-9A-Z-]+)(/(?P<day>\d{4}-\d\d-\d\d))?)?")
OLD = re.compile(r"obs:(?P<row>\d{1,18})")


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
    """A figure, or what a document computed of several: a÷b, a+b, a−b, a node's, a rank, a sum of parts, a number before its correction.

    LookupError for what is no reference, no measure; Region.DoesNotExist outside the user's regions.
    """
    if match := NODE.fullmatch(text):
        day = periods.end(match["day"]) if match["day"] else None
        region = tree.region(user, match["region"], day) if match["region"] else None
        return nodes.node_figure(user, int(match["node"]), region, day)
    if match := OLD.fullmatch(text):
        return changes.before_correction(
            visible(Observation.objects.filter(pk=int(match["row"])), user).select_related("measure", "region").get()
        )
    for read in registry.fetch("references"):
        if (found := read(user, text)) is not None:
            return found
    if "−" in text:
        now, _, then = text.partition("−")
        return changes.added_since(_one(user, now), _one(user, then))
    for sign in ("÷", "+"):
        if sign in text:
            parts = [_one(user, part) for part in text.split(sign)]
            try:
                return ratio(parts[0], parts[1], 1) if sign == "÷" and len(parts) == 2 else total(parts)
            except ValueError as error:
                raise LookupError(text) from error
    return _one(user, text)


def _one(user: Operator, text: str) -> Figure:
    asked = parse(text.removeprefix("sum:"))
    if asked is None:
        raise LookupError(text)
    region = tree.region(user, asked.region, periods.end(asked.period))
    if text.startswith("sum:"):
        return latest.sum_figure(user, asked.code, region, asked.period)
    return current.figure(user, asked.code, region, asked.period, asked.calibre)
