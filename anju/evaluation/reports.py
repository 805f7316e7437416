"""What the evaluation reports print: a city's report with its self-score tables, a district's self-evaluation, a region's evaluation."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from anju import periods
from anju.core.models.region import Region
from anju.core.people.scope import Actor
from anju.documents.text.wording import chinese_numeral, fill_placeholders, spoken_date, whole_word
from anju.evaluation import scores
from anju.figures.figure import Figure
from anju.figures.queries import current
from anju.figures.queries.current import FigureMapping
from anju.figures.tasks import tasks_of
from anju.quantities import unit_of_measure
from anju.runs.queries.sentences import SentenceFigure

SPOKEN = YAML(typ="safe").load((Path(__file__).parent / "spoken.yaml").read_text(encoding="utf-8"))
HOMES = tasks_of(SPOKEN["homes"])
WORDS = ("name", "plan", "did", "ratio", "unit", "show")  # of a task of HOMES
REPORT = "关于{place}{year}年度城镇保障性安居工程财政资金绩效评价有关情况的报告"
SELF = "{place}{year}年城镇保障性安居工程财政资金绩效自评报告"
REGION = "{year}年{place}城镇保障性安居工程绩效评价报告"


@dataclass(frozen=True)
class ReportTask:
    """A task as a sentence tells it: the plan, what was done, the rate."""

    rate: Figure
    name: str = ""
    plan: str = ""
    did: str = ""
    ratio: str = ""
    unit: str = ""
    show: str = ""

    @property
    def actual(self) -> Figure:
        return self.rate.parts[0]

    @property
    def target(self) -> Figure:
        return self.rate.parts[1]

    @property
    def reached(self) -> bool | None:
        """None when it cannot be told."""
        return None if not (self.actual.known and self.target.known) else self.actual.exact >= self.target.exact

    @property
    def rate_show(self) -> str:
        return rate_show(self.rate)


def rate_show(rate: Figure) -> str:
    """A whole percentage is spoken without decimals (100%); any other never rounds to one (99.96 is not 100)."""
    return (
        "% 0"
        if rate.exact is not None and rate.exact % unit_of_measure("%").factor == 0
        else f"% {max(rate.places, 1)}"
    )


def gather_report(user: Actor, region: Region, period: str, options: dict[str, Any]) -> dict[str, Any]:
    """A city's report (绩效评价报告). Options: organs, signatories, addressee, tables [{book, name}], cited, old_scope, superior_short."""
    tables = scores.score_tables(user, region, period, options.get("tables", []))
    f = _figures(user, region, period)
    homes = {
        "funds": _funds(f, "funds.prh_shanty.total", SPOKEN["prh_shanty_funds"]),
        "start": ReportTask(f("shanty.start.rate")),
        "subsidised": f("subsidy.households"),
        "subsidy_amount": f("subsidy.amount"),
    }
    old = {name: f(code) for name, code in SPOKEN["old"].items()} | {
        "funds": _funds(f, "funds.old.total", SPOKEN["old_funds"])
    }
    old |= {"goal_share": _share(old["goal"]), "goal_met": _met(old["done_households"], old["goal"])}
    has_homes = homes["funds"]["whole"].known or homes["start"].target.known or homes["subsidised"].known
    has_old = old["funds"]["whole"].known or old["communities"].known
    return _common(region, period, options, REPORT) | {
        "has_homes": has_homes,
        "has_old": has_old,
        "homes": homes,
        "old": old,
        "tables": tables,
        "books": [table.book for table in tables],
        "attachments": [region.name + table.title for table in tables],
    }


