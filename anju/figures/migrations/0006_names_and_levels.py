from django.db import migrations, models

from anju.core.database.rls_v2 import Sql

# Until now a document's level was stored as people call it. Calibres keep those names: figures and documents are cited by them.
LEVELS = (("国家", "nation"), ("省", "province"), ("市", "city"), ("县", "county"))


def renamed(table: str, names: tuple[tuple[str, str], ...]) -> str:
    cases = " ".join(f"WHEN '{before}' THEN '{after}'" for before, after in names)
    return f"UPDATE {table} SET level = CASE level {cases} ELSE level END;"


def in_codes(table: str) -> Sql:
    return Sql(renamed(table, LEVELS), renamed(table, tuple((code, word) for word, code in LEVELS)))


class Migration(migrations.Migration):
    dependencies = [
        ("figures", "0005_marks"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="calibre",
            options={"verbose_name": "口径"},
        ),
        migrations.AlterModelOptions(
            name="currentfigure",
            options={"verbose_name": "现行数"},
        ),
        migrations.AlterModelOptions(
            name="measure",
            options={"ordering": ["order", "code"], "verbose_name": "统计指标"},
        ),
        migrations.AlterModelOptions(
            name="node",
            options={"ordering": ["on", "target_id", "id"], "verbose_name": "节点"},
        ),
        migrations.AlterModelOptions(
            name="observation",
            options={"verbose_name": "填报数"},
        ),
        migrations.AlterModelOptions(
            name="source",
            options={"verbose_name": "数据来源"},
        ),
        migrations.AlterModelOptions(
            name="targetdocument",
            options={"verbose_name": "下达文件"},
        ),
        migrations.AlterModelOptions(
            name="undone",
            options={"verbose_name": "撤销的数"},
        ),
        migrations.AlterField(
            model_name="node",
            name="level",
            field=models.CharField(
                choices=[("nation", "国家"), ("province", "省"), ("city", "市"), ("county", "县")], max_length=10
            ),
        ),
        migrations.AlterField(
            model_name="targetdocument",
            name="level",
            field=models.CharField(
                choices=[("nation", "国家"), ("province", "省"), ("city", "市"), ("county", "县")], max_length=10
            ),
        ),
        in_codes("figures_target_document"),
        in_codes("figures_node"),
    ]
