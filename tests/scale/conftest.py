"""Spark, the third engine. Without pyspark (`make install-scale`) or Java nothing of this folder is collected, and a line says so."""

import shutil
from importlib.util import find_spec

import pytest

MISSING = [name for name, there in (("pyspark", find_spec("pyspark")), ("Java", shutil.which("java"))) if not there]
if MISSING:
    collect_ignore_glob = ["test_*.py"]

# One core of each worker, so that a command finds room beside.
OURS = {"spark.sql.shuffle.partitions": "3", "spark.cores.max": "2", "spark.executor.memory": "800m"}


def pytest_report_header(config):
    return f"tests/scale：缺 {'、'.join(MISSING)}，没有测 Spark 引擎" if MISSING else None


@pytest.fixture(scope="session")
def spark_master(tmp_path_factory):
    """A master and two workers on loopback."""
    from tests.scale.cluster import cluster

    with cluster(tmp_path_factory.mktemp("cluster")) as master:
        yield master


@pytest.fixture(scope="session")
def spark(spark_master):
    """A session on the cluster."""
    from anju.rules.engine.spark.session import spark_session

    with spark_session(spark_master, OURS) as session:
        yield session
