import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

from anju.core.database.rls_v2 import append_only, protect


class Migration(migrations.Migration):
    """A correction may be given up and begun anew; what a page said at its lock is kept; units are urged."""

    dependencies = [
        ("returns", "0004_extension"),
    ]

    operations = [
        migrations.CreateModel(
            name="LockedPage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("content", models.JSONField(verbose_name="内容")),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "verbose_name": "锁定时的样子",
            },
        ),
        migrations.CreateModel(
            name="Urge",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("period", models.CharField(max_length=10, verbose_name="期间")),
                ("remark", models.TextField(blank=True, verbose_name="催报的话")),
                ("to", models.JSONField(default=list, verbose_name="送达")),
                ("by", models.CharField(max_length=64)),
                ("by_name", models.CharField(max_length=40)),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "verbose_name": "催报",
                "ordering": ["id"],
            },
        ),
        migrations.AlterField(
            model_name="return",
            name="corrects",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="corrections",
                to="returns.return",
                verbose_name="更正哪一次",
            ),
        ),
        migrations.AlterField(
            model_name="return",
            name="state",
            field=models.CharField(
                choices=[
                    ("draft", "填报中"),
                    ("review", "待审核"),
                    ("joint", "部门联审"),
                    ("head", "待单位负责人上报"),
                    ("city", "待市级审定"),
                    ("locked", "已锁定"),
                    ("void", "已撤销"),
                ],
                default="draft",
                max_length=8,
                verbose_name="状态",
            ),
        ),
        migrations.AddConstraint(
            model_name="return",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "void"), _negated=True), fields=("corrects",), name="one_correction_each"
            ),
        ),
        migrations.AddField(
            model_name="lockedpage",
            name="region",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.region"
            ),
        ),
        migrations.AddField(
            model_name="lockedpage",
            name="ret",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="locked_page", to="returns.return"
            ),
        ),
        migrations.AddField(
            model_name="urge",
            name="form",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="returns.form"
            ),
        ),
        migrations.AddField(
            model_name="urge",
            name="region",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.region"
            ),
        ),
        migrations.AddIndex(
            model_name="urge",
            index=models.Index(fields=["period", "region"], name="urge_by_period"),
        ),
        protect("returns_lockedpage", parent=("ret_id", "returns_return")),
        append_only("returns_lockedpage"),
        protect("returns_urge"),
        append_only("returns_urge"),
    ]
