"""What warnings and checks found: one finding for each warning that holds and each check that fails."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from anju.rules.book.schema import COLOURS, NUMBER, BookCondition, SentenceTemplate
from anju.rules.engine.outcome import OutcomeRow, RunOutcome
from anju.rules.explanation.explain import fill_sentence
from anju.rules.language.formula import Name
from anju.runs.binding.facts import FactRow
from anju.runs.queries.books import inputs_behind

CHECK_COLOUR = {"阻断": "红", "提醒": "黄"}  # how a check shows among warnings


@dataclass(frozen=True)
class RuleFinding:
    """id is stable: the same finding of another run has the same.

    colour: 红 橙 黄 蓝; level: 阻断 or 提醒, of checks only. assumed: some figure behind it is 推定.
    pieces: the sentence as words ({text}) and figures ({text, figure: the name of an input, step or parameter; "" for an expression}).
    figures: the stored figures it rests on, as kept with the run; each names its `input`.
    """

    id: str
    kind: str
    subject: str
    title: str
    condition: str
    colour: str
    level: str
    sentence: str
    propose: str
    region: str
    region_name: str
    key: str
    pieces: list[dict[str, str]] = field(default_factory=list)
    figures: list[dict[str, Any]] = field(default_factory=list)
    assumed: bool = False
    run_id: int = 0

    @property
    def observations(self) -> list[int]:
        return [figure["observation"] for figure in self.figures if figure["observation"] is not None]


@dataclass(frozen=True)
class PendingRow:
    """A row of which something cannot be told (待核), with what lacks."""

    kind: str
    subject: str
    title: str
    region: str
    region_name: str
    key: str
    missing: list[str]


def findings_of_run(run: RunOutcome, rows: Iterable[FactRow]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Findings and pending rows of a run, as plain data."""
    book, bound = run.book, {row.key: row for row in rows}
    findings, pending = [], []
    for outcome in run.rows:
        row = bound[outcome.key]
        conditions = (
            ([outcome.warning] if outcome.warning else [])
            if book.kind == "warning"
            else [book.conditions[name] for name in outcome.failed]
        )
        findings += [_finding(outcome, row, condition) for condition in conditions]
        if outcome.undecided and not conditions:
            missing = row.missing(inputs_behind(book, *outcome.undecided)) or [
                reason.sentence for reason in outcome.reasons
            ]
            pending.append(
                {"region": row.region.code, "region_name": row.region.name, "key": row.key, "missing": missing}
            )
    return findings, pending


def _finding(outcome: OutcomeRow, row: FactRow, condition: BookCondition) -> dict[str, Any]:
    book = outcome.run.book
    used = inputs_behind(book, condition.name)
    stored = row.stored()["facts"]
    return {
        "id": f"{book.kind}/{book.subject}/{row.key}/{condition.name}", "condition": condition.name,
        "colour": condition.colour or CHECK_COLOUR.get(condition.level, ""), "level": condition.level,
        "sentence": _tight(fill_sentence(outcome, condition.says)), "pieces": _sentence_pieces(outcome, condition.says), "propose": condition.propose,
        "region": row.region.code, "region_name": row.region.name, "key": row.key,
        "figures": [figure | {"input": name} for name in used for figure in stored[name].get("figures", [])],
        "assumed": any(row.facts[name].assumed for name in used),
    }  # fmt: skip


def _tight(text: str) -> str:
    """As official papers are set: no space between a number and the words around it."""
    return re.sub(r"(?<=[^\x00-\x7f]) | (?=[^\x00-\x7f])", "", text)


def _sentence_pieces(outcome: OutcomeRow, says: SentenceTemplate) -> list[dict[str, str]]:
    """The sentence cut into words and figures: a document prints each figure so that it opens where it comes from."""
    book, pieces = outcome.run.book, []
    for part in says.parts:
        if isinstance(part, str):
            pieces.append({"text": _tight(part).strip()})
            continue
        name = part.expr.name if isinstance(part.expr, Name) else ""
        words = name in book.inputs and book.inputs[name].type != NUMBER
        pieces.append(
            {"text": _tight(fill_sentence(outcome, SentenceTemplate("", (part,))))}
            | ({} if words else {"figure": name})
        )
    return [piece for piece in pieces if piece["text"]]


def join_places(findings: Iterable[RuleFinding]) -> list[str]:
    """The sentences; those that say the same of different places, and begin with the place, as one sentence of all of them, in their order."""
    sentences: dict[tuple[bool, str], list[str]] = {}
    for finding in findings:
        begins = bool(finding.region_name) and finding.sentence.startswith(finding.region_name)
        rest = finding.sentence.removeprefix(finding.region_name) if begins else finding.sentence
        places = sentences.setdefault((begins, rest), [])
        if begins and finding.region_name not in places:
            places.append(finding.region_name)
    return [f"{'、'.join(places)}{rest}" for (_, rest), places in sentences.items()]


def severity(finding: RuleFinding) -> int:
    return COLOURS.index(finding.colour) if finding.colour in COLOURS else len(COLOURS)
