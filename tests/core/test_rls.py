"""Row-level security on every table that has a region, in every room."""

import pytest
from django.apps import apps
from django.db import ProgrammingError, connection, connections, transaction

from anju.core.models import Region
from anju.core.rls import POLICY, _name
from anju.core.scope import local_operator, scoped

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


@pytest.mark.parametrize("model", WITH_REGION, ids=lambda model: model._meta.db_table)
def test_every_table_with_a_region_is_protected_by_our_policy(db, model):
    table = model._meta.db_table
    column = next(field.column for field in model._meta.fields if field.related_model is Region)
    assert table in protected()
    rows = query("SELECT qual, with_check, cmd, roles::text FROM pg_policies WHERE tablename = %s", table)
    assert len(rows) == 1, "a second policy would widen the first"
    qual, check, command, roles = rows[0]
    assert (command, roles) == ("ALL", "{public}")
    assert qual == check
    ours = (  # POLICY, as PostgreSQL prints it
        f"({column} = ANY (( SELECT (string_to_array(NULLIF(current_setting('app.regions'::text, true), ''::text), ','::text))::integer[] AS"
        " string_to_array)::integer[]))"
    )
    shared = f"({ours} OR (({column} IS NULL) AND (NULLIF(current_setting('app.regions'::text, true), ''::text) IS NOT NULL)))"
    nullable = model._meta.get_field(column.removesuffix("_id")).null
    narrowed = f"({ours} AND ("  # further conditions (drafts, the row that it belongs to) only narrow it
    assert qual == ours or qual.startswith(narrowed) or (nullable and qual == shared)


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
    assert not loose, "use rls.protect_by"


@pytest.mark.usefixtures("committed")
def test_a_reused_connection_without_scope_reads_nothing_from_any_protected_table():
    with scoped(local_operator()):
        pass
    for table in sorted(protected()):
        if query("SELECT has_table_privilege(current_user, %s, 'SELECT')", table) == [(True,)]:
            assert query(f"SELECT count(*) FROM {_name(table)}") == [(0,)], table
            assert query(f"SELECT count(*) FROM pg_policies WHERE tablename = '{table}' AND qual = 'true'") == [(0,)]


@pytest.mark.usefixtures("committed")
def test_rows_that_are_there_are_not_seen_without_a_scope():
    """The same with rows in the tables: the owner's own count is not 0."""
    from anju.core import trail

    operator = local_operator()
    with scoped(operator):
        trail.record(by=operator, act="jobs.retry", obj=trail.Subject("tests.thing", "", "无区划"))
        trail.record(
            by=operator,
            act="jobs.retry",
            obj=trail.Subject("tests.thing", "", "有区划"),
            region_id=min(operator.region_ids),
        )
    trail.seal()
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT (SELECT count(*) FROM core_trail), (SELECT count(*) FROM core_trailseal)")
        assert cursor.fetchone() == (2, 2)
    assert query("SELECT (SELECT count(*) FROM core_trail), (SELECT count(*) FROM core_trailseal)") == [(0, 0)]
    with scoped(operator):
        assert query("SELECT (SELECT count(*) FROM core_trail), (SELECT count(*) FROM core_trailseal)") == [(2, 2)]


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
