"""Where things stand in a drawing: points of a map by longitude and latitude, days of a timeline. Integers only; templates draw."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import Any

from anju.quantities import scaled_text, trim_zeros

MILLION = 1_000_000
KM_A_DEGREE = 111  # along a meridian
STEPS = [
    scale * size for size in (10_000, 100_000, MILLION, 10 * MILLION) for scale in (1, 2, 5)
]  # of the lines, in millionths of a degree
LENGTHS = [scale * size for size in (1, 10, 100) for scale in (1, 2, 5)]  # of the scale bar, km
LEAST = 20_000  # about two kilometres: one project alone is not blown up to fill the page

# One shape for a kind: told apart in greyscale and without colours. Drawn around 0, 0.
SHAPES = {
    "shanty": "M-6,-6H6V6H-6Z",
    "prh": "M0,-7A7,7 0 1 1 0,7A7,7 0 1 1 0,-7Z",
    "arh": "M0,-8L8,0L0,8L-8,0Z",
    "economic": "M0,-7L7.5,6H-7.5Z",
    "capped": "M0,7L7.5,-6H-7.5Z",
    "old": "M-2.5,-7.5H2.5V-2.5H7.5V2.5H2.5V7.5H-2.5V2.5H-7.5V-2.5H-2.5Z",
}


@dataclass(frozen=True)
class PlotMark:
    """Something at a place of the drawing; end: where a bar ends."""

    x: int
    y: int = 0
    of: Any = None
    text: str = ""
    shape: str = ""
    end: int = 0
    css: str = ""
    anchor: str = "middle"


@dataclass
class MapDrawing:
    """A map without tiles: marks, names of regions, lines of longitude and latitude, a scale bar."""

    width: int
    height: int
    marks: list[PlotMark] = field(default_factory=list)
    names: list[PlotMark] = field(default_factory=list)
    meridians: list[PlotMark] = field(default_factory=list)
    parallels: list[PlotMark] = field(default_factory=list)
    bar: PlotMark | None = None


def draw_map(projects: Iterable[Any], width: int = 760, height: int = 540, margin: int = 48) -> MapDrawing:
    """The projects that have a longitude and a latitude, as large as they fit, north at the top."""
    made = MapDrawing(width, height)
    placed = [one for one in projects if one.longitude is not None and one.latitude is not None]
    if not placed:
        return made
    west, east = min(one.longitude for one in placed), max(one.longitude for one in placed)
    south, north = min(one.latitude for one in placed), max(one.latitude for one in placed)
    centre, middle = (west + east) // 2, (south + north) // 2
    degrees = middle // MILLION
    # A degree of longitude is shorter by the cosine of the latitude; Bhaskara's fraction gives it to a pixel.
    shorter, longer = 32_400 - 4 * degrees * degrees, 32_400 + degrees * degrees
    wide, high = max((east - west) * shorter // longer, LEAST), max(north - south, LEAST)
    inner_width, inner_height = width - 2 * margin, height - 2 * margin
    # Pixels for a millionth of a degree, as a fraction: the tighter side decides.
    pixels, span = (inner_width, wide) if inner_width * high <= inner_height * wide else (inner_height, high)

    def x(longitude: int) -> int:
        return width // 2 + (longitude - centre) * shorter * pixels // (longer * span)

    def y(latitude: int) -> int:
        return height // 2 - (latitude - middle) * pixels // span

    made.marks = [
        PlotMark(x(one.longitude), y(one.latitude), one, shape=SHAPES.get(one.kind, SHAPES["prh"])) for one in placed
    ]
    regions: dict[Any, list[PlotMark]] = {}
    for mark in made.marks:
        regions.setdefault(mark.of.region, []).append(mark)
    if len(regions) > 1:
        made.names = [
            PlotMark(sum(mark.x for mark in marks) // len(marks), min(mark.y for mark in marks) - 16, text=region.name)
            for region, marks in regions.items()
        ]
    step = next((one for one in STEPS if one * pixels >= 110 * span), STEPS[-1])
    reach = (
        width * longer * span // (shorter * pixels)
    )  # millionths of a degree: more than half of what the drawing shows
    for line in range((centre - reach) // step, (centre + reach) // step + 1):
        if 0 < x(line * step) < width and x(line * step) - x((line - 1) * step) > 40:
            made.meridians.append(
                PlotMark(
                    x(line * step), text=_degrees(line * step, "东经", "西经") if x(line * step) < width - 66 else ""
                )
            )
    for line in range((middle - reach) // step, (middle + reach) // step + 1):
        if 0 < y(line * step) < height:
            made.parallels.append(PlotMark(0, y(line * step), text=_degrees(line * step, "北纬", "南纬")))
    length = max((one for one in LENGTHS if one * MILLION * pixels <= 150 * KM_A_DEGREE * span), default=LENGTHS[0])
    made.bar = PlotMark(length * MILLION * pixels // (KM_A_DEGREE * span), text=f"{length}公里")
    return made


def _degrees(angle: int, positive: str, negative: str) -> str:
    return f"{positive if angle >= 0 else negative}{trim_zeros(scaled_text(abs(angle), 6))}°"


@dataclass
class Timeline:
    """A timeline: lanes of marks over the days, with years below and today and the deadlines across."""

    width: int
    height: int
    lanes: list[tuple[PlotMark, list[PlotMark]]] = field(default_factory=list)
    ticks: list[PlotMark] = field(default_factory=list)
    limits: list[PlotMark] = field(default_factory=list)


LANE, LEFT, RIGHT, TOP = 30, 74, 36, 26


def draw_timeline(
    lanes: Sequence[tuple[str, Sequence[tuple[date, str, str]]]],
    limits: Sequence[tuple[date, str, str]],
    width: int = 900,
) -> Timeline:
    """lanes: a name with its days and what happened, in full and in a word; limits: days that cut across (today, the contract's day) with a label and a class."""
    days = [day for _, events in lanes for day, _, _ in events] + [day for day, _, _ in limits]
    made = Timeline(width, TOP + LANE * len(lanes) + 24)
    if not days:
        return made
    first, last = min(days).toordinal(), max(days).toordinal()
    span = max(last - first, 90)

    def x(day: date) -> int:
        return LEFT + 8 + (day.toordinal() - first) * (width - LEFT - RIGHT - 16) // span

    base = TOP + LANE * len(lanes)
    starts = [
        date(year, month, 1)
        for year in range(min(days).year, date.fromordinal(first + span).year + 1)
        for month in (1, 4, 7, 10)
    ]
    shown = [day for day in starts if first <= day.toordinal() <= first + span]
    if len(shown) > 9:
        shown = [day for day in shown if day.month == 1]
    made.ticks = [
        PlotMark(x(day), base, text=f"{day.year}年" if day.month == 1 else f"{day.year}.{day.month}") for day in shown
    ]
    for number, (name, events) in enumerate(lanes):
        y = TOP + LANE * number + LANE // 2
        grouped: dict[int, list[tuple[date, str, str]]] = {}
        for day, text, word in sorted(events):
            near = next(
                (place for place in grouped if abs(place - x(day)) < 7), x(day)
            )  # what would lie on top of another joins it
            grouped.setdefault(near, []).append((day, text, word))
        places = sorted(grouped)
        room = [after - before for before, after in pairwise([*places, width - RIGHT + 60])]
        marks = []
        for place, free in zip(places, room, strict=True):
            said = grouped[place]
            labels = [said[0][1], said[0][2]] if len(said) == 1 else [f"{said[0][2]}等{len(said)}项", f"{len(said)}项"]
            # In full where there is room, else in a word, else the point alone: a number is never cut.
            marks.append(
                PlotMark(place, y, of=said, text=next((label for label in labels if len(label) * 12 + 14 <= free), ""))
            )
        made.lanes.append((PlotMark(0, y, text=name), marks))
    taken = -200
    for day, text, css in sorted(limits):
        place = x(day)
        anchor = "end" if place > width - 150 else "start" if place < LEFT + 60 else "middle"
        row = 10 if place - taken > 130 else 22
        taken = place if row == 10 else taken
        made.limits.append(PlotMark(place, row, text=text, css=css, end=base, anchor=anchor))
    return made
