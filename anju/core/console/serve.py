"""Serving the site: on loopback, unless another address is named together with the names under which it may be reached."""

import gc
import logging
import os
import resource
import socket
import ssl
from contextlib import suppress
from pathlib import Path

from gunicorn.app.base import BaseApplication

from anju.core.console.site_worker import SiteWorker
from anju.core.jobs.worker import worker_beside
from anju.isolation import start_keeper
from anju.problems import Problem, Refused

LOOPBACK = "127.0.0.1"
OPEN_FILES = 8192
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


class SiteServer(BaseApplication):
    """A worker more than there are processors (one waits for the database now and then), a few threads each. The code is loaded before they part.

    certificate: the files of certificate and key, when the site speaks HTTPS itself.
    """

    def __init__(self, port: int, listen: str, certificate: tuple[Path, Path] | None = None) -> None:
        self.port, self.listen, self.certificate = port, listen, certificate
        super().__init__()

    def load_config(self) -> None:
        settings: dict[str, object] = {
            "bind": f"{self.listen}:{self.port}",
            "workers": min(os.cpu_count() or 1, 8) + 1,
            "threads": 4,
            "worker_class": SiteWorker,
            "preload_app": True,
            "timeout": 120,
            "graceful_timeout": 10,
            "loglevel": "warning",
            "proc_name": "anju",
            "worker_exit": lambda server, worker: os._exit(
                0
            ),  # threads of DuckDB stayed with the parent; unwinding would wait for them
        }
        if self.certificate:
            settings |= dict(zip(("certfile", "keyfile"), map(str, self.certificate), strict=True))
        for name, value in settings.items():
            self.cfg.set(name, value)

    def load(self):  # type: ignore[no-untyped-def]
        from django.db import connections

        from anju.core.reading import program_digest
        from anju.wsgi import application

        start_keeper()  # shared by the workers
        program_digest()  # of what was loaded here, not of what an update lays down later
        gc.freeze()  # what was loaded here stays: looking through it again in every worker would hold pages up
        connections.close_all()  # a connection may not be shared by the workers that are forked from here
        return application


def check_certificate(certificate: Path, key: Path) -> None:
    """Refused SRV-003 when the two do not open or do not belong together."""
    try:
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(certificate, key)
    except (OSError, ValueError) as error:
        what = (
            "不是一对可用的证书和私钥。" if isinstance(error, ssl.SSLError) else f"打不开：{error.strerror or error}。"
        )
        raise Refused(
            Problem(
                "SRV-003",
                f"--certificate {certificate} --key {key}",
                what,
                "请用 PEM 格式：证书文件里先写本机的证书，再写中间证书；私钥不要设密码，只让运行的用户能读。",
            )
        ) from error


def serve(port: int, listen: str = LOOPBACK, certificate: tuple[Path, Path] | None = None) -> None:
    """Serve until interrupted (Ctrl-C). The database is already up; stopping it is the caller's matter."""
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # that a request waits a moment is no news
    with suppress(ValueError, OSError):  # each connection is an open file
        most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, OPEN_FILES) if most > 0 else OPEN_FILES, most))
    with worker_beside():  # and the background jobs with it
        SiteServer(port, listen, certificate).run()
