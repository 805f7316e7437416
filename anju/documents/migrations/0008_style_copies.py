"""The bytes of the styles that papers were written by (样式存本), each once."""

from django.db import migrations, models

from anju.core.database.rls_v2 import append_only, grant


class Migration(migrations.Migration):
    dependencies = [
        ("documents", "0007_bound_papers"),
    ]

    operations = [
        migrations.CreateModel(
            name="StyleCopy",
            fields=[
                ("digest", models.CharField(max_length=64, primary_key=True, serialize=False, verbose_name="摘要")),
                ("file", models.CharField(max_length=200, verbose_name="文件")),
                ("content", models.BinaryField(verbose_name="原文")),
            ],
            options={
                "verbose_name": "文书样式存本",
            },
        ),
        grant("documents_stylecopy", "SELECT, INSERT"),
        append_only("documents_stylecopy"),
    ]
