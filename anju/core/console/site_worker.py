"""A process of the site: waitress inside gunicorn's worker. One loop reads and writes for all connections, so that who sends or takes slowly
costs a little memory and no thread; a request reaches a thread when it is whole, and what a stranger may send is little."""

import os
import ssl
import time
from http.cookies import CookieError, SimpleCookie
from typing import Any

from gunicorn.workers.base import Worker
from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.server import TcpWSGIServer
from waitress.task import ErrorTask, ThreadedTaskDispatcher

from anju import file_sizes

STRANGER = 64 << 10  # bytes of a body of somebody who is not signed in
SIGNED_IN = file_sizes.IMPORTED + (2 << 20)  # the largest file that a page takes, and the form around it
HEAD = 20  # seconds in which the first line and the headers must have come
SLOWEST = 16 << 10  # bytes of a body that must come each second after that
IDLE = 30  # seconds that a connection is kept between two requests: people read
STUCK = 60  # seconds without one byte taken after which an answer is given up
CONNECTIONS = 1000  # of one process

SAID = {
    413: (
        "传来的内容太大，没有收下",
        "没有登录时只能提交登录所需的内容；登录以后单个文件的上限是 50 MB。请登录后再传，或拆成几个文件。",
    ),
    431: ("地址或请求太长", "请从导航重新进入；多次出现时，请清除浏览器里本网站的 Cookie 后重新登录。"),
}
OTHERWISE = ("请求不完整或地址不对", "请从导航重新进入。上传没有传完的，请再传一次。")


class SiteErrorTask(ErrorTask):
    """What is refused before Django hears of it, in our words."""

    def execute(self) -> None:
        from django.template.loader import render_to_string

        error = self.request.error
        heading, advice = SAID.get(error.code, OTHERWISE)
        body = render_to_string("core/failed.html", {"heading": heading, "advice": advice}).encode()
        self.status = f"{error.code} {error.reason}"
        self.response_headers += [("Content-Type", "text/html; charset=utf-8"), ("Cache-Control", "no-store")]
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)


class SiteParser(HTTPRequestParser):
    """How much may come is known once the headers are there: they say whether somebody is signed in."""

    def parse_header(self, header_plus: bytes) -> None:
        try:
            super().parse_header(header_plus)
        except ValueError as error:  # a length of five thousand digits
            raise ParsingError("invalid") from error
        large = self.chunked or self.content_length > STRANGER
        if large and not is_signed_in(self.headers.get("COOKIE", "")):
            self.adj = STRANGERS


class SiteChannel(HTTPChannel):
    """A connection. begun: since when a request has been coming."""

    parser_class = SiteParser
    error_task_class = SiteErrorTask

    def __init__(self, *args: Any, **named: Any) -> None:
        self.begun = time.time()
        super().__init__(*args, **named)

    def received(self, data: bytes) -> bool:
        if self.request is None:
            self.begun = time.time()
        return super().received(data)

    def is_overdue(self, now: float) -> bool:
        """Has it been waited for long enough?"""
        if self.total_outbufs_len:
            return now - self.last_activity > STUCK
        if self.requests:
            return False
        if self.request is not None:
            return now - self.begun > HEAD + self.request.content_length / SLOWEST
        return now - self.last_activity > IDLE


class EncryptedChannel(SiteChannel):
    """The same over TLS, whose handshake is no more than some reading and writing before the first byte."""

    def handle_read(self) -> None:
        try:
            data = self.socket.recv(self.adj.recv_bytes)
            while more := self.socket.pending():
                data += self.socket.recv(more)
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return
        except OSError:  # no TLS, an unknown version, or gone
            self.handle_close()
            return
        if data:
            self.last_activity = time.time()
            self.received(data)
        else:
            self.handle_close()

    def send(self, data: bytes, do_close: bool = True) -> int:
        try:
            return super().send(data, do_close)
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return 0


class SiteListener(TcpWSGIServer):
    """One listening socket of the process. tls: what its connections are wrapped in."""

    channel_class = SiteChannel
    tls: ssl.SSLContext | None = None

    def accept(self) -> tuple[Any, Any] | None:
        accepted = super().accept()
        if accepted is None or self.tls is None:
            return accepted
        connection, address = accepted
        connection.setblocking(False)
        return self.tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False), address

    def maintenance(self, now: float) -> None:
        for channel in list(self.active_channels.values()):
            if channel.is_overdue(now):
                channel.will_close = True
                if channel.total_outbufs_len:  # a thread may wait for it
                    channel.handle_close()


class SiteWorker(Worker):
    """What gunicorn forks and watches."""

    def run(self) -> None:
        tls = None
        if self.cfg.certfile:
            tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            tls.load_cert_chain(self.cfg.certfile, self.cfg.keyfile)
        dispatcher = ThreadedTaskDispatcher()
        dispatcher.set_thread_count(self.cfg.threads)
        connections: dict[int, Any] = {}
        listeners = [self._listener(bound.sock, tls, dispatcher, connections) for bound in self.sockets]
        while self.alive and os.getppid() == self.ppid:
            self.notify()
            wasyncore.loop(timeout=1, use_poll=True, map=connections, count=1)
        self._finish(listeners, dispatcher, connections)

    def _listener(
        self, sock: Any, tls: ssl.SSLContext | None, dispatcher: ThreadedTaskDispatcher, connections: dict[int, Any]
    ) -> SiteListener:
        listener = SiteListener(
            self.wsgi,
            map=connections,
            _sock=sock,
            dispatcher=dispatcher,
            adj=adjustments(SIGNED_IN, url_scheme="https" if tls else "http"),
            bind_socket=False,
            sockinfo=(sock.family, sock.type, sock.proto, sock.getsockname()),
        )
        listener.tls, listener.channel_class = tls, EncryptedChannel if tls else SiteChannel
        return listener

    def _finish(
        self, listeners: list[SiteListener], dispatcher: ThreadedTaskDispatcher, connections: dict[int, Any]
    ) -> None:
        """What has come is answered; nothing more is taken."""
        for listener in listeners:
            listener.accepting = False
            listener.del_channel()
        until = time.monotonic() + self.cfg.graceful_timeout
        while time.monotonic() < until and any(
            channel.requests or channel.total_outbufs_len
            for listener in listeners
            for channel in listener.active_channels.values()
        ):
            self.notify()
            wasyncore.loop(timeout=0.2, use_poll=True, map=connections, count=1)
        dispatcher.shutdown(timeout=1)


def adjustments(most: int, **more: Any) -> Adjustments:
    """waitress's settings. Whether the word of a proxy counts is decided where it is read."""
    return Adjustments(
        max_request_body_size=most,
        max_request_header_size=32 << 10,
        connection_limit=CONNECTIONS,
        channel_timeout=IDLE,
        cleanup_interval=2,
        recv_bytes=64 << 10,
        outbuf_high_watermark=1 << 30,  # an answer never waits in a thread; a large one waits on the disk
        log_socket_errors=False,
        clear_untrusted_proxy_headers=False,
        ident=None,
        **more,
    )


STRANGERS = adjustments(STRANGER)


def is_signed_in(cookies: str) -> bool:
    """Does the session of these cookies belong to somebody? No, too, when the database cannot be asked."""
    from django.conf import settings
    from django.contrib.auth import SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore
    from django.db import Error, close_old_connections

    try:
        cookie = SimpleCookie(cookies).get(settings.SESSION_COOKIE_NAME)
    except CookieError:
        return False
    if cookie is None:
        return False
    close_old_connections()
    try:
        return SESSION_KEY in SessionStore(cookie.value)
    except Error:
        return False
    finally:
        close_old_connections()
