"""Every page and every act, asked with what nobody types: the answer is a page or a sentence, never a fall."""

import json
import os
import random
import re
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from anju.core.models.region import Region
from anju.core.people.permissions import PUBLIC, permissions
from anju.core.people.scope import local_actor, open_scope
from anju.figures.catalogue import load_catalogue
from tests.attack.mutations import NASTY
from tests.cast import EAST, person, sign_in
from tests.matrix.objects import MAKERS, PERIOD, At
from tests.matrix.test_matrix import ROUTES, Route

pytestmark = pytest.mark.soak
TIMES = int(os.environ.get("ANJU_MUTATIONS", "25"))  # requests of each kind a route, divided among ten
ROOT = Path(__file__).parents[2] / "anju"
FIELD = re.compile(r"""(?:text|texts|key|number|day|moment|every|get|getlist|typed\.get)\(\[?["'](\w+)["']""")
FIELDS = sorted({name for path in ROOT.rglob("pages/*.py") for name in FIELD.findall(path.read_text("utf-8"))})
NUMBERS = [
    "0",
    "-1",
    "9" * 25,
    "9" * 5000,
    "1.5",
    "１",
    "२",
    "1e5",
    "²",
    "9999999999",
    "2147483648",
    "9223372036854775808",
]
DAYS = ["2026-13-45", "0000-00-00", "9999-12-31", "0001-01-01", "2026-02-30", "2026-W01", "20260101", "10000-01-01"]
PERIODS = ["2026-13", "0000", "9999", "2026-Q9", "2021-Q4", "99999-01", "2026-H3", "二〇二六"]
VALUES = [*NASTY, *NUMBERS, *DAYS, *PERIODS, "a" * 300_000]
HEADERS = ["HX-Current-URL", "HX-Request", "Referer", "Accept-Language", "Accept", "User-Agent", "X-Forwarded-For", "X-Requested-With", "If-Modified-Since", "Range", "Cookie"]  # fmt: skip


def test_the_fields_of_the_pages_are_known():
    assert {"reason", "region", "period", "page"} <= set(FIELDS) and len(FIELDS) > 30


@pytest.fixture(scope="module")
def sessions(django_db_setup, django_db_blocker, empty):
    with django_db_blocker.unblock():
        with open_scope(local_actor()) as by:
            load_catalogue(by=by)
        found = {}
        for post in sorted({post for one in permissions().values() for post in one.posts}):
            client, visitor = Client(), person(post)
            sign_in(client, visitor)
            found[post] = visitor, client.cookies["sessionid"].value
        yield found
    empty()


def objects(route: Route, visitor) -> At:
    with open_scope(local_actor()) as by:
        region = Region.objects.get(code=EAST, valid_until=None)
        return MAKERS[route.name](by, region, visitor) if route.name in MAKERS else At()


def addresses(chance: random.Random, route: Route, at: At) -> str:
    parts = dict(at.parts)
    if set(route.parts) <= parts.keys() and route.parts and chance.random() < 0.2:
        one = chance.choice(route.parts)
        parts[one] = 10 ** chance.choice((9, 18, 30)) if isinstance(parts[one], int) else chance.choice(VALUES)[:500]
    try:
        path = reverse(route.name, kwargs={part: parts[part] for part in route.parts})
    except Exception:  # no such address: nothing to ask
        path = reverse(route.name, kwargs={part: at.parts[part] for part in route.parts})
    query = {} if at.bare else {"region": EAST, "period": PERIOD} | at.query
    for name in chance.sample(FIELDS, 3) + ["region", "period"][: chance.randrange(3)]:
        if chance.random() < 0.5:
            query[name] = chance.choice(VALUES)[:2000]
    return f"{path}?{urlencode(query, quote_via=quote, errors='surrogatepass')}"


def body(chance: random.Random, at: At) -> dict:
    """The act's own fields, some spoilt; and many that other acts have."""
    data = dict(at.data)
    for name in chance.sample(FIELDS, min(len(FIELDS), 20)) + list(data):
        if chance.random() < 0.7:
            data[name] = chance.choice(VALUES).encode("utf-8", "replace").decode()
    return data


def nasty_json(chance: random.Random) -> str:
    value = chance.choice(VALUES)
    cell = {
        name: chance.choice([value, 1, None, [], {}, 10**30, True])
        for name in ("key", "line", "column", "code", "text", "value", "version", "row")
    }
    return chance.choice([
        json.dumps({"rows": [{"project": value, "version": 1, "fields": {"name": value}}]}), json.dumps({"changes": [cell]}), json.dumps([cell]),
        json.dumps({"cells": [cell], "rows": value}), json.dumps(value), "[" * 100_000, '{"rows": 9' + "9" * 5000 + "}", "NaN", "", '{"rows": [1e999]}',
    ])  # fmt: skip


def ask(session: str, method: str, address: str, **sent):
    client = Client(raise_request_exception=False)
    if session:
        client.cookies["sessionid"] = session
    with transaction.atomic():
        answer = getattr(client, method)(address, **sent)
        transaction.set_rollback(True)
    return answer


def check(answer, seed: str) -> None:
    assert answer.status_code < 500, f"{seed}: {answer.status_code}"
    if answer.status_code >= 400 and "text/html" in answer.headers.get("Content-Type", ""):
        assert re.search("[一-龥]", answer.content.decode()), seed


@pytest.mark.parametrize("route", [route for route in ROUTES if route.act and route.act != PUBLIC], ids=str)
def test_no_request_of_somebody_who_may_ends_in_a_fall(db, sessions, route):
    post = next(post for post in sorted(sessions) if post in permissions()[route.act].posts)
    visitor, session = sessions[post]
    at = objects(route, visitor)
    for turn in range(max(1, TIMES // 8)):
        seed = f"{route}-{turn}"
        chance = random.Random(seed)
        check(ask(session, "get", addresses(chance, route, at)), seed)
        check(ask(session, "post", addresses(chance, route, at), data=body(chance, at)), seed)
        check(
            ask(
                session, "post", addresses(chance, route, at), data=nasty_json(chance), content_type="application/json"
            ),
            seed,
        )
        header = chance.choice(HEADERS)
        value = chance.choice(VALUES)[:3000].encode("latin-1", "replace").decode("latin-1")
        check(ask(session, "get", addresses(chance, route, at), headers={header: value}), seed)


@pytest.mark.parametrize("route", [route for route in ROUTES if route.act == PUBLIC and not route.parts], ids=str)
def test_no_request_of_a_stranger_ends_in_a_fall(db, route):
    address = reverse(route.name)
    for turn in range(TIMES):
        chance = random.Random(f"{route}-{turn}")
        names = ["login", "password", "next", "code", "username", "password1", "csrfmiddlewaretoken", "id", "state"]
        data = {
            name: chance.choice(VALUES).encode("utf-8", "replace").decode() for name in names if chance.random() < 0.7
        }
        check(ask("", "post", address, data=data), f"{route}-{turn}")
        check(
            ask(chance.choice(NASTY).strip("\0;\t")[:40], "get", f"{address}?{urlencode(data, errors='replace')}"),
            f"{route}-{turn}",
        )
