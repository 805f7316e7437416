import django.db.models.deletion
from django.db import migrations, models

from anju.core.database.rls_v2 import Sql, protect

FUNCTION = """CREATE FUNCTION anju_ledger_changed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
  INSERT INTO projects_change (region_id, xid) SELECT DISTINCT region_id, anju_xid() FROM changed ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;"""
STATEMENTS = (
    ("insert", "INSERT", "NEW"),
    ("update", "UPDATE", "NEW"),
    ("moved", "UPDATE", "OLD"),
    ("delete", "DELETE", "OLD"),
)


def noticed(table: str) -> Sql:
    """Every statement that changes the table leaves one row a region and transaction."""
    return Sql(
        "\n".join(
            f"CREATE TRIGGER {table}_changed_{name} AFTER {act} ON {table} REFERENCING {rows} TABLE AS changed"
            " FOR EACH STATEMENT EXECUTE FUNCTION anju_ledger_changed();"
            for name, act, rows in STATEMENTS
        ),
        "\n".join(f"DROP TRIGGER {table}_changed_{name} ON {table};" for name, *_ in STATEMENTS),
    )


class Migration(migrations.Migration):
    dependencies = [("core", "0005_marks"), ("projects", "0006_search")]

    operations = [
        migrations.AddField(
            model_name="look",
            name="books",
            field=models.CharField(blank=True, db_default="", max_length=64, verbose_name="规则书摘要"),
        ),
        migrations.AddField(
            model_name="look",
            name="snapshot",
            field=models.TextField(blank=True, db_default="", verbose_name="台账快照"),
        ),
        migrations.CreateModel(
            name="Change",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("xid", models.BigIntegerField(verbose_name="事务")),
                (
                    "region",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.region"
                    ),
                ),
            ],
            options={
                "verbose_name": "台账变动",
                "constraints": [models.UniqueConstraint(fields=("region", "xid"), name="change_once_a_transaction")],
            },
        ),
        protect("projects_change", grants="SELECT"),
        Sql(FUNCTION, "DROP FUNCTION anju_ledger_changed();"),
        noticed("projects_project"),
        noticed("projects_event"),
    ]
