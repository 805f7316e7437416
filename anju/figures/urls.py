"""Pages about figures: the explorer, one measure, one figure's provenance, targets, imports of tables."""

from django.urls import path

from anju.figures.pages import figures, imports, measures, targets

app_name = "figures"
urlpatterns = [
    path("targets/", targets.list_targets, name="targets"),
    path("figures/", figures.show_explorer, name="explorer"),
    path("figures.xlsx", figures.show_explorer, {"form": "xlsx"}, name="explorer-file"),
    path("figures/measure/<str:code>/", measures.show_measure, name="measure"),
    path("figures/door/", figures.show_provenance, name="door"),
    path("figures/correct/", figures.correct_figure, name="correct"),
    path("imports/", imports.list_imports, name="imports"),
    path("imports/upload/", imports.upload_workbook, name="upload"),
    path("imports/check/<str:digest>/", imports.check_import, name="check"),
    path("imports/check/<str:digest>/marked.xlsx", imports.download_marked, name="marked"),
    path("imports/check/<str:digest>/store/", imports.store_import, name="store"),
    path("imports/<int:pk>/file/", imports.download_source, name="source-file"),
    path("imports/<int:pk>/undo/", imports.take_back_import, name="undo"),
]
