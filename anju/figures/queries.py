"""Reading figures. The user comes first; what is outside their regions is unknown or not found.

The number of queries is constant, whatever the page. Nothing here writes.
"""

from anju.figures.current import (
    Breakdown,
    Figures,
    Key,
    Ranked,
    accepts,
    as_figure,
    breakdown,
    calibres,
    difference,
    figure,
    figures,
    measures,
    ranking,
    rollup,
    series,
    split,
)
from anju.figures.figure import Figure, ratio, total
from anju.figures.history import Entry, Provenance, content, history, provenance, sources
from anju.figures.latest import Latest, children_of, latest, rate, sum_figure, summed, told, within
from anju.figures.nodes import Gap, NodeGaps, Nodes, goal, node_figure, nodes
from anju.figures.targets import Decomposition, Division, Target, decomposition, document, targets

__all__ = [
    "Breakdown", "Decomposition", "Division", "Entry", "Figure", "Figures", "Gap", "Key", "Latest", "NodeGaps", "Nodes", "Provenance", "Ranked",
    "Target", "accepts", "as_figure", "breakdown", "calibres", "children_of", "content", "decomposition", "difference", "document", "figure",
    "figures", "goal", "history", "latest", "measures", "node_figure", "nodes", "provenance", "ranking", "rate", "ratio", "rollup", "series",
    "sources", "split", "sum_figure", "summed", "targets", "told", "total", "within",
]  # fmt: skip
