from django.apps import AppConfig


class TinyConfig(AppConfig):
    name = "tests.rooms.tiny"
    verbose_name = "长椅"
