"""The front page, and what it reminds of."""

from django.urls import path

from anju.desk.views import leader

app_name = "desk"
urlpatterns = [
    path("", leader.leader, name="leader"),
    path("notices/<int:pk>/", leader.put_away, name="put-away"),
]
