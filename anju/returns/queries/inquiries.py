"""Questions of auditors to a unit (审计问询). The user comes first; nothing here writes."""

from collections.abc import Iterator
from datetime import date

from anju.core.models.region import Region
from anju.core.people.permissions import may
from anju.core.people.scope import Actor, rows_within, visible_rows
from anju.core.regions.tree import below
from anju.returns.base import is_own_organisation
from anju.returns.models import Inquiry, InquiryEntry, Return


def find_inquiry(user: Actor, pk: int) -> Inquiry:
    """Inquiry.DoesNotExist outside the scope."""
    return visible_rows(Inquiry.objects.select_related("ret__form", "ret__region", "ret__organisation"), user).get(
        pk=pk
    )


def list_inquiries(user: Actor, ret: Return) -> list[Inquiry]:
    """All that were asked about that return, the oldest first."""
    return list(visible_rows(Inquiry.objects.filter(ret=ret), user))


def list_entries(user: Actor, inquiry: Inquiry) -> list[InquiryEntry]:
    """Question, answer, and so on, the oldest first."""
    found = InquiryEntry.objects.filter(inquiry=inquiry).select_related("file").defer("file__content")
    return list(visible_rows(found, user))


def waiting_inquiries(user: Actor, region: Region) -> list[Inquiry]:
    """Those in which the next word is this user's, of the region and below, the nearest due day first."""
    found = Inquiry.objects.exclude(state=Inquiry.CLOSED).select_related(
        "ret__form", "ret__region", "ret__organisation"
    )
    rows = rows_within(visible_rows(found, user), below(user, region)).order_by("due", "id")
    return [one for one in rows if has_next_word(user, one)]


def has_next_word(user: Actor, inquiry: Inquiry) -> bool:
    """Is it this user who answers, or who closes it?"""
    if inquiry.state == Inquiry.ASKED:
        own = is_own_organisation(user, inquiry.ret.organisation)
        return own and may(user, "returns.answer_inquiry", inquiry.region_id)
    return inquiry.state == Inquiry.ANSWERED and may(user, "returns.inquire", inquiry.region_id)


def overdue_inquiries(user: Actor, region: Region, on: date) -> Iterator[Inquiry]:
    """Not answered by their day, of the region and below."""
    found = Inquiry.objects.filter(state=Inquiry.ASKED, due__lt=on).select_related("ret__form", "ret__region")
    yield from rows_within(visible_rows(found, user), below(user, region)).order_by("due", "id")
