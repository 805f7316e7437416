"""Pages about dispatch (调度)."""

from django.urls import path

from anju.desk.views import dispatch

app_name = "oversight"
urlpatterns = [
    path("dispatch/", dispatch.dispatch, name="dispatch"),
    path("dispatch/write/", dispatch.write, name="write"),
]
