"""Which figures a style will ask for: every code, period and region, so that they are read in a handful of statements."""

import difflib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from anju import periods
from anju.core.models.region import Region
from anju.core.people.scope import Actor
from anju.core.regions import tree
from anju.documents.layout.annex import order_parts
from anju.documents.styles.language import times
from anju.documents.styles.language.schema import FigureSpec, ListSpec, RegionSet, Style
from anju.documents.styles.sources import PaperRequest
from anju.documents.styles.values.members import MeasureMembers, MemberError, member_problem
from anju.figures.figure import Figure
from anju.figures.models import Measure
from anju.figures.queries import current
from anju.figures.queries.standing import FiguresUpTo, StandingFigures
from anju.figures.tasks import tasks
from anju.problems import Place, Problem, Refused

STANDING, LATEST, EXACT = "standing", "latest", "exact"
PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_.]*)\}")
MAX_REGIONS = 4000
Reader = Callable[..., Figure]


def mode_of(spec: FigureSpec, latest: bool = False) -> str:
    return LATEST if spec.latest or latest else EXACT if spec.exactly else STANDING


def period_meant(period: str, relative: str) -> str | None:
    """None where there is none: the period before a day, the year before a plan of several. What is of it is unknown."""
    try:
        return times.shift_period(period, relative)
    except ValueError:
        return None


def fill_code(text: str, words: Callable[[str], str]) -> str:
    """A code with what stands in braces put in."""
    return PLACEHOLDER.sub(lambda match: words(match[1]), text)


def option_word(style: Style, options: Mapping[str, Any], name: str) -> str:
    """What {name} puts: the word of the value chosen, or the value itself."""
    option = style.options.get(name)
    value = str(options.get(name, option.text if option else ""))
    return (option.values.get(value) if option else None) or value


