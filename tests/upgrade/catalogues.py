"""What PostgreSQL itself knows of the database: policies, grants, triggers and the rest, as name → text. Statements only, none of our code."""

from typing import Any

# Each gives (name, text). One name that is gone, or whose text is another, is a change; a new name is an addition.
# Policies and grants are told by the table (and role) as a whole: one policy or right more on a table of before is a change too.
CATALOGUES = {
    "policies": """
        SELECT tablename, string_agg(format('%s %s %s TO %s USING (%s) WITH CHECK (%s)', policyname, permissive, cmd, roles,
          coalesce(qual, '-'), coalesce(with_check, '-')), E'\\n' ORDER BY policyname)
        FROM pg_policies WHERE schemaname = 'public' GROUP BY 1""",
    "row_security": """
        SELECT relname, format('enabled %s, forced %s', relrowsecurity, relforcerowsecurity)
        FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')""",
    "grants": """
        SELECT format('%s to %s', object, coalesce(rolname, 'everybody')), string_agg(privilege_type, ', ' ORDER BY privilege_type)
        FROM (
          SELECT relname::text AS object, acl.grantee, acl.privilege_type, relowner AS owner
          FROM pg_class CROSS JOIN aclexplode(relacl) AS acl WHERE relnamespace = 'public'::regnamespace
          UNION ALL
          SELECT format('%s.%s', relname, attname), acl.grantee, acl.privilege_type, relowner
          FROM pg_attribute JOIN pg_class AS c ON c.oid = attrelid CROSS JOIN aclexplode(attacl) AS acl
          WHERE relnamespace = 'public'::regnamespace AND NOT attisdropped
          UNION ALL
          SELECT format('function %s(%s)', proname, pg_get_function_identity_arguments(p.oid)), acl.grantee, acl.privilege_type, proowner
          FROM pg_proc AS p CROSS JOIN aclexplode(coalesce(proacl, acldefault('f', proowner))) AS acl
          WHERE pronamespace = 'public'::regnamespace
          UNION ALL
          SELECT format('schema %s', nspname), acl.grantee, acl.privilege_type, nspowner
          FROM pg_namespace CROSS JOIN aclexplode(nspacl) AS acl WHERE nspname = 'public'
        ) AS granted LEFT JOIN pg_roles ON pg_roles.oid = grantee
        WHERE grantee <> owner GROUP BY 1""",
    "triggers": """
        SELECT format('%s.%s', tgrelid::regclass, tgname), format('%s %s', tgenabled, pg_get_triggerdef(oid))
        FROM pg_trigger WHERE NOT tgisinternal""",
    "functions": """
        SELECT format('%s(%s)', proname, pg_get_function_identity_arguments(oid)), pg_get_functiondef(oid)
        FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND proname NOT LIKE 'procrastinate%'""",
    "constraints": """
        SELECT format('%s.%s', conrelid::regclass, conname), pg_get_constraintdef(oid)
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND conrelid <> 0 AND contype <> 'n'""",
    "unique_indexes": """
        SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid)
        FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid WHERE relnamespace = 'public'::regnamespace AND indisunique""",
    "columns": """
        SELECT format('%s.%s', relname, attname), concat_ws(' ', format_type(atttypid, atttypmod), CASE WHEN attnotnull THEN 'not null' END,
          CASE WHEN attidentity <> '' THEN 'identity' END, 'default ' || pg_get_expr(adbin, adrelid))
        FROM pg_attribute AS a JOIN pg_class ON pg_class.oid = attrelid
        LEFT JOIN pg_attrdef AS d ON (d.adrelid, d.adnum) = (attrelid, attnum)
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND attnum > 0 AND NOT attisdropped""",
    "sequence_owners": """
        SELECT s.oid::regclass::text, format('%s.%s', t.relname, attname)
        FROM pg_class AS s JOIN pg_depend ON objid = s.oid AND deptype IN ('a', 'i') AND refclassid = 'pg_class'::regclass
        JOIN pg_class AS t ON t.oid = refobjid JOIN pg_attribute ON (attrelid, attnum) = (t.oid, refobjsubid)
        WHERE s.relkind = 'S' AND s.relnamespace = 'public'::regnamespace""",
    "content_types": "SELECT format('%s.%s', app_label, model), id FROM django_content_type",
    "migrations": "SELECT format('%s.%s', app, name), 'done' FROM django_migrations",
}  # fmt: skip


def catalogues(cursor: Any) -> dict[str, dict[str, str]]:
    """Every catalogue, by name."""
    found = {}
    for kind, statement in CATALOGUES.items():
        cursor.execute(statement)
        found[kind] = {str(name): str(text) for name, text in sorted(cursor.fetchall())}
    return found


def sequences(cursor: Any) -> dict[str, int]:
    """The last number that each sequence gave, 0 for none yet."""
    cursor.execute(
        "SELECT sequencename, coalesce(last_value, 0) FROM pg_sequences WHERE schemaname = 'public' ORDER BY 1"
    )
    return dict(cursor.fetchall())


def rows(cursor: Any) -> dict[str, int]:
    """How many rows each table has."""
    cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
    found = {}
    for (table,) in cursor.fetchall():
        cursor.execute(f'SELECT count(*) FROM "{table}"')
        (found[table],) = cursor.fetchone()
    return found


def behind(cursor: Any) -> list[str]:
    """Sequences that would give a number which is there already."""
    cursor.execute(CATALOGUES["sequence_owners"])
    last, found = sequences(cursor), []
    for name, owner in cursor.fetchall():
        table, column = owner.split(".")
        cursor.execute(f'SELECT coalesce(max("{column}"), 0) FROM "{table}"')
        if cursor.fetchone()[0] > last[name.strip('"')]:
            found.append(name)
    return found
