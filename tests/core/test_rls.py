"""Row-level security on every table that has a region, in every room."""

import dataclasses
from contextlib import closing
from datetime import date

import psycopg
import pytest
from django.apps import apps
from django.db import ProgrammingError, connection, connections, transaction

from anju.core.database.rls_v1 import POLICY, _name
from anju.core.database.rls_v2 import SCOPED, STAFF, Sql, people, restrict, setting
from anju.core.models.people import Assignment
from anju.core.models.region import Region
from anju.core.people.identity import actor_of_staff
from anju.core.people.scope import CURRENT, SET, SETTINGS, _settings, local_actor, open_scope
from anju.core.trail import sealing, trail
from tests import cast

EXEMPT = {"core_region"}  # codes and names are public, and a county must see what is above it

MODELS = [model for model in apps.get_models(include_auto_created=True) if model._meta.managed]
WITH_REGION = [
    model
    for model in MODELS
    if model._meta.db_table not in EXEMPT and any(field.related_model is Region for field in model._meta.fields)
]


def query(statement, *parameters):
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall()


def protected():
    return {
        name
        for (name,) in query(
            "SELECT relname FROM pg_class WHERE relrowsecurity AND relnamespace = 'public'::regnamespace"
        )
    }


def policies(table, cursor=None):
    """Name → command, roles, condition of what is seen, condition of what is written, as PostgreSQL prints them."""
    statement = "SELECT policyname, cmd, roles::text, qual, with_check FROM pg_policies WHERE tablename = %s"
    if cursor is None:
        rows = query(statement, table)
    else:
        cursor.execute(statement, [table])
        rows = cursor.fetchall()
    return {name: rest for name, *rest in rows}


def printed(table, operation):
    """The policies that an operation on a table "printed" makes there, if the table is like this one."""
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute(f"CREATE TABLE printed (LIKE {_name(table)})")
        cursor.execute(operation.forwards.replace("{app}", "anju_app").replace("{portal}", "anju_portal"))
        found = policies("printed", cursor)
        transaction.set_rollback(True, using="owner")
    return {name.replace("printed", table, 1): rest for name, rest in found.items()}


# What widens a table's own policy, each for a reason that stands in its migration; nothing else may.
BESIDE = {
    "core_organisation": f"CREATE POLICY printed_own ON printed FOR SELECT TO anju_app USING (id {setting('organisations', 'bigint')})",
    "core_trail": "CREATE POLICY printed_place ON printed TO anju_app USING (by = nullif(current_setting('app.user', true), '')"
    f" AND (region_id {setting('places')} OR (region_id IS NULL AND nullif(current_setting('app.places', true), '') IS NOT NULL)))",
    "documents_officestyle": "CREATE POLICY printed_published ON printed FOR SELECT TO anju_app USING (state = 'published'"
    f" AND {SCOPED})",
    "funds_quotadocument": "CREATE POLICY printed_theirs ON printed FOR SELECT TO anju_app USING ("
    + " OR ".join(
        f"id = ANY(ARRAY(SELECT document_id FROM {table} WHERE region_id {setting('regions')}))"
        for table in ("funds_quotaline", "funds_quotarecall")
    )
    + ")",
}
OFFICE = f"region_id {setting('regions')} OR org_id {setting('organisations', 'bigint')}"


@pytest.mark.usefixtures("committed")
@pytest.mark.parametrize("model", WITH_REGION, ids=lambda model: model._meta.db_table)
def test_every_table_with_a_region_is_protected_by_our_policy(model):
    table = model._meta.db_table
    columns = {field.column for field in model._meta.fields}
    column = next(field.column for field in model._meta.fields if field.related_model is Region)
    assert table in protected()
    rows = policies(table)
    if table in BESIDE:
        ((name, rule),) = printed(table, Sql(BESIDE[table])).items()
        assert rows.pop(name) == rule
    if table == "core_assignment":  # the case workers' own: they read it, and give themselves nothing
        assert rows == printed(table, restrict("printed", f"{OFFICE} OR staff_id = {STAFF}", OFFICE))
        return
    if "org_id" in columns:
        household = "household_id" if "household_id" in columns else "id"
        forms = [
            people("printed", household=household, estate=estate, portal=portal)
            for estate in {"", "estate_id" if "estate_id" in columns else ""}
            for portal in ("", "SELECT")
        ]
        assert any(rows == printed(table, form) for form in forms)
        return
    assert rows.keys() == {f"{table}_scope"}, "a second policy would widen the first"
    command, roles, qual, check = rows[f"{table}_scope"]
    assert (command, roles) in (("ALL", "{public}"), ("ALL", "{anju_app}"))  # by rls_v1 everybody's
    assert qual == check
    ours = (  # POLICY, as PostgreSQL prints it
        f"({column} = ANY (( SELECT (string_to_array(NULLIF(current_setting('app.regions'::text, true), ''::text), ','::text))::integer[] AS"
        " string_to_array)::integer[]))"
    )
    shared = f"({ours} OR (({column} IS NULL) AND (NULLIF(current_setting('app.regions'::text, true), ''::text) IS NOT NULL)))"
    nullable = model._meta.get_field(column.removesuffix("_id")).null
    narrowed = f"({ours} AND ("  # further conditions (drafts, the row that it belongs to) only narrow it
    assert qual == ours or qual.startswith(narrowed) or (nullable and qual == shared)


