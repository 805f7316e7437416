"""Writing figures. One function per act; every act leaves a trail row; nothing that was said is ever changed or lost."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db import connection, transaction

from anju import periods
from anju.core.models.region import Region
from anju.core.people.permissions import require_permission
from anju.core.people.scope import Actor
from anju.core.trail import trail
from anju.figures.figure import NUMBER, SHARE, STATES, Figure
from anju.figures.models import Calibre, CurrentFigure, Measure, Observation, Source, TargetDocument
from anju.figures.queries import current
from anju.figures.queries.targets import read_decomposition
from anju.figures.services.changes import announce_changes
from anju.figures.stored_numbers import StoredNumber, store_number
from anju.problems import Problem, Refused
from anju.quantities import APPROXIMATE

Value = str | int | Decimal | Fraction | None


@transaction.atomic
@trail.act("figures.enter")
def enter_figure(
    *,
    by: Actor,
    measure: str,
    region: Region,
    period: str,
    value: Value = None,
    unit: str = "",
    calibre: str = "",
    state: str = NUMBER,
    approx: str = "",
    document: TargetDocument | None = None,
    adds: bool = False,
    effective_on: date | None = None,
    scope_note: str = "",
    title: str = "",
) -> Observation:
    """Enter a figure that has none yet (填报). Entering the same again changes nothing and gives the one that stands.

    value: as printed (27.27 keeps two decimals); a Fraction is a share of the measure that the catalogue names (总户数的二分之一).
    unit: the measure's own unless given. adds: the document adds this much to the target in force (追加).
    Refused: FIG-050 when another value stands (correct it instead), FIG-051 when there is nothing to add to, and what `stored` refuses.
    """
    _may(by, "figures.enter", region)
    said = _number_to_store(
        measure, region=region, period=period, value=value, unit=unit, calibre=calibre, state=state, approx=approx
    )
    beside = {"document": document, "effective_on": effective_on, "scope_note": scope_note}
    stands = _standing_figure(by, said, region, period)
    before = stands.observation if stands else None
    if adds:
        said = _added(said, before, document)
        if before is not None and before.document_id == document.pk and before.increment == said.increment:
            return before
    elif before is not None:
        if _says_the_same(before, said, assumed=False, basis="", **beside):
            return before
        raise Refused(
            _problem(
                "FIG-050",
                said,
                region,
                period,
                f"已有数值 {current.observation_figure(before).spoken_or_state}。",
                "要改请用“更正”，并写明原因。",
            )
        )
    _scopes_agree(by, said, region, period, scope_note)
    return _write(by, Source.Kind.ENTRY, said, region, period, before, title=title, **beside)


@transaction.atomic
@trail.act("figures.assume")
def assume_figure(
    *,
    by: Actor,
    measure: str,
    region: Region,
    period: str,
    value: Value,
    basis: str,
    unit: str = "",
    calibre: str = "",
    approx: str = "",
    document: TargetDocument | None = None,
    scope_note: str = "",
    title: str = "",
) -> Observation:
    """Give a figure that no document prints (推定), marked as such wherever it shows.

    basis: what it is inferred from; must not be blank (FIG-048). Refused FIG-050 when a value stands already; the same again changes nothing.
    """
    _may(by, "figures.enter", region)
    said = _number_to_store(
        measure, region=region, period=period, value=value, unit=unit, calibre=calibre, state=NUMBER, approx=approx
    )
    if not basis.strip():
        raise Refused(_problem("FIG-048", said, region, period, "推定没有写依据。", "请写明是从哪里、怎样推出来的。"))
    stands = _standing_figure(by, said, region, period)
    if stands:
        before = stands.observation
        if _says_the_same(
            before, said, assumed=True, basis=basis, document=document, effective_on=None, scope_note=scope_note
        ):
            return before
        raise Refused(
            _problem(
                "FIG-050",
                said,
                region,
                period,
                f"已有数值 {current.observation_figure(before).spoken_or_state}。",
                "已有数的不能推定；要改请用“更正”。",
            )
        )
    beside = {"assumed": True, "basis": basis, "document": document, "scope_note": scope_note}
    return _write(by, Source.Kind.ASSUMPTION, said, region, period, None, title=title, **beside)


@transaction.atomic
@trail.act("figures.correct")
def correct_figure(
    *,
    by: Actor,
    measure: str,
    region: Region,
    period: str,
    reason: str,
    value: Value = None,
    unit: str = "",
    calibre: str = "",
    state: str = NUMBER,
    approx: str = "",
    expected: int | None = None,
) -> Observation:
    """Replace the value that stands (更正); the earlier one stays in the history.

    expected: the observation the user was looking at; another one standing means that someone was faster.
    The document, scope and effective date of a target stay as they are. A correction of an assumption is no assumption.
    Refused: FIG-041 nothing stands, FIG-042 someone was faster, FIG-043 no reason, FIG-047 it is what stands already.
    """
    _may(by, "figures.correct", region)
    said = _number_to_store(
        measure, region=region, period=period, value=value, unit=unit, calibre=calibre, state=state, approx=approx
    )
    if not reason.strip():
        raise Refused(_problem("FIG-043", said, region, period, "更正没有写原因。", "请写明为什么改、依据什么改。"))
    stands = _standing_figure(by, said, region, period)
    if stands is None:
        raise Refused(_problem("FIG-041", said, region, period, "还没有数值，无从更正。", "请先填报或导入。"))
    before = stands.observation
    if expected is not None and before.pk != expected:
        raise Refused(_faster(said, region, period, before))
    if (
        before.increment is not None and said.value is not None and before.value is not None
    ):  # what its document adds is off by as much
        said = replace(said, increment=before.increment + said.value - before.value)
    beside = {"document": before.document, "effective_on": before.effective_on, "scope_note": before.scope_note}
    if _says_the_same(before, said, assumed=False, basis="", **beside):
        raise Refused(
            _problem(
                "FIG-047",
                said,
                region,
                period,
                "更正后的数与现有的数相同。",
                "无需更正；要改单位或小数位，请写成要改成的样子。",
            )
        )
    return _write(by, Source.Kind.CORRECTION, said, region, period, before, reason=reason, **beside)


def _require_own_region(by: Actor, region: Region) -> Region:
    """Outside one's regions is not found."""
    if region.pk not in by.region_ids:
        raise Region.DoesNotExist(f"没有区划 {region.code}")
    return region


