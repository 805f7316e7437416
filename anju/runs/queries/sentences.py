"""A rule's sentence as words and figures, for documents: what stands in braces keeps its reference when it is printed."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from anju.figures.references import FigureReference, MeasureReference
from anju.rules.book.schema import NUMBER, BracedFigure, SentenceTemplate
from anju.rules.engine.outcome import OutcomeRow
from anju.rules.explanation.explain import fill_sentence
from anju.rules.language.formula import Name
from anju.runs.models import Run
from anju.runs.references import StepReference

DIGITS = re.compile(r"-?[\d,]*\d(?:\.\d+)?")


@dataclass(frozen=True)
class SentenceFigure:
    """A figure within a sentence, as the rule shows it. An input keeps its own reference, anything else names the run."""

    reference: FigureReference
    digits: str
    unit: str = ""
    assumed: bool = False
    observation_id: int | None = None
    parts: tuple["SentenceFigure", ...] = ()
    state: str = "number"

    def text(self, unit_name: str | None = None, places: int | None = None, grouping: bool = False) -> str:
        return self.digits


@dataclass(frozen=True)
class SentencePiece:
    """A stretch of words, or a figure between them."""

    text: str = ""
    figure: SentenceFigure | None = None


def sentence_pieces(run: Run, row: OutcomeRow, says: SentenceTemplate, *rests_on: str) -> tuple[SentencePiece, ...]:
    """The sentence of one row, piece by piece. rests_on: the inputs behind what is computed."""
    facts = next(one["facts"] for one in run.rows if one["key"] == row.key)
    return tuple(piece for part in says.parts for piece in _figure_pieces(run, row, facts, part, rests_on))


def _figure_pieces(
    run: Run, row: OutcomeRow, facts: Mapping[str, Any], part: str | BracedFigure, rests_on: tuple[str, ...]
) -> list[SentencePiece]:
    """What stands in braces is a figure with its unit after it, unless it is a name or a kind."""
    if isinstance(part, str):
        return [SentencePiece(part)]
    shown = fill_sentence(row, SentenceTemplate("", (part,)))
    name = part.expr.name if isinstance(part.expr, Name) else ""
    item = row.run.book.inputs.get(name)
    digits = DIGITS.match(shown)
    if (item and item.type != NUMBER) or not digits:
        return [SentencePiece(shown)]
    unit = shown[digits.end() :].strip()
    percent = unit if unit == "%" else ""
    own = facts.get(name, {}).get("figures", [])
    if len(own) == 1:
        printed = _stored(own[0], digits[0], percent)
    else:
        behind = tuple(
            _stored(figure, digits[0], percent) for one in rests_on for figure in facts[one].get("figures", [])
        )
        assumed = any(facts[one].get("assumed") for one in ([name] if name in facts else rests_on))
        reference = StepReference(run.pk, f"{row.key}/{name or part.expr}")
        printed = SentenceFigure(reference, digits[0], percent, bool(assumed), parts=behind)
    return [SentencePiece(figure=printed), SentencePiece(unit.removeprefix(percent))]


def _stored(figure: Mapping[str, Any], digits: str, unit: str) -> SentenceFigure:
    return SentenceFigure(
        MeasureReference.of_stored(figure),
        digits,
        unit,
        figure["assumed"],
        figure["observation"],
    )
