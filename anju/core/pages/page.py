"""A page: one template, one status."""

from typing import Any

from django.template.response import TemplateResponse

from anju.core.pages.request import Request


def page_response(request: Request, template: str, status: int = 200, **context: Any) -> TemplateResponse:
    """The page of that template. `problems` (list[Problem]) are shown by core/problems.html; give status 422 with them."""
    return TemplateResponse(request, template, {"actor": getattr(request, "actor", None), **context}, status=status)
