"""Each shipped book, on DuckDB, PostgreSQL and the reference."""

import pytest

from anju.rules.engine import reference, running
from anju.rules.shipped.library import Library

BOOKS = {book.file: book for book in Library().books}


@pytest.fixture(scope="session")
def postgres(cluster):
    import psycopg

    from anju.core.database.postgres import APPLICATION

    with psycopg.connect(**cluster.connection(APPLICATION), autocommit=True) as connection:
        yield connection


@pytest.fixture(scope="session")
def everywhere(postgres):
    """Run on the three, require the same bytes, and give DuckDB's run."""

    def go(book, rows, **how):
        one = running.run_rows(book, rows, **how)
        assert one.csv() == running.run_rows(book, rows, engine="postgresql", connection=postgres, **how).csv(), (
            "PostgreSQL differs"
        )
        assert one.csv() == reference.run_reference(book, rows, **how).csv(), "the reference differs"
        return one

    return go


def the(kind, subject, year=""):
    return next(book for name, book in BOOKS.items() if (book.kind, book.subject) == (kind, subject) and year in name)
