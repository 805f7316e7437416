"""Long work of this room, done in the background with its progress told."""

from typing import Any
from urllib.parse import urlencode

from anju.core import regions
from anju.core.jobs import progress, register
from anju.core.scope import Operator
from anju.projects.measures import publish_counts


@register("projects.count", "台账统计入指标")
def count(job: Any, *, by: Operator, region: str, period: str) -> str:
    """Count the ledger by the books and publish the sums; what somebody reported otherwise stays, and is told."""
    told = publish_counts(by=by, region=regions.region(by, region), period=period)
    left = [*told.differs, *told.unknown]
    progress(job, 1, 1, "；".join(f"{one.where}{one.what}" for one in left[:5]) + (f"；共 {len(left)} 处" if len(left) > 5 else ""))
    return f"/figures/?{urlencode({'region': region, 'period': period})}"
