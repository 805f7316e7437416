"""Django app."""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "anju.cases"
    label = "cases"
    verbose_name = "台账销号"
