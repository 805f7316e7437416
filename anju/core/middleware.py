"""One middleware opens the transaction, sets the scope and renders inside it."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse

from anju.core.scope import local_operator, scoped


class ScopeMiddleware:
    """Must be the last middleware: it calls the view itself, so that an exception rolls everything back."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any) -> HttpResponse:
        request.operator = local_operator()
        with scoped(request.operator):
            try:
                response = view(request, *args, **kwargs)
                if callable(getattr(response, "render", None)):  # a lazy response would be rendered outside the scope
                    response = response.render()
            except ObjectDoesNotExist as error:  # what a user may not see does not exist
                raise Http404(str(error)) from error
            if response.status_code >= 400:  # what was refused leaves nothing behind
                transaction.set_rollback(True)
        return response
