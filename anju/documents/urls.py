"""Pages about papers (文书)."""

from django.urls import path

from anju.documents.pages import documents

app_name = "documents"
urlpatterns = [
    path("documents/", documents.documents, name="list"),
    path("documents/write/", documents.write, name="write"),
    path("documents/<int:pk>/", documents.document, name="document"),
    path("documents/<int:pk>/stale/", documents.stale, name="stale"),
    path("documents/<int:pk>/edit/", documents.edit, name="edit"),
    *(path(f"documents/<int:pk>/act/{name}/", view, name=name) for name, view in documents.ACTS.items()),
    path("documents/<int:pk>/compare/", documents.compare, name="compare"),
    path("documents/<int:pk>/download/<str:form>/", documents.download, name="download"),
]
