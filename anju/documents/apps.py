from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "anju.documents"
    verbose_name = "公文"
