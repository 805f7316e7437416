"""The notice (分解通知) that divides the year's targets among the parts of a region: notice, plan, annex table."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from anju import periods
from anju.core.models.region import Region
from anju.core.people.scope import Actor
from anju.core.regions import tree
from anju.documents.layout import annex
from anju.documents.layout.annex import Annex, AnnexCell, AnnexColumn, AnnexRow
from anju.documents.text.wording import fill_placeholders, spoken_date, whole_word
from anju.figures.figure import Figure, total_figure
from anju.figures.queries import current
from anju.figures.queries.current import FigureMapping
from anju.oversight.papers import measure_codes

HERE = Path(__file__).parent
PLAN = "{year}年{place}城镇保障性安居工程建设工作实施方案"
NAMED = {
    "published_start": "safe.start.target",
    "shanty": "shanty.start.target",
    "added": "shanty.start.target.added_prior",
    "prh": "prh.start.target",
    "arh": "arh.start.target",
    "complete": "shanty.complete.target",
    "prh_complete": "prh.complete.target",
    "allocated": "prh.allocated.target",
    "subsidised": "subsidy.households.target",
}


@dataclass(frozen=True)
class RegionGroup:
    """Several parts of a region taken together. Its code is no region's: a sub-total has a reference of its own."""

    region: Region
    name: str
    members: list[Region]

    @property
    def code(self) -> str:
        return f"{self.region.code}#{self.name}"


def gather_decomposition(user: Actor, region: Region, period: str, options: dict[str, Any]) -> dict[str, Any]:
    """What the template prints. Options: organs, addressee, cited.plan, superior_short (who set the added task), dated (the plan's day),
    nodes [{code, period, name}], groups [{total, label, regions}] (sub-totals of the annex), place."""
    options = {"superior_short": "上级", "place": region.name, **options}
    parts = tree.child_regions(user, region, periods.period_end(period))
    table = annex.make_annex(
        annex.read_declarations(HERE / "annexes.yaml")["decomposition"]["targets"], period, options
    )
    figures = current.current_figures(
        user, [*NAMED.values(), *(column.code for column in table.leaves)], [region, *parts], [period]
    )
    _rows(table, figures, region, parts, options.get("groups", []))
    table.prune(optional_only=True)
    plan = options.get("cited", {}).get("plan", {}).get("title") or fill_placeholders(PLAN, period, options)
    nodes = _nodes(user, region, options)
    return {name: figures(code) for name, code in NAMED.items()} | {
        "all_start": _all_start(figures, region),
        "title": options.get("title") or f"关于印发《{plan}》的通知",
        "plan_title": plan,
        "year": period[:4],
        "prior_year": str(int(period[:4]) - 1),
        "whole": whole_word(region.name),
        "nodes": nodes,
        "past_nodes": [node["when"] for node in nodes if node["past"]],
        "annex": table,
        "attachments": [plan],
    }


STARTS = ("shanty", "prh", "arh")


def _all_start(figures: FigureMapping, region: Region) -> Figure:
    """The whole of what is to be started: as the document itself gave it, else the sum of the parts that the sentence names, all of them."""
    published, parts = figures(NAMED["published_start"]), [figures(NAMED[name]) for name in STARTS]
    named = [part for part in parts if part.observation_id is not None]
    if published.known or len(named) < 2:
        return published
    return total_figure(named, name="开工任务合计", region=region)


def _rows(
    table: Annex, figures: FigureMapping, region: Region, parts: list[Region], groups: list[dict[str, Any]]
) -> None:
    """Handed down to the region, handed out to its parts, sub-totals by group, then every part. What is handed out is summed, never typed."""

    def handed_down(column: AnnexColumn, where: Region) -> Figure:
        return figures(column.code, where)

    def handed_out(column: AnnexColumn, among: RegionGroup) -> Figure:
        """Over those the paper gives a task at all: no line is no task, but a line that is not filled in leaves the sum unknown."""
        lines = [figures(column.code, part) for part in among.members]
        lines = [line for line in lines if line.observation_id is not None] or lines
        return total_figure(lines, region=among)

    def cells(of: Any, where: Any) -> tuple[AnnexCell, ...]:
        return tuple(AnnexCell(of(column, where), column.show) for column in table.leaves)

    table.grouped = bool(groups)
    table.rows.append(AnnexRow("下达任务", cells(handed_down, region), total=True))
    table.rows.append(AnnexRow("任务分解", cells(handed_out, RegionGroup(region, "任务分解", parts)), total=True))
    by_code = {part.code: part for part in parts}
    grouped = set()
    for group in groups:
        members = [by_code[code] for code in group["regions"] if code in by_code]
        grouped |= {member.code for member in members}
        table.rows.append(
            AnnexRow(group["total"], cells(handed_out, RegionGroup(region, group["total"], members)), total=True)
        )
        for place, member in enumerate(members):
            table.rows.append(
                AnnexRow(
                    member.name,
                    cells(handed_down, member),
                    inside=True,
                    group=group["label"],
                    span=0 if place else len(members),
                )
            )
    table.rows += [AnnexRow(part.name, cells(handed_down, part)) for part in parts if part.code not in grouped]


def _nodes(user: Actor, region: Region, options: dict[str, Any]) -> list[dict[str, Any]]:
    """Progress wanted by a day (节点), by day. A node that lies before the plan itself binds no one backwards: past."""
    measure_codes.check_codes(user, [node["code"] for node in options.get("nodes", [])], "nodes")
    by_day: dict[str, list[dict[str, Any]]] = {}
    for node in options.get("nodes", []):
        figure = current.current_figure(user, node["code"], region, node["period"])
        if figure.known:
            by_day.setdefault(node["period"], []).append({"name": node["name"], "figure": figure})
    dated = str(options.get("dated", ""))
    return [
        {"when": spoken_date(day), "goals": goals, "past": bool(dated) and periods.period_end(day).isoformat() < dated}
        for day, goals in sorted(by_day.items())
    ]
