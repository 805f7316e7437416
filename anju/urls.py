"""Collects the rooms' pages: each room's urls.py, at its own prefix; desk's at the root."""

from importlib.util import find_spec

from django.urls import include, path

from anju.settings import ROOMS

PREFIX = {"desk": "", "core": ""}

urlpatterns = [
    path(PREFIX.get(room, f"{room}/"), include(f"anju.{room}.urls")) for room in ROOMS if find_spec(f"anju.{room}.urls")
]
handler400 = "anju.core.views.bad_request"
handler403 = "anju.core.views.forbidden"
handler429 = "anju.core.views.too_many"
handler404 = "anju.core.views.not_found"
handler500 = "anju.core.views.broken"
