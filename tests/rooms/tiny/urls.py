"""Addresses of benches, whole: the room has two prefixes."""

from django.urls import path

from tests.rooms.tiny import pages

app_name = "tiny"
urlpatterns = [path("benches/", pages.benches, name="benches"), path("bench-map/", pages.benches, name="map")]
