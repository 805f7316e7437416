from django.db import migrations

from anju.core.database.rls_v1 import Sql, grant

# Rate limits and used codes are counted here: the site's workers share no memory.
CACHE = """CREATE TABLE core_cache (cache_key varchar(255) PRIMARY KEY, value text NOT NULL, expires timestamptz NOT NULL);
CREATE INDEX core_cache_expires ON core_cache (expires);"""

# All posts that a person was ever given, wherever: administrators are kept apart from everything else, also outside one's own region.
HELD = """CREATE FUNCTION anju_posts_of(person bigint)
RETURNS TABLE (post varchar, since date, until date) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
  SELECT post, since, until FROM core_posting WHERE staff_id = person
$$;"""

USED = {
    "account_emailaddress": "SELECT",
    "account_emailconfirmation": "SELECT",
    "axes_accessattempt": "SELECT, INSERT, UPDATE, DELETE",
    "axes_accessattemptexpiration": "SELECT, INSERT, UPDATE, DELETE",
    "axes_accesslog": "SELECT, INSERT, UPDATE",
    "core_cache": "SELECT, INSERT, UPDATE, DELETE",
    "mfa_authenticator": "SELECT, INSERT, UPDATE, DELETE",
    "socialaccount_socialaccount": "SELECT, INSERT, UPDATE",
    "socialaccount_socialapp": "SELECT",
    "socialaccount_socialtoken": "SELECT",
    "usersessions_usersession": "SELECT, INSERT, UPDATE, DELETE",
}


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0003_jobs"),
        ("account", "0009_emailaddress_unique_primary_email"),
        ("axes", "0010_accessattemptexpiration"),
        ("mfa", "0003_authenticator_type_uniq"),
        ("socialaccount", "0006_alter_socialaccount_extra_data"),
        ("usersessions", "0001_initial"),
    ]

    operations = [
        Sql(CACHE, "DROP TABLE core_cache;"),
        Sql(HELD, "DROP FUNCTION anju_posts_of(bigint);"),
        *(grant(table, grants) for table, grants in USED.items()),
    ]