def gather_self_evaluation(user: Actor, region: Region, period: str, options: dict[str, Any]) -> dict[str, Any]:
    """A district's self-evaluation (自评报告). Options: organs, addressee, tables, cited."""
    tables = scores.score_tables(user, region, period, options.get("tables", []))
    f = _figures(user, region, period)
    start, subsidised, monetised = (
        ReportTask(f("shanty.start.rate")),
        ReportTask(f("subsidy.households.rate")),
        f("shanty.start.monetised"),
    )
    filed, reminders = scores.filed_self_score(user, region, period)
    basic = start.target.known or start.actual.known or subsidised.actual.known
    return _common(region, period, options, SELF) | {
        "basic": basic,
        "start": start,
        "subsidised": subsidised,
        "projects": f("shanty.projects"),
        "monetised": monetised,
        "monetised_only": monetised.known and start.actual.known and monetised.exact == start.actual.exact,
        "funds": _funds(f, "funds.safe.total", SPOKEN["safe_funds"]),
        "filed": filed,
        "reminders": reminders,
        "tables": tables,
        "scored": [table for table in tables if table.total.known],
        "books": [table.book for table in tables],
    }


def gather_region_evaluation(user: Actor, region: Region, period: str, options: dict[str, Any]) -> dict[str, Any]:
    """A region's evaluation (绩效评价报告). Options: organs, cited, dates, tables [{book, name}]:
    a table without a book has no published standard, and its score is left open."""
    wanted = options.get("tables", [])
    tables = scores.score_tables(user, region, period, [one for one in wanted if one.get("book")])
    f = _figures(user, region, period)
    homes = [
        task
        for task in (ReportTask(f(one["rate"]), **{name: one[name] for name in WORDS}) for one in HOMES)
        if task.actual.known
    ]
    old = {name: f(code) for name, code in SPOKEN["old_plan"].items()}
    return _common(region, period, options, REGION) | {
        "homes": homes,
        "homes_reached": bool(homes) and all(task.reached for task in homes),
        "homes_behind": [task for task in homes if task.reached is False],
        "no_rental_task": f("arh.start.target").state == "no_task",
        "old": old | {"rate_show": rate_show(old["rate"])},
        "until": spoken_date(periods.period_end(period).isoformat()[:7]),
        "recorded": f("prh.stock.recorded"),
        "built": [one | {"figure": f(one["code"])} for one in SPOKEN["built"] if f(one["code"]).known],
        "tables": tables,
        "scored": [table for table in tables if table.total.known],
        "unscored": [one["name"] for one in wanted if not one.get("book")],
        "books": [table.book for table in tables],
    }


def _common(region: Region, period: str, options: dict[str, Any], title: str) -> dict[str, Any]:
    return {
        "title": options.get("title") or fill_placeholders(title, period, {**options, "place": region.name}),
        "year": period[:4],
        "whole": whole_word(region.name),
    }


def _figures(user: Actor, region: Region, period: str) -> FigureMapping:
    return current.current_figures(user, [*_codes(SPOKEN), *(task["rate"] for task in HOMES)], [region], [period])


def _codes(spoken: Any) -> Iterable[str]:
    """Every measure that the file names, under `code` or as a plain name: code line."""
    if isinstance(spoken, list):
        yield from (one["code"] for one in spoken if "code" in one)
    else:
        for value in spoken.values():
            yield from [value] if isinstance(value, str) else _codes(value)


def _funds(f: FigureMapping, whole: str, parts: list[dict[str, str]]) -> dict[str, Any]:
    return {"whole": f(whole), "parts": [one | {"figure": f(one["code"])} for one in parts if f(one["code"]).known]}


def _share(goal: Figure) -> SentenceFigure | None:
    """A target set as a share, as its document says it: 二分之一. None when it was set as a number."""
    if not goal.parts or not goal.known or not goal.parts[0].exact:
        return None
    share = Fraction(goal.exact, goal.parts[0].exact)
    if share.denominator >= 100:
        return None
    words = f"{chinese_numeral(share.denominator)}分之{chinese_numeral(share.numerator)}"
    return SentenceFigure(goal.reference, words, assumed=goal.assumed, observation_id=goal.observation_id)


def _met(done: Figure, goal: Figure) -> bool | None:
    return None if not (done.known and goal.known) else done.exact >= goal.exact
