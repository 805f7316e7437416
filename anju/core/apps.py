from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "anju.core"
    verbose_name = "基础"

    def ready(self) -> None:
        from anju.core.trail.acts import acts

        acts()  # what is wrong in a file is said at the start, not when somebody is turned away
