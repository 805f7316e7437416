"""Addresses for the tests of the middleware."""

from django.db import connection
from django.http import HttpResponse
from django.template import engines
from django.template.response import TemplateResponse
from django.urls import include, path
from django.views.decorators.http import require_POST

from anju.core import trail
from anju.core.acts import PUBLIC, acting
from anju.core.models import Region, Trail
from anju.core.scope import scoped

handler400 = "anju.core.views.bad_request"
handler403 = "anju.core.views.forbidden"
handler404 = "anju.core.views.not_found"
handler500 = "anju.core.views.broken"


@acting("core.own")
def lazy(request):
    template = engines["django"].from_string("{% for row in rows %}{{ row.obj }}{% endfor %}|{{ operator.name }}")
    return TemplateResponse(request, template, {"rows": Trail.objects.filter(act="记"), "operator": request.operator})


@acting("core.own")
def act(request, status):
    trail.record(by=request.operator, act="记", obj=f"页面{status}")
    if status == 500:
        raise RuntimeError
    return HttpResponse("好", status=status)


@acting("core.own")
def missing(request):
    return HttpResponse(Region.objects.get(code="没有"))


@acting("core.own")
def scope(request):
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('app.user', true), length(current_setting('app.regions', true)) > 0")
        return HttpResponse(str(cursor.fetchone()))


@acting(PUBLIC)
def form(request):
    return HttpResponse("收到")


@acting("core.own")
def streaming(request):
    from django.http import StreamingHttpResponse

    def rows():
        yield str(Trail.objects.filter(act="记").count())
        with scoped(request.operator):
            yield str(Trail.objects.filter(act="记").count())

    return StreamingHttpResponse(rows())


def unmarked(request):
    return HttpResponse("谁都可以")


@acting("returns.review")
def review(request):
    return HttpResponse("审核")


@acting("core.own")
@require_POST
def button(request):
    return HttpResponse("办了")


@acting(PUBLIC)
def public(request):
    return HttpResponse(str(Trail.objects.filter(act="记").count()))


urlpatterns = [
    path("unmarked/", unmarked),
    path("review/", review),
    path("public/", public),
    path("button/", button),
    path("lazy/", lazy),
    path("act/<int:status>/", act),
    path("missing/", missing),
    path("scope/", scope),
    path("form/", form),
    path("streaming/", streaming),
    path("", include("anju.urls")),  # where the rail leads
]
