"""The page of the trail (留痕)."""

from django.urls import path

from anju.core.pages import trail

app_name = "trail"
urlpatterns = [path("trail/", trail.trail, name="trail")]