# What a resident's role may do, by a CASE: PostgreSQL asks conditions in the order that it likes, and a table is no sequence.
OPEN_TO_THE_PORTAL = """
SELECT oid::regclass::text FROM pg_class WHERE relnamespace = 'public'::regnamespace AND CASE
  WHEN relkind = 'S' THEN has_sequence_privilege('anju_portal', oid, 'USAGE, SELECT, UPDATE')
  WHEN relkind IN ('r', 'p', 'v', 'm') THEN has_table_privilege('anju_portal', oid, 'DELETE, TRUNCATE, TRIGGER')
    OR has_any_column_privilege('anju_portal', oid, 'SELECT, INSERT, UPDATE, REFERENCES')
  ELSE false END
UNION ALL
SELECT oid::regprocedure::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef
  AND prorettype <> 'trigger'::regtype AND has_function_privilege('anju_portal', oid, 'EXECUTE')"""
ROLE_OF_THE_PORTAL = """
SELECT has_database_privilege('anju_portal', current_database(), 'CONNECT'),
  has_database_privilege('anju_portal', current_database(), 'TEMPORARY, CREATE')
  OR has_schema_privilege('anju_portal', 'public', 'CREATE') OR rolsuper OR rolbypassrls OR rolcreaterole
  OR EXISTS (SELECT FROM pg_auth_members WHERE member = pg_roles.oid)
FROM pg_roles WHERE rolname = 'anju_portal'"""


def test_the_portal_has_no_right_that_a_table_of_people_did_not_give_it(db):
    """Not by name, not as one of everybody: no table, no sequence, no function that runs with the owner's rights."""
    assert query(OPEN_TO_THE_PORTAL) == []
    assert query(ROLE_OF_THE_PORTAL) == [(True, False)]


def test_every_table_with_a_parent_that_is_protected_is_protected_too(db):
    bound = protected()
    loose = {
        model._meta.db_table
        for model in MODELS
        if model._meta.db_table not in bound | EXEMPT
        and any(
            field.related_model and field.related_model._meta.db_table in bound
            for field in model._meta.fields
            if not field.null
        )
    }
    assert not loose, "use protect_by"


@pytest.fixture
def widest(committed):
    """Who sees by every way that there is, with rows to see: of regions, places, organisations, estates, cases and a household."""
    staff = cast.person("clerk", cast.EAST)
    user = dataclasses.replace(
        actor_of_staff(staff),
        place_ids=local_actor().region_ids,
        estate_ids=frozenset({1}),
        household_ids=frozenset({1}),
    )
    region, organisation = min(user.region_ids), min(user.organisation_ids)
    with open_scope(user):
        Assignment.objects.create(
            staff=staff, household_id=1, region_id=region, organisation_id=organisation, since=date(2026, 1, 1)
        )
        trail.record(by=user, act="jobs.retry", obj=trail.Subject("tests.thing", "", "有区划"), region_id=region)
    sealing.seal_trail()
    return user


@pytest.mark.parametrize("role", ["anju_app", "anju_portal"])
def test_a_reused_connection_without_scope_reads_nothing_from_any_protected_table(cluster, widest, role):
    """As the application and as the portal, which may read less: whatever may be read gives no row, and what may not is refused."""
    raw = psycopg.connect(**cluster.connection(role), autocommit=True)
    tables, refused = sorted(protected()), 0
    with closing(raw), connections["owner"].cursor() as owner:
        with raw.transaction():
            raw.execute(SET, _settings(widest))
        for table in tables:
            try:
                assert raw.execute(f"SELECT count(*) FROM {_name(table)}").fetchone() == (0,), table
            except psycopg.errors.InsufficientPrivilege:
                refused += 1
            assert query(f"SELECT count(*) FROM pg_policies WHERE tablename = '{table}' AND qual = 'true'") == [(0,)]
        owner.execute("SELECT (SELECT count(*) FROM core_assignment), (SELECT count(*) FROM core_posting)")
        assert owner.fetchone() == (1, 1)
        assert raw.execute(CURRENT).fetchone() == ("",) * len(SETTINGS)
    assert refused == (0 if role == "anju_app" else len(tables))


def test_rows_that_are_there_are_not_seen_without_a_scope(widest):
    """The same through the program's own connection, with rows in the tables: the owner's own count is not 0."""
    tables = ("core_trail", "core_trailseal", "core_assignment", "core_organisation", "core_posting")
    counts = "SELECT " + ", ".join(f"(SELECT count(*) FROM {table})" for table in tables)
    with connections["owner"].cursor() as cursor:
        cursor.execute(counts)
        assert cursor.fetchone() == (1, 1, 1, 1, 1)
    with open_scope(widest):
        assert query(counts) == [(1, 1, 1, 1, 1)]
    assert query(counts) == [(0, 0, 0, 0, 0)]


def test_the_policy_is_the_one_of_the_design():
    assert (
        POLICY == "= ANY((SELECT string_to_array(nullif(current_setting('app.regions', true), ''), ',')::int[])::int[])"
    )


@pytest.mark.parametrize("statement", ["DELETE FROM core_region", "UPDATE core_region SET name = 'x'", "SELECT anju_seal(false)", "TRUNCATE core_trail",
                                       "ALTER TABLE core_trail DISABLE ROW LEVEL SECURITY", "SELECT * FROM django_migrations", "SET ROLE anju_owner"])  # fmt: skip
def test_the_application_has_no_right_that_was_not_granted(scope, statement):
    with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_no_table_may_be_emptied_by_the_application(db):
    assert not query(
        "SELECT table_name FROM information_schema.role_table_grants WHERE grantee = current_user AND privilege_type = 'TRUNCATE'"
    )
