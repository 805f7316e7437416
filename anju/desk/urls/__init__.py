"""The back office's addresses, one module for each room that its pages are about. Where and when stand in each: ?region=…&period=…"""

from django.urls import include, path

urlpatterns = [
    path("", include(f"anju.desk.urls.{room}"))
    for room in ("home", "figures", "runs", "documents", "oversight", "trail")
]
