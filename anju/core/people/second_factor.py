"""Who must have a second factor (动态口令): the three administrators, and the posts that the office names."""

from allauth.mfa.models import Authenticator
from django.conf import settings

from anju.core.models.people import Staff
from anju.core.people.permissions import posts
from anju.core.people.scope import Actor


def must_have_codes(user: Actor) -> bool:
    """Do the posts that they hold ask for it? Of the machine's own operator nothing is asked."""
    held = set(user.posts or ())
    return any(posts()[code].admin for code in held) or bool(held and ({"all"} | held) & settings.TWO_FACTORS)


def lacks_codes(staff: Staff, user: Actor) -> bool:
    """They must have them and have not set them up yet."""
    return must_have_codes(user) and not Authenticator.objects.filter(user=staff, type=Authenticator.Type.TOTP).exists()
