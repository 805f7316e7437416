"""The trail: written with the act, append-only, sealed into a chain while others write."""

import datetime
import json
import threading
from decimal import Decimal

import pytest
from django.db import ProgrammingError, connection, connections, transaction
from django.utils import timezone

from anju.core.models.region import Region
from anju.core.models.trail import Trail, TrailSeal
from anju.core.people.scope import local_actor, open_scope
from anju.core.trail import chain, sealing, trail


def write(obj, count=1):
    operator = local_actor()
    for number in range(count):
        with open_scope(operator):
            trail.record(by=operator, act="jobs.retry", obj=trail.Subject("tests.thing", "", f"{obj}-{number}"))


class Worker(threading.Thread):
    """A thread with connections of its own, whose failure is the test's."""

    def __init__(self, function, *arguments):
        super().__init__()
        self.work, self.error = (function, arguments), None
        self.start()

    def run(self):
        function, arguments = self.work
        try:
            function(*arguments)
        except Exception as error:
            self.error = error
        finally:
            connections.close_all()

    def join(self, timeout=300):
        super().join(timeout)
        if self.error:
            raise self.error


def sealed():
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT obj FROM core_trailseal JOIN core_trail ON id = trail_id ORDER BY seq")
        return [obj for (obj,) in cursor.fetchall()]


def test_a_row_says_who_when_what_before_after_reason_region_and_digest(scope):
    region = Region.objects.get(code="450300", valid_until=None)
    row = trail.record(
        by=scope, act="figures.correct", obj=trail.Subject("figures.observation", "7", "开工量"), before={"value": 1}, after={"value": Decimal("2.50"), "on": datetime.date(2021, 8, 31), "of": {3, 1}},
        reason="原表笔误", region_id=region.pk, digest="ab" * 32, count=2,
    )  # fmt: skip
    row.refresh_from_db()
    said = dict(row.said)
    assert datetime.datetime.fromisoformat(said.pop("at")) == row.at
    assert said == {
        "v": 3, "act": "figures.correct", "object": {"type": "figures.observation", "id": "7", "text": "开工量"},
        "by": {"key": "local", "name": "本机操作员"}, "before": {"value": 1}, "count": 2, "outer": None,
        "after": {"value": "2.50", "on": "2021-08-31", "of": [1, 3]}, "reason": "原表笔误", "region": "450300", "digest": "ab" * 32,
        "region_id": region.pk, "source": "",
    }  # fmt: skip
    assert (row.act, row.obj, row.object_type, row.object_id) == (
        "figures.correct",
        "开工量",
        "figures.observation",
        "7",
    )
    assert bytes(row.canonical) == chain.canonical_bytes(row.said), "canonical from the moment it was written"


def test_no_float_and_no_nan_enters(scope):
    for value in (1.5, {"a": [float("nan")]}):
        with pytest.raises(TypeError):
            trail.record(by=scope, act="jobs.retry", obj=trail.Subject("tests.thing", "", "x"), after=value)


