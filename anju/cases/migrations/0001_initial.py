import django.db.models.deletion
from django.db import migrations, models

from anju.core.database.rls_v2 import protect

# A case's subject, ledger and facts never change; nobody deletes one.
CHANGING = "state, reason, reported_on, report_number, consented_on, consent_number, closed_on, evidence_id, handled_by"


class Migration(migrations.Migration):
    initial = True

    dependencies = [("core", "0008_assignments")]

    operations = [
        migrations.CreateModel(
            name="Case",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=40, verbose_name="类别")),
                (
                    "ledger",
                    models.CharField(
                        blank=True, help_text="一类有几本台账的，是哪一本", max_length=40, verbose_name="台账"
                    ),
                ),
                ("subject_kind", models.CharField(max_length=40, verbose_name="对象类型")),
                ("subject_key", models.CharField(max_length=64, verbose_name="对象编号")),
                ("text", models.CharField(help_text="列入时的名称", max_length=300, verbose_name="对象名称")),
                ("state", models.CharField(default="open", max_length=20, verbose_name="状态")),
                ("opened_on", models.DateField(verbose_name="列入日期")),
                ("facts", models.JSONField(default=dict, verbose_name="列入时的事实")),
                ("reason", models.TextField(blank=True, verbose_name="原因")),
                ("reported_on", models.DateField(null=True, verbose_name="报告本级政府日期")),
                ("report_number", models.CharField(blank=True, max_length=80, verbose_name="报告文号")),
                ("consented_on", models.DateField(null=True, verbose_name="政府同意日期")),
                ("consent_number", models.CharField(blank=True, max_length=80, verbose_name="同意文号")),
                ("closed_on", models.DateField(null=True, verbose_name="销号日期")),
                (
                    "handled_by",
                    models.CharField(
                        blank=True, help_text="以前列入的没有记", max_length=64, verbose_name="最近经办人"
                    ),
                ),
                (
                    "evidence",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.file",
                        verbose_name="佐证",
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
                "verbose_name": "台账条目",
                "ordering": ["region_id", "opened_on", "id"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "closed"), _negated=True),
                        fields=("subject_kind", "subject_key", "kind", "ledger"),
                        name="one_open_case_per_ledger",
                    )
                ],
            },
        ),
        protect("cases_case", grants=f"SELECT, INSERT, UPDATE ({CHANGING})"),
    ]
