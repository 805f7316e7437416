"""Lock, and what follows: differences to the ledger become events, the sums become figures, the content gets its digest. And corrections."""

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone

from anju.core.ledgers import Stated, ledger
from anju.core.models.region import Region
from anju.core.models.trail import Trail
from anju.core.people.permissions import may
from anju.core.people.scope import Actor, open_scope, visible_rows
from anju.core.trail import trail
from anju.figures.figure import NUMBER, UNREPORTED
from anju.figures.models import Source
from anju.figures.services.publications import PublishedFigure, publish_figures
from anju.problems import Problem, Refused
from anju.quantities import exact_text
from anju.returns.base import LOCK, hold_return, require_state, unlocked_returns
from anju.returns.forms.spec import FormColumn, FormSpec, PublishedSum
from anju.returns.models import LockedPage, Return
from anju.returns.queries import layout, reading
from anju.returns.queries.checks import CheckFinding, check_return, findings_as_data, standing_findings
from anju.returns.queries.grid import grid_as_data, lay_out_grid
from anju.returns.queries.opinions import departments_as_data, joint_review
from anju.returns.queries.reading import ReadReturn
from anju.returns.services.review import count_findings, move_return, require_another

# The differences are recorded at the lock, not at the submission: until then the return may be sent back and say something else, and an
# event is never changed. What is locked is what the city took as true; later differences come by a correction, with its own events.


@transaction.atomic
@trail.act("returns.lock")
def lock_return(*, by: Actor, ret_id: int, remark: str = "") -> Return:
    """Approve and lock (市级审定并锁定). From here nothing of it changes; a correction is a return of its own beside it.

    Refused: RET-040 and RET-041 with everything that stands in the way, RET-054 by who filled it, the ledger's own when it takes a
    difference no more.
    """
    ret = hold_return(by, ret_id, LOCK)
    require_state(ret, Return.CITY, doing="审定锁定")
    require_another(by, ret, "审定")
    read = reading.read_return(by, ret)
    found = check_return(by, ret, read)
    if open_ := standing_findings(found):
        raise Refused(*(one.problem() for one in open_))
    _keep_page(by, read, found)
    entries = ledger_differences(read)
    if entries:
        of = ledger(read.spec.rows.ledger)
        of.record(by=by, entries=entries, origin=f"return:{ret.pk}", act="returns.record_in_ledger")
    source = _publish(by, read)
    ret.digest, ret.locked_at = layout.content_digest(ret), timezone.now()
    Return.objects.filter(pk=ret.pk, state=Return.CITY).update(digest=ret.digest, locked_at=ret.locked_at)
    because = count_findings(found) | {
        "digest": ret.digest,
        "events": len(entries),
        "figures": source.pk if source else None,
    }
    move_return(by, ret, "lock", remark, because=because)
    return ret


def _keep_page(by: Actor, read: ReadReturn, found: list[CheckFinding]) -> None:
    """What the page says now, before the ledger takes the differences: later it says the same of this return."""
    content = {
        "findings": findings_as_data(found),
        "grid": grid_as_data(lay_out_grid(by, read.ret, read)),
        "elsewhere": read.elsewhere,
        "departments": departments_as_data(joint_review(by, read.ret)),
    }
    LockedPage.objects.create(ret=read.ret, region_id=read.ret.region_id, content=content)


def ledger_differences(read: ReadReturn) -> Sequence[Any]:
    """What the return says and its ledger does not: entries for `record`; none for a form whose lines are no items."""
    ret, spec = read.ret, read.spec
    stated = list(_stated(read))
    if not stated:
        return []
    why = f"{ret}：{ret.reason}" if ret.reason else str(ret)
    return ledger(spec.rows.ledger).differences(stated, min(ret.cut_off, timezone.localdate()), why)


def _stated(read: ReadReturn) -> Iterator[Stated]:
    """Every word of the return about an event of its ledger's items, beside what the ledger says; what is not known says nothing."""
    events = _by_event(read.spec.columns) if read.spec.rows.ledger else {}
    for key, line in read.now.lines.items():
        if not line.item:
            continue
        for event, columns in events.items():
            for column in columns if columns[0].type == "number" else columns[:1]:
                value, recorded = _word(read, key, column)
                if value is not None:
                    source = column.source
                    kind = line.facts.get("kind", "")
                    yield Stated(
                        item=line.item,
                        kind=kind,
                        event=event,
                        value=value,
                        recorded=recorded,
                        mode=source.mode or "",
                        rest=source.rest,
                    )


def _by_event(columns: Iterable[FormColumn]) -> dict[str, list[FormColumn]]:
    """Columns by kind of event. Where a form asks both since January and since ever, since January tells the difference."""
    found: dict[str, dict[tuple, FormColumn]] = {}
    rank = {"period": 0, "year": 1, "all": 2}
    for column in sorted((c for c in columns if c.source and c.source.event), key=lambda c: rank[c.source.since]):
        found.setdefault(column.source.event, {}).setdefault(
            (column.source.mode, tuple(sorted(column.only.items()))), column
        )
    return {kind: list(mine.values()) for kind, mine in found.items()}


def _word(read: ReadReturn, key: str, column: FormColumn) -> tuple[int | str | None, int | str | None]:
    """What the return says there, and the ledger. None: nothing, or the line has no such column."""
    at = (key, column.code)
    if column.type != "number":
        return read.now.text(*at) or None, read.ledger_texts.get(at)
    return read.now.number(*at), read.ledger_numbers.get(at)


