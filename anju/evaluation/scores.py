"""Score tables (绩效评价指标表) as the reports print them: the newest run of each book, every score a figure with its reference."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from anju.core.models.region import Region
from anju.core.people.scope import Operator
from anju.problems import ASK, Problem, Refused
from anju.runs.models import Run
from anju.runs.queries.books import inputs_of
from anju.runs.queries.runs import again, found_by, newest, score_table
from anju.runs.queries.sentences import Piece, pieces
from anju.runs.references import StepReference

FULL_SCORE = ("check", "full-score")


@dataclass(frozen=True)
class Score:
    """A score of a run, printed as a figure is: it knows where it comes from. value "": not known (待核)."""

    reference: StepReference
    name: str
    value: str
    assumed: bool = False

    @property
    def state(self) -> str:
        return "number" if self.known else "unreported"

    @property
    def known(self) -> bool:
        return bool(self.value)

    def text(self, unit_name: str | None = None, places: int | None = None, grouping: bool = False) -> str:
        """As score tables print it: 10, 3.5."""
        return self.value


@dataclass(frozen=True)
class Line:
    """A second-level indicator. first: the indicator above it, merged over span lines, on the first of them."""

    first: str
    first_points: str
    span: int
    second: str
    points: str
    standard: str
    score: Score


@dataclass(frozen=True)
class ScoreTable:
    """lost: why points were lost, a sentence each; unknown: what lacks for a score."""

    name: str
    title: str
    rows: tuple[Line, ...]
    points: str
    total: Score
    lost: tuple[tuple[Piece, ...], ...]
    unknown: tuple[str, ...]
    book: dict[str, str]


def tables(user: Operator, region: Region, period: str, wanted: list[Mapping[str, str]]) -> list[ScoreTable]:
    """The score tables asked for: [{book: subject, name}]. Refused EVAL-001 for each that was never run, all at once."""
    runs = [(one, newest(user, "scoring", one["book"], region, period)) for one in wanted]
    problems = [
        Problem(
            "EVAL-001",
            f"{region.name} {period}“{one['book']}”",
            "还没有评过分，自评表没有数可印。",
            "请先运行这张评分表，再写评价报告。",
        )
        for one, run in runs
        if run is None
    ]
    if problems:
        raise Refused(*problems)
    return [table(user, run, one.get("name", "")) for one, run in runs if run is not None]


def table(user: Operator, run: Run, name: str = "") -> ScoreTable:
    """One run of a score book as its official table."""
    told, done = score_table(user, run), again(user, run)
    criteria = [done.book.criteria[item.name] for line in told.rows for item in line.items if item.lost]
    lost = tuple(
        pieces(run, done.rows[0], step.says, *inputs_of(done.book, step.name)) for step in criteria if step.says
    )

    def score(label: str, value: str, assumed: bool) -> Score:
        return Score(StepReference(run.pk, label), label, value, assumed)

    rows = tuple(
        Line(
            one.first,
            one.first_points,
            one.span,
            one.second,
            one.points,
            one.standard,
            score(f"{one.first}/{one.second}", one.score, one.assumed),
        )
        for one in told.rows
    )
    book = {"kind": run.kind, "subject": run.subject, "title": run.title, "digest": run.book_id}
    return ScoreTable(
        name or told.title,
        told.title,
        rows,
        told.points,
        score("合计", told.total, bool(told.assumed)),
        lost,
        told.unknown,
        book,
    )


def filed(user: Operator, region: Region, period: str) -> tuple[Score | None, list[Problem]]:
    """The self-score a unit filed where no score table can be run, and what the check of it against the listed problems says."""
    run = newest(user, *FULL_SCORE, region, period)
    if run is None:
        return None, []
    given = run.rows[0]["facts"]["score"]["value"]
    said = [
        Problem("EVAL-002", one.title, f"{one.sentence}。", "请补写扣分或说明理由；确无不妥的可以保留。", ASK)
        for one in found_by(run)
    ]
    value = f"{Decimal(given).normalize():f}" if given else ""
    return Score(StepReference(run.pk, "score"), "自评得分", value), said
