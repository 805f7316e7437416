import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

from anju.core.database.rls_v2 import protect


class Migration(migrations.Migration):
    """Remarks on the sentences of a draft."""

    dependencies = [
        ("core", "0011_deputies"),
        ("documents", "0008_style_copies"),
    ]

    operations = [
        migrations.CreateModel(
            name="Remark",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("serial", models.IntegerField(verbose_name="第几稿")),
                ("where", models.TextField(verbose_name="位置")),
                ("sentence", models.TextField(verbose_name="原句")),
                ("text", models.TextField(verbose_name="意见")),
                ("by", models.CharField(max_length=64)),
                ("by_name", models.CharField(max_length=80, verbose_name="提出人")),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name="时间")),
                ("taken", models.BooleanField(null=True, verbose_name="采纳")),
                ("answer", models.TextField(blank=True, verbose_name="答复")),
                ("answered_by", models.CharField(blank=True, max_length=64)),
                ("answered_name", models.CharField(blank=True, max_length=80, verbose_name="答复人")),
                ("answered_at", models.DateTimeField(null=True, verbose_name="答复时间")),
                (
                    "document",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="remarks", to="documents.document"
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.organisation",
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.region"
                    ),
                ),
            ],
            options={
                "verbose_name": "公文意见",
                "ordering": ["id"],
            },
        ),
        protect(
            "documents_remark",
            grants="SELECT, INSERT, UPDATE (taken, answer, answered_by, answered_name, answered_at)",
        ),
    ]
