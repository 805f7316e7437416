"""Pages about papers (文书)."""

from django.urls import path

from anju.documents.pages import documents

app_name = "documents"
urlpatterns = [
    path("", documents.documents, name="list"),
    path("write/", documents.write, name="write"),
    path("<int:pk>/", documents.document, name="document"),
    path("<int:pk>/stale/", documents.stale, name="stale"),
    path("<int:pk>/edit/", documents.edit, name="edit"),
    *(path(f"<int:pk>/act/{name}/", view, name=name) for name, view in documents.ACTS.items()),
    path("<int:pk>/compare/", documents.compare, name="compare"),
    path("<int:pk>/download/<str:form>/", documents.download, name="download"),
]
