"""Row-level security and explicit grants, as operations of migrations. Frozen: the migrations up to 2026-11 mean exactly this.

The application's role may do what is granted here and nothing else. The policy compares ids and fails closed: without a scope
`app.regions` is NULL, after a transaction that set it locally it is '', and both give no row.
"""

import re
from typing import Any

from django.db.migrations.operations.base import Operation

POLICY = "= ANY((SELECT string_to_array(nullif(current_setting('app.regions', true), ''), ',')::int[])::int[])"
DRAFTS = "= ANY((SELECT string_to_array(nullif(current_setting('app.drafts', true), ''), ',')::int[])::int[])"
SCOPED = "nullif(current_setting('app.regions', true), '') IS NOT NULL"


class Sql(Operation):
    """SQL in which {app} is the application's role, whatever it is called on this server."""

    reversible = True
    reduces_to_sql = True

    def __init__(self, forwards: str, backwards: str = "") -> None:
        self.forwards, self.backwards = forwards, backwards

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Nothing that Django's models know of changes."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        schema_editor.execute(self._named(schema_editor, self.forwards), params=None)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        if self.backwards:
            schema_editor.execute(self._named(schema_editor, self.backwards), params=None)

    def describe(self) -> str:
        return self.forwards.strip().splitlines()[0]

    @staticmethod
    def _named(schema_editor: Any, text: str) -> str:
        from django.db import connections

        return text.replace("{app}", schema_editor.quote_name(connections["default"].settings_dict["USER"]))


def protect(
    table: str, column: str = "region_id", grants: str = "SELECT, INSERT", *, optional: bool = False, submitted: str = "",
    parent: tuple[str, str] | None = None,
) -> Sql:  # fmt: skip
    """Bind the application's role to its regions on this table, and grant it these rights.

    grants: comma-separated, a column list allowed: "SELECT, INSERT, UPDATE (state)".
    optional: a row without a region belongs to everybody who has any scope at all.
    submitted: the condition under which a row is no draft any more; other rows are for those who see the region's drafts.
    parent: the column and table of the row that it belongs to, with which it is seen.
    """
    rule = f"{_name(column)} {POLICY}"
    if submitted:
        rule = f"{rule} AND (({submitted}) OR {column} {DRAFTS})"
    if parent:
        rule = f"{rule} AND EXISTS (SELECT FROM {_name(parent[1])} AS above WHERE above.id = {_name(table)}.{_name(parent[0])})"
    if optional:
        rule = f"({rule}) OR ({column} IS NULL AND {SCOPED})"
    return Sql(
        f"ALTER TABLE {_name(table)} ENABLE ROW LEVEL SECURITY;\n"
        f"CREATE POLICY {table}_scope ON {table} USING ({rule}) WITH CHECK ({rule});\n"
        f"GRANT {grants} ON {table} TO {{app}};",
        f"REVOKE ALL ON {table} FROM {{app}};\nDROP POLICY {table}_scope ON {table};\nALTER TABLE {table} DISABLE ROW LEVEL SECURITY;",
    )


def protect_by(table: str, column: str, parent: str, key: str = "id", grants: str = "SELECT, INSERT") -> Sql:
    """The same for a table without a region of its own: its rows are seen with their parent's row."""
    rule = f"EXISTS (SELECT FROM {_name(parent)} AS above WHERE above.{_name(key)} = {_name(table)}.{_name(column)})"
    return Sql(
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;\n"
        f"CREATE POLICY {table}_scope ON {table} USING ({rule}) WITH CHECK ({rule});\n"
        f"GRANT {grants} ON {table} TO {{app}};",
        f"REVOKE ALL ON {table} FROM {{app}};\nDROP POLICY {table}_scope ON {table};\nALTER TABLE {table} DISABLE ROW LEVEL SECURITY;",
    )


def grant(table: str, grants: str = "SELECT") -> Sql:
    """Rights on a table that has no region (a catalogue)."""
    return Sql(f"GRANT {grants} ON {_name(table)} TO {{app}};", f"REVOKE ALL ON {table} FROM {{app}};")


def append_only(table: str) -> Sql:
    """Refuse UPDATE, DELETE and TRUNCATE, for the owner too."""
    return Sql(
        f"CREATE TRIGGER {_name(table)}_append_only BEFORE UPDATE OR DELETE ON {table}"
        " FOR EACH ROW EXECUTE FUNCTION anju_append_only();\n"
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION anju_append_only();",
        f"DROP TRIGGER {table}_append_only ON {table};\nDROP TRIGGER {table}_no_truncate ON {table};",
    )


def marked(table: str) -> Sql:
    """What is read of this table is kept in memory until it changes."""
    return Sql(
        f"INSERT INTO core_mark VALUES ('{_name(table)}', gen_random_uuid());\n"
        f"CREATE TRIGGER {table}_mark AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table} EXECUTE FUNCTION anju_mark();",
        f"DROP TRIGGER {table}_mark ON {table};\nDELETE FROM core_mark WHERE name = '{table}';",
    )


def _name(name: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise ValueError(f"not a table's or column's name: {name}")
    return name
