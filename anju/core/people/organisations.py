"""Registering, renaming and ending organisations (机构). Every act leaves a trail row."""

from datetime import date

from django.db import transaction
from django.db.models import DateField, F, Value
from django.db.models.functions import Greatest
from django.utils import timezone

from anju.core.models.people import Organisation, Posting
from anju.core.models.region import Region
from anju.core.people import directory
from anju.core.people.permissions import require_permission
from anju.core.people.scope import Actor
from anju.core.people.staff import _grounded, _standing_organisation
from anju.core.trail import trail
from anju.problems import Problem, Refused


@transaction.atomic
@trail.act("staff.register_organisation")
def register_organisation(*, by: Actor, region: Region, kind: str, name: str, short: str = "") -> Organisation:
    """Register an organisation (机构) of a region. The same again gives the one that stands; one that had ended stands again, without its posts.

    Refused STAFF-001 for what is no kind, or no name.
    """
    if region.pk not in by.region_ids:
        raise Region.DoesNotExist(f"没有区划 {region.code}")
    require_permission(by, "staff.edit", region.pk, region.name)
    name = name.strip()
    if kind not in Organisation.Kind.values or not name:
        raise Refused(
            Problem(
                "STAFF-001",
                f"机构“{name}”",
                "类别不对，或没有写名称。",
                f"类别写 {'、'.join(Organisation.Kind.labels)} 之一，名称写全称。",
            )
        )
    organisation, new = Organisation.objects.get_or_create(
        region=region, name=name, defaults={"kind": kind, "short": short.strip()}
    )
    if new:
        trail.describe(
            obj=trail.Subject.of(organisation, f"机构 {name}"),
            after={"kind": kind, "region": region.code},
            region_id=region.pk,
        )
    elif organisation.ended_on:
        before, organisation.ended_on = {"ended_on": organisation.ended_on}, None
        organisation.save(update_fields=["ended_on"])
        trail.describe(
            act="staff.restore_organisation",
            obj=trail.Subject.of(organisation, f"机构 {name}"),
            before=before,
            after={"ended_on": None},
            region_id=region.pk,
        )
    return organisation


@transaction.atomic
@trail.act("staff.rename_organisation")
def rename_organisation(*, by: Actor, organisation_id: int, name: str, short: str = "", reason: str) -> Organisation:
    """机构更名: it stays the same organisation, with its people and its returns. Refused STAFF-001, STAFF-008, STAFF-014, STAFF-015 the name is taken."""
    organisation = _standing_organisation(by, organisation_id)
    where, name, short = f"机构 {organisation.name}", name.strip(), short.strip()
    problems = _grounded(where, reason)
    if not name:
        problems.append(Problem("STAFF-001", where, "没有写名称。", "请写改后的全称。"))
    if Organisation.objects.filter(region_id=organisation.region_id, name=name).exclude(pk=organisation.pk).exists():
        problems.append(
            Problem(
                "STAFF-015",
                where,
                f"{organisation.region.name}已有“{name}”。",
                "请核对名称；两个机构合并的，撤销其中一个。",
            )
        )
    if problems:
        raise Refused(*problems)
    before, after = {"name": organisation.name, "short": organisation.short}, {"name": name, "short": short}
    if before != after:
        organisation.name, organisation.short = name, short
        organisation.save(update_fields=["name", "short"])
        trail.describe(
            obj=trail.Subject.of(organisation, where),
            before=before,
            after=after,
            reason=reason.strip(),
            region_id=organisation.region_id,
        )
    return organisation


@transaction.atomic
@trail.act("staff.abolish_organisation")
def abolish_organisation(*, by: Actor, organisation_id: int, on: date, reason: str) -> Organisation:
    """撤销机构: on is its last day and the last of every post there. No more is asked of it; what it did keeps its name.

    Refused STAFF-005 one's own, STAFF-007 a day to come, STAFF-008 no ground, STAFF-014 ended already.
    """
    organisation = _standing_organisation(by, organisation_id)
    where, problems = f"机构 {organisation.name}", _grounded(f"机构 {organisation.name}", reason)
    if organisation.pk in by.organisation_ids:
        problems.append(Problem("STAFF-005", where, "不能撤销自己任职的机构。", "请由另一位管理员办理。"))
    if on > timezone.localdate():
        problems.append(Problem("STAFF-007", where, f"{on}还没有到。", "请到撤销那天再办，写当天或以前的日期。"))
    if problems:
        raise Refused(*problems)
    held = directory.postings_in_force(Posting.objects.filter(organisation=organisation), on).exclude(until=on)
    ended = [f"{post.staff.username} {post.post}" for post in held.select_related("staff").order_by("id")]
    held.update(until=Greatest(F("since"), Value(on, DateField())))
    organisation.ended_on = on
    organisation.save(update_fields=["ended_on"])
    after = {"ended_on": on, "posts": ended}
    trail.describe(
        obj=trail.Subject.of(organisation, where),
        before={"ended_on": None},
        after=after,
        reason=reason.strip(),
        region_id=organisation.region_id,
    )
    return organisation
