"""How far a project has come (形象进度)."""

from collections.abc import Mapping

from anju.projects.event_kinds import load_event_kinds
from anju.projects.models import Project

STAGES = ("handover", "complete", "accept", "finish", "basic", "start", "gather")  # the furthest first


def project_stage(project_totals: Mapping[str, int], project: Project) -> str:
    """Where a project stands, in a word, from what was recorded of it."""
    for kind in STAGES:
        if project_totals.get(kind):
            label = load_event_kinds()[kind].label
            whole = project.households if project.kind == Project.Kind.OLD else project.units
            return f"部分{label}" if whole and project_totals[kind] < whole else label
    return "未开工"
