"""Row-level security and explicit grants, as operations of migrations, since there are tables of people. Frozen.

Every policy names its role: one without would be ORed into everybody's, the portal's too. Conditions compare ids with a setting or
with an array that is made once a statement, and fail closed: without a scope a setting is NULL, after a transaction that set it
locally it is '', and both give no row.

protect, protect_by: tables with a region. people: tables of households and what belongs to them. scope_key, scope_from: keep the
scope columns of a household's children true. restrict: a rule of its own. grant, append_only, marked: as their names say.
"""

import re
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connections
from django.db.migrations.operations.base import Operation

SCOPED = "nullif(current_setting('app.regions', true), '') IS NOT NULL"
STAFF = "nullif(current_setting('app.staff', true), '')::bigint"
# Never EXISTS, IN or a function of the row: thousands of times slower on a million households.
CASES = f"ANY(ARRAY(SELECT household_id FROM core_assignment WHERE staff_id = {STAFF} AND ended_on IS NULL))"


def setting(name: str, kind: str = "int") -> str:
    """The condition that a column is among the ids of a setting of the scope (regions, drafts, organisations, estates, own)."""
    return f"= ANY((SELECT string_to_array(nullif(current_setting('app.{_name(name)}', true), ''), ',')::{kind}[])::{kind}[])"


class Sql(Operation):
    """SQL in which {app} and {portal} are the roles of the application and of the portal, whatever they are called on this server."""

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
        if "{portal}" in text:
            if not settings.PORTAL_ROLE:
                raise ImproperlyConfigured(
                    "没有设置 DATABASE_PORTAL_URL：这一步升级要给居民端的数据库用户授权，见 docs/database.md。"
                )
            text = text.replace("{portal}", schema_editor.quote_name(settings.PORTAL_ROLE))
        return text.replace("{app}", schema_editor.quote_name(connections["default"].settings_dict["USER"]))


def restrict(table: str, seen: str, written: str = "", grants: str = "SELECT, INSERT") -> Sql:
    """Bind the application's role by a rule on this table, and grant it these rights.

    seen: the condition of the rows it sees. written: of those it may write, when that is another one.
    grants: comma-separated, a column list allowed: "SELECT, INSERT, UPDATE (state)".
    """
    return Sql(
        f"ALTER TABLE {_name(table)} ENABLE ROW LEVEL SECURITY;\n"
        f"CREATE POLICY {table}_scope ON {table} TO {{app}} USING ({seen}) WITH CHECK ({written or seen});\n"
        f"GRANT {grants} ON {table} TO {{app}};",
        f"REVOKE ALL ON {table} FROM {{app}};\nDROP POLICY {table}_scope ON {table};\nALTER TABLE {table} DISABLE ROW LEVEL SECURITY;",
    )


def protect(
    table: str, column: str = "region_id", grants: str = "SELECT, INSERT", *, optional: bool = False, submitted: str = "",
    parent: tuple[str, str] | None = None,
) -> Sql:  # fmt: skip
    """The application sees and writes the rows of its regions.

    optional: a row without a region belongs to everybody who has any scope at all.
    submitted: the condition under which a row is no draft any more; other rows are for those who see the region's drafts.
    parent: the column and table of the row that it belongs to, with which it is seen.
    """
    rule = f"{_name(column)} {setting('regions')}"
    if submitted:
        rule = f"{rule} AND (({submitted}) OR {column} {setting('drafts')})"
    if parent:
        rule = f"{rule} AND EXISTS (SELECT FROM {_name(parent[1])} AS above WHERE above.id = {_name(table)}.{_name(parent[0])})"
    if optional:
        rule = f"({rule}) OR ({column} IS NULL AND {SCOPED})"
    return restrict(table, rule, grants=grants)


def protect_by(table: str, column: str, parent: str, key: str = "id", grants: str = "SELECT, INSERT") -> Sql:
    """The same for a table without a region of its own: its rows are seen with their parent's row. Not for tables that are counted."""
    rule = f"EXISTS (SELECT FROM {_name(parent)} AS above WHERE above.{_name(key)} = {_name(table)}.{_name(column)})"
    return restrict(table, rule, grants=grants)


def people(
    table: str, *, household: str = "household_id", estate: str = "", grants: str = "SELECT, INSERT", portal: str = ""
) -> Sql:
    """A table of households or of what belongs to them: with region_id and org_id, and an index on each column named here.

    The application sees and writes the rows of its regions, of its organisations (a street), of its estates, and of the households
    whose case is its user's. household: the column of the household; "id" on the table of households itself.
    estate: the column of the estate, if it has one.
    portal: what a resident may do with the rows of their own household, as grants; nothing else is open to the portal's role.
    """
    _name(table), _name(household)
    rule = f"region_id {setting('regions')} OR org_id {setting('organisations', 'bigint')}"
    if estate:
        rule += f" OR {_name(estate)} {setting('estates', 'bigint')}"
    rule += f" OR {household} = {CASES}"
    staff = restrict(table, rule, grants=grants)
    if not portal:
        return staff
    own = f"{household} {setting('own', 'bigint')}"
    return Sql(
        f"{staff.forwards}\nCREATE POLICY {table}_own ON {table} TO {{portal}} USING ({own}) WITH CHECK ({own});\n"
        f"GRANT USAGE ON SCHEMA public TO {{portal}};\nGRANT {portal} ON {table} TO {{portal}};",
        f"REVOKE ALL ON {table} FROM {{portal}};\nDROP POLICY {table}_own ON {table};\n{staff.backwards}",
    )


def scope_key(table: str, *, key: str = "id", estate: str = "") -> Sql:
    """What the scope columns of a household's children refer to; once, on the table of households."""
    columns = ", ".join(map(_name, filter(None, (key, "region_id", "org_id", estate))))
    return Sql(
        f"ALTER TABLE {_name(table)} ADD CONSTRAINT {table}_scope_key UNIQUE ({columns});",
        f"ALTER TABLE {table} DROP CONSTRAINT {table}_scope_key;",
    )


def scope_from(table: str, parent: str, *, household: str = "household_id", key: str = "id", estate: str = "") -> Sql:
    """Keep region_id and org_id (and the estate) of a child those of its household: another scope is refused, and when the household
    moves its children follow. Either all of these columns are filled or none.
    """
    scope = ["region_id", "org_id", *([_name(estate)] if estate else [])]
    return Sql(
        f"ALTER TABLE {_name(table)} ADD CONSTRAINT {table}_scope_from FOREIGN KEY ({', '.join([_name(household), *scope])})"
        f" REFERENCES {_name(parent)} ({', '.join([_name(key), *scope])}) MATCH FULL ON UPDATE CASCADE;",
        f"ALTER TABLE {table} DROP CONSTRAINT {table}_scope_from;",
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
