"""Addresses for the tests of the middleware, before the house's own."""

from django.db import connection
from django.http import HttpResponse
from django.template import engines
from django.template.response import TemplateResponse
from django.urls import path
from django.views.decorators.http import require_POST

from anju.core.ledgers import ledger
from anju.core.models.region import Region
from anju.core.models.trail import Trail
from anju.core.people.permissions import PUBLIC, requires_permission
from anju.core.people.scope import open_scope
from anju.core.trail import trail
from anju.urls import urlpatterns as house

handler400 = "anju.core.pages.errors.bad_request"
handler403 = "anju.core.pages.errors.forbidden"
handler404 = "anju.core.pages.errors.not_found"
handler500 = "anju.core.pages.errors.server_error"


@requires_permission("core.own")
def lazy(request):
    template = engines["django"].from_string("{% for row in rows %}{{ row.obj }}{% endfor %}|{{ actor.name }}")
    return TemplateResponse(request, template, {"rows": Trail.objects.filter(act="jobs.retry"), "actor": request.actor})


@requires_permission("core.own")
def act(request, status):
    trail.record(by=request.actor, act="jobs.retry", obj=trail.Subject("tests.thing", "", f"页面{status}"))
    if status == 500:
        raise RuntimeError
    return HttpResponse("好", status=status)


@requires_permission("core.own")
def unknown_ledger(request):
    """As a form that names a ledger of a room which was taken out."""
    return HttpResponse(ledger("no such ledger").code)


@requires_permission("core.own")
def missing(request):
    return HttpResponse(Region.objects.get(code="没有"))


@requires_permission("core.own")
def scope(request):
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('app.user', true), length(current_setting('app.regions', true)) > 0")
        return HttpResponse(str(cursor.fetchone()))


@requires_permission(PUBLIC)
def form(request):
    return HttpResponse("收到")


@requires_permission("core.own")
def streaming(request):
    from django.http import StreamingHttpResponse

    def rows():
        yield str(Trail.objects.filter(act="jobs.retry").count())
        with open_scope(request.actor):
            yield str(Trail.objects.filter(act="jobs.retry").count())

    return StreamingHttpResponse(rows())


def unmarked(request):
    return HttpResponse("谁都可以")


@requires_permission("returns.review")
def review(request):
    return HttpResponse("审核")


@requires_permission("core.own")
@require_POST
def button(request):
    return HttpResponse("办了")


@requires_permission(PUBLIC)
def public(request):
    return HttpResponse(str(Trail.objects.filter(act="jobs.retry").count()))


urlpatterns = [
    path("unmarked/", unmarked),
    path("review/", review),
    path("public/", public),
    path("button/", button),
    path("lazy/", lazy),
    path("act/<int:status>/", act),
    path("missing/", missing),
    path("unknown-ledger/", unknown_ledger),
    path("scope/", scope),
    path("form/", form),
    path("streaming/", streaming),
    *house,
]
