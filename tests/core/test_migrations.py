"""What a migration is made of cannot change later: it imports Django, psycopg and frozen helpers, and a frozen file stays as it is."""

import ast
import hashlib
import sys
from pathlib import Path

import pytest
from django.apps import apps
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState
from django.utils import translation

import anju

HOUSE = Path(anju.__file__).parent
DATABASE = HOUSE / "core" / "database"
MIGRATIONS = sorted(file for file in HOUSE.glob("**/migrations/*.py") if file.name != "__init__.py")
# Frozen: installations have run them. What must differ goes into the next version (rls_v3.py), whose digest is added here.
DIGESTS = {
    "rls_v1.py": "5dd7a2a9efa66f11c568a1bf35b72f71cc8da0ca2cf4f8f4b0b56bf07e4c9c18",
    "rls_v2.py": "5ed8e588b5ba9c1946bafe0adbb3548a211634b2420ab144923e2eaf87e0a823",
}


def imported(file: Path) -> set[str]:
    """The modules whose names a file brings in, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: relative imports are not used here"
            # `from anju.core import database` brings in a module too.
            found |= (
                {node.module}
                if node.module != "anju.core.database"
                else {f"{node.module}.{a.name}" for a in node.names}
            )
    return found


def may_change(module: str, *, stdlib: bool = False) -> bool:
    if module.split(".")[0] in ("django", "psycopg") or (stdlib and module.split(".")[0] in sys.stdlib_module_names):
        return False
    package, _, name = module.rpartition(".")
    return not (package == "anju.core.database" and f"{name}.py" in DIGESTS)


@pytest.mark.parametrize("file", MIGRATIONS, ids=lambda file: f"{file.parent.parent.name}.{file.stem}")
def test_a_migration_imports_nothing_that_can_change_later(file):
    assert not [module for module in imported(file) if may_change(module, stdlib=True)]


def test_the_migrations_make_what_the_models_say():
    loader = MigrationLoader(None)
    ours = {config.label for config in apps.get_app_configs() if config.name.startswith("anju.")}
    with translation.override(None):  # names of Django's own fields stand in migrations as they are written
        found = MigrationAutodetector(loader.project_state(), ProjectState.from_apps(apps)).changes(loader.graph)
    assert not {label: changed[0].operations for label, changed in found.items() if label in ours}


def test_every_version_is_frozen_and_imports_nothing_that_can_change():
    versions = {file.name: file for file in DATABASE.glob("*_v*.py")}
    assert versions.keys() == DIGESTS.keys()
    for name, file in versions.items():
        assert hashlib.sha256(file.read_bytes()).hexdigest() == DIGESTS[name], (
            f"{name} is frozen: write the next version"
        )
        assert not [module for module in imported(file) if may_change(module, stdlib=True)]
