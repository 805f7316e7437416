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
from anju.oversight.queries import overdue, warnings
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
    return {
        "key": node.pk,
        "name": whole.actual.name,
        "day": spoken_date(node.on),
        "number": node.number,
        "of": whole.target.name,
        "by_number": node.value is not None,
        "goal_unit": gaps.share.unit,
        "unit": whole.need.unit,
        "node_passed": passed,
        "lapsed": lapsed,
        "reached": whole.reached,
        "share": gaps.share,
        "need": whole.need,
        "left": whole.shortfall,
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
    late = overdue.list_overdue(request.user, request.region, periods.period_end(request.period))
    for number, one in enumerate(late.due, 1):
        yield {
            "key": number,
            "name": one.region.name,
            "what": one.what,
            "of_period": period_label(one.period) if one.period else "",
            "due": chinese_date(one.due) if one.due else "",
        }


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
    words=("name", "day", "number", "of", "goal_unit", "unit"),
    truths=("by_number", "node_passed", "lapsed", "reached"),
    figures=("share", "need", "left"),
    lists={
        "behind": PaperList("behind", "没有达到的", words=("name", "unit"), figures=("left",)),
        "unreported": PaperList("unreported", "未报的", words=("name", "unit"), figures=("left",)),
    },
)
OVERDUE = PaperList("overdue", "逾期事项", overdue_entries, words=("name", "what", "of_period", "due"))
