"""The circular (通报) on a year's work: what was planned and done, backlog, loans, audits, problems, four annexes."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from anju import periods
from anju.core.models.region import Region
from anju.core.people.scope import Actor
from anju.core.regions import tree
from anju.core.wording import period_label
from anju.documents.layout import annex
from anju.documents.text.wording import fill_placeholders, whole_word
from anju.figures.figure import UNREPORTED, Figure
from anju.figures.queries.standing import StandingFigures
from anju.figures.tasks import tasks_of
from anju.oversight.papers import measure_codes
from anju.oversight.queries import warnings
from anju.problems import ASK, Problem, Refused

HERE = Path(__file__).parent
LOANS = {"credit": "loan.credit", "issued": "loan.issued", "year": "loan.issued_year"}
AUDIT = ("found", "fixed", "fixing", "rate")
COMPLETION = {
    "total": "shanty.complete.total.rate",
    "continued": "shanty.complete.rate",
}  # how 基本建成 is measured: option `completion`
TITLES = {
    4: "关于{year}年度住房保障主要工作完成情况的通报",
    7: "关于{span}住房保障主要工作进展情况的通报",
}  # by the length of the period


@dataclass(frozen=True)
class CircularTask:
    """One task of the year, whole or part of it. A target of 0 asks nothing of anyone."""

    name: str
    unit: str
    show: str
    rate: Figure
    short: tuple["CircularTask", ...] = ()
    silent: tuple["CircularTask", ...] = ()  # parts with a task that reported nothing
    without: tuple["CircularTask", ...] = ()  # parts with a task that reported, this not among it
    told_by_parts: Fraction | int = 0
    until: str = ""  # the day of its figure, where it is not the text's own

    @property
    def region(self) -> Region:
        return self.rate.region

    @property
    def actual(self) -> Figure:
        return self.rate.parts[0]

    @property
    def target(self) -> Figure:
        return self.rate.parts[1]

    @property
    def silent_left_out(self) -> bool:
        """The whole's figure is the sum of the parts that did report."""
        return self.actual.known and self.told_by_parts == self.actual.exact

    @property
    def reached(self) -> bool | None:
        """None when it cannot be told."""
        return None if not (self.actual.known and self.target.known) else self.actual.exact >= self.target.exact


def gather_circular(user: Actor, region: Region, period: str, options: dict[str, Any]) -> dict[str, Any]:
    """What the template prints. Options: organs, addressee, copies, backlog {started_by, unfinished_by}, audits [years],
    calibres {measure: calibre}, calibre_names {calibre: name}, parts_word, order [codes of the parts], warnings [keys chosen for 存在问题] or all,
    completion (total or continued: whether 基本建成 counts all that was completed, or 续建 only)."""
    if periods.spans_years(period):
        fix = "请写成年、季度或月，如 2021、2021-Q3、2021-09。"
        raise Refused(Problem("DOC-079", f"通报的期间“{period}”", "与这种文书不合。", fix))
    whole_year = len(period) == 4
    span = f"{period}年度" if whole_year else period_label(period)
    options = {"calibre_names": {"": "合计"}, **options, "completion_rate": _completion(options), "span": span}
    measure_codes.check_codes(
        user, [f"audit.{year}.{name}" for year in options.get("audits", ()) for name in AUDIT], "audits"
    )
    spoken, declared = (
        annex.read_declarations(HERE / "circular.yaml"),
        annex.read_declarations(HERE / "annexes.yaml")["circular"],
    )
    parts = annex.order_parts(tree.child_regions(user, region, periods.period_end(period)), options.get("order", ()))
    tables = [
        annex.make_annex(one, period, options)
        for one in declared.values()
        if all(options.get(need) for need in one.get("needs", ()))
    ]
    named = tasks_of(spoken["tasks"])
    figures = StandingFigures(user, _codes(spoken, named, tables, options), [region, *parts], period)
    for table in tables:
        annex.fill_rows(
            table,
            region,
            parts,
            lambda column, where: figures(column.code, where, calibre=column.calibre),
            lambda where: where.name,
        )
    tables = [table for table in tables if table.known]
    for table in tables:
        table.prune()
    tasks = [_task(figures, region, parts, one, options) for one in named]
    asked_only = [task for task in tasks if task.target.known and task.target.exact and not task.actual.known]
    planned = [task for task in tasks if task.target.known and task.target.exact]
    done = [task for task in tasks if task.actual.known and task.reached is not False]
    backlog = {name: figures(f"backlog.{name}") for name in ("projects", "unfinished", "completed", "rate")}
    loans = {name: _with_banks(figures, code, spoken["banks"]) for name, code in LOANS.items()} | {
        "rate": figures("loan.rate")
    }
    audits = [
        {"year": year} | {name: figures(f"audit.{year}.{name}") for name in AUDIT}
        for year in dict.fromkeys(options.get("audits", ()))
    ]
    audits = [audit for audit in audits if audit["found"].known]
    offered = warnings.offered_warnings(user, region, period)
    return {
        "title": options.get("title") or fill_placeholders(TITLES[4] if whole_year else TITLES[7], period, options),
        "span": span,
        "whole_year": whole_year,
        "until": f"{period}年底" if whole_year else period_end_words(period),
        "year": period[:4],
        "whole": whole_word(region.name),
        "parts_word": options.get("parts_word", "县（市、区）"),
        "planned": planned,
        "done": done,
        "behind": [task for task in tasks if task.reached is False],
        "reached": bool(planned) and all(task.reached for task in planned),
        "short": [task for task in tasks if task.short],
        "silent": [task for task in tasks if task.silent],
        "without": [task for task in tasks if task.without],
        "backlog": backlog,
        "loans": loans,
        "audits": audits,
        "funds": [one | {"figure": figures(one["code"])} for one in spoken["funds"] if figures(one["code"]).known],
        "offered": offered,
        "reminders": [
            *warnings.check_choice(offered, options.get("warnings", [])),
            *(_no_result(task, period) for task in asked_only),
        ],
        "problems": warnings.warning_paragraphs(user, warnings.chosen_warnings(offered, options.get("warnings", []))),
        "annexes": tables,
        "attachments": [table.title for table in tables],
    }


