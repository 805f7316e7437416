from typing import Any

from django.apps import AppConfig


class ReturnsConfig(AppConfig):
    name = "anju.returns"
    verbose_name = "报表"

    def ready(self) -> None:
        from anju.projects.base import FIXED

        FIXED.append(_fixed)


def _fixed(user: Any, project: Any) -> dict[str, str]:
    from anju.returns.fixed import fixed  # the forms are read when they are first needed

    return fixed(user, project)