def task_rows(spec: ListSpec, options: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The rows of a list of tasks with what the table of tasks says of each. calibre: the one that this place's text uses."""
    chosen = options.get(spec.calibres) if spec.calibres else None
    for row in spec.rows:
        said = tasks().get(str(row.get("task", "")), {}) | {key: value for key, value in row.items() if key != "task"}
        yield said | {"code": row.get("task", ""), "calibre": (chosen or {}).get(said.get("actual", ""), "")}


def option_rows(value: Any, keys: Iterable[str] = ()) -> list[dict[str, str]]:
    """The members that an option lists: item and item_name, or of rows of a table their keys; of a period its last day besides."""
    if not (isinstance(value, list) and value and all(isinstance(one, Mapping) for one in value)):
        return [{"item": item, "item_name": name} for item, name in option_items(value)]
    rows = []
    for number, one in enumerate(value, 1):
        row = (
            dict.fromkeys(keys, "")
            | {str(key): str(text) for key, text in one.items()}
            | {"item": str(number), "item_name": str(number)}
        )
        if row.get("period"):
            row["period_end"] = periods.period_end(row["period"]).isoformat()
        rows.append(row)
    return rows


def option_items(value: Any) -> list[tuple[str, str]]:
    """(item, its name) of an option that lists things."""
    if isinstance(value, Mapping):
        return [(str(key), str(name)) for key, name in value.items()]
    if isinstance(value, list | tuple):
        return [(str(one), str(one)) for one in dict.fromkeys(map(str, value))]
    return [(str(value), str(value))] if value not in (None, "") else []


class RegionSets:
    """The sets of regions that a style names, of the places of whoever asks."""

    def __init__(self, style: Style, request: PaperRequest) -> None:
        self.style, self.request = style, request
        self.on = periods.period_end(request.period)
        self.known: dict[str, list[Region]] = {}

    def __call__(self, name: str) -> list[Region]:
        if name not in self.known:
            self.known[name] = self.members(name)
            if len(self.known[name]) > MAX_REGIONS:
                raise Refused(
                    Problem(
                        "DOC-074",
                        f"文书样式 {self.style.code} 集合 {name}",
                        f"有 {len(self.known[name])} 个区划，最多 {MAX_REGIONS} 个。",
                        "请缩小范围。",
                    )
                )
        return self.known[name]

    def members(self, name: str) -> list[Region]:
        user, own, options = self.request.user, self.request.region, self.request.options
        if name == "parts" and name not in self.style.sets:
            return order_parts(tree.child_regions(user, own, self.on), options.get("order", ()))
        spec: RegionSet = self.style.sets[name]
        found: list[Region] = []
        if spec.below:
            of = own if spec.below == "own" else self.region(spec.below)
            if of is not None:
                found += (
                    tree.descendant_regions(user, of, self.on) if spec.level else tree.child_regions(user, of, self.on)
                )
        codes = (
            [*spec.regions, *(one for one, _ in option_items(options.get(spec.option)))]
            if spec.option
            else list(spec.regions)
        )
        found += [region for code in codes if (region := self.region(code)) is not None]
        for other in spec.plus:
            found += self.named(other)
        taken = {region.pk for other in spec.minus for region in self.named(other)}
        kept = {region.pk: region for region in found if region.pk not in taken and spec.level in ("", region.kind)}
        return (
            order_parts(list(kept.values()), [one for one, _ in option_items(options.get(spec.order))])
            if spec.order
            else list(kept.values())
        )

    def named(self, name: str) -> list[Region]:
        """Of a set, or of one region by its code."""
        if name in self.style.sets or name == "parts":
            return self(name)
        region = self.region(name)
        return [] if region is None else [region]

    def region(self, code: str) -> Region | None:
        if code == "own":
            return self.request.region
        try:
            return tree.find_region(self.request.user, code, self.on)
        except Region.DoesNotExist:
            return None


class FigureReaders:
    """The figures of a style by the period that a name speaks of and how: one reading each, of all codes and regions at once."""

    def __init__(self, style: Style, request: PaperRequest, sets: RegionSets, annex_codes: Iterable[str]) -> None:
        self.style, self.request, self.sets = style, request, sets
        self.asked: dict[tuple[str, str], dict[str, int]] = {}
        self.catalogue = current.find_measures(request.user)
        self.members = MeasureMembers(self.catalogue)
        self.problems: list[Problem] = []
        self.chosen: dict[str, str] = {}  # the option that a code comes from
        for code, period, spec, latest in self.specs():
            if (when := period_meant(request.period, period)) is not None:
                self.ask(mode_of(spec, latest), when, code, spec.line)
        for code in annex_codes:
            self.ask(STANDING, request.period, code, 0)
        self.check()
        self.regions = self.every_region()
        self.readers: dict[tuple[str, str], Reader] = {}

    def ask(self, mode: str, period: str, code: str, line: int) -> None:
        if code:
            self.asked.setdefault((mode, period), {}).setdefault(code, line)

    def specs(self) -> Iterator[tuple[str, str, FigureSpec, bool]]:
        """(code, period, what asks for it, whether its list wants the latest) of every measure that is named."""
        options = self.request.options

        def codes(
            spec: FigureSpec, rows: list[dict[str, str]], latest: bool
        ) -> Iterator[tuple[str, str, FigureSpec, bool]]:
            text = f"{spec.measure}:{spec.calibre}" if spec.calibre else spec.measure
            if not text:
                return
            for row in self.rows_for(text + spec.period + spec.member, rows):

                def word(name: str, row: dict[str, str] = row) -> str:
                    return row[name] if name in row else option_word(self.style, options, name)

                code = fill_code(text, word).rstrip(":")
                if spec.member:
                    code = self.member_code(spec, code, fill_code(spec.member, word))
                yield code, fill_code(spec.period, word), spec, latest

        every_row = [row for listed in self.style.lists.values() for row in self.rows_of(listed)] or [{}]
        for spec in self.style.figures.values():
            yield from codes(spec, every_row, False)
        for listed in self.style.lists.values():
            rows = self.rows_of(listed) if listed.of in ("option", "members", "rows") else every_row
            for spec in listed.figures.values():
                named = list(codes(spec, rows, listed.latest))
                self.chosen |= {code: listed.option for code, *_ in named if listed.of == "option"}
                yield from named
            for part in self.parts_of(listed):
                yield part.code, "", FigureSpec("", listed.line), listed.latest
            for row in task_rows(listed, options) if listed.of == "tasks" else ():
                rate = self.task_rate(row)
                sides = [self.task_side(row, side) for side in ("actual", "target")] if listed.latest else []
                for code in [rate, *sides]:
                    yield code, "", FigureSpec("", listed.line), listed.latest
            for row in listed.rows:
                for spec in row.values():
                    if isinstance(spec, FigureSpec):
                        yield from codes(spec, rows, listed.latest)

    def rows_for(self, text: str, rows: list[dict[str, str]]) -> list[dict[str, str]]:
        """Those that say all that the text asks of a member; one is enough where it asks nothing."""
        asked = [word for word in PLACEHOLDER.findall(text) if word not in self.style.options]
        return [row for row in rows if all(word in row for word in asked)] if "{" in text else [{}]

    def member_code(self, spec: FigureSpec, code: str, member: str) -> str:
        """Nothing and a problem where there is no such member; what is no measure is told by `check`."""
        measure, colon, calibre = code.partition(":")
        if measure not in self.catalogue:
            return code
        try:
            return f"{self.members.code(measure, spec.dimension, member)}{colon}{calibre}"
        except MemberError as error:
            self.problems.append(member_problem(self.style, spec, error))
            return ""

    def parts_of(self, listed: ListSpec) -> list[Measure]:
        """The measures that a list of members goes through."""
        if listed.of != "members":
            return []
        try:
            return self.members.of_list(listed)
        except MemberError as error:
            if (problem := member_problem(self.style, listed, error)) not in self.problems:
                self.problems.append(problem)
            return []

    def rows_of(self, listed: ListSpec) -> list[dict[str, str]]:
        if listed.of == "members":
            return [{"name": part.member} for part in self.parts_of(listed)]
        if listed.of == "rows":
            return [{key: said for key, said in row.items() if isinstance(said, str)} for row in listed.rows]
        if listed.of != "option" or listed.option not in self.style.options:
            return []
        option = self.style.options[listed.option]
        return option_rows(self.request.options.get(listed.option, option.table), option.keys)

    def task_rate(self, row: Mapping[str, Any]) -> str:
        code = fill_code(str(row.get("rate", "")), lambda name: option_word(self.style, self.request.options, name))
        return f"{code}:{row['calibre']}" if row.get("calibre") else code

    def task_side(self, row: Mapping[str, Any], side: str) -> str:
        """The measure of what was done, or asked, under the place's calibre where it is published under it."""
        code = str(row.get(side, ""))
        if code not in self.catalogue or not row.get("calibre"):
            return code
        return ":".join(filter(None, current.side_calibre(self.catalogue, code, row["calibre"])))

    def check(self) -> None:
        """Refused DOC-075 for each code that the catalogue does not have, DOC-141 for each member, all at once."""
        asked = {code: line for codes in self.asked.values() for code, line in codes.items()}
        if problems := [*code_problems(self.style, asked, self.catalogue, self.chosen), *self.problems]:
            raise Refused(*problems)

    def every_region(self) -> list[Region]:
        style, own = self.style, self.request.region
        found = [own]
        listed = {spec.set for spec in style.lists.values() if spec.of == "regions"} | {
            annex.set for annex in style.annexes if not annex.source
        }
        listed |= {spec.over for spec in every_spec(style) if spec.over}
        for name in sorted(listed):
            found += self.sets(name)
        for spec in every_spec(style):
            if spec.region == "parent" and own.parent is not None:
                found.append(own.parent)
            elif spec.region not in ("", "own", "parent") and (region := self.sets.region(spec.region)) is not None:
                found.append(region)
        return list({region.pk: region for region in found}.values())

    def reader(self, mode: str, period: str) -> Reader:
        key = (mode, period)
        if key not in self.readers:
            self.readers[key] = read_figures(
                self.request.user, mode, list(self.asked.get(key, ())), self.regions, period
            )
        return self.readers[key]

    def has_reported(self, region: Region) -> bool:
        """Whether the region reported anything of what the paper tells of its own period."""
        standing = self.reader(STANDING, self.request.period)
        return isinstance(standing, StandingFigures) and standing.reported_else(region)


def code_problems(
    style: Style, asked: Mapping[str, int], catalogue: Mapping[str, Measure], chosen: Mapping[str, str] | None = None
) -> list[Problem]:
    """A problem for each code (with its line, or the option that it comes from) that the catalogue does not have."""
    problems = []
    for code, line in asked.items():
        name, _, calibre = code.partition(":")
        measure = catalogue.get(name)
        if measure is None:
            near = difflib.get_close_matches(name, catalogue, 1)
            what = f"没有统计指标 {name}。"
            fix = (f"是不是 {near[0]}？" if near else "") + "请改正样式或选项；确有这样的数，请先登记指标。"
        elif calibre and not measure.is_computed and not current.accepts_calibre(measure, calibre):
            what, fix = f"统计指标 {name} 没有口径 {calibre}。", "请改正样式或选项。"
        else:
            continue
        place = Place(style.file + (f" 第 {line} 行" if line else ""), file=style.file, line=line)
        if option := (chosen or {}).get(code):
            place = Place(f"文书选项 {option}", field=option)
        problems.append(Problem("DOC-075", place, what, fix))
    return problems


def every_spec(style: Style) -> Iterator[FigureSpec]:
    """Of the style itself and of its lists and their rows."""
    yield from style.figures.values()
    for listed in style.lists.values():
        yield from listed.figures.values()
        yield from (spec for row in listed.rows for spec in row.values() if isinstance(spec, FigureSpec))


def unknown_codes(style: Style, catalogue: Mapping[str, Measure]) -> list[Problem]:
    """What can be told without a place: the codes in which nothing is put in."""
    asked = {f"{spec.measure}:{spec.calibre}".rstrip(":"): spec.line for spec in every_spec(style) if spec.measure}
    asked |= {listed.measure: listed.line for listed in style.lists.values() if listed.measure}
    problems = code_problems(style, {code: line for code, line in asked.items() if "{" not in code}, catalogue)
    members = MeasureMembers(catalogue)
    for spec in [*every_spec(style), *style.lists.values()]:
        try:
            if isinstance(spec, ListSpec):
                if spec.of == "members" and spec.measure in catalogue:
                    members.of_list(spec)
            elif spec.member and "{" not in spec.measure + spec.member and spec.measure in catalogue:
                members.code(spec.measure, spec.dimension, spec.member)
        except MemberError as error:
            problems.append(member_problem(style, spec, error))
    return problems


def read_figures(user: Actor, mode: str, codes: list[str], regions: list[Region], period: str) -> Reader:
    if mode == EXACT:
        exact = current.current_figures(user, codes, regions, [period])
        return lambda code, region, calibre="": exact(code, region, period, calibre)
    return (FiguresUpTo if mode == LATEST else StandingFigures)(user, codes, regions, period)
