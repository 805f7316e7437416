"""Django app."""

from django.apps import AppConfig


class RunsConfig(AppConfig):
    name = "anju.runs"
    label = "runs"
    verbose_name = "规则运行"