def _publish(by: Actor, read: ReadReturn) -> Source | None:
    """The sums as figures. What is not known is not published; where a correction says so, the figure becomes 未报.

    What a ledger counts itself (项目 by the books of 计数口径) is counted over it, now that it says what the return says.
    """
    ret, spec, rows = read.ret, read.spec, []
    counts = _counts(by, read)
    for one in spec.publish:
        column = spec.by_code[one.column]
        value = read.now.number(one.line, one.column) if one.line else read.now.total(one.column, one.where)
        if value is not None and one.measure in counts:
            value = counts[one.measure]
        lines = 1 if one.line else read.now.counted(one.column, one.where)
        if value is None and not (lines and ret.serial > 1):
            continue
        cited = f"return:{ret.pk} {column.head}，{_cited(spec, one, lines)}"
        rows.append(
            PublishedFigure(
                measure=one.measure,
                region=ret.region,
                period=ret.period,
                value=value,
                unit=column.unit,
                places=_places(value, column, read, lines),
                state=NUMBER if value is not None else UNREPORTED,
                calibre=one.calibre,
                sheet=column.head,
                shown=exact_text(value, column.unit),
                cited=cited,
            )
        )
    reason = f"更正说明：{ret.reason}" if ret.reason else f"报表锁定：{ret}"
    return publish_figures(
        by=by,
        kind=Source.Kind.RETURN,
        title=str(ret),
        region=ret.region,
        period=ret.period,
        rows=rows,
        reason=reason,
        origin=f"return:{ret.pk}",
    )


def _counts(by: Actor, read: ReadReturn) -> dict[str, int | None]:
    """What the ledger counts of the published measures, from January to the cut-off day; none for a form whose lines are no items."""
    ret, spec = read.ret, read.spec
    codes = [one.measure for one in spec.publish if not one.line and not one.calibre]
    if not spec.rows.ledger or not codes:
        return {}
    of, since = ledger(spec.rows.ledger), ret.cut_off.replace(month=1, day=1)
    return of.counts(by, ret.region, since, ret.cut_off, codes)


def _cited(spec: FormSpec, publish: PublishedSum, lines: int) -> str:
    """Of which lines the sum is."""
    if spec.rows.ledger:
        return f"{lines} 个{ledger(spec.rows.ledger).label}"
    return spec.by_key[publish.line].label if publish.line else f"{lines} 行"


def _places(value: int | None, column: FormColumn, read: ReadReturn, lines: int) -> int:
    """As it was written where it stands alone (9.10); as many as a sum needs."""
    if lines == 1:
        return max(
            (cell.places for (_, code), cell in read.now.cells.items() if code == column.code and cell.value == value),
            default=0,
        )
    shown = exact_text(value, column.unit)
    return len(shown.partition(".")[2])


# -- a whole month -------------------------------------------------------------------------------------------------------------


@dataclass
class LockResult:
    """What close_month did. refused: what stands in the way of the others, by return."""

    locked: list[Return] = field(default_factory=list)
    refused: dict[Return, list[Problem]] = field(default_factory=dict)


Progress = Callable[[int, int, str], None]


def lock_month(
    *,
    by: Actor,
    region: Region,
    form_code: str,
    period: str,
    regions: Collection[str] = (),
    progress: Progress | None = None,
) -> LockResult:
    """Lock every return that waits for the city, in the region and below (整期锁定), each in a transaction of its own.

    regions: codes of those that were chosen; none: all.

    May be stopped (progress raises) and begun again: what is locked stays locked, and only what waits is taken up.
    Must not be called inside a transaction if that is to hold.
    """
    with open_scope(by):
        waiting = [
            ret for ret in unlocked_returns(by, region, form_code, period) if not regions or ret.region.code in regions
        ]
        ids = [(ret.pk, ret.region.name) for ret in waiting]
        mine = [ret.pk for ret in waiting if may(by, LOCK, ret.region_id)]
        row = _begun(by, region, form_code, period, mine) if mine else None
    done = LockResult()
    for at, (pk, name) in enumerate(ids):
        if progress:
            progress(at, len(ids), f"正在锁定 {name}")
        with open_scope(by):
            ret = None
            try:
                with transaction.atomic(), trail.inside_act(row, by=by) if row else nullcontext():
                    done.locked.append(lock_return(by=by, ret_id=pk))
            except Refused as refused:
                ret = visible_rows(Return.objects.select_related("form", "region"), by).get(pk=pk)
                if ret.state == Return.CITY:  # otherwise somebody locked it, or sent it back, meanwhile
                    done.refused[ret] = refused.problems
    if progress:
        progress(len(ids), len(ids), f"锁定 {len(done.locked)} 张，{len(done.refused)} 张有问题")
    return done


def _begun(by: Actor, region: Region, form_code: str, period: str, ids: list[int]) -> Trail:
    """The row of the whole, before the first lock: however far it comes, each lock names it."""
    return trail.record(
        by=by,
        act="returns.close_month",
        obj=trail.Subject.of(region, f"{region.name} {period} {form_code}"),
        after={"form": form_code, "period": period, "returns": ids},
        region_id=region.pk,
        count=len(ids),
        digest=hashlib.sha256("".join(f"{pk}\n" for pk in ids).encode()).hexdigest(),
    )