def period_end_words(period: str) -> str:
    """2021-Q3 → 2021年9月底; a day is that day."""
    day = periods.period_end(period)
    return f"{day.year}年{day.month}月" + ("底" if len(period) < 10 else f"{day.day}日")


def _completion(options: dict[str, Any]) -> str:
    chosen = options.get("completion", "total")
    if chosen not in COMPLETION:
        raise Refused(
            Problem("OVER-002", "文书选项 completion", f"没有“{chosen}”这种算法。", f"可以写 {'、'.join(COMPLETION)}。")
        )
    return COMPLETION[chosen]


def _codes(
    spoken: dict[str, Any], tasks: Iterable[dict[str, str]], tables: Iterable[annex.Annex], options: dict[str, Any]
) -> list[str]:
    wanted = [_rate(one, options) for one in tasks] + [one["code"] for one in spoken["funds"]]
    wanted += [
        "backlog.projects",
        "backlog.unfinished",
        "backlog.completed",
        "backlog.rate",
        "loan.rate",
        *LOANS.values(),
    ]
    wanted += [f"{code}.{bank}" for code in LOANS.values() for bank in spoken["banks"]]
    wanted += [f"audit.{year}.{name}" for year in options.get("audits", ()) for name in AUDIT]
    return wanted + [
        ":".join(filter(None, (column.code, column.calibre))) for table in tables for column in table.leaves
    ]


def _rate(one: dict[str, str], options: dict[str, Any]) -> str:
    """The rate of a task, under the calibre that this place's text uses."""
    return ":".join(
        filter(None, (fill_placeholders(one["rate"], "", options), options.get("calibres", {}).get(one["actual"])))
    )


def _task(
    figures: StandingFigures, region: Region, parts: list[Region], one: dict[str, str], options: dict[str, Any]
) -> CircularTask:
    def of(where: Region) -> CircularTask:
        return CircularTask(one["name"], one["unit"], one["show"], figures(_rate(one, options), where))

    below = [of(part) for part in parts]
    asked = [part for part in below if part.target.known and part.target.exact]
    silent = [part for part in asked if part.actual.state == UNREPORTED and not part.actual.known]
    without = [part for part in silent if figures.reported_else(part.region)]
    told = sum(part.actual.exact for part in below if part.actual.known)
    whole = of(region)
    # What nobody reported is no item of this period's forms: nobody is named for it, the writer is reminded.
    anybody = any(one.actual.known or one.actual.observation_id for one in (whole, *below))
    return replace(
        whole,
        short=tuple(part for part in below if part.reached is False),
        silent=tuple(part for part in silent if part not in without) if anybody else (),
        without=tuple(without) if anybody else (),
        told_by_parts=told,
        until=_until(whole.actual, figures.period),
    )


def _until(actual: Figure, period: str) -> str:
    """The last day of a figure that is older than the text, as it is said; "" for one of the same day."""
    same = not actual.known or periods.period_end(actual.period) == periods.period_end(period)
    return "" if same else period_end_words(actual.period)


def _no_result(task: CircularTask, period: str) -> Problem:
    """A reminder: the text tells what was asked and cannot tell what was done."""
    why = task.actual.why if task.actual.why not in ("", "未报") else f"{period_label(period)}没有报来"
    fix = "请补报后再拟稿；本期报表里没有这一项的，可以在自由正文里说明。"
    what = f"有年度任务，没有{whole_word(task.region.name)}的完成数（{why}），正文只讲了任务。"
    return Problem("OVER-006", task.name, what, fix, ASK)


def _with_banks(figures: StandingFigures, code: str, banks: dict[str, str]) -> dict[str, Any]:
    """The whole and its banks. some: they are not all of it, as the text must say."""
    named = [{"name": name, "figure": figures(f"{code}.{bank}")} for bank, name in banks.items()]
    parts, whole = [one for one in named if one["figure"].known], figures(code)
    summed = sum(one["figure"].exact for one in parts)
    return {"whole": whole, "parts": parts, "some": whole.known and summed != whole.exact}
