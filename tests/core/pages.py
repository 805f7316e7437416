"""Addresses for the tests of the middleware."""

from django.db import connection
from django.http import HttpResponse
from django.template import engines
from django.template.response import TemplateResponse
from django.urls import path

from anju.core import trail
from anju.core.models import Region, Trail
from anju.core.scope import scoped

handler400 = "anju.core.views.bad_request"
handler403 = "anju.core.views.forbidden"
handler404 = "anju.core.views.not_found"
handler500 = "anju.core.views.broken"


def lazy(request):
    template = engines["django"].from_string("{% for row in rows %}{{ row.obj }}{% endfor %}|{{ operator.name }}")
    return TemplateResponse(request, template, {"rows": Trail.objects.all(), "operator": request.operator})


def act(request, status):
    trail.record(by=request.operator, act="记", obj=f"页面{status}")
    if status == 500:
        raise RuntimeError
    return HttpResponse("好", status=status)


def missing(request):
    return HttpResponse(Region.objects.get(code="没有"))


def scope(request):
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('app.user', true), length(current_setting('app.regions', true)) > 0")
        return HttpResponse(str(cursor.fetchone()))


def form(request):
    return HttpResponse("收到")


def streaming(request):
    from django.http import StreamingHttpResponse

    def rows():
        yield str(Trail.objects.count())
        with scoped(request.operator):
            yield str(Trail.objects.count())

    return StreamingHttpResponse(rows())


urlpatterns = [
    path("lazy/", lazy),
    path("act/<int:status>/", act),
    path("missing/", missing),
    path("scope/", scope),
    path("form/", form),
    path("streaming/", streaming),
]
