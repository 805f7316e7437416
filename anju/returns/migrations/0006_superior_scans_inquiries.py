import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

from anju.core.database.rls_v2 import append_only, protect


class Migration(migrations.Migration):
    """A city's set goes to its superior and comes back at a cell; scans are compared; urges are read; auditors ask."""

    dependencies = [
        ("core", "0011_deputies"),
        ("returns", "0005_corrections_and_urges"),
    ]

    operations = [
        migrations.AddField(
            model_name="urge",
            name="keys",
            field=models.JSONField(
                default=list, help_text="与 to 同序；以前的催报没有记", verbose_name="送达人的用户名"
            ),
        ),
        migrations.CreateModel(
            name="SetDelivery",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("by", models.CharField(max_length=64)),
                ("by_name", models.CharField(max_length=40)),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("period", models.CharField(max_length=10, verbose_name="期间")),
                ("serial", models.SmallIntegerField(default=1, verbose_name="次")),
                (
                    "state",
                    models.CharField(
                        choices=[("sent", "已报送，待签收"), ("received", "已签收"), ("returned", "有退回意见")],
                        default="sent",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                (
                    "listed",
                    models.JSONField(help_text="每张报表的 region、name、return、serial、digest", verbose_name="清单"),
                ),
                ("digest", models.CharField(max_length=64, verbose_name="清单的 SHA-256")),
                ("received_at", models.DateTimeField(null=True, verbose_name="签收时间")),
                ("received_by_name", models.CharField(blank=True, max_length=40, verbose_name="签收人")),
                ("number", models.CharField(blank=True, max_length=80, verbose_name="回执编号")),
                (
                    "file",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.file",
                        verbose_name="回执扫描件",
                    ),
                ),
                (
                    "form",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="returns.form",
                        verbose_name="表式",
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
                "verbose_name": "报送上级",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="Inquiry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("line", models.CharField(blank=True, max_length=60, verbose_name="行")),
                ("column", models.CharField(blank=True, max_length=40, verbose_name="列")),
                (
                    "state",
                    models.CharField(
                        choices=[("asked", "待答复"), ("answered", "已答复"), ("closed", "已办结")],
                        default="asked",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("due", models.DateField(verbose_name="答复期限")),
                ("ground", models.CharField(max_length=200, verbose_name="审计通知书")),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "region",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.region"
                    ),
                ),
                (
                    "ret",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="inquiries",
                        to="returns.return",
                        verbose_name="报表",
                    ),
                ),
            ],
            options={
                "verbose_name": "审计问询",
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="InquiryEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("by", models.CharField(max_length=64)),
                ("by_name", models.CharField(max_length=40)),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "kind",
                    models.CharField(
                        choices=[("ask", "问"), ("answer", "答复"), ("close", "办结")],
                        max_length=8,
                        verbose_name="类别",
                    ),
                ),
                ("text", models.TextField(blank=True, verbose_name="内容")),
                (
                    "file",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.file",
                        verbose_name="附件",
                    ),
                ),
                (
                    "inquiry",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="entries", to="returns.inquiry"
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
                "verbose_name": "问询往来",
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="ScanComparison",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("by", models.CharField(max_length=64)),
                ("by_name", models.CharField(max_length=40)),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("line", models.CharField(max_length=60, verbose_name="行")),
                ("column", models.CharField(max_length=40, verbose_name="列")),
                ("value", models.BigIntegerField(verbose_name="报表上的数")),
                ("reading", models.CharField(blank=True, max_length=40, verbose_name="程序读出的")),
                (
                    "paper_text",
                    models.CharField(
                        blank=True, help_text="与报表一致的空着", max_length=40, verbose_name="盖章件上的数"
                    ),
                ),
                (
                    "paper",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="comparisons", to="returns.paper"
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
                "verbose_name": "盖章件核对",
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="SuperiorRemark",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("by", models.CharField(max_length=64)),
                ("by_name", models.CharField(max_length=40)),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("line", models.CharField(max_length=60, verbose_name="行")),
                ("column", models.CharField(max_length=40, verbose_name="列")),
                ("text", models.TextField(verbose_name="退回意见")),
                ("number", models.CharField(blank=True, max_length=80, verbose_name="依据的文号")),
                (
                    "delivery",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="remarks", to="returns.setdelivery"
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.region"
                    ),
                ),
                (
                    "ret",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="superior_remarks",
                        to="returns.return",
                    ),
                ),
            ],
            options={
                "verbose_name": "上级退回意见",
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="UrgeReading",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("by", models.CharField(max_length=64)),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "region",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.region"
                    ),
                ),
                (
                    "urge",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="readings", to="returns.urge"
                    ),
                ),
            ],
            options={
                "verbose_name": "催报已读",
            },
        ),
        migrations.AddConstraint(
            model_name="setdelivery",
            constraint=models.UniqueConstraint(fields=("region", "period", "form", "serial"), name="delivery_once"),
        ),
        migrations.AddConstraint(
            model_name="urgereading",
            constraint=models.UniqueConstraint(fields=("urge", "by"), name="urge_read_once"),
        ),
        protect(
            "returns_setdelivery",
            grants="SELECT, INSERT, UPDATE (state, received_at, received_by_name, number, file_id)",
        ),
        protect("returns_superiorremark", parent=("ret_id", "returns_return")),
        append_only("returns_superiorremark"),
        protect("returns_scancomparison", parent=("paper_id", "returns_paper")),
        append_only("returns_scancomparison"),
        protect("returns_urgereading", parent=("urge_id", "returns_urge")),
        append_only("returns_urgereading"),
        protect("returns_inquiry", parent=("ret_id", "returns_return"), grants="SELECT, INSERT, UPDATE (state, due)"),
        protect("returns_inquiryentry", parent=("inquiry_id", "returns_inquiry")),
        append_only("returns_inquiryentry"),
    ]
