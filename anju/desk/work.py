"""What waits or warns, for the leader's page and the lists: warnings of the latest runs, documents and their state."""

from types import SimpleNamespace
from typing import Any

from anju.core.models import Region
from anju.core.scope import Operator


def warnings(user: Operator, region: Region, period: str) -> Any:
    return SimpleNamespace(found=[], rest=[], ran=False)


def papers(user: Operator, region: Region) -> list[Any]:
    return []
