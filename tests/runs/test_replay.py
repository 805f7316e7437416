"""A kept run gives the same bytes again, on either engine, whatever happened to the files and figures since."""

import pytest
from django.db import ProgrammingError, connection, connections, transaction

from anju.figures.services import observations as figures
from anju.problems import Refused
from anju.rules.engine import running
from anju.rules.engine.digest import VERSION
from anju.rules.language.versions import FIRST, LANGUAGE
from anju.rules.load import load_text
from anju.runs.models import BookCopy, Run
from anju.runs.queries import books
from anju.runs.queries.runs import rerun, standing_runs
from anju.runs.queries.score_table import lay_out_score_table
from anju.runs.services.runs import replay_run, run_warnings
from tests.rules.build import text
from tests.runs.conftest import JUDGED, WHOLE_YEAR, score
from tests.runs.test_warnings import STARTED


@pytest.mark.parametrize("engine", ["duckdb", "postgres"])
def test_the_same_bytes_on_either_engine(city, engine):
    run = score(city, "old-communities")
    assert replay_run(city[0], run) and replay_run(city[0], run, engine)
    assert bytes(run.outputs).startswith(b"key,social_share,") and b"\r" not in bytes(run.outputs)


def test_every_warning_replays(place):
    by, region, _ = place("jincheng-2021")
    run_warnings(by=by, region=region, period="2021", on=WHOLE_YEAR, given=STARTED)
    runs = standing_runs(by, region, "2021")
    assert len(runs) >= 8 and all(replay_run(by, run, engine) for run in runs for engine in ("duckdb", "postgres"))


def test_a_correction_afterwards_changes_nothing_in_it(city):
    by, region = city
    run = score(city, "prh-shanty")
    figures.correct_figure(by=by, measure="shanty.start", region=region, period="2020", value="200", reason="核减")
    assert replay_run(by, run) and lay_out_score_table(by, run).total.value == "100"
    assert lay_out_score_table(by, score(city, "prh-shanty")).total.value == "70", (
        "200 of 282 is 70.92 %, 29.08 below: 30 points"
    )


def test_the_book_it_used_is_kept_even_when_the_file_is_gone(city, monkeypatch):
    run = score(city, "prh-shanty")
    monkeypatch.setattr(books, "book_library", lambda: pytest.fail("a replay reads the kept copy, not the folder"))
    assert replay_run(city[0], run)


def test_a_kept_run_that_was_tampered_with_is_seen(city):
    run = score(city, "prh-shanty")
    run.rows[0]["facts"]["shanty_starts"]["value"] = "281"
    assert not replay_run(city[0], run)
    run = Run.objects.get(pk=run.pk)
    run.outputs = bytes(run.outputs).replace(b",35,", b",36,")
    assert not replay_run(city[0], run)


@pytest.mark.parametrize(
    "sql", ["UPDATE runs_run SET outputs = ''", "DELETE FROM runs_run", "UPDATE runs_bookcopy SET content = ''"]
)
def test_the_application_may_not_change_or_delete_a_run(city, sql):
    score(city, "prh-shanty")
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)


@pytest.mark.django_db(databases=["default", "owner"])
@pytest.mark.parametrize(
    "sql", ["UPDATE runs_bookcopy SET content = ''", "DELETE FROM runs_bookcopy", "TRUNCATE runs_run, runs_bookcopy"]
)
def test_nor_may_the_owner(sql):
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute("INSERT INTO runs_bookcopy (digest, file, content) VALUES ('d', 'f', '')")
        with pytest.raises(ProgrammingError, match="append-only"), transaction.atomic(using="owner"):
            cursor.execute(sql)


def test_one_book_is_kept_once(city):
    score(city, "prh-shanty")
    score(city, "prh-shanty", judged=JUDGED | {"breaches": "2"})
    assert BookCopy.objects.count() == 1


def test_a_run_of_the_first_language_replays_under_it_whatever_became_stricter(city):
    """The book of before multiplied 万元 into 分; today it would not load."""
    user, region = city
    old = run_book_as_stored(user, region)
    with pytest.raises(Refused, match="to_unit"):
        load_text(bytes(old.book.content), old.book.file)
    assert old.language == FIRST and replay_run(user, old) and replay_run(user, old, "postgres")
    assert books.book_of_run(old).language == FIRST


def run_book_as_stored(user, region):
    """A run as the version before stored it: its bytes, without a language."""
    content = text(
        "share", inputs={"pot": "{label: 资金, unit: 万元, range: [0, 100]}", "name": "{label: 名, type: text}"},
        steps={"fen": "{label: 分, unit: fen, formula: pot * 1000000}"}, result="fen",
    ).encode()  # fmt: skip
    book = load_text(content, "旧.yaml", FIRST)
    done = running.run_rows(book, [{"key": region.code, "pot": "3", "name": region.name}], on=WHOLE_YEAR, key="key")
    kept = BookCopy.objects.create(digest=book.digest, file=book.file, content=content)
    facts = {name: {"value": value} for name, value in (("pot", "3"), ("name", region.name))}
    rows = [{"key": region.code, "region": region.code, "facts": facts}]
    run = Run.objects.create(
        kind="share", subject="test", title=book.title, book=kept, region=region, period="2021", on=WHOLE_YEAR, engine="duckdb", rows=rows,
        inputs_digest=done.inputs_digest, outputs=done.csv(), outputs_digest=done.digest, by=user.key, by_name="旧",
    )  # fmt: skip
    return Run.objects.select_related("book").get(pk=run.pk)


def test_a_run_has_the_digest_that_its_rows_have_anywhere_and_an_earlier_one_keeps_its_own(city):
    user, region = city
    run = score(city, "prh-shanty")
    assert run.digest_version == VERSION and run.outputs_digest == rerun(user, run).rows_digest
    old = run_book_as_stored(user, region)
    assert old.digest_version == "rows/1" and replay_run(user, old)
    for one in (run, old):
        one.outputs_digest = "0" * 64
        assert not replay_run(user, one)


def test_a_run_of_today_keeps_its_language(city):
    assert score(city, "prh-shanty").language == LANGUAGE
