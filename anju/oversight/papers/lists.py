"""Lists that this room brings to styles of papers: problems that the rules found, nodes of the year, what is overdue."""

from collections.abc import Iterator, Mapping
from typing import Any

from anju import periods
from anju.core.regions import tree
from anju.core.wording import period_label
from anju.documents.layout.annex import order_parts
from anju.documents.layout.markup import chinese_date
from anju.documents.styles.sources import PaperList, PaperRequest
from anju.documents.text.wording import spoken_date
from anju.figures.queries import nodes
from anju.figures.queries.nodes import NodeGap, NodeGaps
from anju.figures.tasks import tasks
from anju.oversight.papers import dispatch
from anju.oversight.queries import warnings
from anju.runs.queries.sentences import SentencePiece


def problem_paragraphs(request: PaperRequest) -> Iterator[Mapping[str, Any]]:
    """A paragraph for each warning that the option `warnings` chooses: groups of sentences of one condition, closed by what is proposed."""
    chosen = request.options.get("warnings", [])
    offered = warnings.offered_warnings(request.user, request.region, request.period)
    request.reminders.extend(warnings.check_choice(offered, chosen))
    for number, groups in enumerate(
        warnings.warning_paragraphs(request.user, warnings.chosen_warnings(offered, chosen)), 1
    ):
        yield {
            "key": number,
            "groups": [
                {
                    "key": place,
                    "propose": group["propose"],
                    "warnings": [
                        {"key": line, "text": _pieces(sentence)} for line, sentence in enumerate(group["warnings"], 1)
                    ],
                }
                for place, group in enumerate(groups, 1)
            ],
        }


def _pieces(sentence: tuple[SentencePiece, ...]) -> tuple[SentencePiece, ...]:
    return tuple(sentence)


def year_nodes(request: PaperRequest) -> Iterator[Mapping[str, Any]]:
    """The nodes of the next day that binds, else of the last that passed; then those that bind no one (lapsed)."""
    on = periods.period_end(request.period)
    parts = order_parts(tree.child_regions(request.user, request.region, on), request.options.get("order", ()))
    wanted = nodes.year_nodes(request.user, request.region, on, parts)
    for gaps in wanted.next or wanted.last:
        yield _node(gaps, passed=not wanted.next, lapsed=False)
    for gaps in wanted.lapsed:
        yield _node(gaps, passed=False, lapsed=True)


def _node(gaps: NodeGaps, passed: bool, lapsed: bool) -> Mapping[str, Any]:
    whole, node = gaps.whole, gaps.node
    every = (whole, *gaps.parts)
    return {
        "key": node.pk,
        "name": whole.actual.name,
        "day": spoken_date(node.on),
        "number": node.number,
        "of": whole.target.name,
        "by_number": node.value is not None,
        "goal": gaps.goal,
        "month_day": f"{node.on.month}月{node.on.day}日",
        "of_unit": node.target.unit,
        "goal_unit": gaps.share.unit,
        "unit": whole.need.unit,
        "node_passed": passed,
        "lapsed": lapsed,
        "reached": whole.reached,
        "share": gaps.share,
        "asked": {gap.region.pk: gap.target for gap in every},
        "need": {gap.region.pk: gap.need for gap in every},
        "done": {gap.region.pk: gap.actual for gap in every},
        "left": {gap.region.pk: gap.shortfall for gap in every},
        "behind": [_gap(gap) for gap in gaps.behind],
        "unreported": [_gap(gap) for gap in gaps.unknown],
    }


def _gap(gap: NodeGap) -> Mapping[str, Any]:
    return {
        "key": gap.region.code,
        "region": gap.region,
        "name": gap.region.name,
        "left": gap.shortfall,
        "unit": gap.shortfall.unit,
    }


