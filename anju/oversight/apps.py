from django.apps import AppConfig


class OversightConfig(AppConfig):
    name = "anju.oversight"
    verbose_name = "督办"

    def ready(self) -> None:
        from anju.core import frame
        from anju.oversight.reminders import count

        frame.NOTICES.append(count)
