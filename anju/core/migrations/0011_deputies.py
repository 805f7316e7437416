import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from anju.core.database.rls_v2 import Sql

# As before, and for whom somebody stands in who holds the post as a deputy.
BODY = """
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
  SELECT p.post, p.organisation_id, (
    WITH RECURSIVE below AS (
      SELECT top.code FROM core_region AS top WHERE top.id = o.region_id
      UNION
      SELECT child.code FROM core_region AS child JOIN core_region AS above ON above.id = child.parent_id JOIN below ON below.code = above.code
      WHERE o.kind <> 'street'
    ) SELECT array_agg(id) FROM core_region JOIN below USING (code)), o.kind <> 'street'{more}
  FROM core_posting AS p JOIN core_organisation AS o ON o.id = p.organisation_id{join}
  WHERE p.staff_id = person AND p.since <= day AND (p.until IS NULL OR p.until >= day)
  ORDER BY p.id
$$;
REVOKE ALL ON FUNCTION anju_postings(bigint, date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION anju_postings(bigint, date) TO {{app}};"""
HEAD = """DROP FUNCTION anju_postings(bigint, date);
CREATE FUNCTION anju_postings(person bigint, day date)
RETURNS TABLE (post varchar, organisation_id bigint, region_ids int[], whole_region boolean{more})"""
FORWARDS = HEAD.format(more=", acting_for varchar") + BODY.format(
    more=", principal.name", join=" LEFT JOIN core_staff AS principal ON principal.id = p.acting_for_id"
)
BACKWARDS = HEAD.format(more="") + BODY.format(more="", join="")


class Migration(migrations.Migration):
    dependencies = [("core", "0010_trail_retention")]

    operations = [
        migrations.AddField(
            model_name="posting",
            name="acting_for",
            field=models.ForeignKey(
                help_text="本人外出时指定的代理",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="代谁",
            ),
        ),
        Sql(FORWARDS, BACKWARDS),
    ]