def overdue_entries(request: PaperRequest) -> Iterator[Mapping[str, Any]]:
    """What is past its day. ledger "": not of a ledger."""
    for number, one in enumerate(dispatch.pack_figures(request).late.due, 1):
        yield {
            "key": number,
            "name": one.region.name,
            "what": one.what,
            "of_period": f"（{period_label(one.period)}）" if one.period else "",
            "due": chinese_date(one.due) if one.due else "",
        }


def open_entries(request: PaperRequest) -> Iterator[Mapping[str, Any]]:
    """Entries of ledgers that are not closed out, the oldest first."""
    for number, one in enumerate(dispatch.pack_figures(request).late.entries, 1):
        yield {
            "key": number,
            "region": one.region,
            "name": one.region.name,
            "what": one.what,
            "ledger": one.ledger,
            "since": chinese_date(one.since),
            "state": str(one.state),
            "reason": one.reason,
        }


def pack_changes(request: PaperRequest) -> Iterator[Mapping[str, Any]]:
    """What every place did of each task since the last pack of the kind; nobody where there was none."""
    since = dispatch.pack_figures(request).since
    task_of = {said["actual"]: code for code, said in tasks().items()}
    for code, told in since.changes.items() if since else ():
        if change := told.get(request.region.pk):
            yield {
                "key": task_of[code],
                "task": task_of[code],
                "then": {pk: one.then for pk, one in told.items()},
                "now": {pk: one.now for pk, one in told.items()},
                "more": {pk: one.more for pk, one in told.items()},
                "why": change.more.why or "与上次无从比较",
            }


def last_pack(request: PaperRequest) -> Iterator[Mapping[str, Any]]:
    """The last pack of the kind, with what of it was corrected afterwards."""
    since = dispatch.pack_figures(request).since
    if since is not None:
        corrected = [
            {
                "key": new.region.code,
                "name": new.region.name,
                "measure": new.name,
                "old": old,
                "old_unit": old.unit,
                "new": new,
                "new_unit": new.unit,
            }
            for old, new in since.corrected
        ]
        yield {"key": 1, "title": since.document.title, "corrected": corrected}


def open_ledgers(request: PaperRequest) -> Iterator[Mapping[str, Any]]:
    """Ledgers with their open entries, the most first."""
    for name, count in dispatch.pack_figures(request).late.by_ledger:
        yield {"key": name, "name": name, "entries": count}


PROBLEMS = PaperList(
    "problems",
    "规则查出的问题",
    problem_paragraphs,
    lists={
        "groups": PaperList(
            "groups",
            "同一种问题",
            words=("propose",),
            lists={"warnings": PaperList("warnings", "一句话", pieces=("text",))},
        ),
    },
)
NODES = PaperList(
    "nodes",
    "进度节点",
    year_nodes,
    words=("name", "day", "month_day", "number", "of", "of_unit", "goal", "goal_unit", "unit"),
    truths=("by_number", "node_passed", "lapsed", "reached"),
    figures=("share", "asked", "need", "done", "left"),
    lists={
        "behind": PaperList("behind", "没有达到的", words=("name", "unit"), figures=("left",)),
        "unreported": PaperList("unreported", "未报的", words=("name", "unit"), figures=("left",)),
    },
)
OVERDUE = PaperList("overdue", "逾期事项", overdue_entries, words=("name", "what", "of_period", "due"))
PACK_CHANGES = PaperList(
    "pack-changes", "与上次调度相比", pack_changes, words=("task", "why"), figures=("then", "now", "more")
)
OPEN_ENTRIES = PaperList(
    "overdue-entries", "台账未销号的事项", open_entries, words=("name", "what", "ledger", "since", "state", "reason")
)
LAST_PACK = PaperList(
    "last-pack",
    "上次调度材料",
    last_pack,
    words=("title",),
    lists={
        "corrected": PaperList(
            "corrected", "其后更正的数", words=("name", "measure", "old_unit", "new_unit"), figures=("old", "new")
        )
    },
)
OPEN_LEDGERS = PaperList("overdue-ledgers", "台账未销号", open_ledgers, words=("name", "entries"))
