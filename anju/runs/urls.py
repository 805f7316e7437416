"""Pages about runs of the rules, and about the rulebooks that they run."""

from django.urls import path

from anju.runs.pages import books, runs
from anju.runs.pages.comparing import views as comparing

app_name = "runs"
urlpatterns = [
    path("runs/", runs.list_runs, name="list"),
    path("runs/warn/", runs.run_region_warnings, name="warn"),
    path("runs/new/<str:subject>/", runs.start_run, name="new"),
    path("runs/<int:pk>/", runs.show_run, name="run"),
    path("runs/<int:pk>/what-if/", runs.show_what_if, name="what-if"),
    path("runs/<int:pk>/next/<str:criterion>/", runs.show_next_steps, name="next-steps"),
    path("runs/<int:pk>.csv", runs.download_csv, name="csv"),
    path("runs/compare/", comparing.compare, name="compare"),
    path("runs/compare/<str:key>/", comparing.show_comparison, name="comparison"),
    path("runs/compare/<str:key>/rows/", comparing.show_rows, name="comparison-rows"),
    path("runs/compare/<str:key>/rows/<int:number>/", comparing.show_row, name="comparison-row"),
    path("runs/compare/<str:key>/file/", comparing.download_differences, name="comparison-file"),
    path("runs/compare/<str:key>/drop/", comparing.drop, name="comparison-drop"),
    path("rules/", books.list_books, name="books"),
    path("rules/<str:kind>/<str:subject>/<str:since>/", books.show_book, name="book"),
]
