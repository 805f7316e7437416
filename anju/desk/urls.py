"""The back office's addresses. Where and when stand in each: ?region=…&period=…"""

from django.urls import path

from anju.desk.views import figures, leader, rules, targets

app_name = "desk"
urlpatterns = [
    path("", leader.leader, name="leader"),
    path("targets/", targets.targets, name="targets"),
    path("figures/", figures.explorer, name="figures"),
    path("figures/measure/<str:code>/", figures.measure, name="measure"),
    path("figures/door/", figures.door, name="door"),
    path("figures/correct/", figures.correct, name="correct"),
    path("rules/", rules.books, name="rules"),
    path("rules/<str:kind>/<str:subject>/<str:since>/", rules.book, name="rule"),
]
