"""Names of a style for the figures that a paper's numbers stand for, and the printing of each as it was printed."""

import re
from collections.abc import Mapping
from typing import Any

from anju.documents.binding.holdings import AMOUNT, GROWTH, LEFT, MOST_PLACES, OWN, FigureMeant, Holdings
from anju.documents.checker.paper import PaperNumber
from anju.documents.styles.language.schema import TRUTHS, WORDS
from anju.quantities import ALIASES, COUNTED, UNITS

POINTS = ("点",)  # families: percentage points
LONGEST = 50
RESERVED = {
    *WORDS,
    *TRUTHS,
    "name",
    "code",
    "level",
    "unit",
    "actual",
    "target",
    "rate",
    "organs",
    "addressee",
    "title",
}


class FigureNames:
    """figures: name → declaration, in the order in which they were asked for."""

    def __init__(self, holdings: Holdings) -> None:
        self.holdings = holdings
        self.figures: dict[str, dict[str, Any]] = {}
        self.by_key: dict[tuple[str, ...], str] = {}

    def name_of(self, meant: FigureMeant, look: str, *, of_row: bool = False, absolute: bool = False) -> str:
        """The name of a figure; of a change also of what it is computed of. look: unit and decimals of its first printing."""
        region = "" if of_row or meant.region == self.holdings.own.code else meant.region
        if not meant.change:
            return self._plain(meant, region, look)
        one = self._plain(FigureMeant(meant.code, meant.region, OWN, meant.calibre), region, look)
        if meant.change == LEFT:
            task = next(code for code, each in self.holdings.catalogue.items() if each.target_of_id == meant.code)
            other = self._plain(FigureMeant(task, meant.region), region, look)
            formula = f"{other} - {one}"
        else:
            other = self._plain(FigureMeant(meant.code, meant.region, meant.against, meant.calibre), region, look)
            formula = f"{one} - {other}"
        if absolute:
            formula = f"abs({formula})"
        if meant.change == GROWTH:
            formula = f"{formula} / {other}" if absolute else f"({formula}) / {other}"
        said: dict[str, Any] = {"formula": formula}
        unit, places = [*look.split(), "", ""][:2]
        rate = meant.change == GROWTH or self.holdings.catalogue[meant.code].kind == "ratio"
        if rate:
            said |= {"unit": "%"}
        elif unit in UNITS:
            said |= {"unit": unit}
        if places.isdecimal():
            said["places"] = int(places)
        key = ("formula", formula, str(said.get("unit", "")))
        stem = f"{one}_{ {AMOUNT: 'more', GROWTH: 'growth', LEFT: 'left'}[meant.change] }".replace(" ", "")
        against = f"_{meant.against}" if meant.against else ""
        return self._keep(key, stem + against + ("_size" if absolute else ""), said)

    def _plain(self, meant: FigureMeant, region: str, look: str) -> str:
        key = ("measure", meant.code, meant.calibre, region, meant.period)
        said: dict[str, Any] = {"measure": meant.code}
        if meant.calibre:
            said["calibre"] = meant.calibre
        if region:
            said["region"] = region
        if meant.period:
            said["period"] = meant.period
        if look:
            said["show"] = look
        calibre = meant.calibre if re.fullmatch("[a-z0-9_]+", meant.calibre) else "counted" if meant.calibre else ""
        stem = "_".join(filter(None, (meant.code, calibre, region, meant.period)))
        return self._keep(key, stem, said)

    def _keep(self, key: tuple[str, ...], stem: str, said: Mapping[str, Any]) -> str:
        if key in self.by_key:
            return self.by_key[key]
        stem = re.sub("[^a-z0-9_]+", "_", stem.lower())[:LONGEST].rstrip("_")
        if stem in RESERVED or stem.startswith(("whole_", "outer_", "ask_")):
            stem = f"figure_{stem}"
        name, number = stem, 2
        while name in self.figures:
            name, number = f"{stem}_{number}", number + 1
        self.figures[name] = dict(said)
        self.by_key[key] = name
        return name


def unit_word(number: PaperNumber) -> str | None:
    """The unit in which a style prints it; "" as it was reported; None for one that no figure can be printed in."""
    if number.family == "%" or number.family in POINTS:
        return "%"
    unit = ALIASES.get(number.unit, number.unit)
    if unit in UNITS and number.unit:
        return "" if unit in COUNTED or unit in ("point", "1") else unit
    return "" if number.scale == 1 else None


def look_of(number: PaperNumber, digits: str = "") -> str | None:
    """How it was printed: 亿元 2, % 1, 0. None for what no figure can be printed in."""
    unit = unit_word(number)
    if unit is None or number.places > MOST_PLACES:
        return None
    if not unit and number.unit in UNITS:
        unit = number.unit
    marks = ["grouping"] if "," in digits or "，" in digits else []
    marks += ["bare"] if number.family in POINTS else []
    return " ".join([*filter(None, (unit, str(number.places))), *marks])
