"""Long work of this room for very large regions, done in the background with its progress told. Nothing here is daily: entries of overdue
projects are opened by hand (pages/entries.py)."""

from datetime import date
from typing import Any
from urllib.parse import urlencode

from anju.core.jobs.queue import register_work, report_progress
from anju.core.pages.addresses import path_of
from anju.core.people.scope import Actor
from anju.core.regions import tree
from anju.core.wording import read_day
from anju.projects.services import alerts, entries
from anju.projects.services.counts import publish_counts


@register_work("projects.count", "台账统计入指标")
def count_ledger(job: Any, *, by: Actor, region: str, period: str) -> str:
    """Count the ledger by the books and publish the sums; what somebody reported otherwise stays, and is told."""
    told = publish_counts(by=by, region=tree.find_region(by, region), period=period)
    left = [*told.differs, *told.unknown]
    report_progress(
        job,
        1,
        1,
        "；".join(f"{one.where}{one.what}" for one in left[:5]) + (f"；共 {len(left)} 处" if len(left) > 5 else ""),
    )
    return f"{path_of('figures:explorer')}?{urlencode({'region': region, 'period': period})}"


@register_work("projects.look", "核对规则书提醒")
def scan_alerts(job: Any, *, by: Actor, region: str, period: str, on: str) -> str:
    """What the books notice of a region with very many projects."""
    alerts.scan_alerts(
        by=by,
        region=tree.find_region(by, region),
        on=date.fromisoformat(on),
        told=lambda *said: report_progress(job, *said),
    )
    return f"{path_of('projects:ledger')}?{urlencode({'region': region, 'period': period, 'show': 'signals'})}"


@register_work("projects.enter", "按规则书列入逾期台账")
def open_ledger_entries(job: Any, *, by: Actor, region: str, period: str, on: str) -> str:
    """The ledgers of a region with very many projects."""
    made = entries.open_entries(by=by, region=tree.find_region(by, region), on=date.fromisoformat(on))
    report_progress(job, 1, 1, f"核对到{read_day(date.fromisoformat(on))}：新列入台账{len(made):,}个")
    return f"{path_of('projects:ledger')}?{urlencode({'region': region, 'period': period})}"
