"""The back office's addresses. Where and when stand in each: ?region=…&period=…"""

from django.urls import path

from anju.desk.views import figures, leader, rules, runs, targets

app_name = "desk"
urlpatterns = [
    path("", leader.leader, name="leader"),
    path("targets/", targets.targets, name="targets"),
    path("figures/", figures.explorer, name="figures"),
    path("figures/measure/<str:code>/", figures.measure, name="measure"),
    path("figures/door/", figures.door, name="door"),
    path("figures/correct/", figures.correct, name="correct"),
    path("runs/", runs.runs, name="runs"),
    path("runs/warn/", runs.warn, name="warn"),
    path("runs/new/<str:subject>/", runs.new, name="new-run"),
    path("runs/<int:pk>/", runs.run, name="run"),
    path("runs/<int:pk>/what-if/", runs.what_if, name="what-if"),
    path("runs/<int:pk>/next/<str:criterion>/", runs.next_steps, name="next-steps"),
    path("runs/<int:pk>.csv", runs.csv, name="run-csv"),
    path("rules/", rules.books, name="rules"),
    path("rules/<str:kind>/<str:subject>/<str:since>/", rules.book, name="rule"),
]
