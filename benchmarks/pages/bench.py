"""Pages under load: every page at one user, a hundred users at once, a month closed; on the synthetic province. Beside each heavy page the bare SQL of it.

    python -m benchmarks pages        needs wrk (Debian: apt-get install wrk)

The province is made in a folder of its own, which takes some minutes; ANJU_BENCH_PROVINCE names one to be kept and used again. Never an office's.

A user reads before they click: at a hundred users each waits about five seconds between two pages (delay of the wrk script), as an office does.
"""

import http.client
import os
import secrets
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import unquote

import psycopg

from benchmarks.pages import bare

HERE = Path(__file__).parent
ROUNDS = 30
USERS, SECONDS = 100, 60
PERIOD, YEAR = "2026-10", "2026"
PROVINCE, CITY, COUNTY = "990000", "990100", "990121"


def main() -> int:
    kept = os.environ.get("ANJU_BENCH_PROVINCE", "")
    if kept and not Path(kept).is_dir():
        sys.stderr.write(f"环境变量 ANJU_BENCH_PROVINCE 写的 {kept} 不是文件夹。请先建好，或不设这个变量。\n")
        return 1
    home = Path(kept or tempfile.mkdtemp(prefix="anju-bench-"))
    home.chmod(0o711)
    os.environ |= {"ANJU_HOME": str(home)}
    from anju.core.database.postgres import OWNER, Cluster

    cluster = Cluster(home)
    started = cluster.start()
    try:
        from anju.core.console.command import set_up_django
        from anju.core.database.upgrade import upgrade_tables

        set_up_django()
        upgrade_tables()
        _province()
        with psycopg.connect(**cluster.connection(OWNER), autocommit=True) as db:
            db.execute("VACUUM (ANALYZE)")  # as the server does by itself some minutes after so much was written
            print(
                f"模拟省：120 个县、10 万个项目、300 万个数。量测前机器的平均负载是 {_load()}，负载高于核数时看“处理器”一列，不看毫秒。"
            )
            before = _reckoned()
            told = served(db)
            print(
                f"同一段纯计算，页面量测前用 {before} 毫秒，量测后用 {_reckoned()} 毫秒：云上的机器时快时慢，两次量测先比这个数。\n"
            )
            print(told)
            print(closed(db))
    finally:
        if started:
            cluster.stop()
        if not kept:
            shutil.rmtree(home, ignore_errors=True)
    return 0


def _load() -> str:
    return Path("/proc/loadavg").read_text(encoding="ascii").split()[0] if Path("/proc/loadavg").exists() else "不明"


def _reckoned() -> int:
    """Milliseconds that the same reckoning takes: how fast the machine is just now."""
    began = time.perf_counter_ns()
    sum(one * one for one in range(5_000_000))
    return (time.perf_counter_ns() - began) // 1_000_000


