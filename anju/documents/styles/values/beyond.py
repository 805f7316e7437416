"""What a sentence may print besides measures: results of runs, parameters, papers, given values, counts and ranks. Each prints as a figure does."""

import difflib
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from anju import periods
from anju.core.models.region import Region
from anju.documents.layout.markup import chinese_date
from anju.documents.models import Document
from anju.documents.queries.documents import list_documents
from anju.documents.styles.language import times
from anju.documents.styles.language.schema import FigureSpec
from anju.documents.styles.values.frames import Frame
from anju.documents.styles.values.references import StyleReference
from anju.documents.text.numerals import chinese_numeral
from anju.figures.figure import DerivedFigure, Figure, derive_figure, total_figure
from anju.figures.references import FigureReference
from anju.problems import Place, Problem, Refused
from anju.quantities import trim_zeros, unit_of_measure
from anju.runs.queries.books import find_book
from anju.runs.queries.runs import newest_run, rerun
from anju.runs.queries.sentences import SentenceFigure
from anju.runs.references import StepReference

if TYPE_CHECKING:
    from anju.documents.styles.values.paper import ComputedPaper

YES_NO = {True: "是", False: "否"}


@dataclass(frozen=True)
class GivenValue:
    """Words or a number that no ledger of ours holds: what a run said, a parameter, a paper's number, what somebody else published. "": not known.

    source: where it stands, address: its page here.
    """

    reference: FigureReference
    name: str
    words: str
    source: str = ""
    state: str = "number"
    assumed: bool = False
    region: Any = None
    why: str = ""
    address: str = ""

    @property
    def known(self) -> bool:
        return bool(self.words)

    def text(self, unit_name: str | None = None, places: int | None = None, grouping: bool = False) -> str:
        return self.words


def figure(paper: "ComputedPaper", name: str, spec: FigureSpec, frame: Frame) -> Any:
    """What a spec means that is no measure and no formula."""
    if spec.of and not spec.source:
        return counted(paper, name, len(paper.members(spec.of, frame).members), frame, spec.unit or "个")
    kind = spec.source.get("of", "")
    if kind == "given":
        return given_value(paper, name, spec, frame)
    if kind == "run":
        return run_step(paper, name, spec, frame)
    if kind == "parameter":
        return parameter(paper, name, spec, frame)
    return earlier_paper(paper, name, spec, frame)


def given_value(paper: "ComputedPaper", name: str, spec: FigureSpec, frame: Frame) -> GivenValue:
    """What somebody else published: as the style says, or the paper's own option."""
    reference, label, said = StyleReference.of(paper, name, frame), spec.label or name, spec.source
    if "option" in said:
        option = paper.style.options[said["option"]]
        said, label = paper.request.options.get(option.name) or {}, spec.label or option.label or name
    if not said:
        return GivenValue(reference, label, "", state="unreported", region=frame.region, why="选项里没有写")
    return GivenValue(reference, label, str(said["text"]), str(said["source"]), region=frame.region)


def counted(paper: "ComputedPaper", name: str, number: int, frame: Frame, unit: str) -> DerivedFigure:
    """How many members, or the place of one: a figure with a reference of the style's."""
    base = Figure(code="", name=name.rpartition(".")[2], region=frame.region, period=paper.request.period)
    path = name.rpartition(".")[2] if frame.key else name
    exact = Fraction(number * unit_of_measure(unit).factor)
    formula = "名单里的个数" if unit != "1" else "名次"
    return derive_figure(
        base,
        base.name,
        exact,
        (),
        StyleReference.of(paper, path, frame),
        formula,
        unit=unit,
        places=0,
        family=unit_of_measure(unit).family,
        kind="",
    )


def summed(paper: "ComputedPaper", name: str, spec: FigureSpec, frame: Frame, parts: list[Figure]) -> Figure:
    """The sum over a list. What counts up to the same day goes together, for whatever period it was reported (2023, 2023-12); what does not is unknown."""
    if not parts:
        return nothing(paper, name, spec, frame)
    label = spec.label or parts[0].name
    if len({part.period for part in parts}) == 1 or all(part.kind == "flow" for part in parts):
        return total_figure(parts, name=label, region=frame.region)
    if len({periods.period_end(part.period) for part in parts}) > 1:
        return replace(nothing(paper, name, spec, frame), name=label, why="各自的数不是同一天的，不能相加")
    alike = [replace(part, period=parts[0].period) for part in parts]
    return replace(total_figure(alike, name=label, region=frame.region), code="", parts=tuple(parts))


def nothing(paper: "ComputedPaper", name: str, spec: FigureSpec, frame: Frame) -> DerivedFigure:
    """A sum over nobody."""
    base = Figure(
        code="", name=spec.label or name, region=frame.region, period=paper.request.period, unit=spec.unit or "1"
    )
    return derive_figure(base, base.name, None, (), StyleReference.of(paper, name, frame), "合计", why="名单里没有一项")


def out_of_sight(code: str, name: str, region: Region, period: str) -> Figure:
    """A figure of a place that the paper does not read."""
    return Figure(code=code, name=name, region=region, period=period, why="不在可见范围内")


