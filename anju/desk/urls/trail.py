"""The page of the trail (留痕)."""

from django.urls import path

from anju.desk.views import trail

app_name = "trail"
urlpatterns = [path("trail/", trail.trail, name="trail")]