def served(db: psycopg.Connection) -> str:
    cookies, port = people(), 8761
    site = subprocess.Popen(
        [sys.executable, "-m", "anju", "serve", "--port", str(port)], stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        _wait(port)
        told, medians = alone(port, cookies, site.pid, db)
        return "\n".join((told, beside(db, medians), together(port, cookies)))
    finally:
        os.killpg(site.pid, signal.SIGTERM)
        site.wait()


def beside(db: psycopg.Connection, medians: dict[tuple[str, str], int]) -> str:
    """The heavy pages beside their bare SQL."""
    (ret,) = db.execute(
        "SELECT max(ret.id) FROM returns_return AS ret JOIN core_region AS r ON r.id = ret.region_id WHERE r.code = %s AND ret.state = 'locked'",
        [COUNTY],
    ).fetchone()
    rows = [("指标（全省）", bare.FIGURES, ("province", "/figures/"), bare.regions(db, PROVINCE) | {"period": PERIOD}),
            ("项目名册（全省）", bare.LIST, ("province", "/projects/"), bare.regions(db, PROVINCE)),
            ("一张月报（县）", bare.RETURN, ("clerk", f"/returns/{ret}/"), {"rets": [ret]})]  # fmt: skip
    lines = ["| 页面 | 页面 ms | 裸 SQL ms | 页面是裸 SQL 的几倍 |", "|---|---|---|---|"]
    for name, sql, page, given in rows:
        plain = max(1, bare.median(db, sql, given))
        lines.append(
            f"| {name} | {_tenths(medians[page])} | {_tenths(plain)} | {_tenths(10 * medians[page] // plain)} |"
        )
    return "\n".join(lines) + "\n"


def closed(db: psycopg.Connection) -> str:
    """The newest month of the province locked, three times from the same state."""
    from benchmarks.pages import month

    period = month.waiting(PROVINCE)
    plain = int(statistics.median([bare.close(db, period) for _ in range(3)]))
    runs = [month.close(PROVINCE) for _ in range(3)]
    taken, cpu, locked, left, events = sorted(runs)[1]
    return (
        f"整期锁定：{locked} 个县的 {period} 月报，记入台账 {events} 件事项，{left} 张有问题；全程 {_tenths(taken // 100)} 秒，其中本程序的处理器时间 {_tenths(cpu // 100)} 秒。"
        f"裸 SQL 一条语句算差额、记事项、改状态（不检查、不留痕、不发布指标）{_tenths(plain // 100)} 秒，相差 {_tenths(10 * taken // max(1, plain))} 倍。三次取中。"
    )


def _province() -> None:
    from anju.core.demo import ProvinceSize
    from anju.demo.province import generate_province

    _catalogue()
    generate_province(ProvinceSize(), say=lambda text: None)


def _catalogue() -> None:
    from anju.core.people.scope import local_actor, open_scope
    from anju.figures.catalogue import load_catalogue

    with open_scope(local_actor()) as by:
        load_catalogue(by=by)


def people() -> dict[str, str]:
    """Who looks, with the cookie of their session: a county's clerk, a city's reviewer, the province's publisher and the three administrators."""
    from django.conf import settings
    from django.test import Client
    from django.utils import timezone

    from anju.core.models.people import Organisation, Staff
    from anju.core.models.region import Region
    from anju.core.people import postings, staff
    from anju.core.people.scope import local_actor, open_scope

    wanted = {"clerk": (COUNTY, "clerk"), "city": (CITY, "city_reviewer"), "province": (PROVINCE, "publisher"),
              "system": (PROVINCE, "system_admin"), "audit": (PROVINCE, "audit_admin")}  # fmt: skip
    cookies = {}
    with open_scope(local_actor()) as by:
        for name, (code, post) in wanted.items():
            username = f"bench.{name}"
            if not Staff.objects.filter(username=username).exists():
                office = Organisation.objects.get(region=Region.objects.get(code=code), kind="housing")
                staff.register_staff(by=by, username=username, name=f"模拟{name}")
                postings.give_post(by=by, username=username, organisation=office, post=post, since=timezone.localdate())
                person = Staff.objects.get(username=username)
                person.set_password(secrets.token_urlsafe(20))
                person.save(update_fields=["password"])
    for name in wanted:
        client = Client(HTTP_HOST="127.0.0.1")
        client.force_login(Staff.objects.get(username=f"bench.{name}"), backend=settings.AUTHENTICATION_BACKENDS[-1])
        cookies[name] = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
    return cookies


def pages() -> list[tuple[str, str]]:
    """Who opens what."""
    from anju.core.people.scope import local_actor, open_scope
    from anju.projects.models import Project
    from anju.returns.models import Return

    with open_scope(local_actor()):
        project = Project.objects.filter(region__code=COUNTY, state="planned").earliest("id").pk
        waiting = Return.objects.filter(region__code=COUNTY).latest("period")
        locked = Return.objects.filter(region__code=COUNTY, state="locked").latest("period").pk
    found = []
    for who, code in (("clerk", COUNTY), ("city", CITY), ("province", PROVINCE)):
        at = f"region={code}&period={PERIOD}"
        found += [(who, f"{path}?{at}") for path in ("/", "/figures/", "/figures/measure/shanty.start/", "/projects/", "/projects/table/",
                  "/projects/map/", "/projects/ledger/", "/returns/", "/runs/", "/documents/", "/dispatch/", "/imports/")]  # fmt: skip
        found += [
            (who, f"/targets/?region={code}&period={YEAR}"),
            (who, f"/figures/door/?ref=shanty.start@{code}/{PERIOD}"),
            (who, "/rules/"),
            (who, "/me/"),
        ]
    found += [("clerk", f"/projects/{project}/"), ("clerk", f"/returns/{locked}/"), ("city", f"/returns/{waiting.pk}/"),
              ("clerk", f"/returns/{locked}/compare/"), ("province", f"/returns/{locked}/")]  # fmt: skip
    far = f"region={PROVINCE}&period={PERIOD}"
    found += [
        ("province", f"/projects/?{far}&search=%E5%B0%8F%E5%8C%BA"),
        ("province", f"/projects/?{far}&state=&page=1900"),
        ("province", f"/projects/?{far}&search=9901"),
    ]
    found += [("system", "/staff/"), ("system", "/jobs/"), ("audit", "/trail/")]
    return found


def _get(connection: http.client.HTTPConnection, address: str, cookie: str) -> tuple[int, int, int]:
    """Status, bytes, nanoseconds."""
    began = time.perf_counter_ns()
    connection.request("GET", address, headers={"Cookie": cookie, "Host": "127.0.0.1"})
    answer = connection.getresponse()
    content = answer.read()
    return answer.status, len(content), time.perf_counter_ns() - began


def spent(processes: Iterable[str]) -> dict[str, int]:
    """Milliseconds of processor that each of these processes used so far: what a page costs, however busy the machine is with something else."""
    found = {}
    for one in processes:
        try:
            fields = Path(f"/proc/{one}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
        except OSError:
            continue
        found[one] = (int(fields[11]) + int(fields[12])) * 1000 // os.sysconf("SC_CLK_TCK")
    return found


def servers(db: psycopg.Connection) -> list[str]:
    """The database's processes for the site: connections come and go."""
    return [
        str(one)
        for (one,) in db.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    ]


def group(pid: int) -> list[str]:
    """The site's processes."""
    found = []
    for one in Path("/proc").glob("[0-9]*"):
        try:
            if os.getpgid(int(one.name)) == pid:
                found.append(one.name)
        except OSError:
            continue
    return found


def alone(
    port: int, cookies: dict[str, str], pid: int, db: psycopg.Connection
) -> tuple[str, dict[tuple[str, str], int]]:
    """One user: each page thirty times. The medians in tenths of a millisecond, by who and page."""
    lines = ["| 谁 | 页面 | 状态 | 千字节 | 中位 ms | p95 ms | 处理器 ms |", "|---|---|---|---|---|---|---|"]
    connection = http.client.HTTPConnection("127.0.0.1", port)
    worst, medians = [], {}
    for who, address in pages():
        for _ in range(6):  # every worker and thread has been here
            _get(connection, address, cookies[who])
        before = spent([*group(pid), *servers(db)])
        taken = [_get(connection, address, cookies[who]) for _ in range(ROUNDS)]
        used = sum(now - before.get(one, 0) for one, now in spent([*group(pid), *servers(db)]).items())
        times = sorted(ns // 100_000 for *_, ns in taken)
        p95 = times[-(-95 * ROUNDS // 100) - 1]
        worst.append(p95)
        path = address.partition("?")[0]
        asked = next(
            (f"?{part}" for part in address.partition("?")[2].split("&") if part.startswith(("search=", "page="))), ""
        )
        medians.setdefault((who, path), int(statistics.median(times)))
        lines.append(
            f"| {who} | {unquote(path + asked)} | {taken[0][0]} | {taken[0][1] // 1024} | {_tenths(int(statistics.median(times)))} | {_tenths(p95)} | {_tenths(10 * used // ROUNDS)} |"
        )
    lines.append(
        f"\n一人：{len(worst)} 页，最慢一页的 p95 是 {_tenths(max(worst))} ms；超过 100 ms 的 {sum(one > 1000 for one in worst)} 页。处理器一列是网站与数据库两边合计。\n"
    )
    return "\n".join(lines), medians


def _tenths(number: int) -> str:
    return f"{number // 10}.{number % 10}"


def together(port: int, cookies: dict[str, str]) -> str:
    """A hundred users, each with five seconds on average between two pages."""
    wrk = shutil.which("wrk")
    if wrk is None:
        return "没有 wrk，未量一百人同时。"
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as listed:
        listed.writelines(f"{cookies[who]} {address}\n" for who, address in pages())
        listed.flush()
        done = subprocess.run(
            [wrk, "-t2", f"-c{USERS}", f"-d{SECONDS}s", "--timeout", "10s", "-s", str(HERE / "office.lua"), f"http://127.0.0.1:{port}", "--", listed.name],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    said = done.stdout[done.stdout.find("一百人") :] if "一百人" in done.stdout else done.stdout + done.stderr
    return f"{said.strip()}每人每页看 2.5—7.5 秒（wrk 的思考时间），{SECONDS} 秒；wrk、网站、数据库在同一台机器上。\n"


def _wait(port: int) -> None:
    for _ in range(300):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
            connection.request("GET", "/sign-in/", headers={"Host": "127.0.0.1"})
            connection.getresponse().read()
            return
        except OSError:
            time.sleep(0.2)
    sys.exit("网站没有打开。")


if __name__ == "__main__":
    sys.exit(main())
