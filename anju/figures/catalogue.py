"""The catalogue of measures: the rooms' YAML files read, checked and put into the database. A place brings its own through the same loader."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.db import models, transaction
from ruamel.yaml.error import MarkedYAMLError

from anju.core import registry
from anju.core.database import cache
from anju.core.people.scope import Actor
from anju.core.regions.tree import region_tree
from anju.core.trail import trail
from anju.figures.models import REFERENCES, Calibre, Measure, Observation
from anju.problems import Place, Problem, Refused
from anju.quantities import unit_of_measure
from anju.yaml_files import load_yaml

CODE = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)*")
KINDS = ("stock", "flow", "cumulative", "relative", "ratio", "sum")
KEYS = {
    "measures": {
        "code",
        "name",
        "unit",
        "units",
        "kind",
        "dimension",
        "member",
        "complete",
        "terms",
        "places",
        "calibres",
        "note",
        *REFERENCES,
    },
    "calibres": {"code", "name", "note"},
    "decimals": {"measure", "region", "places"},
}
NEEDED = {
    "measures": ("code", "name", "kind"),
    "calibres": ("code", "name"),
    "decimals": ("measure", "region", "places"),
}
LISTS = ("units", "terms", "calibres")


class CatalogueEntry(dict):
    """One mapping of a file and where it stands. place: the code of the place whose file it is, where that is known."""

    def __init__(self, values: dict, where: Place, origin: str, place: str = "") -> None:
        super().__init__(values)
        self.where, self.origin, self.place = where, origin, place

    def problem(self, code: str, what: str, fix: str) -> Problem:
        return Problem(code, self.where, what, fix)


Entries = dict[str, CatalogueEntry]


def read_catalogue(paths: Iterable[Path]) -> tuple[Entries, Entries]:
    """Measures and calibres by code, of the shipped catalogue and these files together. Refused with every problem of every file."""
    measures, calibres, _ = read_with_decimals(paths)
    return measures, calibres


def read_with_decimals(paths: Iterable[Path], place: str = "") -> tuple[Entries, Entries, list[CatalogueEntry]]:
    """The same, with the decimals that places have of their own. place: the code of the region whose files they are, unless a place.yaml beside
    them says it."""
    problems: list[Problem] = []
    found: dict[str, dict[str, CatalogueEntry]] = {"measures": {}, "calibres": {}}
    entries: list[tuple[str, CatalogueEntry]] = list(_shipped())
    for path in paths:
        origin = f"{path.resolve().parent.name}/{path.name}"
        entries += _entries(path, origin, problems, place or _place_of(path))
    decimals = [entry for section, entry in entries if section == "decimals"]
    for section, entry in entries:
        if section == "decimals":
            continue
        earlier = found[section].setdefault(entry["code"], entry)
        if earlier is not entry:
            problems.append(
                entry.problem(
                    "FIG-003", f"代码 {entry['code']} 已在 {earlier.where} 定义。", "换一个代码，或者删去重复的一条。"
                )
            )
    for entry in found["measures"].values():
        problems += _check(entry, **found)
    problems += [problem for entry in decimals if (problem := _decimals_problem(entry, found["measures"]))]
    if problems:
        raise Refused(*problems)
    return found["measures"], found["calibres"], decimals


def _decimals_problem(entry: CatalogueEntry, measures: Entries) -> Problem | None:
    """A place has decimals of its own for what is computed by dividing; everything else is as it was reported."""
    measure = measures.get(entry["measure"])
    if measure is None:
        return entry.problem("FIG-005", f"引用的指标 {entry['measure']} 没有定义。", "核对代码，或者补上这条指标。")
    if measure["kind"] != "ratio" and "weight" not in measure:
        return entry.problem(
            "FIG-002", f"{entry['measure']} 不是比率，小数位照报来的。", "只有比率和有权数的平均数写 decimals。"
        )
    tree, code = region_tree(), str(entry["region"])
    if code not in tree.by_code:
        return entry.problem("FIG-005", f"没有区划 {code}。", "核对区划代码，加上引号。")
    if not entry.place:
        fix = "请用 anju figures load --region 写明是哪个区划的文件，或把它放在 place.yaml 旁边。"
        return entry.problem("FIG-008", "不知道这是哪个区划的文件，不能定小数位。", fix)
    if not {one.pk for one in tree.by_code[code]} <= tree.below(entry.place):
        fix = "只写本区划和下面各地的；别处的由那个地方自己的文件写。"
        return entry.problem("FIG-008", f"这是 {entry.place} 的文件，不能定 {code} 的小数位。", fix)
    return None


def _place_of(path: Path) -> str:
    """The code of the place in whose folder a file lies; blank where there is none that can be read: whoever loads the place is told."""
    try:
        described = load_yaml((path.resolve().parent / "place.yaml").read_text("utf-8"), plain=True)
    except (OSError, UnicodeDecodeError, MarkedYAMLError):
        return ""
    return str(described.get("region", "")) if isinstance(described, dict) else ""


@lru_cache(maxsize=1)
def _shipped() -> tuple[tuple[str, CatalogueEntry], ...]:
    """The rooms' files, read once. A flaw in them is ours: it stops everything."""
    problems: list[Problem] = []
    entries = [one for path in registry.room_files("measures") for one in _entries(path, "catalogue", problems)]
    if problems:
        raise Refused(*problems)
    return tuple(entries)


