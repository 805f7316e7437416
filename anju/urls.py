"""Collects the rooms' pages: each room's urls.py, under the prefixes that its room.py claims."""

from django.core.exceptions import ImproperlyConfigured
from django.urls import URLPattern, URLResolver, include, path

from anju.core.registry import Room, rooms


def pages(room: Room) -> URLResolver:
    """With one prefix the room's addresses count from there; with several they are whole, and each begins with one of them."""
    if len(room.prefixes) == 1:
        return path(room.prefixes[0], include(f"{room.package}.urls"))
    found = path("", include(f"{room.package}.urls"))
    for pattern in found.url_patterns:
        if not _claimed(room, pattern):
            raise ImproperlyConfigured(f"{room.package}: PREFIXES of its room.py do not have /{pattern.pattern}")
    return found


def _claimed(room: Room, pattern: URLPattern | URLResolver) -> bool:
    address = str(pattern.pattern)
    return any(address.startswith(prefix) if prefix else not address for prefix in room.prefixes)


urlpatterns = [pages(room) for room in rooms() if room.prefixes]
handler400 = "anju.core.views.bad_request"
handler403 = "anju.core.views.forbidden"
handler429 = "anju.core.views.too_many"
handler404 = "anju.core.views.not_found"
handler500 = "anju.core.views.broken"
