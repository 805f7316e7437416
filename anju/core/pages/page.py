"""A page: one template, one status."""

from typing import Any

from django.http import HttpRequest
from django.template.response import TemplateResponse


def page(request: HttpRequest, template: str, status: int = 200, **context: Any) -> TemplateResponse:
    """The page of that template. `problems` (list[Problem]) are shown by core/problems.html; give status 422 with them."""
    return TemplateResponse(
        request, template, {"operator": getattr(request, "operator", None), **context}, status=status
    )
