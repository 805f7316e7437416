from django.apps import AppConfig


class FiguresConfig(AppConfig):
    name = "anju.figures"
    verbose_name = "统计数字"

    def ready(self) -> None:
        from anju.core import frame
        from anju.figures.places import periods_of, places

        frame.PLACES.append(places)
        frame.PERIODS.append(periods_of)
