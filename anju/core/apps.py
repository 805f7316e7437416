from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "anju.core"
    verbose_name = "基础"

    def ready(self) -> None:
        from anju.core.acts import acts
        from anju.core.jobs import ASKERS
        from anju.core.people import operator_called

        acts()  # what is wrong in a file is said at the start, not when somebody is turned away
        ASKERS.append(operator_called)  # a job runs as the person who asked for it, with the posts that they have then
