"""What the ground does once a day: the head of the trail goes out, and what is old of the trail is rotated."""

from typing import Any

from anju.core.jobs.queue import register_daily_work
from anju.core.people.scope import Actor
from anju.core.trail import keeping


@register_daily_work("core.send_head", "送出留痕链头")
def send_head(job: Any, *, by: Actor) -> None:
    keeping.keep_sealed()
    if keeping.head_settings():
        keeping.send_head(by=by)


@register_daily_work("core.rotate_trail", "转存到期的留痕")
def rotate_trail(job: Any, *, by: Actor) -> None:
    if keeping.retention_months() is not None:
        keeping.rotate_trail(by=by)
