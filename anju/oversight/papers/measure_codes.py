"""Measures that a document's options name."""

from collections.abc import Collection

from anju.core.people.scope import Actor
from anju.figures.queries import current
from anju.problems import Problem, Refused


def check_codes(user: Actor, codes: Collection[str], option: str) -> None:
    """Refused OVER-001 for each code that the catalogue does not have, all at once."""
    have = current.find_measures(user, codes)
    fix = "请改正选项；确有这样的数，请先在这个地方的 measures.yaml 里登记指标。"
    problems = [
        Problem("OVER-001", f"文书选项 {option}", f"没有统计指标 {code}。", fix) for code in codes if code not in have
    ]
    if problems:
        raise Refused(*problems)
