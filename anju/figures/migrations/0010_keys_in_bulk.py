from django.db import migrations

from anju.core.database.rls_v2 import Sql

# A foreign key is looked at row by row: of a large import that was two thirds of the database's work. These are looked at once a statement,
# each value once, over the same rows and with the same locks; the constraints stay in the schema, NOT ENFORCED, and still refuse TRUNCATE.
KEYS = {"measure_id": ("figures_measure", "code"), "calibre_id": ("figures_calibre", "code"), "region_id": ("core_region", "id"),
        "source_id": ("figures_source", "id")}  # fmt: skip
CONSTRAINTS = {
    "figures_observation": (
        "figures_observation_measure_id_ec86ea44_fk_figures_measure_code",
        "figures_observation_calibre_id_8006fee1_fk_figures_calibre_code",
        "figures_observation_region_id_fb6b278a_fk_core_region_id",
        "figures_observation_source_id_6d25be6f_fk_figures_source_id",
    ),
    "figures_current": (
        "figures_current_measure_id_df40a188_fk_figures_measure_code",
        "figures_current_calibre_id_85494ea5_fk_figures_calibre_code",
        "figures_current_region_id_f0e6eddc_fk_core_region_id",
        "figures_current_observation_id_5d2cae95_fk_figures_o",
    ),
}


def each(enforced: str) -> str:
    return "\n".join(
        f"ALTER TABLE {table} ALTER CONSTRAINT {name} {enforced};"
        for table, names in CONSTRAINTS.items()
        for name in names
    )


def looked_up(column: str, table: str, key: str) -> str:
    """That each value of the column is there, held as a foreign key holds it: until the end nobody takes it away."""
    return f"""
  EXECUTE 'WITH used AS MATERIALIZED (SELECT DISTINCT {column} AS id FROM added),
    there AS MATERIALIZED (SELECT {key} AS id FROM {table} WHERE {key} IN (SELECT id FROM used) FOR KEY SHARE)
    SELECT id::text FROM used EXCEPT SELECT id::text FROM there LIMIT 1' INTO missing;
  IF missing IS NOT NULL THEN
    RAISE foreign_key_violation USING MESSAGE = format('figures_observation.{column}: {table} has no %L', missing), TABLE = 'figures_observation', COLUMN = '{column}';
  END IF;"""


# Planned anew each time (EXECUTE): a plan made for one row would serve three million.
# As the owner, as foreign keys are: who writes may not see all that is referred to.
FUNCTIONS = f"""
CREATE FUNCTION anju_observation_keys() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE missing text;
BEGIN
{"".join(looked_up(column, table, key) for column, (table, key) in KEYS.items())}
  RETURN NULL;
END $$;
CREATE FUNCTION anju_current_repeats() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
  SET work_mem = '128MB' AS $$
DECLARE misfit text;
BEGIN
  EXECUTE 'SELECT c.observation_id::text FROM added AS c LEFT JOIN figures_observation AS o ON o.id = c.observation_id
    WHERE (o.region_id, o.period, o.measure_id, o.calibre_id) IS DISTINCT FROM (c.region_id, c.period, c.measure_id, c.calibre_id) LIMIT 1' INTO misfit;
  IF misfit IS NOT NULL THEN
    RAISE foreign_key_violation USING MESSAGE = format('figures_current: no observation %s of this region, period, measure and calibre', misfit),
      TABLE = 'figures_current', COLUMN = 'observation_id';
  END IF;
  RETURN NULL;
END $$;
CREATE FUNCTION anju_observation_refers() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE gone text := to_jsonb(OLD) ->> TG_ARGV[1]; used boolean;
BEGIN
  IF TG_OP = 'UPDATE' AND to_jsonb(NEW) ->> TG_ARGV[1] = gone THEN
    RETURN NULL;
  END IF;
  EXECUTE format('SELECT EXISTS (SELECT FROM figures_observation WHERE %I = $1::%s)', TG_ARGV[0], TG_ARGV[2]) USING gone INTO used;
  IF used THEN
    RAISE foreign_key_violation USING MESSAGE = format('%I: figures_observation refers to %L', TG_TABLE_NAME, gone), TABLE = TG_TABLE_NAME;
  END IF;
  RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION anju_observation_keys(), anju_current_repeats(), anju_observation_refers() FROM PUBLIC;
CREATE TRIGGER figures_observation_keys AFTER INSERT ON figures_observation REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION anju_observation_keys();
CREATE TRIGGER figures_current_repeats_new AFTER INSERT ON figures_current REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION anju_current_repeats();
CREATE TRIGGER figures_current_repeats_changed AFTER UPDATE ON figures_current REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION anju_current_repeats();
""" + "\n".join(
    f"CREATE TRIGGER figures_refer_to_{column} AFTER DELETE OR UPDATE OF {key} ON {table}"
    f" FOR EACH ROW EXECUTE FUNCTION anju_observation_refers('{column}', '{key}', '{'text' if key == 'code' else 'bigint'}');"
    for column, (table, key) in KEYS.items()
)
GONE = (
    "\n".join(f"DROP TRIGGER figures_refer_to_{column} ON {table};" for column, (table, _) in KEYS.items())
    + """
DROP TRIGGER figures_observation_keys ON figures_observation;
DROP TRIGGER figures_current_repeats_new ON figures_current;
DROP TRIGGER figures_current_repeats_changed ON figures_current;
DROP FUNCTION anju_observation_keys(), anju_current_repeats(), anju_observation_refers();
"""
)


class Migration(migrations.Migration):
    dependencies = [("figures", "0009_local_places")]
    operations = [
        Sql("SET CONSTRAINTS ALL IMMEDIATE;"),
        Sql(each("NOT ENFORCED"), each("ENFORCED")),
        Sql(FUNCTIONS, GONE),
    ]
