"""A comparison in words: sums as 元 or 万元, a change with its sign, the headline. Rounded half-up where shown; exact numbers are in `Comparison`."""

from __future__ import annotations

from typing import Any

from anju.quantities import divide_half_up, scaled_text, separate_thousands, trim_zeros, unit_of_measure
from anju.rules.comparison.sides import AFTER, BEFORE, DECISIONS, ComparedValue
from anju.rules.comparison.summary import EFFECTS, Comparison, Tally

LARGE = 1_000_000  # 分 from which a sum of money is told in 万元


def sum_unit(value: ComparedValue, *sums: int | None) -> str:
    """The unit in which sums of this value are shown beside each other: 万元 as soon as one of them is that large."""
    if value.unit != "fen":
        return {"point": "分", "1": ""}.get(value.unit, value.unit)
    most = max((abs(one) for one in sums if one is not None), default=0)
    return "万元" if most >= LARGE * 10**value.places else "元"


def sum_text(number: int, value: ComparedValue, unit: str) -> str:
    """A scaled sum in that unit, without it: 2,800.77."""
    if value.unit != "fen":
        return separate_thousands(trim_zeros(scaled_text(number, value.places)))
    factor: int = unit_of_measure(unit).factor * 10**value.places
    return scaled_text(divide_half_up(number * 100, factor), 2, grouping=True)


def signed_text(number: int, value: ComparedValue, unit: str) -> str:
    """The same with its sign: +175.14, −3.00, 0.00."""
    text = sum_text(abs(number), value, unit)
    return text if not number else f"{'−' if number < 0 else '+'}{text}"


def own_unit(value: ComparedValue) -> str:
    """The unit in which one row's number is shown."""
    return {"fen": "元", "point": "分", "1": ""}.get(value.unit, value.unit)


def own_text(number: int, value: ComparedValue, least: int = 0) -> str:
    """One row's number in that unit, exact, with at least so many decimals: 350, 12.5."""
    places = value.places + 2 if value.unit == "fen" else value.places
    return separate_thousands(trim_zeros(scaled_text(number, places)), least)


def counts_text(tally: Tally) -> str:
    counts = (tally.gain, tally.lose, tally.same, tally.unclear)
    return "，".join(f"{name} {count:,}" for name, count in zip(EFFECTS, counts, strict=True))


def sums_text(comparison: Comparison) -> str:
    """应发额合计由 2,800.77 万元变为 2,975.91 万元，增加 175.14 万元；"" where decisions alone were compared."""
    value, total = comparison.value, comparison.total
    if value is None or total.before is None or total.after is None or total.change is None:
        return ""
    unit = sum_unit(value, total.before, total.after)
    verb = "不变" if not total.change else "增加" if total.change > 0 else "减少"
    by = "" if not total.change else f" {sum_text(abs(total.change), value, unit)} {unit}"
    before, after = (sum_text(one, value, unit) for one in (total.before, total.after))
    beside = f"（不含说不清的 {total.unclear:,} 行）" if total.unclear else ""
    return f"{value.label}合计{BEFORE} {before} {unit}，{AFTER} {after} {unit}，{verb}{by}{beside}"


def as_json(comparison: Comparison) -> dict[str, Any]:
    """Every number of it, scaled integers with their unit and places."""
    value = comparison.value
    return {
        "value": value and {"label": value.label, "unit": value.unit, "places": value.places},
        "total": _tally(comparison.total),
        "groups": {
            column: [{"value": name} | _tally(tally) for name, tally in found]
            for column, found in comparison.groups.items()
        },
        "decisions": [
            {"before": DECISIONS[before], "after": DECISIONS[after], "rows": rows}
            for (before, after), rows in sorted(comparison.decisions.items())
        ],
        "admitted": [{"reason": label, "rows": rows} for label, rows in comparison.admitted],
        "turned_away": [{"reason": label, "rows": rows} for label, rows in comparison.turned_away],
        "bars": {"width": comparison.width, "bars": [vars(bar) for bar in comparison.bars]},
        "inputs_digest": comparison.inputs_digest,
        "problems": [problem.as_json() for problem in comparison.problems],
    }


def _tally(tally: Tally) -> dict[str, int | None]:
    return vars(tally) | {"change": tally.change}
