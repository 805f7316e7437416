"""Addresses of the background jobs, at the root of the site."""

from django.urls import path

from anju.core.pages import jobs as views

urlpatterns = [
    path("jobs/", views.jobs, name="jobs"),
    path("jobs/<int:pk>/", views.job, name="job"),
    path("jobs/<int:pk>/stop/", views.stop, name="job-stop"),
    path("jobs/<int:pk>/retry/", views.retry, name="job-retry"),
]
