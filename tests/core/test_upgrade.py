"""Making the tables may be interrupted anywhere."""

import os
import subprocess
import sys

import pytest
from django.apps import apps
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState
from django.utils.translation import override

from tests.core import clusters

STRUCK_BEFORE_IT_IS_WRITTEN_DOWN = """
from django.db.migrations.recorder import MigrationRecorder

plain = MigrationRecorder.record_applied

def struck(self, app, name):
    if (app, name) == ("core", "0001_initial"):
        raise KeyboardInterrupt
    plain(self, app, name)

MigrationRecorder.record_applied = struck
from anju.core.console.command import set_up_django
set_up_django()
"""


def test_the_migrations_make_what_the_models_say():
    loader = MigrationLoader(None)
    with override(None):  # Django's own labels in Chinese are no change
        found = MigrationAutodetector(loader.project_state(), ProjectState.from_apps(apps)).changes(graph=loader.graph)
        assert not {app: [str(one) for made in changes for one in made.operations] for app, changes in found.items()}


@pytest.mark.processes
def test_a_migration_struck_before_it_is_written_down_is_made_by_the_next_run():
    home = clusters.initialised()
    env = {**os.environ, "ANJU_HOME": str(home)}
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL"):
        env.pop(name, None)

    def run(*words: str) -> subprocess.CompletedProcess:
        return subprocess.run([sys.executable, *words], env=env, capture_output=True, text=True)

    try:
        assert "KeyboardInterrupt" in run("-c", STRUCK_BEFORE_IT_IS_WRITTEN_DOWN).stderr
        assert run("-m", "anju", "db", "start").returncode == 0
        done = run("-m", "anju", "db", "upgrade")
        assert done.returncode == 0, done.stderr
    finally:
        clusters.remove(home)
