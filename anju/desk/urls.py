"""The front page, and what it reminds of."""

from django.urls import path

from anju.desk.pages import home

app_name = "desk"
urlpatterns = [
    path("", home.show_overview, name="leader"),
    path("notices/<int:pk>/", home.put_reminder_away, name="put-away"),
]
