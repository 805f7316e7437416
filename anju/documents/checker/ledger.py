"""A paper against the ledger: a number of the same place, period and subject either is the ledger's within its printed precision, or is told."""

from dataclasses import dataclass
from fractions import Fraction

from anju import periods
from anju.core.models.region import Region
from anju.core.people.scope import Actor
from anju.core.regions import tree
from anju.documents.checker.crossing import YEAR, sentence_of, stage_of, subjects_of
from anju.documents.checker.findings import (
    CONTRADICTION,
    CUT,
    ROUNDING,
    TRUNCATED,
    UNCLEAR,
    WRONG,
    Ledgerbook,
    compare_value,
    slip_to,
)
from anju.documents.checker.paper import PaperNumber
from anju.figures.figure import Figure
from anju.figures.queries import current
from anju.quantities import unit_of_measure

KIND = "与台账"
HOMES = ("套", "户")
STAGE_OF_TARGET = "task"


@dataclass(frozen=True)
class LedgerFigure:
    """What the ledger holds, in the checker's base units. stage: task for a target."""

    figure: Figure
    value: Fraction
    family: str
    subjects: frozenset[str]
    stage: str


def check_ledger(user: Actor, book: Ledgerbook, region: Region, period: str) -> int:
    """Add to the book what the ledger says. How many numbers it holds itself."""
    known = figures_known(user, region, period)
    answered = 0
    for number in book.paper.numbers():
        if number.approx or not number.family:
            continue
        answered += _check_number(book, number, known, region, period)
    return answered


def figures_known(user: Actor, region: Region, period: str) -> list[LedgerFigure]:
    """Every figure of that region and those directly below, of that period and its year."""
    regions = [region, *tree.child_regions(user, region, periods.period_end(period))]
    codes = list(current.catalogue())
    years = list(dict.fromkeys([period, period[:4]]))
    figures = current.current_figures(user, codes, regions, years)
    known = []
    for code in codes:
        for place in regions:
            for when in years:
                figure = figures(code, place, when)
                if figure.known and figure.exact is not None:
                    known.append(_ledger_figure(figure))
    return known


def _ledger_figure(figure: Figure) -> LedgerFigure:
    exact = figure.exact or Fraction(0)
    one = {"money": 100, "area": 10_000}.get(figure.family)
    family = "home" if figure.family in HOMES else figure.family
    scale = one or (unit_of_measure("%").factor if figure.family == "%" else 1)
    target = "target" in figure.code.split(".")
    return LedgerFigure(figure, exact / scale, family, subjects_of(figure.name), STAGE_OF_TARGET if target else "")


def candidates_for(number: PaperNumber, known: list[LedgerFigure], place: str, year: str) -> list[LedgerFigure]:
    """The figures that a number may stand for by its unit, its place and its words; those that say the same first."""
    mine = subjects_of(number.before)
    stage = stage_of(number.before)
    return sorted(
        (
            one
            for one in known
            if one.family == number.family
            and one.figure.region.name == place
            and (not year or one.figure.period[:4] == year)
            and (mine & one.subjects)
            and (one.stage == STAGE_OF_TARGET) == (stage == STAGE_OF_TARGET)
        ),
        key=lambda one: len(mine ^ one.subjects),
    )


def _place_and_year(book: Ledgerbook, number: PaperNumber, region: Region, names: set[str]) -> tuple[str, str]:
    if number.table >= 0:
        table = book.paper.tables[number.table]
        label = table.labels.get(number.row, "")
        title_years = set(YEAR.findall(table.title + number.before))
        return next((name for name in names if name in label), region.name), title_years.pop() if len(
            title_years
        ) == 1 else ""
    sentence = sentence_of(book, number)
    years = set(YEAR.findall(sentence))
    named = [name for name in names if name in sentence and name != region.name]
    return (named[0] if len(named) == 1 else "" if named else region.name), years.pop() if len(years) == 1 else ""


def _check_number(book: Ledgerbook, number: PaperNumber, known: list[LedgerFigure], region: Region, period: str) -> int:
    names = {one.figure.region.name for one in known}
    place, year = _place_and_year(book, number, region, names)
    if year and year != period[:4]:
        return 0
    meant = candidates_for(number, known, place, year)
    states = [(compare_value(number, one.value), one) for one in meant]
    for state, _ in states:
        if state not in (WRONG, CUT):
            book.covers([number])
            return 1
    for state, one in states:
        if state == CUT:
            book.tell(
                ROUNDING,
                TRUNCATED,
                number,
                one.figure.spoken(),
                f"台账里{one.figure.name}是{one.figure.spoken()}，这里印作{number.shown}。",
                advice="是截尾，没有四舍五入。",
            )
            return 1
    mine = subjects_of(number.before)
    same = [one for one in meant if one.subjects == mine]
    values = {one.value for one in same}
    if len(values) != 1 or len(mine) < 2:
        return 0
    figure, value = same[0].figure, same[0].value
    told = f"台账里{figure.region.name}{figure.name}是{figure.spoken()}，这里印作{number.shown}。"
    if number.value / number.step >= 100 and slip_to(number, value - number.slack, value + number.slack):
        book.tell(CONTRADICTION, KIND, number, figure.spoken(), told, advice="请核对以哪个为准。")
    else:
        book.tell(UNCLEAR, KIND, number, figure.spoken(), told, advice="可能不是同一个口径、同一个时点；请看一看。")
    return 0