def _may(by: Actor, act: str, region: Region) -> None:
    """Outside is not found, inside it takes the post."""
    require_permission(by, act, _require_own_region(by, region).pk, region.name)


def _problem(code: str, said: StoredNumber, region: Region, period: str, what: str, fix: str) -> Problem:
    return Problem(
        code, f"{region.name} {period} “{said.measure.name}”{f'（{said.calibre}）' if said.calibre else ''}", what, fix
    )


def _faster(said: StoredNumber, region: Region, period: str, now: Observation | None) -> Problem:
    what = f"刚被 {now.by} 改为 {current.observation_figure(now).spoken_or_state}。" if now else "刚被别人改动。"
    return _problem("FIG-042", said, region, period, what, "请刷新后核对现在的数，再决定是否更正。")


def _number_to_store(
    measure: str, region: Region, period: str, value: Value, unit: str, calibre: str, state: str, approx: str
) -> StoredNumber:
    """The number as it will be stored. Refused with everything that is wrong with it."""
    found = Measure.objects.filter(code=measure).first()
    where = f"{region.name} {period} “{found.name if found else measure}”"
    problems = []
    if found is None:
        problems.append(
            Problem("FIG-012", where, f"没有统计指标 {measure}。", "请核对代码：anju figures list 列出全部指标。")
        )
    if calibre and not Calibre.objects.filter(code=calibre).exists():
        problems.append(Problem("FIG-013", where, f"没有口径 {calibre}。", "请核对口径代码。"))
    if approx not in APPROXIMATE or state not in STATES:
        problems.append(
            Problem(
                "FIG-049",
                where,
                f"状态“{state}”或约数标记“{approx}”不认识。",
                "状态见指标说明；约数写 约、余 或 左右。",
            )
        )
    try:
        periods.period_bounds(period)
    except Refused as refused:
        problems += refused.problems
    if problems:
        raise Refused(*problems)
    return store_number(found, calibre=calibre, where=where, value=value, unit_name=unit, state=state, approx=approx)


def _standing_figure(by: Actor, said: StoredNumber, region: Region, period: str) -> CurrentFigure | None:
    return (
        CurrentFigure.objects.select_related("observation__document", "observation__measure", "observation__region")
        .filter(measure=said.measure, calibre=said.calibre, region=_require_own_region(by, region), period=period)
        .first()
    )


def _says_the_same(before: Observation, said: StoredNumber, **beside: Any) -> bool:
    return all(getattr(before, key) == value for key, value in (said.columns | beside).items())


