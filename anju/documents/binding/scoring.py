"""How well a figure of the ledger answers to a number where it stands. Points of a hundred; none of them is a quantity. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from anju.documents.asking.proposing import names_of
from anju.documents.binding.contexts import NumberContext, pairs_of, telling_pairs, vocabulary
from anju.documents.binding.holdings import (
    AMOUNT,
    GROWTH,
    LAST,
    LEFT,
    OWN,
    SAME,
    FigureMeant,
    HeldFigure,
    Holdings,
)
from anju.documents.checker.findings import AGREES, CUT, WRONG, compare_value, slip_to
from anju.documents.checker.paper import PaperNumber
from anju.figures.models import Measure

RIGHT_STAGE, WRONG_STAGE, TASK_UNSAID = 15, -20, -10
RIGHT_REGION, WRONG_REGION = 15, -45
RIGHT_PERIOD, WRONG_PERIOD = 10, -15
OF_ITS_NUMBER, RELATED, MOST_RELATED = 35, 12, 24
COUNTS = (
    "个",
    "项",
    "处",
    "件",
    "条",
    "次",
    "人",
    "家",
    "栋",
    "部",
)  # counted one by one: a paper says 个 where the ledger says 项
BOUNDS = (
    "超",
    "逾",
    "至少",
    "不足",
    "不到",
    "不少于",
    "不低于",
    "不超过",
    "低于",
    "高于",
    "大于",
    "小于",
    "以上",
    "以下",
    "以内",
)
ROUGH = ("约", "近", "余", "多", "左右", "大约")
CLOSE = Fraction(3, 10)  # how far apart two values may be to be told as two sayings of one figure


@dataclass(frozen=True)
class Candidate:
    """state: of compare_value; cut: truncated instead of rounded."""

    held: HeldFigure
    score: int
    state: str


class Scorer:
    """Scores figures against contexts; the words of each measure are read once."""

    def __init__(self, holdings: Holdings) -> None:
        self.holdings = holdings
        self.pairs = {
            code: max((pairs_of(name) for name in names_of(measure)), key=len)
            for code, measure in holdings.catalogue.items()
        }

    @cached_property
    def telling(self) -> frozenset[str]:
        return telling_pairs(name for one in self.holdings.catalogue.values() for name in names_of(one))

    def words(self, context: NumberContext, measure: Measure) -> int:
        pairs = self.pairs[measure.code]
        return context.covered(pairs) - context.unsaid(pairs, self.telling) // 4

    def score(self, context: NumberContext, held: HeldFigure) -> int:
        points = self.words(context, held.measure)
        if not held.is_rate and not held.meant.change:
            if context.stage == "task":
                points += RIGHT_STAGE if held.is_task else WRONG_STAGE
            elif held.is_task:
                points += WRONG_STAGE if context.stage else TASK_UNSAID
        expected = context.region or self.holdings.own
        points += RIGHT_REGION if held.region.code == expected.code else WRONG_REGION
        points += self._period(context, held)
        if held.meant.change:
            points += RIGHT_STAGE if context.changes or context.stage == "left" else WRONG_STAGE
            points += RIGHT_PERIOD if held.meant.against == context.period else 0
        elif context.stage == "left":
            points += WRONG_STAGE
        return points

    def _period(self, context: NumberContext, held: HeldFigure) -> int:
        said, mine = context.period, held.meant.period
        if held.meant.change or said == mine:
            return RIGHT_PERIOD
        if held.is_task and said == OWN and mine == "year":
            return RIGHT_PERIOD
        year = int(self.holdings.period[:4])
        if said.startswith("year-") and f"{year - int(said[5:])}" in held.measure.name + held.of_period[:4]:
            return 0 if mine == OWN else RIGHT_PERIOD
        if said == SAME and mine.startswith("year-") and len(self.holdings.period) == 4:
            return RIGHT_PERIOD
        return WRONG_PERIOD

    def related(self, one: Measure, others: Iterable[str]) -> bool:
        """Whether one of those codes is what this is computed of, the task of it, the whole of it or a part of the same whole."""
        mine = {one.code, one.of_id, one.target_of_id, one.numerator_id, one.denominator_id} - {None}
        for code in others:
            other = self.holdings.catalogue[code]
            theirs = {code, other.of_id, other.target_of_id, other.numerator_id, other.denominator_id} - {None}
            if code != one.code and mine & theirs:
                return True
        return False


def is_bound(number: PaperNumber) -> bool:
    """不足10%, 3个以上: a line that something lies above or below, and no figure."""
    return any(word in number.approx for word in BOUNDS)


def families_of(number: PaperNumber) -> tuple[str, ...]:
    """Those in which its figure may be counted."""
    if number.family in COUNTS:
        return (number.family, *(one for one in COUNTS if one != number.family))
    if number.family == "":
        return ("", "home", "money", *COUNTS)
    return (number.family,)


def slack_of(number: PaperNumber) -> Fraction:
    return number.step if any(word in number.approx for word in ROUGH) else Fraction(0)


def state_of(number: PaperNumber, value: Fraction) -> str:
    """compare_value, with the room that 约 and 余 leave."""
    state = compare_value(number, value)
    if state == WRONG and (slack := slack_of(number)) and abs(number.value - value) <= slack:
        return AGREES
    return state


def agreeing(number: PaperNumber, holdings: Holdings) -> Iterable[tuple[HeldFigure, str]]:
    """The figures that the number may print: rounded half-up, or truncated."""
    reach = max(number.step, slack_of(number))
    for family in families_of(number):
        for held in holdings.near(family, number.value - reach, number.value + reach):
            state = state_of(number, held.value)
            if state != WRONG:
                yield held, state


def changes_near(number: PaperNumber, context: NumberContext, holdings: Holdings) -> Iterable[tuple[HeldFigure, str]]:
    """Differences, growths and what is lacking that the number may print: only where its words speak of such. 增加 of what went down is wrong."""
    if not (context.changes or context.stage == "left"):
        return
    region = (context.region or holdings.own).code
    for meant in list(holdings.held):
        if meant.region != region or meant.period != OWN or meant.change:
            continue
        kinds = [(AMOUNT, SAME), (AMOUNT, LAST), (GROWTH, SAME), (GROWTH, LAST)] if context.changes else []
        kinds += [(LEFT, "")] if context.stage == "left" else []
        for change, against in kinds:
            if (change == GROWTH) != (number.family == "%"):
                continue
            held = holdings.changed(FigureMeant(meant.code, meant.region, OWN, meant.calibre, change, against))
            if held is None or not held.value or held.family not in families_of(number):
                continue
            if compare_value(number, abs(held.value)) not in (WRONG, CUT):
                yield held, WRONG if change != LEFT and turns_otherwise(context.near, held.value) else AGREES


def turns_otherwise(words: str, change: Fraction) -> bool:
    """Whether the last word on it says that something went up which went down, or down which went up."""
    turns = [(words.rfind(one), way) for pair in vocabulary()["turns"] for one, way in zip(pair, (1, -1), strict=True)]
    at, way = max(turns)
    return at >= 0 and change * way < 0


def slipped(number: PaperNumber, value: Fraction) -> bool:
    """One slip of the keyboard apart; short numbers are soon one slip apart."""
    long_enough = number.value / (number.step or 1) >= 100
    return long_enough and bool(slip_to(number, value - number.slack, value + number.slack))


def looks_like(number: PaperNumber, value: Fraction) -> bool:
    """Whether two values may be two sayings of one figure: one slip apart, or not far from each other."""
    if slipped(number, value):
        return True
    return bool(value) and abs(number.value - value) <= abs(value) * CLOSE


def digits_of(number: PaperNumber) -> int:
    """How many digits of it tell anything."""
    return len(number.text.replace(".", "").replace("-", "").strip("0"))


def weigh(number: PaperNumber) -> int:
    """How much it tells that a figure has this value: nought and single digits are soon like others."""
    return (1, 4, 7, 10)[min(3, digits_of(number))]


def best_first(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Those that agree before the truncated; by score; a figure of the paper's own period first."""
    return sorted(
        candidates,
        key=lambda one: (one.state == CUT, -one.score, one.held.meant.period != OWN, -len(one.held.measure.name)),
    )
