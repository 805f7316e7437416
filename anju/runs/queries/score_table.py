"""A score table (绩效评价指标表) as pages and reports print it: every score a figure with its reference, every lost point a sentence."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from anju.core.people.scope import Actor
from anju.quantities import trim_zeros
from anju.rules.book.display import number_text
from anju.rules.engine.outcome import OutcomeRow
from anju.rules.explanation.explain import explain_row
from anju.runs.models import Run
from anju.runs.queries.books import inputs_behind
from anju.runs.queries.runs import rerun
from anju.runs.queries.sentences import SentencePiece, sentence_pieces
from anju.runs.references import StepReference


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
class ScoredCriterion:
    """A criterion: what of the row's points it is, and how it came out.

    sentence: why points were lost or the score is unknown; pieces: why points were lost, its figures with their references.
    """

    name: str
    label: str
    points: str
    score: str
    lost: str
    sentence: str
    pieces: tuple[SentencePiece, ...]
    formula: str
    substituted: str
    assumed: bool


@dataclass(frozen=True)
class ScoredIndicator:
    """A row of the official table (二级指标). span: rows under the same 一级指标, 0 when it is not the first."""

    first: str
    first_points: str
    span: int
    second: str
    points: str
    standard: str
    score: Score
    items: tuple[ScoredCriterion, ...]


@dataclass(frozen=True)
class ScoreTable:
    """name: as sentences call it; unknown: what lacks for the scores; assumed: labels of 推定 inputs."""

    run: Run
    name: str
    title: str
    rows: tuple[ScoredIndicator, ...]
    points: str
    total: Score
    unknown: tuple[str, ...]
    assumed: tuple[str, ...]

    @property
    def lost(self) -> list[ScoredCriterion]:
        """The criteria that lost points, in the order of the table."""
        return [item for line in self.rows for item in line.items if item.lost]

    @property
    def book(self) -> dict[str, str]:
        return {"kind": self.run.kind, "subject": self.run.subject, "title": self.run.title, "digest": self.run.book_id}


def lay_out_score_table(user: Actor, run: Run, name: str = "") -> ScoreTable:
    """The run of a score book laid out as its published table. name: the place's own for it."""
    row = rerun(user, run).rows[0]
    book = row.run.book
    facts = run.rows[0]["facts"]
    assumed = {key for key, fact in facts.items() if fact.get("assumed")}
    items = _items(run, row, assumed)
    groups: dict[tuple[str, ...], list[Any]] = {}
    for step in book.criteria.values():
        groups.setdefault(step.under, []).append(step)
    lines: list[ScoredIndicator] = []
    for (first, *_), steps in groups.items():
        begun = any(line.first == first for line in lines)
        inside = tuple(items[step.name] for step in steps)
        second = steps[0].under[-1]
        lines.append(
            ScoredIndicator(
                first=first,
                first_points=_points(step for step in book.criteria.values() if step.under[0] == first),
                span=0 if begun else sum(under[0] == first for under in groups),
                second=second,
                points=_points(steps),
                standard="；".join(step.standard for step in steps),
                score=_score(run, f"{first}/{second}", _summed(row, steps), any(item.assumed for item in inside)),
                items=inside,
            )
        )
    lacking = dict.fromkeys(text for fact in facts.values() for text in fact.get("missing", ()))
    return ScoreTable(
        run=run,
        name=name or book.title,
        title=book.title,
        rows=tuple(lines),
        points=_points(book.criteria.values()),
        total=_score(run, "合计", row.text("total"), bool(assumed & set(book.inputs))),
        unknown=tuple(lacking) if row.values["total"] is None else (),
        assumed=tuple(item.label for key, item in book.inputs.items() if key in assumed),
    )


def _score(run: Run, label: str, value: str, assumed: bool) -> Score:
    return Score(StepReference(run.pk, label), label, value, assumed)


def _items(run: Run, row: OutcomeRow, assumed: set[str]) -> dict[str, ScoredCriterion]:
    """Each criterion by its name. assumed: the inputs that are 推定."""
    book = row.run.book
    explained = {step.name: step for step in explain_row(row)}
    items = {}
    for step in book.criteria.values():
        explanation, inputs = explained[step.name], inputs_behind(book, step.name)
        items[step.name] = ScoredCriterion(
            name=step.name,
            label=step.label,
            points=_points([step]),
            score=row.text(step.name),
            lost=explanation.lost,
            sentence=explanation.sentence,
            pieces=sentence_pieces(run, row, step.says, *inputs) if explanation.lost and step.says else (),
            formula=explanation.formula,
            substituted=explanation.substituted,
            assumed=bool(assumed & set(inputs)),
        )
    return items


def _points(steps: Iterable[Any]) -> str:
    return trim_zeros(f"{sum(step.points for step in steps):f}")


def _summed(row: OutcomeRow, steps: list[Any]) -> str:
    """The row's score: exact sum of its criteria; unknown when one is."""
    values = [row.values[step.name] for step in steps]
    if any(value is None for value in values):
        return ""
    scales = [row.run.scales[step.name] for step in steps]
    places = max(scales)
    total = sum(value * 10 ** (places - scale) for value, scale in zip(values, scales, strict=True))
    return number_text(total, places, min(places, 2), "")
