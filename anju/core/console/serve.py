"""Serving the site: on loopback, unless another address is named together with the names under which it may be reached."""

import gc
import os
import socket
from typing import Any

from gunicorn.app.base import BaseApplication

from anju.core.jobs.worker import worker_beside
from anju.problems import Problem, Refused

LOOPBACK = "127.0.0.1"
TRIED_PORTS = 20  # when the wanted port is taken, the next ones are tried


def find_free_port(wanted: int, listen: str = LOOPBACK) -> int:
    """The wanted port of that address, or the next free one.

    Refused: SRV-001 when all that were tried are taken; SRV-002 when others shall come in and nobody said under which name.
    """
    if listen != LOOPBACK and not os.environ.get("ANJU_HOSTS", "").strip():
        raise Refused(
            Problem(
                "SRV-002", f"--listen {listen}", "没有设 ANJU_HOSTS，别的电脑打开会被拒绝。",
                "请把别的电脑在地址栏里输入的主机名或地址写进环境变量，例如 ANJU_HOSTS=10.0.0.8，几个用逗号隔开。",
            )
        )  # fmt: skip
    for port in range(wanted, wanted + TRIED_PORTS):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((listen, port))
            except OSError:
                continue
            return port
    raise Refused(
        Problem(
            "SRV-001",
            f"本机端口 {wanted}—{wanted + TRIED_PORTS - 1}",
            "都被别的程序占用，网站无法打开。",
            "请关闭占用的程序，或用 --port 另选端口。",
        )
    )


def accept_with_data(arbiter: Any) -> None:
    """A connection reaches a worker when its first bytes do. Browsers open some in advance and say nothing on them;
    each would hold a thread for five seconds, and a few colleagues would make everybody wait. Where the system has no such option they do."""
    if hasattr(socket, "TCP_DEFER_ACCEPT"):
        for listener in arbiter.LISTENERS:
            listener.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, 30)


class SiteServer(BaseApplication):
    """A worker more than there are processors (one waits for the database now and then), a few threads each. The code is loaded before they part."""

    def __init__(self, port: int, listen: str) -> None:
        self.port, self.listen = port, listen
        super().__init__()

    def load_config(self) -> None:
        settings = {
            "bind": f"{self.listen}:{self.port}",
            "workers": min(os.cpu_count() or 1, 8) + 1,
            "threads": 4,
            "worker_class": "gthread",
            "preload_app": True,
            "timeout": 120,
            "graceful_timeout": 10,
            "keepalive": 30,  # people read between two pages: a new connection for each would be a wait for nothing
            "when_ready": accept_with_data,
            "loglevel": "warning",
            "proc_name": "anju",
            "worker_exit": lambda server, worker: os._exit(
                0
            ),  # threads of DuckDB stayed with the parent; unwinding would wait for them
        }
        for name, value in settings.items():
            self.cfg.set(name, value)

    def load(self):  # type: ignore[no-untyped-def]
        from django.db import connections

        from anju.wsgi import application

        gc.freeze()  # what was loaded here stays: looking through it again in every worker would hold pages up
        connections.close_all()  # a connection may not be shared by the workers that are forked from here
        return application


def serve(port: int, listen: str = LOOPBACK) -> None:
    """Serve until interrupted (Ctrl-C). The database is already up; stopping it is the caller's matter."""
    with worker_beside():  # and the background jobs with it
        SiteServer(port, listen).run()
