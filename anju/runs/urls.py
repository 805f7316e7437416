"""Pages about runs of the rules, and about the rulebooks that they run."""

from django.urls import path

from anju.runs.pages import books, runs

app_name = "runs"
urlpatterns = [
    path("runs/", runs.runs, name="list"),
    path("runs/warn/", runs.warn, name="warn"),
    path("runs/new/<str:subject>/", runs.new, name="new"),
    path("runs/<int:pk>/", runs.run, name="run"),
    path("runs/<int:pk>/what-if/", runs.what_if, name="what-if"),
    path("runs/<int:pk>/next/<str:criterion>/", runs.next_steps, name="next-steps"),
    path("runs/<int:pk>.csv", runs.csv, name="csv"),
    path("rules/", books.books, name="books"),
    path("rules/<str:kind>/<str:subject>/<str:since>/", books.book, name="book"),
]
