"""The engines under test: DuckDB and PostgreSQL (as the application's role), each beside the Decimal reference."""

import pytest

from anju.rules.engine import reference, running
from anju.rules.engine.engines import connect
from anju.rules.explanation.explain import explain_row, row_sentences


@pytest.fixture(scope="session")
def duck():
    connection = connect()
    yield connection
    connection.close()


@pytest.fixture(scope="session")
def postgres(cluster):
    import psycopg

    from anju.core.database.postgres import APPLICATION

    with psycopg.connect(**cluster.connection(APPLICATION), autocommit=True) as connection:
        yield connection


@pytest.fixture(scope="session")
def everywhere(duck, postgres):
    """Run a book on both engines and the reference, require them equal in every way, and return DuckDB's run."""

    def go(book, rows, **how):
        one = running.run_rows(book, rows, engine="duckdb", connection=duck, **how)
        two = running.run_rows(book, rows, engine="postgresql", connection=postgres, **how)
        three = reference.run_reference(book, rows, **how)
        assert one.outputs == two.outputs == three.outputs
        assert one.results == three.results, "DuckDB differs from the reference"
        assert two.results == three.results, "PostgreSQL differs from the reference"
        assert one.csv() == two.csv() == three.csv()
        for a, b, c in zip(one.rows, two.rows, three.rows, strict=True):
            assert a.reasons == b.reasons == c.reasons
            assert row_sentences(a) == row_sentences(b) == row_sentences(c)
            assert explain_row(a) == explain_row(b) == explain_row(c)
            assert {name for name, value in a.values.items() if value is None} == {
                name for name in a.values if c.run.trace.value(c.index, name)[0] is None
            }
        return one

    return go
