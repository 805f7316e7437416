"""Telling the rooms above that figures which stood stand no more."""

from anju.core import registry
from anju.core.people.scope import Actor


def announce_changes(by: Actor) -> None:
    """Part of the act that replaced them or took them back."""
    for hear in registry.fetch_hooks("figure_changes"):
        hear(by)
