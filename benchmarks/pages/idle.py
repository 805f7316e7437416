"""Others' waiting time while many connections stand still: p95 of signed-in pages before, during and after, in one run.

    python -m benchmarks.pages.idle [connections] [seconds]        by themselves 64 and 300

Each connection sends nothing, a letter, half a head or half a body, then a byte every second; one that the site closes comes again at once.
"""

import http.client
import os
import secrets
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path

from benchmarks.pages.bench import _get, _tenths, _wait

PORT = 8763
BEGUN = (
    b"",
    b"G",
    b"GET /sign-in/ HTTP/1.1\r\nHost: local",
    b"POST /sign-in/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 60000\r\n\r\nlogin=",
)
PAGES = ("/", "/figures/", "/projects/", "/returns/", "/documents/", "/targets/", "/me/")
AT = "?region=140500&period=2021"


def main() -> int:
    connections, seconds = (int(one) for one in (sys.argv[1:] + ["64", "300"][len(sys.argv) - 1 :])[:2])
    home = Path(tempfile.mkdtemp(prefix="anju-bench-"))
    home.chmod(0o711)
    os.environ |= {"ANJU_HOME": str(home)}
    from anju.core.database.postgres import Cluster

    cluster = Cluster(home)
    cluster.start()
    try:
        cookie = somebody()
        site = subprocess.Popen(
            [sys.executable, "-m", "anju", "serve", "--port", str(PORT)],
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            _wait(PORT)
            look(cookie, 15)  # every worker has been here
            print(
                f"{connections} 个站着不动的连接，前、中、后各 {seconds} 秒，同一个人接连打开 {len(PAGES)} 种页面。\n"
            )
            print("| 什么时候 | 页数 | 中位 ms | p95 ms | 不是 200 的 |\n|---|---|---|---|---|")
            before = row("以前", look(cookie, seconds))
            with_them = row("期间", held(connections, cookie, seconds))
            after = row("以后", look(cookie, seconds))
            plain = max(1, before + after)
            print(f"\n期间的 p95 是以前以后平均的 {_tenths(20 * with_them // plain)} 倍。")
        finally:
            os.killpg(site.pid, signal.SIGTERM)
            site.wait()
    finally:
        cluster.stop()
        shutil.rmtree(home, ignore_errors=True)
    return 0


def somebody() -> str:
    """A published place loaded, and the session of a city's publisher."""
    from anju.core.console.command import set_up_django
    from anju.core.database.upgrade import upgrade_tables

    set_up_django()
    upgrade_tables()
    from django.conf import settings
    from django.test import Client
    from django.utils import timezone

    from anju.core.models.people import Staff
    from anju.core.models.region import Region
    from anju.core.people import organisations, postings, staff
    from anju.core.people.scope import local_actor, open_scope
    from anju.demo import places

    places.load_place(Path(places.__file__).parent / "places" / "jincheng-2021", say=lambda *_: None)
    with open_scope(local_actor()) as by:
        region = Region.objects.get(code="140500", valid_until=None)
        office = organisations.register_organisation(by=by, region=region, kind="housing", name="模拟住房局")
        staff.register_staff(by=by, username="bench", name="模拟")
        postings.give_post(by=by, username="bench", organisation=office, post="publisher", since=timezone.localdate())
        person = Staff.objects.get(username="bench")
        person.set_password(secrets.token_urlsafe(20))
        person.save(update_fields=["password"])
    client = Client(HTTP_HOST="127.0.0.1")
    client.force_login(person, backend=settings.AUTHENTICATION_BACKENDS[-1])
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


def look(cookie: str, seconds: int) -> list[tuple[int, int]]:
    """Status and nanoseconds of each page, one after the other, with a fifth of a second between."""
    taken, until = [], time.monotonic() + seconds
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
    while time.monotonic() < until:
        for page in PAGES:
            status, _, spent = _get(connection, page + AT, cookie)
            taken.append((status, spent))
            time.sleep(0.2)
    return taken


def held(connections: int, cookie: str, seconds: int) -> list[tuple[int, int]]:
    """The same while they stand."""
    over = threading.Event()
    crowd = [threading.Thread(target=stand, args=(number, over), daemon=True) for number in range(connections)]
    for one in crowd:
        one.start()
    try:
        return look(cookie, seconds)
    finally:
        over.set()


def stand(number: int, over: threading.Event) -> None:
    while not over.is_set():
        with suppress(OSError), socket.create_connection(("127.0.0.1", PORT)) as connection:
            connection.sendall(BEGUN[number % len(BEGUN)])
            while not over.wait(1):
                if BEGUN[number % len(BEGUN)]:
                    connection.sendall(b"a")
        over.wait(0.1)


def row(when: str, taken: list[tuple[int, int]]) -> int:
    """A line of the table. p95 in tenths of a millisecond."""
    times = sorted(spent // 100_000 for _, spent in taken)
    p95 = times[-(-95 * len(times) // 100) - 1]
    wrong = sum(status != 200 for status, _ in taken)
    print(
        f"| {when} | {len(times)} | {_tenths(int(statistics.median(times)))} | {_tenths(p95)} | {wrong} |", flush=True
    )
    return p95


if __name__ == "__main__":
    sys.exit(main())
