"""What a figure adds to an earlier one, and what it said before a correction."""

from anju import periods
from anju.figures.figure import DerivedFigure, Figure, derive_figure
from anju.figures.models import Observation
from anju.figures.queries import current
from anju.figures.references import DIFFERENCE, CombinedReference, ObservationReference


def added_since(now: Figure, before: Figure) -> DerivedFigure:
    """What was added between two reports; unknown when there was no new one."""
    fresh = before.period != now.period
    exact = now.exact - before.exact if fresh and now.known and before.known else None
    reference = CombinedReference(DIFFERENCE, (now.reference, before.reference))
    return derive_figure(
        now, f"{now.name}比上次增加", exact, (now, before), reference, f"{now.name}：本次 − 上次",
        substituted=f"{now.text(None, None, True)} − {before.text(None, None, True)}" if exact is not None else "",
        **({} if fresh else {"why": "上次调度以来没有新的报数"}),
    )  # fmt: skip


def figure_before_correction(row: Observation) -> DerivedFigure:
    """An observation that stands no more, with a reference of its own."""
    said = current.observation_figure(row)
    return derive_figure(
        said,
        f"{said.name}（更正以前）",
        said.exact,
        (),
        ObservationReference(row.pk),
        "更正以前的数",
        observation_id=row.pk,
    )


def reach_alike(now: str, asked: str, before: str, asked_before: str) -> bool:
    """Whether two reports reach equally far into the periods that they stand for: August for a third quarter goes with August, not with September."""
    return _reach(now, asked) == _reach(before, asked_before)


def _reach(period: str, asked: str) -> tuple[int, str]:
    end, until = periods.period_end(period), periods.period_end(asked)
    return 12 * (end.year - until.year) + end.month - until.month, period[8:]
