"""A Spark cluster on this machine's loopback: a master and workers in processes of their own, with their files in one folder."""

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from tests.ports import free_port

HOST = "127.0.0.1"
PATIENCE = 120  # seconds until all answer, however busy the machine is


@contextlib.contextmanager
def cluster(folder: Path, workers: int = 2, cores: int = 2, memory: str = "2g") -> Iterator[str]:
    """The master's address. Only what was started here is ended. cores, memory: of each worker."""
    master, running = f"spark://{HOST}:{free_port()}", []
    try:
        running.append(_start(folder, "master", "master.Master", "--host", HOST, "--port", master.rpartition(":")[2]))
        _wait(lambda: _answers(master), "the master")
        for place in range(workers):
            options = ("--host", HOST, "-c", str(cores), "-m", memory, "-d", str(folder / f"worker-{place}"), master)
            running.append(_start(folder, f"worker-{place}", "worker.Worker", *options))
        _wait(lambda: (folder / "master.log").read_text().count("Registering worker") >= workers, "the workers")
        yield master
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait()


def _start(folder: Path, name: str, kind: str, *options: str) -> subprocess.Popen:
    import pyspark

    command = [Path(pyspark.__file__).parent / "bin" / "spark-class", f"org.apache.spark.deploy.{kind}"]
    (folder / "log4j2.properties").write_text(LOG)
    surroundings = os.environ | {
        "SPARK_LOCAL_IP": HOST, "SPARK_DAEMON_MEMORY": "256m", "SPARK_DAEMON_JAVA_OPTS": f"-Dlog4j2.configurationFile=file://{folder}/log4j2.properties",
    }  # fmt: skip
    with (folder / f"{name}.log").open("w") as log:
        return subprocess.Popen(
            [*command, *options, "--webui-port", str(free_port())],
            stdout=log,
            stderr=log,
            env=surroundings,
            preexec_fn=_end_with_us,
        )


def _end_with_us() -> None:
    """Also when we are killed: Linux tells a process that its parent is gone."""
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)


LOG = """
rootLogger.level = info
rootLogger.appenderRef.stdout.ref = console
appender.console.type = Console
appender.console.name = console
appender.console.target = SYSTEM_ERR
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %p %c{1}: %m%n
"""


def _answers(master: str) -> bool:
    host, port = master.removeprefix("spark://").split(":")
    with contextlib.suppress(OSError):
        socket.create_connection((host, int(port)), 1).close()
        return True
    return False


def _wait(done, what: str) -> None:
    until = time.monotonic() + PATIENCE
    while not done():
        assert time.monotonic() < until, f"{what} did not come up"
        time.sleep(0.2)
