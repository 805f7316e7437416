"""Pages under load: every page at one user, then a hundred users at once, on the synthetic province. Beside each heavy page the bare SQL of what it shows.

    python -m benchmarks.pages.bench        needs wrk (Debian: apt-get install wrk); makes the province where ANJU_HOME says, if it is not there

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
from pathlib import Path

HERE = Path(__file__).parent
ROUNDS = 30
USERS, SECONDS = 100, 60
PERIOD, YEAR = "2026-10", "2026"
PROVINCE, CITY, COUNTY = "990000", "990100", "990121"


def main() -> int:
    os.environ.setdefault("ANJU_HOME", "")
    if not os.environ["ANJU_HOME"]:
        sys.exit("请用 ANJU_HOME 指一个放模拟省的目录，不要用办公的。")
    from anju.core.command import setup

    setup()
    from anju.demo.province import Size, generate

    _catalogue()
    generate(Size(), say=lambda text: None)
    cookies = people()
    port = 8761
    site = subprocess.Popen([sys.executable, "-m", "anju", "serve", "--port", str(port)], stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        _wait(port)
        told = alone(port, cookies)
        print(told)
        print(together(port, cookies))
    finally:
        os.killpg(site.pid, signal.SIGTERM)
        site.wait()
    return 0


def _catalogue() -> None:
    from anju.core.scope import local_operator, scoped
    from anju.figures.services import load_catalogue

    with scoped(local_operator()) as by:
        load_catalogue(by=by)


def people() -> dict[str, str]:
    """Who looks, with the cookie of their session: a county's clerk, a city's reviewer, the province's publisher and the three administrators."""
    from django.conf import settings
    from django.contrib.sessions.backends.db import SessionStore  # noqa: F401  the engine of the settings is used below
    from django.test import Client
    from django.utils import timezone

    from anju.core import staff
    from anju.core.models import Organisation, Region, Staff
    from anju.core.scope import local_operator, scoped

    wanted = {"clerk": (COUNTY, "clerk"), "city": (CITY, "city_reviewer"), "province": (PROVINCE, "publisher"),
              "system": (PROVINCE, "system_admin"), "audit": (PROVINCE, "audit_admin")}  # fmt: skip
    cookies = {}
    with scoped(local_operator()) as by:
        for name, (code, post) in wanted.items():
            username = f"bench.{name}"
            if not Staff.objects.filter(username=username).exists():
                office = Organisation.objects.get(region=Region.objects.get(code=code), kind="housing")
                staff.register(by=by, username=username, name=f"模拟{name}")
                staff.give(by=by, username=username, organisation=office, post=post, since=timezone.localdate())
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
    from anju.core.scope import local_operator, scoped
    from anju.projects.models import Project
    from anju.returns.models import Return

    with scoped(local_operator()):
        project = Project.objects.filter(region__code=COUNTY, state="planned").earliest("id").pk
        waiting = Return.objects.filter(region__code=COUNTY).latest("period")
        locked = Return.objects.filter(region__code=COUNTY, state="locked").latest("period").pk
    found = []
    for who, code in (("clerk", COUNTY), ("city", CITY), ("province", PROVINCE)):
        at = f"region={code}&period={PERIOD}"
        found += [(who, f"{path}?{at}") for path in ("/", "/figures/", "/figures/measure/shanty.start/", "/projects/", "/projects/table/",
                  "/projects/map/", "/projects/ledger/", "/returns/", "/runs/", "/documents/", "/dispatch/", "/imports/")]  # fmt: skip
        found += [(who, f"/targets/?region={code}&period={YEAR}"), (who, f"/figures/door/?ref=shanty.start@{code}/{PERIOD}"), (who, "/rules/"), (who, "/me/")]
    found += [("clerk", f"/projects/{project}/"), ("clerk", f"/returns/{locked}/"), ("city", f"/returns/{waiting.pk}/"),
              ("clerk", f"/returns/{locked}/compare/"), ("province", f"/returns/{locked}/")]  # fmt: skip
    found += [("system", "/staff/"), ("system", "/jobs/"), ("audit", "/trail/")]
    return found


def _get(connection: http.client.HTTPConnection, address: str, cookie: str) -> tuple[int, int, int]:
    """Status, bytes, nanoseconds."""
    began = time.perf_counter_ns()
    connection.request("GET", address, headers={"Cookie": cookie, "Host": "127.0.0.1"})
    answer = connection.getresponse()
    content = answer.read()
    return answer.status, len(content), time.perf_counter_ns() - began


def alone(port: int, cookies: dict[str, str]) -> str:
    """One user: each page thirty times."""
    lines = ["| 谁 | 页面 | 状态 | 千字节 | 中位 ms | p95 ms |", "|---|---|---|---|---|---|"]
    connection = http.client.HTTPConnection("127.0.0.1", port)
    worst = []
    for who, address in pages():
        _get(connection, address, cookies[who])
        taken = [_get(connection, address, cookies[who]) for _ in range(ROUNDS)]
        times = sorted(ns // 100_000 for *_, ns in taken)
        p95 = times[-(-95 * ROUNDS // 100) - 1]
        worst.append(p95)
        path = address.partition("?")[0]
        lines.append(f"| {who} | {path} | {taken[0][0]} | {taken[0][1] // 1024} | {_tenths(int(statistics.median(times)))} | {_tenths(p95)} |")
    lines.append(f"\n一人：{len(worst)} 页，最慢一页的 p95 是 {_tenths(max(worst))} ms；超过 100 ms 的 {sum(one > 1000 for one in worst)} 页。")
    return "\n".join(lines)


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
    return done.stdout[done.stdout.find("一百人") :] if "一百人" in done.stdout else done.stdout + done.stderr


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