def test_an_act_that_fails_leaves_no_row(scope):
    def act():
        with transaction.atomic():
            trail.record(by=scope, act="jobs.retry", obj=trail.Subject("tests.thing", "", "x"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        act()
    assert not Trail.objects.exists()


@pytest.mark.parametrize("statement", ["UPDATE core_trail SET act = 'x'", "DELETE FROM core_trail", "TRUNCATE core_trail CASCADE",
                                       "UPDATE core_trailseal SET hash = ''", "DELETE FROM core_trailseal", "TRUNCATE core_trailseal"])  # fmt: skip
@pytest.mark.parametrize("alias", ["default", "owner"])
@pytest.mark.usefixtures("committed")
def test_rows_are_neither_changed_nor_removed_not_even_by_the_owner(alias, statement):
    write("a")
    sealing.seal_trail()
    with pytest.raises(ProgrammingError), connections[alias].cursor() as cursor:
        cursor.execute(statement)
    assert sealed() == ["a-0"]


@pytest.mark.usefixtures("committed")
def test_sealing_again_changes_nothing():
    write("a", 3)
    assert sealing.seal_trail() == 3
    head = sealing.chain_head()
    assert head[0] == 3
    assert sealing.seal_trail() == 0
    assert sealing.chain_head() == head
    write("b")
    assert sealing.seal_trail() == 1
    assert sealing.chain_head()[0] == 4


@pytest.mark.usefixtures("committed")
def test_a_late_commit_is_sealed_after_what_overtook_it_and_never_skipped():
    """By id alone the early row, committed late, had an id below the last sealed one and was passed over for ever."""
    early, go = threading.Event(), threading.Event()

    def slow():
        operator = local_actor()
        with open_scope(operator):
            trail.record(by=operator, act="jobs.retry", obj=trail.Subject("tests.thing", "", "early"))
            early.set()
            assert go.wait(300)

    thread = Worker(slow)
    assert early.wait(300)
    write("quick", 2)
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM core_trail")
        assert cursor.fetchone() == (2,), "committed, with higher ids"
    assert sealing.seal_trail() == 0, "an open transaction with a lower number could still come before them"
    write("more")
    assert sealing.seal_trail() == 0
    go.set()
    thread.join()
    assert sealing.seal_trail() == 4
    assert sealed() == ["early", "quick-0", "quick-1", "more-0"]


@pytest.mark.usefixtures("committed")
def test_rows_are_sealed_in_the_order_of_their_transactions():
    """One order for ever, whenever it is sealed: the transaction's number first, then the row's."""
    numbered, overtaken = threading.Event(), threading.Event()

    def first():
        operator = local_actor()
        with open_scope(operator):
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_current_xact_id()")  # its number is taken before its row is written
            numbered.set()
            assert overtaken.wait(300)
            trail.record(by=operator, act="jobs.retry", obj=trail.Subject("tests.thing", "", "first"))

    thread = Worker(first)
    assert numbered.wait(300)
    write("second")
    overtaken.set()
    thread.join()
    assert sealing.seal_trail() == 2
    assert sealed() == ["first", "second-0"]


@pytest.mark.usefixtures("committed")
def test_sealing_keeps_no_writer_waiting():
    write("a", 5)
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute("SELECT anju_seal(false)")  # sealed, not yet committed: its locks are held
        assert cursor.fetchone() == (5,)
        thread = Worker(write, "b", 3)
        thread.join(300)
        assert not thread.is_alive()
    assert sealing.seal_trail() == 3


@pytest.mark.usefixtures("committed")
def test_eight_writers_and_two_sealers_make_one_whole_chain(tmp_path):
    stop = threading.Event()

    def sealer():
        while not stop.is_set():
            sealing.seal_trail()

    sealers = [Worker(sealer) for _ in range(2)]
    writers = [Worker(write, f"w{n}", 40) for n in range(8)]
    for thread in writers:
        thread.join()
    stop.set()
    for thread in sealers:
        thread.join()
    seq, digest = sealing.export_chain(tmp_path / "t")
    assert seq == 320
    assert chain.verify_chain([tmp_path / "t"], [f"{seq}:{digest}"]).problems == []
    assert sorted(sealed()) == sorted(f"w{n}-{k}" for n in range(8) for k in range(40))


@pytest.mark.usefixtures("committed")
def test_the_exported_chain_is_the_database_s_own(tmp_path):
    write("a", 3)
    assert sealing.export_chain(tmp_path / "t") == sealing.chain_head()
    lines = (tmp_path / "t").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line.split("\t")[2])["object"]["text"] for line in lines[1:-1]] == ["a-0", "a-1", "a-2"]
    with open_scope(local_actor()):
        assert TrailSeal.objects.count() == 3


@pytest.mark.usefixtures("committed")
def test_a_column_that_no_longer_says_what_was_sealed_is_found(cluster):
    import psycopg

    from anju.core.database.postgres import DATABASE, SUPERUSER

    write("a", 2)
    sealing.seal_trail()
    assert sealing.check_trail() == []
    with psycopg.connect(**cluster.connection(SUPERUSER, DATABASE)) as db:  # who owns the machine can do this
        db.execute("SET session_replication_role = replica")
        for column in ("obj", "object_type", "object_id", "act"):
            db.execute(f"UPDATE core_trail SET {column} = {column} || 'b' WHERE obj = 'a-1'")
            db.commit()
            assert [problem.code for problem in sealing.check_trail()] == ["TRAIL-009"], column
            db.execute(f"UPDATE core_trail SET {column} = left({column}, -1) WHERE obj LIKE 'a-1%'")
            db.commit()
            assert sealing.check_trail() == [], column


