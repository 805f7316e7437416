"""Every route × every post × (own region, another region), generated from the addresses and the permissions (permissions.yaml).

Without the post: 403, whatever the address names, so that nothing is learnt of it. With the post: outside one's region 404, inside neither; but who sees only what was delivered
finds nothing of a return that was not.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connections, transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from anju.core.models.region import Region
from anju.core.people.permissions import PUBLIC, permissions, posts
from anju.core.people.scope import local_actor, open_scope
from anju.figures.catalogue import load_catalogue
from tests.cast import EAST, WEST, person, sign_in
from tests.matrix.objects import MAKERS, NO_REGION, NOT_DELIVERED, NOT_THERE, OF_ONE, PERIOD, At

HOME = "desk:leader"  # where everybody lands: whose page it is not is led to their own


@dataclass(frozen=True)
class Route:
    name: str
    act: str | None
    parts: tuple[str, ...]

    def __str__(self) -> str:
        return self.name


def routes(resolver: URLResolver | None = None, namespace: str = "") -> Iterator[Route]:
    for one in (resolver or get_resolver("anju.urls")).url_patterns:
        if isinstance(one, URLResolver):
            yield from routes(one, f"{namespace}{one.namespace}:" if one.namespace else namespace)
        elif isinstance(one, URLPattern):
            yield Route(f"{namespace}{one.name}", getattr(one.callback, "act", None), tuple(one.pattern.converters))


ROUTES = list(routes())
pytestmark = pytest.mark.slow  # every route, post and region: more than a minute


def test_every_route_has_a_name_and_an_act_of_the_table():
    assert not [route for route in ROUTES if route.name.endswith("None")]
    assert not [route.name for route in ROUTES if route.act is None], "mark the view with @acting"
    assert {route.act for route in ROUTES} - {PUBLIC} <= set(permissions())


def test_every_route_with_parts_has_a_maker_and_every_maker_its_route():
    named = {route.name for route in ROUTES}
    assert not sorted(route.name for route in ROUTES if route.parts and route.act and route.name not in MAKERS), (
        "add them to tests/matrix/objects.py"
    )
    assert not (set(MAKERS) | NO_REGION) - named


@pytest.mark.parametrize("route", [route for route in ROUTES if route.act == PUBLIC and not route.parts], ids=str)
def test_public_routes_open_without_signing_in(db, route):
    answer = Client().get(reverse(route.name))
    assert answer.status_code != 403
    assert "next=" not in answer.headers.get("Location", "")


@pytest.fixture(scope="module")
def sessions(django_db_setup, django_db_blocker, empty):
    """post → a person who holds it, and the key of their session. Signed in once for all routes, so really committed; emptied at the end."""
    with django_db_blocker.unblock():
        with open_scope(local_actor()) as by:
            load_catalogue(by=by)
        made = {}
        for post in posts():
            client, visitor = Client(), person(post)
            sign_in(client, visitor)
            made[post] = visitor, client.cookies["sessionid"].value
        yield made
        connections.close_all()
    empty()


@pytest.mark.parametrize("route", [route for route in ROUTES if route.act], ids=str)
def test_the_table_decides(db, sessions, route):
    assert not route.parts or route.name in MAKERS, f"no maker for {route.name} in tests/matrix/objects.py"
    assert Client().get(reverse(route.name, kwargs=dict.fromkeys(route.parts, "1"))).status_code == 302, (
        "nobody comes in unknown"
    )
    allowed = permissions()[route.act].posts
    wrong = []
    for code in (EAST,) if route.name in NO_REGION else (EAST, WEST):
        at = None
        for post, (visitor, session) in sessions.items():
            if at is None or route.name in OF_ONE:
                at = made(route, code, visitor)
            status = asked(session, *at)
            if post not in allowed:
                right = status == (302 if route.name == HOME else 403)
            elif code == WEST or (posts()[post].delivered and route.name in NOT_DELIVERED):
                right = status == 404
            elif route.name in NOT_THERE:
                right = status != 403
            else:
                right = status not in (403, 404) and status < 500
            if not right:
                wrong.append((post, "own" if code == EAST else "other", status))
    assert not wrong


def made(route: Route, code: str, visitor: Any) -> tuple[str, At]:
    """The address of something of that region, which is put there first."""
    with open_scope(local_actor()) as by:
        region = Region.objects.get(code=code, valid_until=None)
        at = MAKERS[route.name](by, region, visitor) if route.name in MAKERS else At()
    query = at.query if at.bare else {"region": code, "period": PERIOD} | at.query
    return reverse(route.name, kwargs={part: at.parts[part] for part in route.parts}) + (
        f"?{urlencode(query)}" if query else ""
    ), at


VISITOR = Client(raise_request_exception=False)  # one for all: each would begin with the middleware


def asked(session: str, address: str, at: At) -> int:
    """The answer's status. What was done is taken back."""
    VISITOR.cookies = SimpleCookie({"sessionid": session})
    with transaction.atomic():
        answer = VISITOR.get(address)
        if answer.status_code == 405:
            answer = VISITOR.post(address, at.data)
        transaction.set_rollback(True)
    return answer.status_code