def _entries(path: Path, origin: str, problems: list[Problem], place: str = "") -> Iterable[tuple[str, CatalogueEntry]]:
    try:
        data = load_yaml(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        problems.append(
            Problem("FIG-001", Place(file=path.name), f"读不出来：{error}", "请核对文件名，并存为 UTF-8 文本。")
        )
        return
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        problems.append(
            Problem(
                "FIG-001",
                Place(file=path.name, line=line),
                f"不是正确的 YAML：{error.problem}",
                "请核对缩进、冒号和括号。",
            )
        )
        return
    if not isinstance(data, dict) or set(data) - set(KEYS):
        problems.append(
            Problem(
                "FIG-002",
                Place(file=path.name),
                "最外层只能有 measures、calibres 和 decimals。",
                "请照指标目录的写法改。",
            )
        )
        return
    for section, items in data.items():
        if items is not None and not isinstance(items, list):
            what = f"{section} 下面应是列表。"
            problems.append(Problem("FIG-002", Place(file=path.name), what, "请逐条以“- ”开头，照指标目录的写法改。"))
            continue
        for index, item in enumerate(items or ()):
            where = Place(file=path.name, line=items.lc.item(index)[0] + 1)
            flaws = _shape(section, item)
            problems += [Problem("FIG-002", where, what, "请照指标目录的写法改。") for what in flaws]
            if not flaws:
                yield section, CatalogueEntry(item, where, origin, place)


def _shape(section: str, item: Any) -> list[str]:
    """What is wrong with one entry's keys and types."""
    if not isinstance(item, dict):
        return ["不是一条“键: 值”。"]
    flaws = [f"没有 {key}。" for key in NEEDED[section] if item.get(key) is None]
    flaws += [f"不认识的键 {key}。" for key in item if key not in KEYS[section]]
    flaws += [
        f"{key} 应为列表。"
        for key in LISTS
        if key in item and not (isinstance(item[key], list) and all(isinstance(x, str) for x in item[key]))
    ]
    flaws += [
        f"{key} 应为文字。"
        for key in ("name", "unit", "dimension", "member", "note", *REFERENCES)
        if not isinstance(item.get(key, ""), str)
    ]
    if section == "decimals":
        flaws += [
            f"{key} 应为文字（编号加引号）。" for key in ("measure", "region") if not isinstance(item.get(key, ""), str)
        ]
    code = item.get("code", "")
    if section == "measures" and not (isinstance(code, str) and CODE.fullmatch(code)):
        flaws.append(f"代码 {code} 只能用小写字母、数字、下划线和点，以字母开头。")
    if item.get("kind") is not None and item["kind"] not in KINDS:
        flaws.append(f"kind {item['kind']} 应为 {'、'.join(KINDS)} 之一。")
    places = item.get("places", 0)
    if isinstance(places, bool) or not isinstance(places, int) or not 0 <= places <= 6:
        flaws.append("places 应为 0 到 6 的整数。")
    return flaws


def _check(
    entry: CatalogueEntry, measures: dict[str, CatalogueEntry], calibres: dict[str, CatalogueEntry]
) -> Iterable[Problem]:
    """References, units and what a kind needs."""
    problems = []
    for code in [*(entry[key] for key in REFERENCES if key in entry), *entry.get("terms", ())]:
        if code not in measures:
            problems.append(entry.problem("FIG-005", f"引用的指标 {code} 没有定义。", "核对代码，或者补上这条指标。"))
    problems += [
        entry.problem("FIG-005", f"口径 {code} 没有定义。", "在 calibres 里补上这个口径。")
        for code in entry.get("calibres", ())
        if code not in calibres
    ]
    kind = entry["kind"]
    wanted = {"ratio": {"numerator", "denominator", "places"}, "sum": {"terms"}}.get(kind, {"unit"}) | (
        {"dimension", "member"} if "of" in entry else set()
    )
    lacking = sorted(key for key in wanted if entry.get(key) in (None, "", []))
    if "weight" in entry and kind != "relative":
        problems.append(
            entry.problem(
                "FIG-002", "只有相对数、平均数（relative）才有权数。", "去掉 weight，或把 kind 写成 relative。"
            )
        )
    elif (
        "weight" in entry and entry["weight"] in measures and measures[entry["weight"]]["kind"] in ("relative", "ratio")
    ):
        problems.append(
            entry.problem("FIG-002", f"权数 {entry['weight']} 自己就不能相加。", "请写一个能相加的指标，如户数。")
        )
    if lacking:
        problems.append(entry.problem("FIG-002", f"缺少 {'、'.join(lacking)}。", "请照指标目录的写法改。"))
    if problems:
        return problems
    try:
        families = {
            "unit": unit_family(entry["code"], measures),
            "units": [unit_of_measure(name).factor for name in entry.get("units", ())],
        }
        compared = [(entry[key], unit_family(entry[key], measures)) for key in ("of", "target_of") if key in entry]
        if kind == "ratio" and "numerator" in entry:
            compared = []
            families["unit"] = unit_family(entry["numerator"], measures)
            compared.append((entry["denominator"], unit_family(entry["denominator"], measures)))
        compared += [(code, unit_family(code, measures)) for code in entry.get("terms", ())]
    except (KeyError, RecursionError) as error:
        return [
            entry.problem("FIG-006", f"计量单位 {error} 不认识。", "请用 套、户、个、元、万元、亿元、㎡、万㎡、% 等。")
        ]
    return [
        entry.problem("FIG-006", f"与 {code} 的计量单位不能相加或相比。", "请核对两处的 unit。")
        for code, other in compared
        if other != families["unit"]
    ]


def unit_family(code: str, measures: dict[str, CatalogueEntry]) -> str:
    """What a measure may be added to. KeyError for a unit that does not exist."""
    entry = measures[code]
    if entry["kind"] == "ratio":
        return "%"
    return unit_of_measure(entry["unit"]).family if entry.get("unit") else unit_family(entry["terms"][0], measures)


def measure_unit(entry: CatalogueEntry, measures: dict[str, CatalogueEntry]) -> str:
    if entry["kind"] == "ratio":
        return "%"
    if "unit" in entry:
        return unit_of_measure(entry["unit"]).name
    return measure_unit(measures[entry["terms"][0]], measures)


@dataclass(frozen=True)
class CatalogueChanges:
    """Codes that were new, those that changed, and how many there are now in these files."""

    new: tuple[str, ...]
    changed: tuple[str, ...]
    total: int


@transaction.atomic
@trail.act("figures.load_catalogue")
def load_catalogue(*, by: Actor, paths: Iterable[Path] = (), place: str = "") -> CatalogueChanges:
    """Bring the shipped catalogue, and these files of a place, into the database (装载指标目录). The same again changes nothing.

    place: its code, unless a place.yaml beside the files says it. Refused: every flaw of every file, with its line; FIG-007 for a code that means
    something else already; FIG-008 for decimals of another place.
    """
    measures, calibres, decimals = read_with_decimals(paths, place)
    stored = {measure.code: measure for measure in Measure.objects.all()}
    rows = {code: _row(entry, order, measures) for order, (code, entry) in enumerate(measures.items())}
    changed = {
        code
        for code, row in rows.items()
        if code in stored
        and _differs(row, stored[code], (*COLUMNS, "order") if row.origin == stored[code].origin else DEFINITION)
    }
    used = set(Observation.objects.filter(measure__in=changed).values_list("measure", flat=True).distinct())
    problems = [
        measures[code].problem(
            "FIG-007",
            f"{code} 已有数据或在别处（{stored[code].origin}）定义，意思不同：{said}。",
            "换一个代码；或者改成与已有的一致。",
        )
        for code in sorted(changed)
        if (said := _conflict(rows[code], stored[code], code in used))
    ]
    named = {calibre.code: calibre for calibre in Calibre.objects.all()}
    labels = {
        code: Calibre(code=code, name=entry["name"], note=entry.get("note", "")) for code, entry in calibres.items()
    }
    relabelled = {
        code for code, one in labels.items() if code in named and _differs(one, named[code], ("name", "note"))
    }
    if problems:
        raise Refused(*problems)
    new = [*(code for code in labels if code not in named), *(code for code in rows if code not in stored)]
    local = _local_places(decimals, {f"{path.resolve().parent.name}/{path.name}" for path in paths}, stored)
    if new or changed or relabelled or local:
        Calibre.objects.bulk_create(
            labels.values(), update_conflicts=True, unique_fields=["code"], update_fields=["name", "note"]
        )
        written = [row for code, row in rows.items() if code in changed or code not in stored]
        Measure.objects.bulk_create(
            written, update_conflicts=True, unique_fields=["code"], update_fields=[*COLUMNS, "order", "origin"]
        )
        for code, places in local.items():
            Measure.objects.filter(code=code).update(local_places=places)
        cache.reset_cache()
        trail.describe(
            obj=trail.Subject("figures.catalogue", "", "指标目录"),
            after={"new": sorted(new), "changed": sorted(changed | relabelled)}
            | ({"decimals": local} if local else {}),
        )
    return CatalogueChanges(tuple(new), tuple(sorted((changed | relabelled | local.keys()) - set(new))), len(measures))


def _local_places(
    decimals: Iterable[CatalogueEntry], origins: set[str], stored: Mapping[str, Measure]
) -> dict[str, dict[str, Any]]:
    """What the decimals of places become, of each measure that changes: those of these files anew, those of other files as they are."""
    known = {code: measure.local_places for code, measure in stored.items()}
    wanted = {
        code: {region: one for region, one in places.items() if one["origin"] not in origins}
        for code, places in known.items()
    }
    for entry in decimals:
        places = wanted.setdefault(entry["measure"], {})
        places[entry["region"]] = {"places": entry["places"], "origin": entry.origin}
    return {code: places for code, places in wanted.items() if places != known.get(code, {})}


COLUMNS = (
    "name",
    "unit",
    "units",
    "kind",
    "dimension",
    "member",
    "complete",
    "terms",
    "places",
    "calibres",
    "note",
    *(f"{r}_id" for r in REFERENCES),
)
DEFINITION = tuple(column for column in COLUMNS if column != "note")


def _row(entry: CatalogueEntry, order: int, measures: dict[str, CatalogueEntry]) -> Measure:
    values = {
        key: list(value) if key in LISTS else value for key, value in entry.items() if key not in (*REFERENCES, "unit")
    }
    references = {f"{key}_id": entry[key] for key in REFERENCES if key in entry}
    return Measure(**values | references, unit=measure_unit(entry, measures), order=order, origin=entry.origin)


def _differs(new: models.Model, old: models.Model, columns: Iterable[str]) -> bool:
    return any(getattr(new, column) != getattr(old, column) for column in columns)


def _conflict(new: Measure, old: Measure, used: bool) -> str:
    """What about a code may not be changed: by another file anything, by its own file what the stored numbers hang on."""
    columns = DEFINITION if new.origin != old.origin else ("kind",) if used else ()
    if (old.kind, new.kind) == (
        Measure.Kind.STOCK,
        Measure.Kind.RELATIVE,
    ):  # only that it is not added: its numbers stay as they are
        columns = tuple(column for column in columns if column != "kind")
    said = [
        f"{column} {getattr(old, column)}→{getattr(new, column)}"
        for column in columns
        if getattr(new, column) != getattr(old, column)
    ]
    if used and unit_of_measure(new.unit).family != unit_of_measure(old.unit).family:
        said.append(f"unit {old.unit}→{new.unit}")
    return "、".join(dict.fromkeys(said))
