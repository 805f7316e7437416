"""Where a place's parts stand in a picture: equal tiles at positions that are data, or the office's own map (GeoJSON) with its 审图号.

An office's folder (ANJU_GEO) holds tiles.yaml and files *.geojson. A map that may not be shown or cannot be drawn is told, and tiles stand
in its place: 公开地图 need a number of approval (地图管理条例第十五条).
"""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from anju.core.models.region import Region
from anju.problems import Problem

FOLDER = "ANJU_GEO"
OURS = Path(__file__).parents[1] / "tiles.yaml"
APPROVAL = "审图号"
SIDE = 1000  # of a drawing, in its own units
LARGEST = 20 * 1024 * 1024  # bytes of a map
MILLION = 1_000_000
Ring = list[tuple[int, int]]  # longitude and latitude in millionths of a degree


@dataclass(frozen=True)
class Shapes:
    """outlines: by a region's code, what an SVG path draws. centres: where its name stands."""

    outlines: dict[str, str]
    centres: dict[str, tuple[int, int]]
    approval: str
    height: int = SIDE


@dataclass(frozen=True)
class Placing:
    """tiles: column and row of each region by code, as many columns and rows. shapes: the office's map instead. problems: why not."""

    tiles: dict[str, tuple[int, int]]
    columns: int
    rows: int
    shapes: Shapes | None = None
    problems: list[Problem] = field(default_factory=list)


def place_parts(region: Region, parts: Sequence[Region]) -> Placing:
    """Where the parts of a region stand."""
    folder, problems = office_folder(), []
    shapes = None
    for path in sorted(folder.glob("*.geojson")) if folder else []:
        drawn = read_shapes(path, path.stat().st_mtime_ns)
        if isinstance(drawn, Problem):
            problems.append(drawn)
        elif {one.code for one in parts} <= set(drawn.outlines):
            shapes = fitted(drawn, [one.code for one in parts])
    tiles = tile_positions(region, parts, folder, problems)
    columns, rows = (1 + max((place[axis] for place in tiles.values()), default=0) for axis in (0, 1))
    return Placing(tiles, columns, rows, shapes, problems)


def office_folder() -> Path | None:
    name = os.environ.get(FOLDER, "").strip()
    return Path(name) if name and Path(name).is_dir() else None


def tile_positions(
    region: Region, parts: Sequence[Region], folder: Path | None, problems: list[Problem]
) -> dict[str, tuple[int, int]]:
    """As written, if every part has a place of its own there; else in rows, as square as they go."""
    codes = [one.code for one in parts]
    for path in ([folder / "tiles.yaml"] if folder else []) + [OURS]:
        if not path.exists():
            continue
        try:
            content = YAML(typ="safe", pure=True).load(path.read_text("utf-8")) or {}
            places = {str(code): (int(at[0]), int(at[1])) for code, at in (content.get(region.code) or {}).items()}
        except (OSError, YAMLError, ValueError, TypeError, AttributeError, IndexError, UnicodeDecodeError):
            problems.append(
                Problem(
                    "DESK-008", str(path), "位置读不出来。", "请照 docs/add-a-place.md 写：区划代码 → 各县的 [列, 行]。"
                )
            )
            continue
        mine = {code: places[code] for code in codes if code in places}
        if len(mine) == len(codes) == len(set(mine.values())) and all(
            0 <= axis < 40 for at in mine.values() for axis in at
        ):
            return mine
    columns = next(size for size in range(1, len(codes) + 2) if size * size >= len(codes))
    return {code: (number % columns, number // columns) for number, code in enumerate(codes)}


@lru_cache(maxsize=8)
def read_shapes(path: Path, written: int) -> "GeoMap | Problem":
    """An office's map. A Problem DESK-008 for what is none, has no 审图号, or cannot be drawn. written: when, so that a new one is read anew."""
    where = str(path)
    fix = f"请用标准的 GeoJSON：FeatureCollection，最外层写“{APPROVAL}”，每个县的 properties 写 code（区划代码）。"
    try:
        if path.stat().st_size > LARGEST:
            return Problem("DESK-008", where, f"超过 {LARGEST // 1024 // 1024} MB。", "请用简化过边界的图。")
        content = json.loads(path.read_text("utf-8"), parse_float=Decimal, parse_constant=_refuse)
        approval = str(content.get(APPROVAL) or (content.get("properties") or {}).get(APPROVAL) or "").strip()
        if not approval:
            return Problem(
                "DESK-008",
                where,
                f"没有写{APPROVAL}，不能显示。",
                "请向自然资源部门送审，或从标准地图服务取得带审图号的图，写在最外层。",
            )
        outlines = {}
        for feature in content["features"]:
            code = str(
                (feature.get("properties") or {}).get("code") or (feature.get("properties") or {}).get("adcode") or ""
            )
            if code:
                outlines[code] = [_ring(ring) for ring in _rings(feature["geometry"])]
    except (
        OSError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        IndexError,
        InvalidOperation,
        RecursionError,
    ) as error:
        return Problem("DESK-008", where, f"图读不出来（{type(error).__name__}）。", fix)
    if not outlines or not all(any(len(ring) > 2 for ring in rings) for rings in outlines.values()):
        return Problem("DESK-008", where, "里面没有画得出来的县。", fix)
    return GeoMap(outlines, approval[:60])


@dataclass(frozen=True)
class GeoMap:
    """Rings of each region by code."""

    outlines: dict[str, list[Ring]]
    approval: str


def _refuse(text: str) -> Any:
    raise ValueError(text)


def _rings(geometry: Any) -> list[Any]:
    kind, parts = geometry["type"], geometry["coordinates"]
    if kind == "Polygon":
        return list(parts)
    if kind == "MultiPolygon":
        return [ring for part in parts for ring in part]
    raise ValueError(kind)


def _ring(points: Any) -> Ring:
    ring = [(int(Decimal(at[0]) * MILLION), int(Decimal(at[1]) * MILLION)) for at in points]
    if any(abs(x) > 180 * MILLION or abs(y) > 90 * MILLION for x, y in ring):
        raise ValueError("no longitude and latitude")
    return ring


def fitted(geo: GeoMap, codes: Sequence[str]) -> Shapes:
    """Drawn as large as they fit, north at the top; integers only."""
    points = [point for code in codes for ring in geo.outlines[code] for point in ring]
    west, east = min(x for x, _ in points), max(x for x, _ in points)
    south, north = min(y for _, y in points), max(y for _, y in points)
    degrees = abs(north + south) // 2 // MILLION
    # A degree of longitude is shorter by the cosine of the latitude; Bhaskara's fraction gives it to a pixel.
    shorter, longer = 32_400 - 4 * degrees * degrees, 32_400 + degrees * degrees
    wide, high = max((east - west) * shorter // longer, 1), max(north - south, 1)
    span = max(wide, high)

    def place(point: tuple[int, int]) -> tuple[int, int]:
        return (point[0] - west) * shorter * SIDE // (longer * span), (north - point[1]) * SIDE // span

    outlines, centres = {}, {}
    for code in codes:
        rings = [[place(point) for point in ring] for ring in geo.outlines[code]]
        outlines[code] = "".join("M" + "L".join(f"{x},{y}" for x, y in ring) + "Z" for ring in rings)
        largest = max(rings, key=len)
        xs, ys = [x for x, _ in largest], [y for _, y in largest]
        centres[code] = (min(xs) + max(xs)) // 2, (min(ys) + max(ys)) // 2
    return Shapes(outlines, centres, geo.approval, max(high * SIDE // span, 1))
