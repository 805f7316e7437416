"""统一身份认证: another system's word lets in who is registered here, and nobody else."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.socialaccount.models import SocialAccount
from django.test import Client

from anju.core.models.people import Staff
from anju.core.models.trail import Trail
from anju.core.people.scope import local_actor, open_scope
from tests.cast import person

pytestmark = [pytest.mark.urls("tests.core.people_urls"), pytest.mark.usefixtures("committed")]


@pytest.fixture
def identity(settings):
    """A system of identities on loopback; what it says of whoever comes is the dictionary that is given."""
    said: dict = {"sub": "7f", "email": "private@example.com", "phone_number": "13800000000"}

    class Pages(BaseHTTPRequestHandler):
        def log_message(self, *args):
            pass

        def answer(self, data):
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(data).encode())

        def do_GET(self):
            base = f"http://127.0.0.1:{self.server.server_port}"
            if self.path.startswith("/.well-known/"):
                self.answer({"issuer": base, "authorization_endpoint": f"{base}/in", "token_endpoint": f"{base}/token", "userinfo_endpoint": f"{base}/who",
                             "jwks_uri": f"{base}/keys", "token_endpoint_auth_methods_supported": ["client_secret_post"]})  # fmt: skip
            else:
                self.answer(said)

        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            self.answer({"access_token": "a", "token_type": "Bearer"})

    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    app = {
        "provider_id": "oidc",
        "name": "政务统一认证",
        "client_id": "anju",
        "secret": "s",
        "settings": {"server_url": address},
    }
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}}
    settings.OIDC_CLAIM = "preferred_username"
    yield said
    server.shutdown()
    server.server_close()


def come() -> tuple[Client, object]:
    client = Client()
    page = client.get("/sign-in/").content.decode()
    assert "用政务统一认证登录" in page
    answer = client.get("/sign-in/oidc/")
    query = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert query["code_challenge_method"] == ["S256"]
    return client, client.get("/sign-in/oidc/callback/", {"code": "c", "state": query["state"][0]})


def test_who_is_registered_comes_in_without_a_password(identity):
    identity["preferred_username"] = person("clerk").username
    for _ in range(2):  # the second time they are known
        client, answer = come()
        assert (answer.status_code, answer.headers["Location"]) == (302, "/returns/")
        assert client.get("/me/").status_code == 200
    assert SocialAccount.objects.get().extra_data == {}
    with open_scope(local_actor()):
        assert Trail.objects.filter(act="sign_in.enter", by=person("clerk").username).count() == 2
        kept = "".join(str(row.said) for row in Trail.objects.all())
    assert "private@example.com" not in kept and "13800000000" not in kept


@pytest.mark.parametrize(
    "said", [{"preferred_username": "nobody"}, {"preferred_username": ""}, {}, {"email": "clerk-140525"}]
)
def test_who_is_not_registered_is_neither_let_in_nor_created(identity, said):
    person("clerk")
    identity.update(said)
    client, answer = come()
    assert answer.status_code == 403
    assert "没有在本系统登记" in answer.content.decode()
    assert client.get("/me/").status_code == 302
    assert Staff.objects.count() == 1 and not SocialAccount.objects.exists()


def test_who_is_retired_stays_out(identity):
    identity["preferred_username"] = person("clerk").username
    come()
    Staff.objects.update(is_active=False)
    client, _ = come()
    assert client.get("/me/").status_code == 302


def test_without_configuration_there_is_no_such_door(settings):
    settings.SOCIALACCOUNT_PROVIDERS = {}
    assert "认证登录" not in Client().get("/sign-in/").content.decode()
    assert Client().get("/sign-in/oidc/").status_code == 404
