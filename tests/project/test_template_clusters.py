"""A cluster that an earlier run made is used again only while all that it was made from is the same."""

import os
import shutil
import time

import pytest

from tests import template_clusters
from tests.template_clusters import CODE, SOURCES, template_digest


@pytest.fixture
def code(tmp_path):
    for name in (
        "anju/projects/migrations/0001_tables.py",
        "anju/core/database/rls_v2.py",
        "anju/projects/pages/list.py",
    ):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text("x = 1\n")
    return tmp_path


@pytest.mark.parametrize(
    ("file", "same"),
    [
        ("anju/projects/migrations/0001_tables.py", False),
        ("anju/projects/migrations/0002_more.py", False),
        ("anju/core/database/rls_v2.py", False),
        ("anju/projects/pages/list.py", True),
    ],
)
def test_a_template_is_made_anew_when_what_it_is_made_from_has_changed(code, file, same):
    before = template_digest(code)
    (code / file).write_text("x = 2\n")
    assert (template_digest(code) == before) is same


def test_every_source_is_there():
    assert all(any(CODE.glob(pattern)) for pattern in SOURCES)
    migrations = {path.parent for path in CODE.glob("anju/**/migrations/*.py")}
    assert migrations == {path.parent for path in CODE.glob("anju/*/migrations/*.py")}


@pytest.fixture
def run(code, tmp_path, monkeypatch):
    """run(make): the template of another run, with these sources; what is kept between runs is beside them."""
    monkeypatch.setattr(template_clusters, "CODE", code)
    monkeypatch.setenv("ANJU_TEST_CACHE", str(tmp_path / "kept"))

    def start(make):
        monkeypatch.setenv("ANJU_TEST_RUN", str(tmp_path / f"run{len([*tmp_path.glob('run*')])}"))
        os.mkdir(os.environ["ANJU_TEST_RUN"])
        return (template_clusters._once("initialised", make) / "file").read_text()

    return start


def makes(text):
    return lambda part: (part / "file").write_text(text) and None


def test_what_one_run_made_the_next_uses(run):
    assert (run(makes("first")), run(makes("second"))) == ("first", "first")


def test_it_is_not_kept_when_what_it_is_made_from_changed_meanwhile(run, code):
    source = code / "anju/projects/migrations/0001_tables.py"

    def make(part):
        (part / "file").write_text("of neither")
        source.write_text("x = 2\n")

    assert run(make) == "of neither"
    assert run(makes("of the second")) == "of the second"
    source.write_text("x = 1\n")
    assert run(makes("of the first")) == "of the first"


def test_it_is_made_anew_when_the_kept_one_is_thrown_away_while_it_is_copied(run, tmp_path, monkeypatch):
    assert run(makes("first")) == "first"
    copy = template_clusters._copy

    def slow(template, place):
        copied = copy(template, place)
        if (tmp_path / "kept") in template.parents:
            shutil.rmtree(template.parent)
        return copied

    monkeypatch.setattr(template_clusters, "_copy", slow)
    assert run(makes("second")) == "second"


def test_what_was_not_used_for_a_week_is_gone_and_what_was_is_not(run, code, tmp_path):
    source = code / "anju/projects/migrations/0001_tables.py"
    for text in ("x = 3\n", "x = 4\n"):
        source.write_text(text)
        run(makes(text))
    old, used = sorted((tmp_path / "kept").iterdir(), key=lambda path: (path / "initialised" / "file").read_text())
    for path in (old, used):
        os.utime(path, (time.time() - 8 * 86400,) * 2)
    assert run(makes("again")) == "x = 4\n"  # its sources are the newest ones
    source.write_text("x = 5\n")
    run(makes("x = 5\n"))
    assert not old.exists() and used.exists()
