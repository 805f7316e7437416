"""Collects the rooms' pages: each room's urls.py, under the prefixes that its room.py claims."""

from collections.abc import Iterator

from django.core.exceptions import ImproperlyConfigured
from django.urls import URLPattern, URLResolver, include, path

from anju.core.registry import Room, rooms


def room_pages(room: Room) -> URLResolver:
    """With one prefix the room's addresses count from there; with several they are whole, and each begins with one of them."""
    if len(room.prefixes) == 1:
        return path(room.prefixes[0], include(f"{room.package}.urls"))
    found = path("", include(f"{room.package}.urls"))
    for address in _addresses(found):
        if not any(address.startswith(prefix) if prefix else not address for prefix in room.prefixes):
            raise ImproperlyConfigured(f"{room.package}: PREFIXES of its room.py do not have /{address}")
    return found


def _addresses(found: URLPattern | URLResolver, before: str = "") -> Iterator[str]:
    address = before + str(found.pattern)
    if isinstance(found, URLPattern):
        yield address
    else:
        for pattern in found.url_patterns:
            yield from _addresses(pattern, address)


urlpatterns = [room_pages(room) for room in rooms() if room.prefixes]
handler400 = "anju.core.pages.errors.bad_request"
handler403 = "anju.core.pages.errors.forbidden"
handler429 = "anju.core.pages.errors.too_many_requests"
handler404 = "anju.core.pages.errors.not_found"
handler500 = "anju.core.pages.errors.server_error"
