import re
import unicodedata

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

from anju.core.database.rls_v2 import protect

NUMBER = re.compile(r"^(?P<code>\S.*?)\s*[〔\[【(](?P<year>\d{4})[〕\]】)]\s*第?(?P<serial>\d{1,5})号$")


def enter_issued_numbers(apps, schema_editor):
    """Numbers of papers that were issued before there was a register. Of two spellings of one number the first issued is entered."""
    documents = apps.get_model("documents", "Document").objects.exclude(number="").order_by("issued_on", "id")
    numbers = apps.get_model("documents", "DocumentNumber").objects
    for document in documents.iterator():
        match = NUMBER.match(unicodedata.normalize("NFKC", document.number.strip()))
        if match is None or not int(match["serial"]):
            continue
        numbers.get_or_create(
            region_id=document.region_id,
            code=match["code"].strip()[:50],
            year=int(match["year"]),
            serial=int(match["serial"]),
            defaults={"state": "used", "document_id": document.pk, "by": document.by},
        )


class Migration(migrations.Migration):
    """文号 in use, one row each, by the code of the organ and the year."""

    dependencies = [("documents", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="DocumentNumber",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=50, verbose_name="发文机关代字")),
                ("year", models.IntegerField(verbose_name="年份")),
                ("serial", models.IntegerField(verbose_name="顺序号")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("reserved", "预留"),
                            ("used", "已用"),
                            ("outside", "系统外使用"),
                            ("void", "空号"),
                        ],
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="说明")),
                ("by", models.CharField(max_length=64, verbose_name="登记人")),
                (
                    "at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name="登记时间"),
                ),
                (
                    "document",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="documents.document",
                        verbose_name="公文",
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
                "verbose_name": "文号",
                "ordering": ["region_id", "code", "-year", "serial"],
                "constraints": [
                    models.UniqueConstraint(fields=("region", "code", "year", "serial"), name="a_serial_is_taken_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("document__isnull", False), models.Q(("state", "used"), _negated=True), _connector="OR"
                        ),
                        name="a_used_number_has_its_paper",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state", "used"), models.Q(("reason", ""), _negated=True), _connector="OR"),
                        name="an_unused_number_says_why",
                    ),
                ],
            },
        ),
        protect("documents_documentnumber", grants="SELECT, INSERT, UPDATE (state, document_id, reason, by, at)"),
        migrations.RunPython(enter_issued_numbers, migrations.RunPython.noop, elidable=True),
    ]
