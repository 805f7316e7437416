"""Pages about figures: the explorer, one measure, one figure's provenance, targets, imports of tables."""

from django.urls import path

from anju.figures.pages import figures, imports, targets

app_name = "figures"
urlpatterns = [
    path("targets/", targets.targets, name="targets"),
    path("figures/", figures.explorer, name="explorer"),
    path("figures.xlsx", figures.explorer, {"form": "xlsx"}, name="explorer-file"),
    path("figures/measure/<str:code>/", figures.measure, name="measure"),
    path("figures/door/", figures.door, name="door"),
    path("figures/correct/", figures.correct, name="correct"),
    path("imports/", imports.imports, name="imports"),
    path("imports/upload/", imports.upload, name="upload"),
    path("imports/check/<str:digest>/", imports.check, name="check"),
    path("imports/check/<str:digest>/marked.xlsx", imports.marked, name="marked"),
    path("imports/check/<str:digest>/store/", imports.store, name="store"),
    path("imports/<int:pk>/file/", imports.file, name="source-file"),
    path("imports/<int:pk>/undo/", imports.undo, name="undo"),
]