def _added(said: StoredNumber, before: Observation | None, document: TargetDocument | None) -> StoredNumber:
    region, period = (before.region, before.period) if before else (None, "")
    if before is None or before.state != NUMBER or said.state != NUMBER or document is None:
        where = f"{region.name} {period} “{said.measure.name}”" if region else f"“{said.measure.name}”"
        raise Refused(
            Problem(
                "FIG-051", where, "没有可以追加的任务数，或没有写追加的文件。", "请先录入原任务，并登记追加任务的文件。"
            )
        )
    return said.added_to(before)


def _scopes_agree(by: Actor, said: StoredNumber, region: Region, period: str, scope_note: str) -> None:
    """A share and what it is taken of must be about the same scope (不含…)."""
    if said.state != SHARE:
        return
    base = (
        CurrentFigure.objects.filter(measure=said.share_of, calibre="", region=region, period=period)
        .select_related("observation")
        .first()
    )
    if base and base.observation.scope_note != scope_note:
        raise Refused(
            _problem(
                "FIG-037", said, region, period,
                f"任务的范围是“{scope_note or '全部'}”，而基数“{said.share_of.name}”的范围是“{base.observation.scope_note or '全部'}”。",
                "请把两处的范围写成一致。",
            )
        )  # fmt: skip


def _write(
    by: Actor,
    kind: str,
    said: StoredNumber,
    region: Region,
    period: str,
    before: Observation | None,
    *,
    title: str = "",
    **beside: Any,
) -> Observation:
    """Observation, current figure and trail row together. Refused FIG-042 when someone else wrote first."""
    source = Source.objects.create(kind=kind, title=title, region=region, period=period, by=by.key)
    made = Observation.objects.create(
        source=source, region=region, period=period, by=by.key, supersedes=before, **said.columns, **beside
    )
    if not _stand(made, before):
        now = _standing_figure(by, said, region, period)
        raise Refused(_faster(said, region, period, now.observation if now else None))
    trail.describe(
        obj=trail.Subject.of(
            made, f"{said.measure.code}{':' + said.calibre if said.calibre else ''}@{region.code}/{period}"
        ),
        before=_trail_data(current.observation_figure(before), before) if before else None,
        after=_trail_data(current.observation_figure(made), made),
        reason=beside.get("reason") or beside.get("basis") or "",
        region_id=region.pk,
    )
    if made.document_id:
        _balances(by, said, made)
    if before is not None:
        announce_changes(by)
    return made


def _balances(by: Actor, said: StoredNumber, made: Observation) -> None:
    """Within one document and level no more is handed out than there is."""
    key = (made.measure_id, made.period, made.calibre_id)
    for one in read_decomposition(by, made.document).divisions:
        if (
            (one.code, one.period, one.calibre) == key
            and one.remainder
            and one.remainder.exact is not None
            and one.remainder.exact < 0
        ):
            what = f"{made.document.number}的总数是 {one.whole.spoken()}，分解下去 {one.handed_out.spoken()}，多出 {one.remainder.text().removeprefix('-')}。"
            raise Refused(
                _problem(
                    "FIG-036",
                    said,
                    made.region,
                    made.period,
                    what,
                    "同一文件分解下去的不能多于总数；市里加码的，请按市的层级另列总数。",
                )
            )


def _stand(made: Observation, before: Observation | None) -> bool:
    """Compare and set: False when what stands is no longer what the writer had seen."""
    row = {name: getattr(made, name) for name in ("state", "value", "unit", "places", "approx", "assumed")}
    if before is not None:
        return bool(CurrentFigure.objects.filter(observation=before).update(observation=made, **row))
    columns = {
        "measure_id": made.measure_id,
        "calibre_id": made.calibre_id,
        "region_id": made.region_id,
        "period": made.period,
    }
    columns |= {"observation_id": made.pk} | row
    with connection.cursor() as cursor:  # waits for whoever is writing the same key, and then does nothing
        cursor.execute(
            f"INSERT INTO figures_current ({', '.join(columns)}) VALUES ({', '.join(['%s'] * len(columns))})"
            " ON CONFLICT (region_id, period, measure_id, calibre_id) DO NOTHING",
            list(columns.values()),
        )
        return cursor.rowcount == 1


def _trail_data(figure: Figure, row: Observation) -> dict[str, Any]:
    """An observation as the trail tells it."""
    return {
        "observation": row.pk, "value": row.value, "state": row.state, "shown": figure.spoken_or_state, "assumed": row.assumed,
        "increment": row.increment, "document": row.document_id,
    }  # fmt: skip
