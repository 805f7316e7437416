"""A paper being computed: what each name of its style comes to, in the place and for the member of which a sentence speaks."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fnmatch import fnmatchcase
from fractions import Fraction
from typing import Any

from anju import periods
from anju.core.models.region import Region
from anju.core.wording import period_label
from anju.documents.styles.language import times
from anju.documents.styles.language.conditions import StyleCondition, evaluate, is_name
from anju.documents.styles.language.schema import REGION_TRUTHS, FigureSpec, Style
from anju.documents.styles.language.sentences import Piece
from anju.documents.styles.library.scopes import base_list
from anju.documents.styles.sources import PaperRequest
from anju.documents.styles.values import beyond, requests
from anju.documents.styles.values.formulas import FormulaFigures
from anju.documents.styles.values.frames import Frame
from anju.documents.styles.values.lists import Listed, read_list
from anju.documents.styles.values.members import MemberError, member_problem
from anju.documents.styles.values.units import UnitError
from anju.documents.text.wording import whole_word
from anju.figures.figure import Figure, total_figure
from anju.problems import Place, Problem, Refused
from anju.quantities import unit_of_measure

MAX_STEPS = 400_000  # values looked up for one paper
SHIFTS = ("whole_", "outer_")


@dataclass(frozen=True)
class SpokenText:
    """A text of the style that has a name."""

    pieces: tuple[Piece, ...]


class ComputedPaper:
    """One writing of a style. Everything is computed when it is asked for, once for each place and member."""

    def __init__(
        self, style: Style, request: PaperRequest, written: Iterable[str], annex_codes: Iterable[str] = ()
    ) -> None:
        self.style, self.request = style, request
        self.written = [*written]
        self.sets = requests.RegionSets(style, request)
        self.readers = requests.FigureReaders(style, request, self.sets, annex_codes)
        self.root = Frame(request.region)
        self.in_sight = {region.pk for region in self.readers.regions} & set(request.user.region_ids)
        self.known: dict[tuple[Any, ...], Any] = {}
        self.within: set[tuple[Any, ...]] = set()
        self.formulas = FormulaFigures(self)
        self.formulas.check_units()
        self.words = self.built_in()
        self.steps = 0

    def built_in(self) -> dict[str, Any]:
        own, period, options = self.request.region, self.request.period, self.request.options
        whole_year = len(period) == 4
        label = period_label(period)
        return {
            "year": period[:4],
            "place": options.get("place", own.name),
            "whole": whole_word(own.name),
            "period": label,
            "span": f"{period}年度" if whole_year else label,
            "until": f"{period}年底" if whole_year else period_end_words(period),
            "month": str(periods.period_end(period).month),
            "parts_word": options.get("parts_word", "县（市、区）"),
            "whole_year": whole_year,
            "shape": times.shape_of(period),
        }

    # -- values by name

    def value(self, name: str, frame: Frame) -> Any:
        """A Figure (or what prints as one), a word, a truth (None: not known), the members of a list, pieces of a sentence. Refused: no such name here."""
        self.steps += 1
        if self.steps > MAX_STEPS:
            raise Refused(
                Problem(
                    "DOC-074",
                    f"文书样式 {self.style.code}（{self.style.file}）",
                    f"要算的数超过 {MAX_STEPS} 个，没有算完。",
                    "请缩小名单的范围，少套几层。",
                )
            )
        if frame.has(name):
            said = frame.field(name)
            if isinstance(said, list):  # members within
                return self.members(name, frame)
            if isinstance(said, FigureSpec):
                return self.figure(name, said, frame)
            return self.of_place(name, said, frame) if isinstance(said, Mapping) else said
        for before in SHIFTS if name not in self.words else ():  # whole_year is no year of the whole
            if name.startswith(before) and self.knows(name.removeprefix(before), frame):
                return self.value(name.removeprefix(before), frame.whole() if before == "whole_" else frame.around())
        if name in self.style.figures:
            return self.figure(name, self.style.figures[name], frame)
        if name in self.style.conditions:
            return self.truth(self.style.conditions[name], frame)
        if base_list(self.style, name) in self.style.lists:
            return self.members(name, frame)
        if name in self.style.texts:
            return SpokenText(self.style.texts[name])
        if name in self.words:
            return self.words[name]
        if name in REGION_TRUTHS:
            return self.once(("reported", frame.region.pk), lambda: self.readers.has_reported(frame.region))
        if name in self.style.options:
            return requests.option_word(self.style, self.request.options, name)
        raise Refused(
            Problem(
                "DOC-073",
                f"文书样式 {self.style.code}（{self.style.file}）",
                f"“{name}”只在它的名单里才有，这里没有。",
                "请在 each 里面用它，或另起名称。",
            )
        )

    def of_place(self, name: str, said: Mapping[int, Figure], frame: Frame) -> Figure:
        """What a room's list tells of each place, as the place spoken of has it."""
        return said.get(frame.region.pk) or beyond.nothing(self, name, FigureSpec(name, 0), frame)

    def knows(self, name: str, frame: Frame) -> bool:
        style = self.style
        return (
            frame.has(name)
            or name in style.figures
            or name in style.conditions
            or name in (*self.words, *style.texts, *REGION_TRUTHS)
            or base_list(style, name) in style.lists
        )

    def once(self, key: tuple[Any, ...], make: Any) -> Any:
        """Computed once; Refused DOC-073 for what rests on itself."""
        if key not in self.known:
            if key in self.within:
                raise Refused(
                    Problem("DOC-073", f"文书样式 {self.style.code}", f"“{key[1]}”由自己算出自己。", "请断开这个圈。")
                )
            self.within.add(key)
            try:
                self.known[key] = make()
            finally:
                self.within.discard(key)
        return self.known[key]

    # -- figures

    def figure(self, name: str, spec: FigureSpec, frame: Frame) -> Any:
        return self.once(
            ("figure", name, id(spec), frame.region.pk, frame.key), lambda: self.read_or_refuse(name, spec, frame)
        )

    def read_or_refuse(self, name: str, spec: FigureSpec, frame: Frame) -> Any:
        """Refused DOC-075, DOC-076 for what cannot be told before there is a place: a code or period that an option gave, what cannot be added."""
        try:
            return self.read(name, spec, frame)
        except MemberError as error:
            raise Refused(member_problem(self.style, spec, error)) from error
        except KeyError as error:
            place = Place(
                f"{self.style.file} 第 {spec.line} 行 {name}", file=self.style.file, line=spec.line, field=name
            )
            raise Refused(
                Problem("DOC-075", place, f"找不到 {str(error)[:80]}。", "请核对样式里的指标、期间和选项。")
            ) from error
        except ValueError as error:
            raise Refused(self.formulas.problem(name, spec, UnitError(f"不能这样相加、取期间（{error}）"))) from error

    def read(self, name: str, spec: FigureSpec, frame: Frame) -> Any:
        if spec.when is not None and not self.truth(spec.when, frame):
            return beyond.nothing(self, name, spec, frame)
        if spec.first:
            values = [self.value(one, frame) for one in spec.first]
            return next((value for value in values if value.known), values[0])
        if spec.measure:
            return self.measured(spec, frame)
        if spec.formula is not None:
            return self.formulas.figure(name, spec, frame)
        if spec.sum:
            parts = [self.value(spec.sum, member) for member in self.members(spec.of, frame).members]
            return beyond.summed(self, name, spec, frame, parts)
        return beyond.figure(self, name, spec, frame)

    def measured(self, spec: FigureSpec, frame: Frame) -> Figure:
        """What the measure says of the place meant, in the period meant."""
        code = requests.fill_code(spec.measure, lambda word: self.code_word(word, frame))
        calibre = requests.fill_code(spec.calibre, lambda word: self.code_word(word, frame))
        code, _, named = code.partition(":")
        if spec.member:
            member = requests.fill_code(spec.member, lambda word: self.code_word(word, frame))
            code = self.readers.members.code(code, spec.dimension, member)
        latest = any(frame.fields.get("latest__") for frame in frame.chain())
        period = requests.fill_code(spec.period, lambda word: self.code_word(word, frame))
        when = requests.period_meant(self.request.period, period)
        if when is None:
            blank = beyond.out_of_sight(code, self.readers.catalogue[code].name, frame.region, self.request.period)
            return replace(blank, why=f"{period_label(self.request.period)}没有前一期")
        reader = self.readers.reader(requests.mode_of(spec, latest), when)
        if spec.over:
            return total_figure(
                [reader(code, region, calibre=calibre or named) for region in self.sets(spec.over)], region=frame.region
            )
        region = self.region_of(spec, frame)
        if (
            region is None or region.pk not in self.in_sight
        ):  # of what lies beyond, a sum of the parts that are seen would be told for the whole
            return beyond.out_of_sight(
                code, self.readers.catalogue[code].name, region or frame.region, self.request.period
            )
        found = reader(code, region, calibre=calibre or named)
        part = spec.source.get("part", "")
        return found.parts[int(part)] if part and len(found.parts) > int(part) else found

    def region_of(self, spec: FigureSpec, frame: Frame) -> Region | None:
        """The place that a name means; None where there is none, or the writer does not see it."""
        if spec.region == "parent":
            return frame.region.parent
        return frame.region if spec.region in ("", "own") else self.sets.region(spec.region)

    def code_word(self, word: str, frame: Frame) -> str:
        try:
            return str(frame.field(word))
        except LookupError:
            return requests.option_word(self.style, self.request.options, word)

    def unit(self, name: str, figure: Any, frame: Frame | None = None) -> str:
        """The unit in which a formula counts a name: what the style says, else the measure's own."""
        spec = self.spec(name, frame)
        if spec is not None and spec.unit:
            return spec.unit
        measure = self.readers.catalogue.get(getattr(figure, "code", ""))
        return str(measure.unit if measure is not None else getattr(figure, "unit", "") or "1")

    def spec(self, name: str, frame: Frame | None) -> FigureSpec | None:
        for before in SHIFTS:
            if name.startswith(before) and not (frame and frame.has(name)):
                name = name.removeprefix(before)
        said = frame.field(name) if frame is not None and frame.has(name) else self.style.figures.get(name)
        return said if isinstance(said, FigureSpec) else None

    def number(self, name: str, figure: Any, frame: Frame) -> Decimal | None:
        """A figure as a formula sees it."""
        if isinstance(figure, Figure):
            if figure.exact is None:
                return None
            factor = unit_of_measure(self.unit(name, figure, frame)).factor
            exact = Fraction(figure.exact, factor)
            return Decimal(exact.numerator) / Decimal(exact.denominator)
        return beyond.decimal(figure)

    # -- lists

    def members(self, name: str, frame: Frame) -> Listed:
        """Who is in a list, as of the member and place spoken of. NAME_unknown: who cannot be told; NAME_rest: who is not in it."""
        if frame.has(name):
            return Listed(self.frames(name, frame.field(name), frame))
        base = base_list(self.style, name)
        listed: Listed = self.once(("list", base, frame.region.pk, frame.key), lambda: read_list(self, base, frame))
        if name == base:
            return listed
        return Listed(listed.unknown if name.endswith("_unknown") else listed.rest)

    def frames(self, name: str, items: Iterable[Any], frame: Frame) -> list[Frame]:
        """The members that a source gave within another; frames of a group are what they are."""
        found = []
        for number, item in enumerate(items):
            if isinstance(item, Frame):
                found.append(item)
            else:
                found.append(
                    Frame(
                        item.get("region") or frame.region,
                        (*frame.key, f"{name}.{item.get('key', number)}"),
                        name,
                        item,
                        frame,
                    )
                )
        return found

    # -- conditions

    def truth(self, condition: StyleCondition | None, frame: Frame) -> bool | None:
        """None when it cannot be told; no condition is no obstacle."""
        if condition is None:
            return True
        value = self.come_to(condition, frame)
        return bool(value) if value is not None else None

    def come_to(self, condition: StyleCondition, frame: Frame) -> Decimal | bool | str | None:
        single = is_name(condition)
        if single and not frame.has(single) and base_list(self.style, single) in self.style.lists:
            return bool(self.members(single, frame).members)
        try:
            return evaluate(condition, lambda question, name: self.answer(question, name, frame))
        except (TypeError, ArithmeticError) as error:
            where = f"文书样式 {self.style.code}（{self.style.file}）"
            what = f"“{condition.text[:60]}”算不出来：文字和数不能相比、相加，或数太大。"
            raise Refused(Problem("DOC-072", where, what, "请改条件或公式。")) from error

    def answer(self, question: str, name: str, frame: Frame) -> Any:
        """What a formula asks of a name."""
        if question == "written":
            return any(fnmatchcase(key, name) for key in self.written)
        if question == "given":
            return bool(option_at(self.request.options, name))
        value = self.value(name, frame)
        if question == "":
            if isinstance(value, Listed):
                return bool(value.members)
            if isinstance(value, bool | str) or value is None:
                return self.option_value(name, value, frame)
            return self.number(name, value, frame)
        if question == "count":
            return Decimal(len(value.members))
        if question in ("any", "none", "all"):
            return self.of_all(question, value)
        if question == "known":
            if isinstance(value, str):
                return bool(value)
            return bool(value is not None and getattr(value, "known", getattr(value, "state", "") == "number"))
        if question == "reported":
            return getattr(value, "observation_id", None) is not None
        if question == "state":
            return str(getattr(value, "state", "unreported"))
        if question == "older":
            return bool(figure_until(value, self.request.period))
        return beyond.shared_words(value) is not None

    def of_all(self, question: str, listed: Listed) -> bool | None:
        if question == "all":
            return False if listed.rest else None if listed.unknown else bool(listed.members)
        some = True if listed.members else None if listed.unknown else False
        return some if question == "any" else None if some is None else not some

    def option_value(self, name: str, value: Any, frame: Frame) -> Any:
        """An option of choice is compared by its value, one that is a number as a number."""
        option = self.style.options.get(name)
        if option is None or frame.has(name):
            return value
        said = self.request.options.get(name, option.text)
        if option.type == "number":
            return Decimal(str(said)) if str(said).strip() else None
        return str(said)


def option_at(options: Mapping[str, Any], path: str) -> Any:
    """What an option says under a path of keys (cited.plan); None for nothing."""
    value: Any = options
    for key in path.split("."):
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def period_end_words(period: str) -> str:
    """2021-Q3 → 2021年9月底; a day is that day."""
    day = periods.period_end(period)
    return f"{day.year}年{day.month}月" + ("底" if len(period) < 10 else f"{day.day}日")


def figure_until(figure: Any, period: str) -> str:
    """The last day of a figure that is of another than the text, as it is said; "" for one of the same day, and for an unknown one."""
    if not isinstance(figure, Figure) or not figure.known:
        return ""
    same = periods.period_end(figure.period) == periods.period_end(period)
    return "" if same else period_end_words(figure.period)
