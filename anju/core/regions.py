"""Regions (区划): finding them by code, date and name; the national ones come as data, pseudo-units are added by a place."""

import csv
import difflib
from collections.abc import Iterable
from datetime import date
from importlib.resources import files

from django.db import connections, transaction

from anju.core import kept, names, trail
from anju.core.kept import Kept
from anju.core.models import Region
from anju.core.scope import Operator
from anju.problems import Problem, Refused

NATION = "100000"


# -- reading -------------------------------------------------------------------------------------------------------------------


class Known:
    """All regions, of every time, as a tree. Their objects are shared: nobody changes them."""

    def __init__(self) -> None:
        self.all = list(Region.objects.all())
        self.by_id = {one.pk: one for one in self.all}
        self.by_code: dict[str, list[Region]] = {}
        self.under: dict[
            str, list[Region]
        ] = {}  # a region that was renamed has a row for each name, and its parts stay its parts
        for one in self.all:
            self.by_code.setdefault(one.code, []).append(one)
            if one.parent_id:
                one.parent = self.by_id[one.parent_id]
                self.under.setdefault(one.parent.code, []).append(one)
        self._below: dict[str, frozenset[int]] = {}

    def below(self, code: str) -> frozenset[int]:
        """The ids of the region and all below it, of every time."""
        if code not in self._below:
            codes = dict.fromkeys([code])
            todo = [code]
            while todo:
                more = [one.code for one in self.under.get(todo.pop(), ()) if one.code not in codes]
                codes.update(dict.fromkeys(more))
                todo += more
            self._below[code] = frozenset(one.pk for each in codes for one in self.by_code.get(each, ()))
        return self._below[code]


known = Kept("core_region", Known)


def in_force(found: Iterable[Region], on: date | None) -> list[Region]:
    """Those valid on that day; without a day, those that have not ended."""
    if on is None:
        return [one for one in found if one.valid_until is None]
    return [one for one in found if one.valid_from <= on and (one.valid_until is None or one.valid_until > on)]


def region(user: Operator, code: str, on: date | None = None) -> Region:
    """The region of that code on that day. Region.DoesNotExist when there is none or it is none of the user's places."""
    found = in_force(known().by_code.get(code, ()), on)
    if not found or found[0].pk not in user.places:
        raise Region.DoesNotExist(f"没有区划 {code}" + (f"（{on}）" if on else ""))
    return found[0]


def children(user: Operator, region: Region, on: date | None = None) -> list[Region]:
    """Directly below, in order; of the user's places."""
    return [one for one in in_force(known().under.get(region.code, ()), on) if one.pk in user.places]


def descendants(user: Operator, region: Region, on: date | None = None) -> list[Region]:
    """Everything below at any depth, in order; of the user's places. Without a day: of every time, those in force first."""
    every = known()
    mine = user.places & every.below(region.code)
    found = [one for one in every.all if one.pk in mine and one.code != region.code]
    return (
        in_force(found, on) if on else sorted(found, key=lambda one: (one.valid_until is not None, one.order, one.pk))
    )


def ids_below(user: Operator, region: Region) -> frozenset[int]:
    """The ids of the region and all below it, of every time; of those whose rows the user sees."""
    return user.region_ids & known().below(region.code)


def path(region: Region) -> list[Region]:
    """The region and what is above it, nearest first. Not bound by a user's scope: rules come down from above."""
    here: Region | None = known().by_id[region.pk]
    found = []
    while here is not None:
        found.append(here)
        here = here.parent
    return found


def path_codes(region: Region) -> list[str]:
    """Codes nearest first, the nation's (100000) last: what `Library.find` takes."""
    return [row.code for row in path(region)]


# -- matching names ------------------------------------------------------------------------------------------------------------


