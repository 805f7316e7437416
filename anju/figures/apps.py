from django.apps import AppConfig


class FiguresConfig(AppConfig):
    name = "anju.figures"
    verbose_name = "统计数字"
