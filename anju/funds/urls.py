"""Pages about money's way (资金)."""

from django.urls import path

from anju.funds.pages import quotas, registering

app_name = "funds"
urlpatterns = [
    path("", quotas.show_quotas, name="quotas"),
    path("documents/", quotas.show_documents, name="documents"),
    path("documents/<int:pk>/", quotas.show_document, name="document"),
    path("documents/<int:pk>/scan/", quotas.download_scan, name="scan"),
    path("documents/<int:pk>/confirm/", quotas.confirm_quota, name="confirm"),
    path("documents/<int:pk>/void/", quotas.void_quota, name="void"),
    path("lines/<int:pk>/receive/", quotas.receive_quota, name="receive"),
    path("register/", registering.register_quota, name="register"),
    path("hand-down/", registering.hand_down, name="hand-down"),
    path("recall/", registering.recall_quota, name="recall"),
    path("assign/", registering.assign_quota, name="assign"),
]
