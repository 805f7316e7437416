"""Opening a correction (更正) beside a locked return."""

from django.db import IntegrityError, connection, transaction

from anju.core.people.scope import Actor
from anju.core.trail import trail
from anju.problems import Problem, Refused
from anju.returns.base import CORRECT, actor_name, clock_text, hold_return, require_own_organisation, require_state
from anju.returns.models import Return, Step


@transaction.atomic
@trail.act("returns.correct")
def begin_correction(*, by: Actor, ret_id: int, reason: str, ordered_by: str = "") -> Return:
    """Begin a correction of a locked return (更正): a draft with its cells, beside it. Both stay.

    reason: the explanation, kept with every figure that it changes. ordered_by: the ground, when a superior ordered it.
    Refused: RET-060 there is a correction already (who and when), RET-061 no reason, RET-020 it is not locked.
    """
    ret = hold_return(by, ret_id, CORRECT)
    if by.posts is not None and not by.holds("city_reviewer", ret.region_id):
        require_own_organisation(by, ret.organisation, str(ret))
    require_state(ret, Return.LOCKED, doing="更正")
    if not reason.strip():
        raise Refused(Problem("RET-061", str(ret), "更正没有写说明。", "请写明为什么改、依据什么改。"))
    made = Return(
        form=ret.form, region=ret.region, organisation=ret.organisation, period=ret.period, serial=ret.serial + 1, corrects=ret,
        reason=reason.strip(), ordered_by=ordered_by.strip(), cut_off=ret.cut_off, due=ret.due, note=ret.note, by=by.key,
        first_submitted_at=None,
    )  # fmt: skip
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:
        there = (
            Return.objects.filter(
                region_id=ret.region_id, period=ret.period, form_id=ret.form_id, serial__gt=ret.serial
            )
            .order_by("serial")
            .first()
        )
        what = f"{actor_name(there.by)} 已于 {clock_text(there.at)} 发起更正。" if there else "别人已发起更正。"
        raise Refused(Problem("RET-060", str(ret), what, "请在那一次更正里改。")) from None
    with connection.cursor() as cursor:
        for table, columns in (
            ("line", 'region_id, key, label, project, facts, "order"'),
            ("answer", "region_id, check_id, line, said, text, waiver, until, by, by_name, at"),
        ):
            cursor.execute(
                f"INSERT INTO returns_{table} (ret_id, {columns}) SELECT %s, {columns} FROM returns_{table} WHERE ret_id = %s ORDER BY id",
                [made.pk, ret.pk],
            )
        columns = 'region_id, line, "column", state, value, places, text'
        cursor.execute(
            f"INSERT INTO returns_cell (ret_id, {columns}, version, via, by, at) SELECT %s, {columns}, 1, 'correct', by, now()"
            " FROM returns_cell WHERE ret_id = %s",
            [made.pk, ret.pk],
        )
    Step.objects.create(
        ret=made,
        region=ret.region,
        move="open",
        source="",
        target=Return.DRAFT,
        remark=made.reason,
        by=by.key,
        by_name=by.name,
    )
    after = {"corrects": ret.pk, "serial": made.serial, "ordered_by": made.ordered_by}
    trail.describe(obj=made, after=after, reason=made.reason, region_id=ret.region_id)
    return made
