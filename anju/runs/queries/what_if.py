"""What-if (试算): the same book over the same row with something changed. A difference, never stored as a decision."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from anju.core.people.scope import Actor
from anju.quantities import scaled_text
from anju.rules.book.display import POSTFIX, number_text
from anju.rules.book.schema import NUMBER
from anju.rules.engine import outcome, running
from anju.rules.language.ir import Num
from anju.runs.models import Run
from anju.runs.queries import books
from anju.runs.queries.runs import rerun

WAYS = 60  # candidates tried in one run of the engine


@dataclass(frozen=True)
class OutputChange:
    """One output that came out differently. gain: after − before with sign, for numbers; "" otherwise."""

    key: str
    name: str
    label: str
    before: str
    after: str
    gain: str = ""


@dataclass(frozen=True)
class WhatIfResult:
    before: outcome.RunOutcome
    after: outcome.RunOutcome
    changes: tuple[OutputChange, ...]

    def change(self, name: str, key: str = "") -> OutputChange | None:
        return next((one for one in self.changes if one.name == name and (not key or one.key == key)), None)


@dataclass(frozen=True)
class NextStep:
    """The nearest value of one input at which a criterion gains: 再完成 1 套，可多得 1 分."""

    criterion: str
    input: str
    label: str
    unit: str
    now: str
    needed: str
    difference: str
    gain: str

    @property
    def sentence(self) -> str:
        unit = POSTFIX.get(self.unit, self.unit).strip()
        return f"“{self.label}”由{self.now}{unit}到{self.needed}{unit}（{self.difference}），可多得{self.gain}分"


def try_what_if(
    user: Actor,
    run: Run,
    inputs: Mapping[str, Any] | None = None,
    parameters: Mapping[str, Any] | None = None,
    key: str = "",
) -> WhatIfResult:
    """The run with some inputs of one row (the only one, unless a key is given) or some parameters changed. Nothing is stored.

    Refused: RULE-004 a parameter that is not there or a value that will not do; RULE-010 … a misfit; RULE-015 no such input.
    """
    before = rerun(user, run)
    wanted = key or before.rows[0].key
    rows = [row | dict(inputs or {}) if row["key"] == wanted else row for row in _rows(run)]
    after = running.run_rows(before.book, rows, on=run.on, key="key", parameters=dict(parameters or {}))
    return WhatIfResult(before, after, tuple(_changes(before, after)))


def _rows(run: Run) -> list[dict[str, Any]]:
    return [{"key": row["key"]} | {name: fact["value"] for name, fact in row["facts"].items()} for row in run.rows]


def _changes(before: outcome.RunOutcome, after: outcome.RunOutcome) -> list[OutputChange]:
    names = [*before.outputs, *before.book.conditions]
    changes = []
    for old, new in zip(before.rows, after.rows, strict=True):
        for name in names:
            if old.values[name] != new.values[name]:
                gain = _gain(before, name, old.values[name], new.values[name])
                changes.append(
                    OutputChange(old.key, name, before.book.label(name), old.shown(name), new.shown(name), gain)
                )
    return changes


def _gain(run: outcome.RunOutcome, name: str, before: Any, after: Any) -> str:
    type_ = run.types[name]
    if before is None or after is None or not isinstance(type_, Num):
        return ""
    text = number_text(after - before, type_.places, run.shown_places(name), "")
    return text if text.startswith("-") else f"+{text}"


def find_next_steps(user: Actor, run: Run, criterion: str, key: str = "") -> list[NextStep]:
    """For every input that can raise this criterion, the nearest value that does; the others stay as they are.

    Targets are not touched: a plan is not lowered to score. Empty when the criterion is full or unknown.
    """
    done = rerun(user, run)
    row = done.row(key) if key else done.rows[0]
    if row.values[criterion] is None:
        return []
    base = next(one for one in _rows(run) if one["key"] == row.key)
    search = _Search(done, base, criterion, row.values[criterion])
    steps = []
    for name in books.inputs_behind(done.book, criterion):
        item = done.book.inputs[name]
        if item.type == NUMBER and not item.target and row.values[name] is not None:
            step = search.nearest(name)
            if step is not None:
                value, gain = step
                now, more, needed = (
                    number_text(n, item.places, item.places, "")
                    for n in (row.values[name], value - row.values[name], value)
                )
                steps.append(
                    NextStep(
                        criterion=criterion,
                        input=name,
                        label=item.label,
                        unit=item.unit,
                        now=now,
                        needed=needed,
                        difference=more if more[0] == "-" else f"+{more}",
                        gain=gain,
                    )
                )
    return steps


class _Search:
    """The nearest better value of an input: first by doubling, then between the last that is not better and the first that is."""

    def __init__(self, run: outcome.RunOutcome, row: Mapping[str, Any], criterion: str, score: int) -> None:
        self.run, self.row, self.criterion, self.score = run, row, criterion, score

    def nearest(self, name: str) -> tuple[int, str] | None:
        item = self.run.book.inputs[name]
        now = self.run.row(str(self.row["key"])).values[name]
        assert item.range is not None
        low, high = (int(end.scaleb(item.places)) for end in item.range)
        for sign, room in ((1, high - now), (-1, now - low)):
            best = self._towards(name, now, sign, room)
            if best is not None:
                gain = self._scores(name, [best])[0]
                type_ = self.run.types[self.criterion]
                assert gain is not None and isinstance(type_, Num)
                return best, number_text(gain - self.score, type_.places, self.run.shown_places(self.criterion), "")
        return None

    def _towards(self, name: str, now: int, sign: int, room: int) -> int | None:
        jumps = [1 << power for power in range(room.bit_length()) if 1 << power <= room] + ([room] if room > 0 else [])
        bad, good = 0, None
        for jump, score in zip(jumps, self._scores(name, [now + sign * jump for jump in jumps]), strict=True):
            if score is not None and score > self.score:
                good = jump
                break
            bad = jump
        if good is None:
            return None
        while good - bad > 1:
            width = max(1, (good - bad) // WAYS)
            tried = list(range(bad + width, good, width))
            for jump, score in zip(tried, self._scores(name, [now + sign * jump for jump in tried]), strict=True):
                if score is not None and score > self.score:
                    good = jump
                    break
                bad = jump
        return now + sign * good

    def _scores(self, name: str, values: list[int]) -> list[int | None]:
        if not values:
            return []
        places = self.run.book.inputs[name].places
        rows = [
            {**self.row, name: scaled_text(value, places), "key": f"{index:09d}"} for index, value in enumerate(values)
        ]
        done = running.run_rows(self.run.book, rows, on=self.run.on, key="key", parameters=dict(self.run.overrides))
        return [row.values[self.criterion] for row in done.rows]
