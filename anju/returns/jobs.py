"""Long work of this room, done in the background with its progress told."""

from typing import Any
from urllib.parse import urlencode

from anju.core import regions
from anju.core.jobs import progress, register
from anju.core.scope import Operator
from anju.returns import services


@register("returns.close", "整期锁定报表")
def close(job: Any, *, by: Operator, region: str, form: str, period: str) -> str:
    """Lock all that waits for the city; what stands in the way of the others is told at the end."""
    here = regions.region(by, region)
    done = services.close_month(by=by, region=here, form_code=form, period=period, progress=lambda at, of, text: progress(job, at, of, text))
    query = {"region": region, "form": form} | ({"left": len(done.refused)} if done.refused else {})
    return f"/returns/?{urlencode(query)}"
