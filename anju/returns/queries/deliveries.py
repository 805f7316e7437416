"""A city's returns of a period as one set for its superior (报送上级): what it is now, what was sent, and what came back."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import timezone

from anju.core.models.region import Region
from anju.core.people.permissions import may
from anju.core.people.scope import Actor, visible_rows
from anju.core.regions.tree import below
from anju.returns.models import Return, SetDelivery, SuperiorRemark
from anju.returns.queries import deadlines


@dataclass(frozen=True)
class DeliveredReturn:
    """A unit's return in the set. ret: the one that is locked last, None while none is. running: a return or correction that is not locked yet."""

    region: Region
    ret: Return | None
    running: Return | None = None

    def as_data(self) -> dict[str, str | int]:
        assert self.ret is not None
        return {
            "region": self.region.code, "name": self.region.name, "return": self.ret.pk, "serial": self.ret.serial, "digest": self.ret.digest,
        }  # fmt: skip


def gather_set(user: Actor, region: Region, form_code: str, period: str) -> list[DeliveredReturn]:
    """What would be sent now, a row for each unit that the form is asked of, in the region and below."""
    asked = [
        one.region
        for one in deadlines.reporting_progress(user, region, timezone.now(), period)
        if one.form.code == form_code
    ]
    rows = Return.objects.filter(form__code=form_code, period=period, region_id__in=below(user, region))
    rows = visible_rows(rows.exclude(state=Return.VOID), user).select_related("form", "region").defer("form__spec")
    locked: dict[int, Return] = {}
    running: dict[int, Return] = {}
    for ret in rows.order_by("serial"):
        (locked if ret.state == Return.LOCKED else running)[ret.region_id] = ret
    regions = {one.pk: one for one in [*asked, *(ret.region for ret in locked.values())]}
    ordered = sorted(regions.values(), key=lambda one: (one.order, one.pk))
    return [DeliveredReturn(one, locked.get(one.pk), running.get(one.pk)) for one in ordered]


def list_digest(listed: list[dict[str, str | int]]) -> str:
    """SHA-256 of a line a return, "region TAB serial TAB digest"."""
    lines = "".join(f"{one['region']}\t{one['serial']}\t{one['digest']}\n" for one in listed)
    return hashlib.sha256(lines.encode()).hexdigest()


def list_deliveries(user: Actor, region: Region, form_code: str, period: str) -> list[SetDelivery]:
    """What was sent of it, the newest first."""
    found = SetDelivery.objects.filter(region=region, form__code=form_code, period=period)
    return list(visible_rows(found.select_related("form", "region", "file").defer("form__spec", "file__content"), user))


def delivery_of(user: Actor, ret: Return) -> SetDelivery | None:
    """The newest delivery in which that return went to the superior, itself or what it corrects; None when it never did."""
    cities = [ret.region_id, *([ret.region.parent_id] if ret.region.parent_id else [])]
    found = SetDelivery.objects.filter(region_id__in=cities, form__code=ret.form.code, period=ret.period)
    rows = visible_rows(found.select_related("form", "region").defer("form__spec"), user)
    return next((one for one in rows if any(each["region"] == ret.region.code for each in one.listed)), None)


def signs_for(user: Actor, city: Region) -> bool:
    """May they sign for what that city sends: do they hold the post at the office above it, not at the city's own?"""
    return user.posts is None or (city.parent_id is not None and may(user, "returns.sign_for", city.parent_id))


def may_return_cell(user: Actor, city: Region) -> bool:
    """May they return a cell of what that city sent: as its superior, or as the city, which registers what the superior wrote?"""
    return signs_for(user, city) or may(user, "returns.deliver", city.pk)


def waiting_deliveries(user: Actor) -> list[SetDelivery]:
    """Sent, and to be signed for by this user: the oldest first."""
    found = SetDelivery.objects.filter(state=SetDelivery.SENT)
    rows = visible_rows(found.select_related("form", "region__parent").defer("form__spec"), user)
    return [one for one in rows.order_by("id") if signs_for(user, one.region)]


def list_remarks(user: Actor, delivery: SetDelivery) -> list[SuperiorRemark]:
    """What the superior returned of it, the oldest first. The correction itself is not for everybody who sees the remark."""
    found = SuperiorRemark.objects.filter(delivery=delivery).select_related("region")
    return list(visible_rows(found, user))


def find_corrections(user: Actor, remarks: Iterable[SuperiorRemark]) -> dict[int, Return]:
    """The corrections in which they are answered, by number: of a superior none that it was not sent yet."""
    ids = {one.ret_id for one in remarks}
    rows = Return.objects.filter(pk__in=ids).select_related("form", "region").defer("form__spec")
    return {ret.pk: ret for ret in visible_rows(rows, user)}


def returned_cells(user: Actor, ret: Return) -> list[SuperiorRemark]:
    """Cells of a correction that the superior returned. Its unit does not see the city's delivery itself."""
    return list(visible_rows(SuperiorRemark.objects.filter(ret=ret), user)) if ret.serial > 1 else []
