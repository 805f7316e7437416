"""The worker: takes jobs from the queue until it is stopped. `anju worker` runs one; the site has one beside it."""

import logging
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

AT_ONCE = 2  # jobs at a time: a long one does not keep the short ones waiting
GRACE = 3  # seconds for running jobs when the worker is stopped; what is not done then is done again by the next worker
GONE = 5  # seconds without a database after which a worker leaves; what it was doing went with the connection
SEALING = "*/3 * * * *"  # when the trail is sealed: what is not sealed yet can be changed unseen
PAUSE = 3  # seconds before a worker that died beside the site is replaced


def do_jobs() -> None:
    """Do jobs until interrupted. The database is up and Django is set up."""
    from procrastinate import PsycopgConnector
    from procrastinate.contrib.django import DjangoApp
    from procrastinate.contrib.django.utils import connector_params

    from anju.core.jobs import queue

    os.nice(10)  # who waits for a page goes first
    queue.sweep()
    _seal()
    if logging.lastResort:
        logging.lastResort.addFilter(_worth_telling)
    app = DjangoApp(
        connector=PsycopgConnector(
            kwargs=connector_params("default"), reconnect_timeout=GONE, reconnect_failed=lambda pool: os._exit(1)
        )
    )
    app.task(name=queue.TASK)(queue.run_job)
    app.periodic(cron="* * * * *")(
        app.task(name=queue.SWEEP, queueing_lock=queue.SWEEP)(lambda timestamp: queue.sweep() and None)
    )
    app.periodic(cron=SEALING)(app.task(name=queue.SEAL, queueing_lock=queue.SEAL)(lambda timestamp: _seal()))
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, _leave)
    app.run_worker(concurrency=AT_ONCE, delete_jobs="always", install_signal_handlers=False)


def _seal() -> None:
    """Seal the trail. That its head cannot be written where it is wanted is said, and keeps no worker from its work."""
    from anju.core.trail import keeping
    from anju.problems import Refused

    try:
        keeping.keep_sealed()
    except Refused as refused:
        for problem in refused.problems:
            _say(str(problem))


def _leave(*_: object) -> None:
    """A job that is being done may take hours: its transaction is given up, and the next worker begins it again."""
    leaving = threading.Timer(GRACE, os._exit, [0])
    leaving.daemon = True
    leaving.start()
    raise KeyboardInterrupt


def _worth_telling(record: logging.LogRecord) -> bool:
    """That the database is gone the keeper says, in a sentence; the libraries would say it many times over."""
    from anju.core.database.problems import is_unreachable

    return record.name != "psycopg.pool" and not (record.exc_info and is_unreachable(record.exc_info[1]))


@contextmanager
def worker_beside() -> Iterator[None]:
    """A worker as long as this block lasts. However this process ends, its end of the pipe closes, and the worker leaves."""
    ours = os.getpid()
    process = subprocess.Popen(
        [sys.executable, "-m", "anju", "worker", "--beside"], stdin=subprocess.PIPE, start_new_session=True
    )
    try:
        yield
    finally:
        if os.getpid() == ours and process.stdin:  # processes forked from here leave by the same door
            process.stdin.close()
            process.wait()


def keep_worker_running(work: Callable[[], int]) -> None:
    """Run the worker in a child and put another in its place when it dies, until standard input ends."""
    while _database():
        child = os.fork()
        if not child:
            threading.Thread(target=_until_input_ends, daemon=True).start()
            with suppress(KeyboardInterrupt):
                work()
            os._exit(0)
        if _ended(child):
            return
        time.sleep(PAUSE)


def _database() -> bool:
    """Wait for the database: whoever stopped it had a reason (a backup by hand, a move), so a worker leaves it alone. False: the input has ended."""
    from anju.core.database import server

    reported = False
    while problem := server.why_database_is_down():
        if not reported:
            _say(str(problem))
            reported = True
        if select.select([0], [], [], PAUSE)[0]:
            return False
    if reported:
        _say("数据库已恢复，后台任务接着做。")
    return True


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def _ended(child: int) -> bool:
    """Wait. True: the input has ended, and so has the child; False: the child died."""
    while not os.waitpid(child, os.WNOHANG)[0]:
        if select.select([0], [], [], 1)[0]:
            os.waitpid(child, 0)  # it has seen the end of the input too
            return True
    return bool(select.select([0], [], [], 0)[0])


def _until_input_ends() -> None:
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(2 * GRACE)
    os._exit(0)  # it was not listening yet
