"""Finding a region by a name as people write it."""

import difflib
from collections.abc import Iterable
from datetime import date

from anju.core.models.region import Region
from anju.core.people.scope import Actor
from anju.core.regions import names
from anju.core.regions.tree import descendant_regions, region_path, regions_in_force
from anju.problems import Problem


class RegionMatcher:
    """Names of a table's rows → regions within one region. Make one for a table: it reads the regions once."""

    def __init__(self, user: Actor, within: Region, on: date | None = None) -> None:
        self.within, self.on = within, on
        self.all = descendant_regions(user, within)
        self.now = regions_in_force(self.all, on)
        self.by_id: dict[int | None, Region] = {row.pk: row for row in (*self.all, *region_path(within))}
        self.named: dict[
            str, list[Region]
        ] = {}  # a country's table has three thousand names: looked up, never searched for
        self.brief: dict[str, list[Region]] = {}
        for row in self.now:
            for text in {names.clean_name(row.name), *map(names.clean_name, row.also)}:
                self.named.setdefault(text, []).append(row)
            if row.kind != Region.Kind.PSEUDO:
                self.brief.setdefault(row.short, []).append(row)
        self.prefixes = sorted(
            {names.clean_name(text) for row in region_path(within)[:-1] for text in (row.name, row.short)},
            key=len,
            reverse=True,
        )

    def match(self, name: str) -> Region | Problem:
        """One region, or a Problem that names the candidates. Never a guess: 近似 is only suggested."""
        wanted = names.clean_name(name)
        if wanted in names.WHOLE or wanted == names.clean_name(self.within.name):
            return self.within
        for text in self._readings(wanted):
            for find in (self._exact, self._qualified, self._short):
                regions = find(text)
                if len(regions) == 1:
                    return regions[0]
                if regions:
                    return self._problem(
                        "REG-003", name, f"有 {len(regions)} 个区划都可能是它：{_list(regions)}。", "请写全称。"
                    )
        ended = [
            row
            for row in self.all
            if not regions_in_force([row], self.on)
            and wanted in (names.clean_name(row.name), names.clean_name(row.short))
        ]
        if ended:
            return self._problem(
                "REG-004", name, f"只找到在所属日期不使用的区划：{_list(ended)}。", "请核对期间，或改用当时的名称。"
            )
        near = difflib.get_close_matches(
            wanted, [row.name for row in self.now], n=3, cutoff=0.5
        )  # a text distance, no quantity
        hint = (
            f"是不是{'、'.join(near)}？"
            if near
            else f"请写{self.within.name}所辖区划的全称；开发区、市本级等先登记为虚拟单位。"
        )
        return self._problem("REG-002", name, f"{self.within.name}下没有这个区划。", hint)

    def _readings(self, wanted: str) -> Iterable[str]:
        """The name as written; without what is above it (××市城区 → 城区); without a note in brackets."""
        yield wanted
        for prefix in self.prefixes:
            if wanted.startswith(prefix) and len(wanted) > len(prefix):
                yield wanted.removeprefix(prefix)
        if (bare := wanted.partition("(")[0]) and bare != wanted:
            yield bare

    def _exact(self, text: str) -> list[Region]:
        return _directly_below(self.named.get(text, []), self.within)

    def _qualified(self, text: str) -> list[Region]:
        """With names of what is above it before its own: ××市××区 within a province."""
        return [
            row
            for row in self.now
            if text.endswith(own := names.clean_name(row.name)) and self._leads_to(row, text.removesuffix(own))
        ]

    def _leads_to(self, row: Region, prefix: str) -> bool:
        above = []
        while (up := self.by_id.get(row.parent_id)) is not None:
            above.append(up)
            row = up
        for up in reversed(above):
            for name in (names.clean_name(up.name), up.short):
                if prefix.startswith(name):
                    prefix = prefix.removeprefix(name)
                    break
        return not prefix

    def _short(self, text: str) -> list[Region]:
        """By the name without its kind: 恭城县 → 恭城瑶族自治县. Pseudo-units have no kind to leave out."""
        regions = _directly_below(self.brief.get(names.short_name(text), []), self.within)
        return (
            [self.within, *regions] if text == self.within.short else regions
        )  # a city and its county of the same name

    def _problem(self, code: str, name: str, what: str, fix: str) -> Problem:
        return Problem(code, f"区划名称“{name.strip()}”", what, fix)


def match_region(user: Actor, name: str, within: Region, on: date | None = None) -> Region | Problem:
    """One name. For a table use a `RegionMatcher`."""
    return RegionMatcher(user, within, on).match(name)


def _directly_below(regions: list[Region], within: Region) -> list[Region]:
    """Of a city and a county that share a short name the one directly below wins."""
    direct = [row for row in regions if row.parent_id == within.pk]
    return direct or regions


def _list(regions: Iterable[Region]) -> str:
    return "、".join(f"{row.name}（{row.code}）" for row in regions)
