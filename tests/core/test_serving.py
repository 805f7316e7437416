"""Who sends slowly, not at all, or too much costs the site nothing: nobody is signed in, and the others go on."""

import datetime
import os
import socket
import ssl
import subprocess
import sys
import time
from contextlib import closing, suppress
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from anju.core.console.serve import check_certificate
from anju.core.console.site_worker import HEAD
from anju.problems import Refused
from tests.core import clusters
from tests.ports import free_port

pytestmark = pytest.mark.processes
CODE = Path(__file__).parents[2]
FRONT = b"GET /sign-in/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
MANY = 60  # five times the threads that the site has


def connect(port: int, context: ssl.SSLContext | None = None) -> socket.socket:
    made = socket.create_connection(("127.0.0.1", port), timeout=600)
    return context.wrap_socket(made, server_hostname="localhost") if context else made


def ask(port: int, request: bytes = FRONT, context: ssl.SSLContext | None = None) -> bytes:
    """All that comes back until the site closes the connection."""
    with closing(connect(port, context)) as connection:
        connection.sendall(request)
        return b"".join(iter(lambda: connection.recv(1 << 16), b""))


WAITS = b"nothing yet"


def _look(connection: socket.socket) -> bytes:
    """A byte of the answer; b"" when it is closed."""
    try:
        return connection.recv(1)
    except TimeoutError:
        return WAITS


def make_certificate(folder: Path) -> tuple[Path, Path]:
    key, name = (
        ec.generate_private_key(ec.SECP256R1()),
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")]),
    )
    day = datetime.datetime.now(datetime.UTC)
    made = x509.CertificateBuilder(
        name, name, key.public_key(), x509.random_serial_number(), day, day + datetime.timedelta(1)
    )
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
    certificate, secret = folder / "site.pem", folder / "site.key"
    certificate.write_bytes(made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return certificate, secret


@pytest.fixture(scope="module")
def home():
    made = clusters.upgraded()
    yield made
    clusters.remove(made)


def start_site(home: Path, *options: str):
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "anju", "serve", "--port", str(port), *options],
        cwd=CODE, env=os.environ | {"ANJU_HOME": str(home)}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return process, port
        except OSError:
            assert process.poll() is None, "the site did not start"
            time.sleep(0.2)


@pytest.fixture(scope="module")
def port(home):
    process, port = start_site(home)
    yield port
    process.terminate()
    process.wait()


@pytest.mark.parametrize(
    "begun",
    [
        b"",
        b"G",
        b"GET /sign-in/ HTTP/1.1\r\nHost: local",
        b"POST /sign-in/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 60000\r\n\r\nlogin=",
        b"POST /sign-in/ HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nlogin=",
        b"GET /static/core/vendor/tabler/tabler.min.css HTTP/1.1\r\nHost: localhost\r\n\r\n",
    ],
    ids=["nothing", "a letter", "half a head", "half a body", "half a chunk", "takes nothing"],
)
def test_many_connections_that_stand_still_stop_nobody(port, begun):
    held = [connect(port) for _ in range(MANY)]
    for connection in held:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        connection.sendall(begun)
    assert [ask(port)[:15] for _ in range(5)] == [b"HTTP/1.1 200 OK"] * 5
    for connection in held:
        connection.close()


def test_a_head_that_does_not_end_is_given_up(port):
    with closing(connect(port)) as connection:
        connection.settimeout(HEAD / 10)
        connection.sendall(b"GET /sign-in/ HTTP/1.1\r\n")
        until = time.monotonic() + 20 * HEAD
        with suppress(ConnectionError):  # of the site that has closed it
            while answer := _look(connection):
                assert answer is WAITS and time.monotonic() < until
                connection.sendall(b"X: y\r\n")  # a little now and then does not make it live longer


def test_a_stranger_s_large_body_is_refused_by_its_head(port):
    head = b"POST /sign-in/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: %s\r\n%s\r\n"
    for size, more in ((b"65537", b""), (b"600000000", b"Cookie: sessionid=made-up\r\n"), (b"9" * 5000, b"")):
        answer = ask(port, head % (size, more))
        assert answer.startswith((b"HTTP/1.1 413 ", b"HTTP/1.1 400 ")) and "请".encode() in answer
    assert ask(port)[:15] == b"HTTP/1.1 200 OK"


def test_a_stranger_s_chunks_are_counted(port):
    head = b"POST /sign-in/ HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
    with closing(connect(port)) as connection:
        connection.sendall(head + (b"1000\r\n" + b"x" * 4096 + b"\r\n") * 17)
        assert connection.recv(100).startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize(
    "request_",
    [
        b"\x00\x01\x02\r\n\r\n",
        b"GET /\x00 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX: \x00\x01\r\n\r\n",
        b"GET /" + b"a" * 40_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nCookie: " + b"a" * 40_000 + b"\r\n\r\n",
        b"POST /sign-in/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: -5\r\n\r\n",
        b"POST /sign-in/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: \xff\xfe\r\nConnection: close\r\n\r\n",
        b"GET /%ff%00%0a HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    ],
    ids=range(10),
)
def test_what_is_no_request_is_answered_with_less_than_500(port, request_):
    with closing(connect(port)) as connection:
        connection.sendall(request_)
        status = connection.recv(100).split(b" ")[1]
    assert 200 <= int(status) < 500


def test_the_site_speaks_https_by_itself(home, tmp_path):
    certificate, key = make_certificate(tmp_path)
    process, port = start_site(home, "--certificate", str(certificate), "--key", str(key))
    try:
        context = ssl.create_default_context(cafile=str(certificate))
        held = [connect(port) for _ in range(MANY)]  # no handshake
        for connection in held[:20]:
            connection.sendall(b"\x16\x03\x01\x02")  # half a handshake
        for connection in held[20:30]:
            connection.sendall(FRONT)  # no TLS at all
        answer = ask(port, context=context)
        assert answer.startswith(b"HTTP/1.1 200 OK")
        assert b"Strict-Transport-Security: max-age=31536000" in answer
        cookie = next(line for line in answer.split(b"\r\n") if line.startswith(b"Set-Cookie"))
        assert b"Secure" in cookie
        large = ask(port, FRONT.replace(b"/sign-in/", b"/static/core/vendor/tabler/tabler.min.css"), context)
        head, _, body = large.partition(b"\r\n\r\n")
        assert b"Content-Length: %d" % len(body) in head and len(body) > 100_000
        for connection in held:
            connection.close()
    finally:
        process.terminate()
        process.wait()


def test_a_certificate_that_will_not_do_is_told(tmp_path):
    certificate, key = make_certificate(tmp_path)
    other = tmp_path / "other"
    other.mkdir()
    _, another = make_certificate(other)
    for pair in ((certificate, another), (key, certificate), (tmp_path / "no", key), (certificate, tmp_path)):
        with pytest.raises(Refused) as refused:
            check_certificate(*pair)
        assert refused.value.problems[0].code == "SRV-003"
    check_certificate(certificate, key)