def earlier(**said) -> Trail:
    """A row as the version before wrote it."""
    at = timezone.now()
    content = {"at": at.isoformat(), "by": {"key": "local", "name": "本机操作员"}, "before": None, "after": None, "reason": "", "region": None,
               "digest": ""} | said  # fmt: skip
    thing, code = said["object"], content["region"]
    return Trail.objects.create(
        at=at, by="local", act=said["act"], canonical=chain.canonical_bytes(content),
        region=Region.objects.get(code=code, valid_until=None) if code else None,
        **({"obj": thing} if isinstance(thing, str) else {"obj": thing["text"], "object_type": thing["type"], "object_id": thing["id"]}),
    )  # fmt: skip


@pytest.mark.usefixtures("committed")
def test_rows_of_the_version_before_stand_in_the_chain_and_are_checked_as_they_were_written(tmp_path, cluster):
    import psycopg

    from anju.core.database.postgres import DATABASE, SUPERUSER

    with open_scope(local_actor()):
        old = earlier(act="登记项目", object="项目 东县 A-1")
    write("a")
    assert (old.object_type, old.object_id) == (None, None) and sealing.check_trail() == []
    seq, digest = sealing.export_chain(tmp_path / "t")
    assert seq == 2 and chain.verify_chain([tmp_path / "t"], [f"{seq}:{digest}"]).problems == []
    rows = (tmp_path / "t").read_bytes()
    (tmp_path / "t").write_bytes(rows.replace("登记项目".encode(), "登记项木".encode()))
    assert "登记项木 项目 东县 A-1" in chain.verify_chain([tmp_path / "t"]).problems[0].what
    (tmp_path / "t").write_bytes(rows.replace(b"a-0", b"a-9"))
    assert "jobs.retry a-9" in chain.verify_chain([tmp_path / "t"]).problems[0].what
    with psycopg.connect(**cluster.connection(SUPERUSER, DATABASE)) as db:
        db.execute("SET session_replication_role = replica")
        db.execute("UPDATE core_trail SET object_type = 'projects.project' WHERE act = '登记项目'")
    assert [problem.code for problem in sealing.check_trail()] == ["TRAIL-009"]


@pytest.mark.usefixtures("committed")
@pytest.mark.parametrize("version", [1, 2, 3])
def test_a_row_that_was_moved_to_another_region_is_found_of_whatever_version_it_is(cluster, version):
    """Under row-level security the region says who sees an act: moved away, its auditor would miss nothing."""
    import psycopg

    from anju.core.database.postgres import DATABASE, SUPERUSER

    here = Region.objects.get(code="450300", valid_until=None)
    with open_scope(local_actor()) as by:
        if version == 3:
            trail.record(by=by, act="jobs.retry", obj=trail.Subject("tests.thing", "1", "a"), region_id=here.pk)
        else:
            row = earlier(act="jobs.retry", object="a" if version == 1 else {"type": "t", "id": "1", "text": "a"}, region=here.code,
                          **({} if version == 1 else {"v": 2}))  # fmt: skip
            assert row.region_id == here.pk
    assert sealing.check_trail() == []
    with psycopg.connect(**cluster.connection(SUPERUSER, DATABASE)) as db:
        for value in ("NULL", "(SELECT id FROM core_region WHERE code = '140525' AND valid_until IS NULL)"):
            db.execute("SET session_replication_role = replica")
            db.execute(f"UPDATE core_trail SET region_id = {value}")
            db.commit()
            assert [problem.code for problem in sealing.check_trail()] == ["TRAIL-009"], value


@pytest.mark.usefixtures("committed")
def test_rows_restored_from_another_cluster_are_sealed_when_asked():
    write("a")
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_trail (xid, at, by, act, obj, canonical) VALUES (9000000000000, now(), 'x', 'x', 'restored', '\\x7b7d')"
        )
    assert sealing.seal_trail() == 1
    assert sealing.seal_trail(all_committed=True) == 1
    assert sealed() == ["a-0", "restored"]


def test_xid_is_the_writing_transaction_s(scope):
    row = trail.record(by=scope, act="jobs.retry", obj=trail.Subject("tests.thing", "", "x"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text::bigint")
        assert cursor.fetchone() == (row.xid,)
