from django.apps import AppConfig


class ReturnsConfig(AppConfig):
    name = "anju.returns"
    verbose_name = "报表"