class Matcher:
    """Names of a table's rows → regions within one region. Make one for a table: it reads the regions once."""

    def __init__(self, user: Operator, within: Region, on: date | None = None) -> None:
        self.within, self.on = within, on
        self.all = descendants(user, within)
        self.now = in_force(self.all, on)
        self.by_id = {row.pk: row for row in (*self.all, *path(within))}
        self.named: dict[
            str, list[Region]
        ] = {}  # a country's table has three thousand names: looked up, never searched for
        self.brief: dict[str, list[Region]] = {}
        for row in self.now:
            for text in {names.clean(row.name), *map(names.clean, row.also)}:
                self.named.setdefault(text, []).append(row)
            if row.kind != Region.Kind.PSEUDO:
                self.brief.setdefault(row.short, []).append(row)
        self.prefixes = sorted(
            {names.clean(text) for row in path(within)[:-1] for text in (row.name, row.short)}, key=len, reverse=True
        )

    def match(self, name: str) -> Region | Problem:
        """One region, or a Problem that names the candidates. Never a guess: 近似 is only suggested."""
        wanted = names.clean(name)
        if wanted in names.WHOLE or wanted == names.clean(self.within.name):
            return self.within
        for text in self._readings(wanted):
            for find in (self._exact, self._qualified, self._short):
                found = find(text)
                if len(found) == 1:
                    return found[0]
                if found:
                    return self._problem(
                        "REG-003", name, f"有 {len(found)} 个区划都可能是它：{_list(found)}。", "请写全称。"
                    )
        ended = [
            row
            for row in self.all
            if not in_force([row], self.on) and wanted in (names.clean(row.name), names.clean(row.short))
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
        return _nearest(self.named.get(text, []), self.within)

    def _qualified(self, text: str) -> list[Region]:
        """With names of what is above it before its own: ××市××区 within a province."""
        return [
            row
            for row in self.now
            if text.endswith(own := names.clean(row.name)) and self._leads_to(row, text.removesuffix(own))
        ]

    def _leads_to(self, row: Region, prefix: str) -> bool:
        above = []
        while (up := self.by_id.get(row.parent_id)) is not None:
            above.append(up)
            row = up
        for up in reversed(above):
            for name in (names.clean(up.name), up.short):
                if prefix.startswith(name):
                    prefix = prefix.removeprefix(name)
                    break
        return not prefix

    def _short(self, text: str) -> list[Region]:
        """By the name without its kind: 恭城县 → 恭城瑶族自治县. Pseudo-units have no kind to leave out."""
        found = _nearest(self.brief.get(names.short(text), []), self.within)
        return [self.within, *found] if text == self.within.short else found  # a city and its county of the same name

    def _problem(self, code: str, name: str, what: str, fix: str) -> Problem:
        return Problem(code, f"区划名称“{name.strip()}”", what, fix)


def match(user: Operator, name: str, within: Region, on: date | None = None) -> Region | Problem:
    """One name. For a table use a `Matcher`."""
    return Matcher(user, within, on).match(name)


def _nearest(found: list[Region], within: Region) -> list[Region]:
    """Of a city and a county that share a short name the one directly below wins."""
    direct = [row for row in found if row.parent_id == within.pk]
    return direct or found


def _list(found: Iterable[Region]) -> str:
    return "、".join(f"{row.name}（{row.code}）" for row in found)


# -- writing -------------------------------------------------------------------------------------------------------------------


@transaction.atomic
@trail.act("regions.register_pseudo")
def add_pseudo(
    *, by: Operator, parent: Region, suffix: str, name: str, also: Iterable[str] = (), since: date = date(1980, 1, 1)
) -> Region:
    """Register a unit that reports figures but is no administrative region (市本级, 经开区, 国资委 …). Repeating changes nothing.

    suffix: capital letters and digits; the code becomes `140500-SBJ`. also: other names under which tables print it.
    Raises Refused REG-005 for a suffix that will not do, REG-006 when the code stands for another name.
    The operator's own `region_ids` do not grow: ask for a new operator afterwards.
    """
    also = [names.clean(text) for text in also]
    if not (suffix.isascii() and suffix.isalnum() and suffix.upper() == suffix):
        raise Refused(
            Problem("REG-005", f"虚拟单位“{name}”", f"代码后缀“{suffix}”不合规。", "后缀只用大写字母和数字，例如 SBJ。")
        )
    code = f"{parent.code}-{suffix}"
    there = Region.objects.filter(code=code).first()
    if there is not None:
        if (there.name, there.also) == (name, also):
            return there
        raise Refused(
            Problem(
                "REG-006",
                f"虚拟单位 {code}",
                f"已登记为“{there.name}”，与“{name}”或其别名不同。",
                "请换一个后缀，或改回原来的名称。",
            )
        )
    last = Region.objects.filter(parent=parent).order_by("-order").values_list("order", flat=True).first()
    made = Region.objects.create(
        code=code,
        name=name,
        short=name,
        also=also,
        kind=Region.Kind.PSEUDO,
        parent=parent,
        valid_from=since,
        order=(last or parent.order) + 1,
    )
    kept.forget()
    trail.describe(obj=trail.Subject.of(made, f"{name}（{code}）"), after={"code": code, "name": name, "also": also})
    return made


def load_national() -> int:
    """Bring the shipped national regions into the table, as the owner; how many rows were new or changed. Repeating changes nothing."""
    rows = list(
        csv.DictReader(files("anju.core").joinpath("data/regions.csv").read_text(encoding="utf-8").splitlines())
    )
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT code, name, short, kind, extract(year FROM valid_from)::int, extract(year FROM valid_until)::int FROM core_region"
        )
        there = set(cursor.fetchall())
        wanted = [
            (
                row["code"],
                row["name"],
                names.short(row["name"]),
                row["kind"],
                int(row["from"]),
                int(row["until"]) if row["until"] else None,
            )
            for row in rows
        ]
        if not set(wanted) - there:
            return 0
        cursor.execute(
            "CREATE TEMP TABLE coming (code text, name text, short text, kind text, valid_from date, valid_until date, parent text, position int)"
            " ON COMMIT DROP"
        )
        with cursor.copy("COPY coming FROM STDIN") as copy:
            for position, (row, (code, name, short, kind, since, until)) in enumerate(zip(rows, wanted, strict=True)):
                day = date(until, 1, 1) if until else None
                copy.write_row((code, name, short, kind, date(since, 1, 1), day, row["parent"] or None, position * 100))
        cursor.execute(
            'INSERT INTO core_region (code, name, short, also, kind, valid_from, valid_until, "order")'
            " SELECT code, name, short, '{}', kind, valid_from, valid_until, position FROM coming ORDER BY position"
            " ON CONFLICT (code, valid_from) DO UPDATE SET name = EXCLUDED.name, short = EXCLUDED.short, kind = EXCLUDED.kind,"
            ' valid_until = EXCLUDED.valid_until, "order" = EXCLUDED."order"'
            " WHERE (core_region.name, core_region.short, core_region.kind, core_region.valid_until)"
            " IS DISTINCT FROM (EXCLUDED.name, EXCLUDED.short, EXCLUDED.kind, EXCLUDED.valid_until)"
        )
        changed = cursor.rowcount
        # The parent's row that lived longest beside its child: a parent may have been renamed, with a row of its own for each name.
        cursor.execute(
            "UPDATE core_region AS child SET parent_id = ("
            "  SELECT above.id FROM core_region AS above WHERE above.code = coming.parent"
            "  AND above.valid_from < coalesce(child.valid_until, 'infinity') AND coalesce(above.valid_until, 'infinity') > child.valid_from"
            "  ORDER BY above.valid_from DESC LIMIT 1)"
            " FROM coming WHERE child.code = coming.code AND child.valid_from = coming.valid_from AND coming.parent IS NOT NULL"
        )
    return changed
