"""Pages about dispatch (调度)."""

from django.urls import path

from anju.oversight.pages import dispatch

app_name = "oversight"
urlpatterns = [
    path("", dispatch.show_dispatch, name="dispatch"),
    path("write/", dispatch.write_pack, name="write"),
]
