"""Tasks of the year that a written text does not tell: the writer is reminded of them."""

import re
from collections.abc import Iterable

from anju.core.models.region import Region
from anju.core.people.scope import Actor
from anju.documents.styles.sources import PaperReminder
from anju.figures.figure import Figure
from anju.figures.models import Measure
from anju.figures.queries import current
from anju.problems import ASK, Problem

CODES = re.compile(r"[a-z][a-z0-9_.]*(?=@)")


def untold_tasks(user: Actor, region: Region, period: str, told: Iterable[str]) -> list[Problem]:
    """A reminder (OVER-005) that names the tasks that the region was given and that no sentence tells. told: references of what its sentences print."""
    codes = {code for reference in told for code in CODES.findall(reference)}
    catalogue = current.find_measures(user)
    targets = [one for one in catalogue.values() if one.target_of_id and not one.of_id and one.unit != "%"]
    figures = current.current_figures(user, [one.code for one in targets], [region], [period[:4]])
    untold = [
        figures(one.code)
        for one in targets
        if figures(one.code).known and figures(one.code).exact and not codes & _told_by(one, catalogue.values())
    ]
    if not untold:
        return []
    what = f"这些年度任务正文没有讲：{'、'.join(map(_said, untold))}。"
    fix = "要讲的，请在自由正文里写上（数字写成引用）；不需要讲的可以不理。"
    return [Problem("OVER-005", region.name, what, fix, ASK)]


UNTOLD_TASKS = PaperReminder("untold-tasks", "正文没有讲的年度任务", text=untold_tasks)


def _told_by(target: Measure, catalogue: Iterable[Measure]) -> set[str]:
    """The measures by any of which a text speaks of this task: the target, what is done of it, their rates."""
    rates = [one for one in catalogue if one.denominator_id == target.code]
    return {
        target.code,
        target.target_of_id or target.code,
        *(one.code for one in rates),
        *(one.numerator_id for one in rates),
    }


def _said(figure: Figure) -> str:
    return f"{figure.name}{figure.spoken()}"
