"""The back office's addresses. Where and when stand in each: ?region=…&period=…"""

from django.urls import path

from anju.desk.views import dispatch, documents, figures, imports, leader, rules, runs, targets, trail

app_name = "desk"
urlpatterns = [
    path("", leader.leader, name="leader"),
    path("notices/<int:pk>/", leader.put_away, name="put-away"),
    path("targets/", targets.targets, name="targets"),
    path("dispatch/", dispatch.dispatch, name="dispatch"),
    path("dispatch/write/", dispatch.write, name="dispatch-write"),
    path("figures/", figures.explorer, name="figures"),
    path("figures.xlsx", figures.explorer, {"form": "xlsx"}, name="figures-file"),
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
    path("documents/", documents.documents, name="documents"),
    path("documents/write/", documents.write, name="write"),
    path("documents/<int:pk>/", documents.document, name="document"),
    path("documents/<int:pk>/stale/", documents.stale, name="stale"),
    path("documents/<int:pk>/edit/", documents.edit, name="edit"),
    *(path(f"documents/<int:pk>/act/{name}/", view, name=f"act-{name}") for name, view in documents.ACTS.items()),
    path("documents/<int:pk>/compare/", documents.compare, name="compare"),
    path("documents/<int:pk>/download/<str:form>/", documents.download, name="download"),
    path("imports/", imports.imports, name="imports"),
    path("imports/upload/", imports.upload, name="upload"),
    path("imports/check/<str:digest>/", imports.check, name="check"),
    path("imports/check/<str:digest>/marked.xlsx", imports.marked, name="marked"),
    path("imports/check/<str:digest>/store/", imports.store, name="store"),
    path("imports/<int:pk>/file/", imports.file, name="source-file"),
    path("imports/<int:pk>/undo/", imports.undo, name="undo"),
    path("trail/", trail.trail, name="trail"),
]
