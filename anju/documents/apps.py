from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class DocumentsConfig(AppConfig):
    name = "anju.documents"
    verbose_name = "公文"

    def ready(self) -> None:
        autodiscover_modules("documents")  # each room's documents.py registers what it writes