def run_step(paper: "ComputedPaper", name: str, spec: FigureSpec, frame: Frame) -> GivenValue:
    """A step of the newest run of a book for that place and period."""
    request, source = paper.request, spec.source
    period = times.shift_period(request.period, spec.period)
    region = paper.region_of(spec, frame)
    run = (
        None
        if region is None
        else paper.once(
            ("run", source["kind"], source["subject"], region.pk, period),
            lambda: newest_run(request.user, source["kind"], source["subject"], region, period),
        )
    )
    label = spec.label or f"{source['subject']}“{source['step']}”"
    if run is None:
        return GivenValue(
            StyleReference.of(paper, name, frame),
            label,
            "",
            state="unreported",
            region=region or frame.region,
            why="还没有评判过",
        )
    done = paper.once(("rerun", run.pk), lambda: rerun(request.user, run))
    book = {
        "kind": run.kind,
        "subject": run.subject,
        "title": run.title,
        "digest": run.book_id if isinstance(run.book_id, str) else run.book.digest,
    }
    if book not in request.books:
        request.books.append(book)
    row = next((one for one in done.rows if source.get("row", one.key) == one.key), None)
    step = source["step"]
    if row is None:
        keys = [one.key for one in done.rows]
        raise Refused(step_problem(paper, spec, f"《{run.title}》的运行", source.get("row", ""), keys))
    if step not in row.values:
        raise Refused(step_problem(paper, spec, f"规则书《{run.title}》", step, [*row.values]))
    value = row.plain(step)
    words = "" if value is None else YES_NO[value] if isinstance(value, bool) else trim_zeros(str(value))
    path = step if not source.get("row") else f"{source['row']}/{step}"
    return GivenValue(
        StepReference(run.pk, path), label, words, state="number" if words else "unreported", region=region
    )


def step_problem(paper: "ComputedPaper", spec: FigureSpec, within: str, wanted: str, names: list[str]) -> Problem:
    """The book has no such step, or the run no such row."""
    near = difflib.get_close_matches(wanted, names, 1)
    file = paper.style.file
    place = Place(f"{file} 第 {spec.line} 行 {spec.name}", file=file, line=spec.line, field=spec.name)
    meant = f"是不是 {near[0]}？" if near else ""
    return Problem("DOC-142", place, f"{within}里没有“{wanted}”。", f"{meant}可写：{'、'.join(names[:30])}。")


def parameter(paper: "ComputedPaper", name: str, spec: FigureSpec, frame: Frame) -> GivenValue:
    """A parameter of a book in force at the end of the period."""
    source, region = spec.source, paper.region_of(spec, frame)
    on = periods.period_end(times.shift_period(paper.request.period, spec.period))
    dated, title = None, ""
    try:
        if region is not None:
            book = find_book(source["kind"], source["subject"], region, on)
            dated, title = book.parameters[source["name"]].in_force(on), f"规则书《{book.title}》"
    except (Refused, LookupError):
        pass
    value = dated.value if dated is not None else None
    words = trim_zeros(f"{value:f}") if isinstance(value, Decimal) else "" if value is None else str(value)
    return GivenValue(
        StyleReference.of(paper, name, frame),
        spec.label or source["name"],
        words,
        title,
        state="number" if words else "unreported",
        region=region or frame.region,
    )


def earlier_paper(paper: "ComputedPaper", name: str, spec: FigureSpec, frame: Frame) -> GivenValue:
    """The number, date or title of the newest issued paper of a kind, of the period meant or of the last one before."""
    source, request = spec.source, paper.request
    wanted = source.get("period", "last")
    region = paper.region_of(spec, frame)
    issued = list_documents(request.user, region, kind=source["kind"], state=Document.ISSUED)
    if region is None:
        document = None
    elif wanted == "last":
        end = periods.period_end(request.period)
        earlier = [one for one in issued if periods.period_end(one.period) < end]
        document = max(earlier, key=lambda one: (periods.period_end(one.period), one.pk), default=None)
    else:
        document = issued.filter(period=times.shift_period(request.period, wanted)).first()
    words = ""
    if document is not None:
        words = {"number": document.number, "title": document.title, "date": chinese_date(document.issued_on)}.get(
            source["what"], ""
        )
    return GivenValue(
        StyleReference.of(paper, name, frame),
        spec.label or name,
        words,
        f"《{document.title}》" if document else "",
        state="number" if words else "unreported",
        region=region or frame.region,
        address=document.get_absolute_url() if document else "",
    )


def decimal(value: Any) -> Decimal | None:
    """What prints as a figure, as a number; None for what is none."""
    try:
        return Decimal(value.text().replace(",", ""))
    except (AttributeError, InvalidOperation):
        return None


def shared_words(figure: Any) -> SentenceFigure | None:
    """A target set as a share, as its document says it: 二分之一. None when it was set as a number."""
    if (
        not isinstance(figure, Figure)
        or not figure.parts
        or not figure.known
        or not figure.parts[0].exact
        or figure.kind == "ratio"
    ):
        return None
    share = Fraction(figure.exact, figure.parts[0].exact)  # type: ignore[arg-type]
    if share.denominator >= 100 or share >= 1 or share <= 0:
        return None
    words = f"{chinese_numeral(share.denominator)}分之{chinese_numeral(share.numerator)}"
    return SentenceFigure(figure.reference, words, assumed=figure.assumed, observation_id=figure.observation_id)  # type: ignore[arg-type]
