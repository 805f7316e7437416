import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

from anju.core.database.rls_v2 import SCOPED, Sql, protect

TABLE = "documents_officestyle"
# A published one is read by whoever is written to by it, in whatever region; it holds no figure.
PUBLISHED = (
    f"CREATE POLICY {TABLE}_published ON {TABLE} FOR SELECT TO {{app}} USING (state = 'published' AND {SCOPED});"
)
# Published ones are kept in memory; a draft that is saved every few minutes makes nobody read them anew.
MARKED = f"""
INSERT INTO core_mark VALUES ('{TABLE}', gen_random_uuid());
CREATE TRIGGER {TABLE}_mark AFTER INSERT OR UPDATE OF state OR DELETE OR TRUNCATE ON {TABLE} EXECUTE FUNCTION anju_mark();
"""
UNMARKED = f"DROP TRIGGER {TABLE}_mark ON {TABLE};\nDELETE FROM core_mark WHERE name = '{TABLE}';"
CHANGING = """kind, name, valid_from, valid_until, text, digest, state, number, dated, reason, authors, drafted_by, drafted_at,
published_by, published_at"""


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0011_deputies"),
        ("documents", "0005_asked_tables"),
    ]

    operations = [
        migrations.CreateModel(
            name="OfficeStyle",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=60, verbose_name="文种")),
                ("name", models.CharField(max_length=100, verbose_name="名称")),
                ("valid_from", models.DateField(verbose_name="适用起始日")),
                ("valid_until", models.DateField(null=True, verbose_name="适用截止日")),
                ("text", models.TextField(verbose_name="样式")),
                ("digest", models.CharField(max_length=64)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "草稿"),
                            ("submitted", "待发布"),
                            ("published", "已发布"),
                            ("withdrawn", "已废止"),
                            ("dropped", "已删去"),
                        ],
                        default="draft",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("number", models.CharField(blank=True, max_length=60, verbose_name="文号")),
                ("dated", models.DateField(null=True, verbose_name="文件日期")),
                ("reason", models.CharField(blank=True, max_length=400, verbose_name="理由")),
                (
                    "authors",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=64), default=list, size=None
                    ),
                ),
                ("drafted_by", models.CharField(max_length=64, verbose_name="拟稿")),
                (
                    "drafted_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name="拟稿时间"),
                ),
                ("published_by", models.CharField(blank=True, max_length=64, verbose_name="发布")),
                ("published_at", models.DateTimeField(null=True, verbose_name="发布时间")),
                (
                    "region",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.region",
                        verbose_name="区划",
                    ),
                ),
            ],
            options={
                "verbose_name": "文书样式",
                "ordering": ["-id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["published", "withdrawn"]), _negated=True),
                            models.Q(
                                models.Q(("number", ""), _negated=True),
                                models.Q(("published_by", ""), _negated=True),
                                ("dated__isnull", False),
                                ("published_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="a_published_style_says_by_what",
                    )
                ],
            },
        ),
        protect(TABLE, grants=f"SELECT, INSERT, UPDATE ({' '.join(CHANGING.split())})"),
        Sql(PUBLISHED, f"DROP POLICY {TABLE}_published ON {TABLE};"),
        Sql(MARKED, UNMARKED),
    ]
