"""One middleware knows who comes in, opens the transaction, sets the scope and renders inside it. It lets nobody in by default."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urlsplit

from allauth.account.middleware import AccountMiddleware
from allauth.core.exceptions import ImmediateHttpResponse, ReauthenticationRequired
from django.contrib.auth import logout
from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from anju.core.database.cache import pin_cache
from anju.core.pages.addresses import front_page_path, path_of
from anju.core.pages.context import navigation_links
from anju.core.pages.errors import bad_text, forbidden, method_not_allowed, show_missing_post, show_refusal
from anju.core.pages.forms import draft_key, unfit_text, waited_key
from anju.core.pages.request import Request, is_fragment
from anju.core.pages.site.waiting import going_on, wait_for_reading
from anju.core.people.access import record_download, record_refusal, record_sign_in
from anju.core.people.drafts import drop_draft
from anju.core.people.identity import lacks_codes, recognise_actor
from anju.core.people.permissions import PUBLIC, denied, may, permissions
from anju.core.people.scope import open_scope
from anju.core.reading import ReadingPending, large_as_jobs
from anju.core.trail.source import client_address
from anju.core.trail.trail import source_address
from anju.problems import ConfigurationFault, Refused

OWN = "core.own"  # one's own account: where the second factor is set up, too
AGAIN = AccountMiddleware(lambda request: None).process_exception


class ScopeMiddleware:
    """Must be the last middleware: it calls the view itself, so that an exception rolls everything back."""

    def __init__(self, get_response: Callable[[Request], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: Request) -> HttpResponse:
        if (unfit := unfit_text(request)) is not None:
            return bad_text(request, unfit)
        token = source_address.set(client_address(request))
        try:
            response = self.get_response(request)
        finally:
            source_address.reset(token)
        response.headers.setdefault("Cache-Control", "no-store")  # whoever sits down next finds nothing under Back
        return (
            method_not_allowed(request, response) if response.status_code == 405 and not response.content else response
        )

    def process_view(
        self, request: Request, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        act = getattr(view, "act", None)
        if act is None:  # nobody said who may: nobody may
            return forbidden(request)
        if act == PUBLIC:  # no scope: the database shows nothing of any region
            return None
        if recognise_actor(request) is None:
            if request.user.is_authenticated:  # for too long
                record_sign_in(request.user, "sign_in.expire")
                logout(request)
            return redirect_to_sign_in(request)
        request.act = act
        denied.set(False)
        waited = waited_key(request)
        try:
            with going_on(request.actor, waited) as first, open_scope(request.actor), pin_cache():
                if not first:
                    return redirect_to(request, path_of("core:waiting-form", waited))
                response = answer(request, view, args, kwargs)
                if response.status_code == 405:  # an act's address, opened as if it were a page
                    response = method_not_allowed(request, response)
                if response.status_code >= 400:  # what was refused leaves nothing behind
                    transaction.set_rollback(True)
                elif request.method == "POST" and (draft := draft_key(request)) is not None:
                    drop_draft(by=request.actor, action=request.path, key=draft)  # the form was sent
                record_download(request.actor, request, response)
        except ReadingPending as pending:  # and nothing that was done before it
            return self.wait(request, view, pending)
        except Http404:
            record_refusal(request, request.actor, 404)
            raise
        if response.status_code in (403, 404) or (response.status_code == 422 and denied.get()):
            record_refusal(request, request.actor, response.status_code)
        return response

    def wait(self, request: Request, view: Callable[..., HttpResponse], pending: ReadingPending) -> HttpResponse:
        with open_scope(request.actor), pin_cache():
            try:
                return wait_for_reading(request, pending, getattr(view, "ends_in_file", False))
            except Refused as refused:
                transaction.set_rollback(True)
                return show_refusal(request, refused.problems)


def answer(request: Request, view: Callable[..., HttpResponse], args: Any, kwargs: Any) -> HttpResponse:
    """What the view answers, within the scope; or which post it takes."""
    act = request.act
    if act != OWN and lacks_codes(request.user, request.actor):
        return redirect_to(request, path_of("mfa_activate_totp"))
    if not may(request.actor, act):
        # The front page is where everybody lands: an administrator's is the first page that is theirs.
        own = (
            next((path for path, _ in navigation_links(request.actor)), "") if request.path == front_page_path() else ""
        )
        return redirect(own) if own else show_missing_post(request, permissions()[act])
    try:
        with large_as_jobs():
            response = view(request, *args, **kwargs)
        if callable(getattr(response, "render", None)):  # a lazy response would be rendered outside the scope
            response = response.render()
    except (ReauthenticationRequired, ImmediateHttpResponse) as error:  # sign-in asks for the password once more
        response = AGAIN(request, error)
    except ObjectDoesNotExist as error:  # what a user may not see does not exist
        raise Http404(str(error)) from error
    except ConfigurationFault:
        raise  # told in the log of errors: whoever opens the page can do nothing about it
    except Refused as refused:
        if any(problem.code.startswith("DB-") for problem in refused.problems):
            raise  # the database or its disk: nothing can be shown from it
        if any(problem.code != "ACT-001" for problem in refused.problems):
            return show_refusal(request, refused.problems)
        response = show_missing_post(request, permissions()[act], refused.problems)
    return response


def redirect_to_sign_in(request: Request) -> HttpResponse:
    """The sign-in page, which leads back to where one wanted to go; a part of a page sends the whole page there."""
    part = is_fragment(request)
    back = (
        request.headers.get("HX-Current-URL" if part else "Referer", front_page_path())
        if part or request.method != "GET"
        else request.get_full_path()
    )
    parts = urlsplit(back)
    wanted = parts.path + ("?" + parts.query if parts.query else "")
    address = path_of("account_login")
    if wanted != front_page_path():  # the front page is no wish: the person's own is where work is
        address += f"?{urlencode({'next': wanted})}"
    return redirect_to(request, address)


def redirect_to(request: Request, address: str) -> HttpResponse:
    """A part of a page sends the whole page there."""
    return HttpResponse(status=204, headers={"HX-Redirect": address}) if is_fragment(request) else redirect(address)
