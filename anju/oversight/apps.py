from django.apps import AppConfig


class OversightConfig(AppConfig):
    name = "anju.oversight"
    verbose_name = "督办"
