"""A session on Spark: on this machine (`local[*]`) or on a standalone cluster by its address (`spark://…`).

What decides a value is set here and nowhere else: ANSI arithmetic (an overflow is an error, never a NULL or a wrapped number), names by
their exact letters, dates without the calendar of Julius. All else (memory, cores, logs) is the office's own: `spark-defaults.conf`.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from anju.problems import Problem, Refused
from anju.rules.engine.files import memory_megabytes

MASTER = re.compile(r"local(\[(\*|[1-9][0-9]{0,3})\])?|spark://[^,\s/]+:[0-9]{1,5}(,[^,\s/]+:[0-9]{1,5})*")
EXACT = {
    "spark.sql.ansi.enabled": "true",
    "spark.sql.ansi.doubleQuotedIdentifiers": "true",
    "spark.sql.caseSensitive": "true",
    "spark.sql.decimalOperations.allowPrecisionLoss": "true",
    "spark.sql.legacy.allowNegativeScaleOfDecimal": "false",
    "spark.sql.parquet.datetimeRebaseModeInRead": "CORRECTED",
    "spark.sql.parquet.datetimeRebaseModeInWrite": "CORRECTED",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.sources.partitionColumnTypeInference.enabled": "false",  # a folder's name is text: "01" is not 1
}
QUIET = {"spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false"}
LOG = Path(__file__).with_name("log4j2.properties")
LOOPBACK = ("127.0.0.1", "localhost")
RESOURCES = 120  # seconds that a cluster has to give the first executor
REACHED = 5  # seconds in which a master answers


def check_installed() -> None:
    """Refused RULE-060 without pyspark, RULE-061 without Java."""
    where = "Spark 引擎"
    if find_spec("pyspark") is None:
        fix = '请运行 pip install "anju[scale]"（约 300 MB）；数据不到一千万行的，用 --engine duckdb 更快。'
        raise Refused(Problem("RULE-060", where, "没有安装 pyspark。", fix))
    home = os.environ.get("JAVA_HOME", "")
    if not shutil.which("java", path=str(Path(home) / "bin") if home else None):
        what = f"JAVA_HOME 写的 {home} 里没有 Java。" if home else "机器上没有 Java。"
        fix = (
            "请安装 Java 17（Debian、Ubuntu：apt-get install default-jre-headless），或把 JAVA_HOME 写成它所在的目录。"
        )
        raise Refused(Problem("RULE-061", where, what, fix))


@contextmanager
def spark_session(master: str, settings: Mapping[str, str] | None = None) -> Iterator[Any]:
    """master: local, local[N], local[*] or spark://host:port[,host:port…]. settings: of Spark's own names, beside ours.

    Refused: RULE-060, RULE-061 what is not installed; RULE-062 a master that is not one, cannot be reached or has nothing to give.
    """
    check_installed()
    check_master(master)
    from pyspark.errors import PySparkException
    from pyspark.sql import SparkSession

    own = {**QUIET, **(settings or {}), **EXACT}
    if "SPARK_CONF_DIR" not in os.environ:
        own |= {"spark.driver.extraJavaOptions": f"-Dlog4j2.configurationFile={LOG.as_uri()}"}
    if master.startswith("local"):
        own |= {"spark.driver.memory": f"{memory_megabytes()}m"}
    if master.startswith("local") or any(host in LOOPBACK for host, _ in addresses(master)):
        own |= {"spark.driver.host": LOOPBACK[0], "spark.driver.bindAddress": LOOPBACK[0]}
    builder = SparkSession.builder.appName("anju").master(master)
    for name, value in own.items():
        builder = builder.config(name, value)
    try:
        session = builder.getOrCreate()
    except PySparkException as error:
        fix = "请确认 Java 是 17 版、本机内存够用，再试；仍不行的，把 java -version 的输出交给管理员。"
        raise Refused(Problem("RULE-061", "Spark 引擎", "Java 没有启动起来。", fix)) from error
    try:
        if not master.startswith("local"):
            _wait_for_executors(session, master)
        yield session
    finally:
        session.stop()


def check_master(master: str) -> None:
    """Refused RULE-062: not an address, or nobody listens there. Spark itself would try for a minute and say it in English."""
    where = f"--master {master}"
    if not MASTER.fullmatch(master):
        what = "不是 Spark 的地址。"
        raise Refused(Problem("RULE-062", where, what, "请写 local[*]（本机）或 spark://主机:7077（独立集群）。"))
    if master.startswith("local"):
        return
    for host, port in addresses(master):
        try:
            socket.create_connection((host, port), REACHED).close()
        except (OSError, OverflowError):
            continue
        return
    raise Refused(Problem("RULE-062", where, "连不上。", "请确认主节点已启动、地址和端口写对、防火墙放行。"))


def addresses(master: str) -> list[tuple[str, int]]:
    hosts = master.removeprefix("spark://").split(",") if master.startswith("spark://") else []
    return [(host.rpartition(":")[0], int(host.rpartition(":")[2])) for host in hosts]


def _wait_for_executors(session: Any, master: str, clock: Callable[[], float] = time.monotonic) -> None:
    """Spark waits for ever when a cluster has no worker, or none with so much memory."""
    until = clock() + RESOURCES
    while session.sparkContext._jsc.sc().getExecutorMemoryStatus().size() < 2:  # the driver is one
        if clock() > until:
            what = f"等了 {RESOURCES} 秒，没有给出计算资源。"
            fix = "请确认有工作节点在线、内存和核没有被占满（每个执行器的内存见 spark-defaults.conf）。"
            raise Refused(Problem("RULE-062", f"--master {master}", what, fix))
        time.sleep(1)
