import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from anju.core.database.rls_v2 import STAFF, Sql, restrict, setting

# As before, and for each post whether it opens every row of its regions: a street's opens its own rows, and the region is only where
# its people are. Not everybody's to ask: the portal's role has nothing to do with staff.
POSTINGS = """DROP FUNCTION anju_postings(bigint, date);
CREATE FUNCTION anju_postings(person bigint, day date)
RETURNS TABLE (post varchar, organisation_id bigint, region_ids int[], whole_region boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
  SELECT p.post, p.organisation_id, (
    WITH RECURSIVE below AS (
      SELECT top.code FROM core_region AS top WHERE top.id = o.region_id
      UNION
      SELECT child.code FROM core_region AS child JOIN core_region AS above ON above.id = child.parent_id JOIN below ON below.code = above.code
      WHERE o.kind <> 'street'
    ) SELECT array_agg(id) FROM core_region JOIN below USING (code)), o.kind <> 'street'
  FROM core_posting AS p JOIN core_organisation AS o ON o.id = p.organisation_id
  WHERE p.staff_id = person AND p.since <= day AND (p.until IS NULL OR p.until >= day)
  ORDER BY p.id
$$;
REVOKE ALL ON FUNCTION anju_postings(bigint, date), anju_posts_of(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION anju_postings(bigint, date), anju_posts_of(bigint) TO {app};"""

# Who has a place but no region knows the organisation they work for, and leaves a trail there, of which they see their own rows.
PLACES = f"""CREATE POLICY core_organisation_own ON core_organisation FOR SELECT TO {{app}} USING (id {setting("organisations", "bigint")});
CREATE POLICY core_trail_place ON core_trail TO {{app}} USING (
  by = nullif(current_setting('app.user', true), '')
  AND (region_id {setting("places")} OR (region_id IS NULL AND nullif(current_setting('app.places', true), '') IS NOT NULL)));"""

# Their own cases are read by those who work on them; only who sees the region or the organisation assigns and ends.
OFFICE = f"region_id {setting('regions')} OR org_id {setting('organisations', 'bigint')}"


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0007_posts"),
    ]

    operations = [
        migrations.AlterField(
            model_name="organisation",
            name="kind",
            field=models.CharField(
                choices=[
                    ("housing", "住建"),
                    ("finance", "财政"),
                    ("audit", "审计"),
                    ("reform", "发改"),
                    ("statistics", "统计"),
                    ("land", "自然资源"),
                    ("civil", "民政"),
                    ("office", "领导小组办公室"),
                    ("builder", "建设单位"),
                    ("body", "实施主体"),
                    ("street", "街道"),
                ],
                max_length=10,
                verbose_name="类别",
            ),
        ),
        migrations.CreateModel(
            name="Assignment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("household_id", models.BigIntegerField(verbose_name="家庭")),
                ("since", models.DateField(verbose_name="起")),
                ("ended_on", models.DateField(help_text="从这天起看不到", null=True, verbose_name="结束日期")),
                (
                    "organisation",
                    models.ForeignKey(
                        db_column="org_id",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.organisation",
                        verbose_name="机构",
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.region",
                        verbose_name="区划",
                    ),
                ),
                (
                    "staff",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="assignments",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="经办人",
                    ),
                ),
            ],
            options={
                "verbose_name": "个案分派",
                "ordering": ["id"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_on__isnull", True)),
                        fields=("staff", "household_id"),
                        name="assignment_open_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ended_on__isnull", True), ("ended_on__gte", models.F("since")), _connector="OR"
                        ),
                        name="assignment_ends_after_it_began",
                    ),
                ],
            },
        ),
        restrict(
            "core_assignment",
            seen=f"{OFFICE} OR staff_id = {STAFF}",
            written=OFFICE,
            grants="SELECT, INSERT, UPDATE (ended_on)",
        ),
        Sql(POSTINGS),
        Sql(
            PLACES,
            "DROP POLICY core_trail_place ON core_trail;\nDROP POLICY core_organisation_own ON core_organisation;",
        ),
    ]
