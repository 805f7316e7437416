import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.datetime
from django.db import migrations, models

from anju.core.database.rls_v2 import Sql, append_only, protect, setting

THEIRS = " OR ".join(
    f"id = ANY(ARRAY(SELECT document_id FROM {table} WHERE region_id {setting('regions')}))"
    for table in ("funds_quotaline", "funds_quotarecall")
)


class Migration(migrations.Migration):
    """Quota documents, seen by whose ledger they stand in and by whom they gave something or took something from; of a line only its receipt changes."""

    initial = True

    dependencies = [
        ("core", "0011_deputies"),
    ]

    operations = [
        migrations.CreateModel(
            name="QuotaDocument",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "way",
                    models.CharField(
                        choices=[
                            ("received", "上级下达"),
                            ("given", "向下下达"),
                            ("assigned", "落实到项目"),
                            ("recalled", "收回、上缴"),
                        ],
                        max_length=8,
                        verbose_name="方向",
                    ),
                ),
                (
                    "stage",
                    models.CharField(
                        choices=[("whole", "一次下达"), ("advance", "提前下达"), ("formal", "正式下达")],
                        max_length=8,
                        verbose_name="下达方式",
                    ),
                ),
                ("number", models.CharField(max_length=80, verbose_name="文号")),
                ("title", models.CharField(max_length=200, verbose_name="标题")),
                ("issuer", models.CharField(max_length=80, verbose_name="发文机关")),
                ("dated", models.DateField(verbose_name="落款日期")),
                ("budget_year", models.SmallIntegerField(verbose_name="预算年度")),
                (
                    "known",
                    models.CharField(
                        choices=[
                            ("registered", "登记"),
                            ("imported", "导入"),
                            ("paper", "来文登记"),
                            ("opening", "期初"),
                        ],
                        max_length=10,
                        verbose_name="怎么知道的",
                    ),
                ),
                ("by", models.CharField(max_length=64)),
                ("by_name", models.CharField(max_length=80, verbose_name="登记人")),
                (
                    "at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name="登记时间"),
                ),
                ("confirmed_by", models.CharField(blank=True, max_length=64)),
                ("confirmed_name", models.CharField(blank=True, max_length=80, verbose_name="确认人")),
                ("confirmed_at", models.DateTimeField(null=True, verbose_name="确认时间")),
                ("voided_at", models.DateTimeField(null=True, verbose_name="作废时间")),
                ("voided_name", models.CharField(blank=True, max_length=80, verbose_name="作废人")),
                ("void_reason", models.CharField(blank=True, max_length=300, verbose_name="作废原因")),
                (
                    "file",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.file",
                        verbose_name="扫描件",
                    ),
                ),
                (
                    "follows",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="funds.quotadocument",
                        verbose_name="提前下达的文件",
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.region",
                        verbose_name="区划",
                    ),
                ),
            ],
            options={
                "verbose_name": "指标文件",
                "ordering": ["-dated", "-id"],
            },
        ),
        migrations.CreateModel(
            name="QuotaLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("unit", models.CharField(blank=True, max_length=80, verbose_name="用款单位")),
                ("source", models.CharField(max_length=20, verbose_name="来源")),
                ("subject", models.CharField(max_length=7, verbose_name="支出科目")),
                ("purpose", models.CharField(max_length=20, verbose_name="用途")),
                ("item", models.BigIntegerField(null=True, verbose_name="项目")),
                ("item_label", models.CharField(blank=True, max_length=120, verbose_name="项目名称")),
                (
                    "direct",
                    models.CharField(blank=True, help_text="随指标走到底，不变", max_length=2, verbose_name="直达标识"),
                ),
                ("amount", models.BigIntegerField(help_text="分；正式下达的是本次", verbose_name="金额")),
                ("whole", models.BigIntegerField(help_text="分", null=True, verbose_name="全年额度")),
                ("already", models.BigIntegerField(help_text="分", null=True, verbose_name="已提前")),
                ("received_on", models.DateField(null=True, verbose_name="收到日期")),
                ("received_by", models.CharField(blank=True, max_length=80, verbose_name="签收人")),
                (
                    "document",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="funds.quotadocument",
                        verbose_name="指标文件",
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.region",
                        verbose_name="接收",
                    ),
                ),
                (
                    "taken_from",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="parts",
                        to="funds.quotaline",
                        verbose_name="从哪一笔",
                    ),
                ),
            ],
            options={
                "verbose_name": "指标",
                "ordering": ["document_id", "id"],
            },
        ),
        migrations.CreateModel(
            name="QuotaRecall",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("amount", models.BigIntegerField(help_text="分", verbose_name="金额")),
                (
                    "document",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="recalls",
                        to="funds.quotadocument",
                        verbose_name="指标文件",
                    ),
                ),
                (
                    "line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="recalls",
                        to="funds.quotaline",
                        verbose_name="哪一笔",
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
            ],
            options={
                "verbose_name": "收回、上缴",
                "ordering": ["document_id", "id"],
            },
        ),
        migrations.AddConstraint(
            model_name="quotadocument",
            constraint=models.UniqueConstraint(
                condition=models.Q(("voided_at__isnull", True)),
                fields=("region", "number", "way"),
                name="quota_document_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="quotadocument",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("known", "paper"), _negated=True), ("file__isnull", False), _connector="OR"
                ),
                name="quota_paper_has_its_scan",
            ),
        ),
        migrations.AddConstraint(
            model_name="quotadocument",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("confirmed_at__isnull", True),
                    models.Q(("confirmed_by", models.F("by")), _negated=True),
                    _connector="OR",
                ),
                name="quota_confirmed_by_another",
            ),
        ),
        migrations.AddIndex(
            model_name="quotaline",
            index=models.Index(fields=["region", "document"], name="quota_line_by_region"),
        ),
        migrations.AddConstraint(
            model_name="quotaline",
            constraint=models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="quota_line_is_positive"),
        ),
        migrations.AddConstraint(
            model_name="quotaline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("already__isnull", True), ("whole__isnull", True)),
                    (
                        "whole",
                        django.db.models.expressions.CombinedExpression(models.F("already"), "+", models.F("amount")),
                    ),
                    _connector="OR",
                ),
                name="quota_whole_is_already_and_this",
            ),
        ),
        migrations.AddConstraint(
            model_name="quotaline",
            constraint=models.CheckConstraint(
                condition=models.Q(("item__isnull", True), ("taken_from__isnull", False), _connector="OR"),
                name="quota_of_an_item_is_taken",
            ),
        ),
        migrations.AddConstraint(
            model_name="quotarecall",
            constraint=models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="quota_recall_is_positive"),
        ),
        protect("funds_quotaline", grants="SELECT, INSERT, UPDATE (received_on, received_by)"),
        protect("funds_quotarecall"),
        append_only("funds_quotarecall"),
        protect(
            "funds_quotadocument",
            grants="SELECT, INSERT, UPDATE (confirmed_by, confirmed_name, confirmed_at, voided_at, voided_name, void_reason)",
        ),
        Sql(
            f"CREATE POLICY funds_quotadocument_theirs ON funds_quotadocument FOR SELECT TO {{app}} USING ({THEIRS});",
            "DROP POLICY funds_quotadocument_theirs ON funds_quotadocument;",
        ),
    ]
