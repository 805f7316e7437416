"""What the differences come to: how many gain and lose, how much, by group, by decision and reason, and how the changes are spread.

Sums are of rows whose outcome is known on both sides; the others are counted apart (说不清) and stand in no sum.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import duckdb

from anju.problems import Place, Problem, Refused
from anju.rules.comparison.sides import PASSED, PENDING, REFUSED, ComparedValue, Side, condition_labels
from anju.rules.engine.compile import quote

GAIN, LOSE, SAME, UNCLEAR = range(4)
EFFECTS = ("受益", "受损", "不变", "说不清")
MOST_GROUPS = 4_000  # different values of a column that is told by: more than there are counties
BARS = 10  # of either side of the distribution, and one beyond
WIDEST = "0.95"  # the share of changes that the bars tell apart


@dataclass(frozen=True)
class Tally:
    """Counts of rows, and sums in scaled units over the rows known on both sides; the sums are None where no number is compared.

    gained, lost: the changes of those who gain and of those who lose, each with its sign.
    """

    rows: int
    gain: int
    lose: int
    same: int
    unclear: int
    before: int | None = None
    after: int | None = None
    gained: int | None = None
    lost: int | None = None

    @property
    def comparable(self) -> int:
        return self.rows - self.unclear

    @property
    def change(self) -> int | None:
        return None if self.after is None or self.before is None else self.after - self.before


@dataclass(frozen=True)
class Bar:
    """Changes c with (place − 1) · width < |c| ≤ place · width, of the sign of place; the outermost are open."""

    place: int
    rows: int
    total: int


@dataclass(frozen=True)
class Comparison:
    """What `compare_file` found. decisions: (before, after) → rows; admitted, turned_away: reasons of the rows between 不符合 and 符合, by label.

    inputs: of each side, heading of the differences → input's name.
    """

    value: ComparedValue | None
    total: Tally
    groups: dict[str, list[tuple[str | None, Tally]]]
    decisions: dict[tuple[int, int], int]
    admitted: list[tuple[str, int]]
    turned_away: list[tuple[str, int]]
    width: int
    bars: list[Bar]
    inputs_digest: str = ""
    problems: tuple[Problem, ...] = ()
    inputs: tuple[dict[str, str], dict[str, str]] = field(default_factory=lambda: ({}, {}))

    def completed(
        self, digest: str, problems: tuple[Problem, ...], inputs: tuple[dict[str, str], dict[str, str]]
    ) -> Comparison:
        return replace(self, inputs_digest=digest, problems=problems, inputs=inputs)


def effect_sql(value: ComparedValue | None) -> str:
    """Who the change is for a row: 0 gains, 1 loses, 2 the same, 3 unclear. Where no number is compared, who passes now gains."""
    if value is None:
        pending = f"b_decision = {PENDING} OR a_decision = {PENDING}"
        return f"CAST(CASE WHEN {pending} THEN {UNCLEAR} WHEN a_decision > b_decision THEN {GAIN} WHEN a_decision < b_decision THEN {LOSE} ELSE {SAME} END AS TINYINT)"
    better, worse = ("<", ">") if value.less_is_better else (">", "<")
    return (
        f'CAST(CASE WHEN "change" IS NULL THEN {UNCLEAR} WHEN "change" {better} 0 THEN {GAIN} WHEN "change" {worse} 0 THEN {LOSE}'
        f" ELSE {SAME} END AS TINYINT)"
    )


def summarise(
    connection: duckdb.DuckDBPyConnection, table: str, sides: tuple[Side, Side], value: ComparedValue | None, group_by: Sequence[str]
) -> Comparison:  # fmt: skip
    """Refused RULE-072: a column to tell by that has too many values."""
    group_by = list(dict.fromkeys(group_by))
    total, groups = _tallies(connection, table, value, group_by)
    decisions = {
        (int(before), int(after)): int(rows)
        for before, after, rows in connection.execute(
            f"SELECT b_decision, a_decision, COUNT(*) FROM {table} GROUP BY ALL"
        ).fetchall()
    }
    width, bars = _bars(connection, table) if value else (0, [])
    admitted = _reasons(connection, table, sides[0], "b", (REFUSED, PASSED))
    turned_away = _reasons(connection, table, sides[1], "a", (PASSED, REFUSED))
    return Comparison(
        value=value, total=total, groups=groups, decisions=decisions, admitted=admitted, turned_away=turned_away, width=width, bars=bars
    )  # fmt: skip


def _tallies(
    connection: duckdb.DuckDBPyConnection, table: str, value: ComparedValue | None, group_by: Sequence[str]
) -> tuple[Tally, dict[str, list[tuple[str | None, Tally]]]]:
    counts = [f"COUNT(*) FILTER (WHERE effect = {effect})" for effect in range(len(EFFECTS))]
    sums = []
    if value:
        known, own = f"FILTER (WHERE effect <> {UNCLEAR})", "FILTER (WHERE effect = {})"
        summed = [("b_value", known), ("a_value", known), ("change", own.format(GAIN)), ("change", own.format(LOSE))]
        sums = [f"COALESCE(SUM(CAST({quote(name)} AS HUGEINT)) {which}, 0)" for name, which in summed]
    columns = [f'"by{place}"' for place in range(len(group_by))]
    sets = ", ".join(["()", *(f"({column})" for column in columns)])
    asked = ", ".join([*columns, *(f"GROUPING({column})" for column in columns), "COUNT(*)", *counts, *sums])
    lines = connection.execute(f"SELECT {asked} FROM {table} GROUP BY GROUPING SETS ({sets})").fetchall()
    groups: dict[str, list[tuple[str | None, Tally]]] = {column: [] for column in group_by}
    total = Tally(0, 0, 0, 0, 0)
    for line in lines:
        names, folded, numbers = (
            line[: len(group_by)],
            line[len(group_by) : 2 * len(group_by)],
            line[2 * len(group_by) :],
        )
        tally = Tally(*map(int, numbers))
        mine = [place for place, one in enumerate(folded) if not one]
        if not mine:
            total = tally
        else:
            groups[group_by[mine[0]]].append((names[mine[0]], tally))
    problems = [
        Problem(
            "RULE-072",
            Place(f"列“{column}”", field=column),
            f"有 {len(found):,} 个不同的值，最多 {MOST_GROUPS:,} 个，不像是分组。",
            "请换成区县、街道、类别一类的列。",
        )
        for column, found in groups.items()
        if len(found) > MOST_GROUPS
    ]
    if problems:
        raise Refused(*problems)
    for found in groups.values():
        found.sort(key=lambda one: (-abs(one[1].change or 0), -(one[1].gain + one[1].lose), one[0] or ""))
    return total, groups


def _reasons(
    connection: duckdb.DuckDBPyConnection, table: str, side: Side, letter: str, between: tuple[int, int]
) -> list[tuple[str, int]]:
    """Of the rows that went from one decision to the other, how many each condition of that side refuses; a row may count under several."""
    gates = [
        (1 << place, label)
        for place, (label, condition) in enumerate(
            zip(condition_labels(side.book), side.book.conditions.values(), strict=True)
        )
        if condition.gate
    ]
    if not gates or not side.judges:
        return []
    counted = ", ".join(f"COUNT(*) FILTER (WHERE {quote(f'{letter}_failed')} & {bit} <> 0)" for bit, _ in gates)
    line = connection.execute(
        f"SELECT {counted} FROM {table} WHERE b_decision = {between[0]} AND a_decision = {between[1]}"
    ).fetchone()
    found = [(label, int(rows)) for (_, label), rows in zip(gates, line or (), strict=True) if rows]
    return sorted(found, key=lambda one: -one[1])


def _bars(connection: duckdb.DuckDBPyConnection, table: str) -> tuple[int, list[Bar]]:
    """Bars of one round width, so that all but the largest changes are told apart; the rest stands in the open ones."""
    (spread,) = connection.execute(
        f'SELECT QUANTILE_DISC(ABS("change"), {WIDEST}) FROM {table} WHERE "change" <> 0'
    ).fetchone() or (None,)
    if spread is None:
        return 0, []
    width = round_width(int(spread), BARS)
    place = f'(ABS("change") + {width - 1}) // {width}'
    lines: list[tuple[Any, ...]] = connection.execute(
        f'SELECT SIGN("change") * LEAST({BARS + 1}, {place}) AS place, COUNT(*), SUM(CAST("change" AS HUGEINT)) FROM {table}'
        ' WHERE "change" <> 0 GROUP BY 1 ORDER BY 1'
    ).fetchall()
    return width, [Bar(int(at), int(rows), int(total)) for at, rows, total in lines]


def round_width(spread: int, bars: int) -> int:
    """The least of 1, 2, 5, 10, 20, 50 … of which so many hold the spread."""
    width = 1
    while width * bars < spread:
        width = width * 5 // 2 if str(width)[0] == "2" else width * 2
    return width
