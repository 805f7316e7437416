from django.apps import AppConfig


class FundsConfig(AppConfig):
    name = "anju.funds"
    verbose_name = "资金"
