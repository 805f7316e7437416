"""anju doctor (体检): what is wrong with an installation and how to mend it. It changes nothing and never falls over itself.

First the machine, which needs no Django; then the database; then what is in it, where each room may add checks of its own (doctor.py).
"""

import os
import re
import shutil
import socket
import sys
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from importlib import metadata
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from anju.core.database.binaries import MAJOR
from anju.core.database.folder import data_folder
from anju.core.database.postgres import Cluster
from anju.core.database.problems import database_problem
from anju.core.database.secret_key import read_passwords, secret_key
from anju.problems import Refused

OK, WARN, BAD = "ok", "warn", "bad"
SIGNS = {OK: "好", WARN: "提醒", BAD: "有问题"}
PYTHON = (3, 11)
PORT = 8000
ROOM, LITTLE_ROOM = 200, 2_000  # megabytes free on the data folder's disk: too little, and little
STALE_DAYS = 7  # days without a backup
ZONE = "Asia/Shanghai"
REGIONS = 3_000  # the nation has more


@dataclass(frozen=True)
class CheckResult:
    """One check's answer. fix: the next step, for a person; empty when all is well."""

    name: str
    level: str
    what: str
    fix: str = ""

    def __str__(self) -> str:
        return f"[{SIGNS[self.level]}] {self.name}：{self.what}{'　→ ' + self.fix if self.fix else ''}"


CheckFunction = Callable[[Any], Iterator[CheckResult]]
_checks: list[tuple[str, CheckFunction]] = []  # of what is in the database: they get the machine's own operator


def doctor_check(name: str) -> Callable[[CheckFunction], CheckFunction]:
    """Mark a generator of findings `(user) → Finding…` as a check; a room keeps its own in doctor.py."""

    def mark(check: CheckFunction) -> CheckFunction:
        _checks.append((name, check))
        return check

    return mark


def run_checks() -> Iterator[CheckResult]:
    """Every finding, as it is made."""
    for name, check in (
        ("Python", _python), ("程序", _packages), ("数据目录", _folder), ("时钟", _clock), ("端口", _port), ("数据库", _database),
    ):  # fmt: skip
        results = list(_safely(name, check))
        yield from results
    if results[-1].level != OK:  # the database's last word
        return
    yield from _safely("数据库内容", _contents)


def _safely(name: str, check: Callable[..., Iterator[CheckResult]], *arguments: Any) -> Iterator[CheckResult]:
    """What goes wrong inside a check is a finding too."""
    try:
        yield from check(*arguments)
    except Refused as refused:
        for problem in refused.problems:
            yield CheckResult(name, BAD, f"{problem.where}：{problem.what}", problem.fix)
    except Exception as error:
        if problem := database_problem(error):
            yield CheckResult(name, BAD, problem.what, problem.fix)
        else:
            yield CheckResult(name, BAD, f"没有查成：{type(error).__name__}：{error}", "请把这一行发给维护人员。")


# -- the machine ------------------------------------------------------------------------------------------------------------------------


def _python() -> Iterator[CheckResult]:
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < PYTHON:
        yield CheckResult(
            "Python", BAD, f"版本是 {version}。", f"请安装 Python {'.'.join(map(str, PYTHON))} 以上，重新安装本程序。"
        )
    else:
        yield CheckResult("Python", OK, f"版本 {version}")


def _packages() -> Iterator[CheckResult]:
    needed = [
        re.split(r"[^A-Za-z0-9._-]", line)[0] for line in metadata.requires("anju") or [] if "extra ==" not in line
    ]
    missing = []
    for name in needed:
        try:
            metadata.version(name)
        except metadata.PackageNotFoundError:
            missing.append(name)
    if missing:
        yield CheckResult(
            "程序", BAD, f"缺少组件：{'、'.join(missing)}。", "请重新安装（安装包里的 install.sh，或 make install）。"
        )
    else:
        yield CheckResult("程序", OK, f"安居 {metadata.version('anju')}，{len(needed)} 个组件齐全")


def _folder() -> Iterator[CheckResult]:
    place = data_folder()
    there = next(folder for folder in (place, *place.parents) if folder.exists())
    free = shutil.disk_usage(there).free // 1_000_000
    if free < ROOM:
        yield CheckResult(
            "磁盘",
            BAD,
            f"{there} 所在的磁盘只剩 {free} MB。",
            "请清理磁盘，或停库后把数据目录搬到大一些的磁盘（设 ANJU_HOME）。",
        )
    elif free < LITTLE_ROOM:
        yield CheckResult("磁盘", WARN, f"{there} 所在的磁盘剩 {free} MB，不多了。", "请清理磁盘。")
    else:
        yield CheckResult("磁盘", OK, f"剩 {free:,} MB")
    if not place.exists():
        if os.access(there, os.W_OK | os.X_OK):
            yield CheckResult("数据目录", OK, f"{place} 还没有，第一次使用时建立")
        else:
            yield CheckResult(
                "数据目录",
                BAD,
                f"{there} 不能写，建不成 {place}。",
                "请用 ANJU_HOME 换一个目录，或由有权限的用户运行。",
            )
        return
    if not place.is_dir() or not os.access(place, os.R_OK | os.W_OK | os.X_OK):
        yield CheckResult(
            "数据目录",
            BAD,
            f"{place} 不是目录，或当前用户不能读写。",
            "请由建立它的用户运行，或用 ANJU_HOME 换一个目录。",
        )
        return
    if place.stat().st_uid != os.geteuid():
        yield CheckResult(
            "数据目录", WARN, f"{place} 是别的用户建立的。", "请一直由同一个用户运行，以免有的文件打不开。"
        )
    yield from _safely("密钥", _key, place)
    yield from _safely("数据库密码", _passwords, place)
    open_to_others = [
        f.name for f in (place / "access.json", place / "secret.key") if f.exists() and f.stat().st_mode & 0o077
    ]
    open_to_others += ["backups"] if (place / "backups").exists() and (place / "backups").stat().st_mode & 0o077 else []
    if open_to_others:
        names = "、".join(open_to_others)
        yield CheckResult(
            "数据目录",
            BAD,
            f"别的用户能读 {place} 里的 {names}。",
            "请在该目录运行 chmod go-rwx " + " ".join(open_to_others),
        )
    else:
        yield CheckResult("数据目录", OK, str(place))


def _key(place: Path) -> Iterator[CheckResult]:
    if (place / "secret.key").exists():
        secret_key()
    yield from ()


def _passwords(place: Path) -> Iterator[CheckResult]:
    if (place / "access.json").exists():
        read_passwords(place / "access.json")
    yield from ()


def _clock() -> Iterator[CheckResult]:
    now = datetime.now(UTC)
    installed_at = datetime.fromtimestamp(Path(__file__).stat().st_mtime, UTC)
    if now < installed_at - timedelta(days=1):
        yield CheckResult(
            "时钟",
            BAD,
            f"这台机器的时间是 {now:%Y-%m-%d}，比程序文件的日期还早。",
            "请校准系统时间：留痕和期限都按它记。",
        )
        return
    local = now.astimezone(ZoneInfo(ZONE))
    if now.astimezone().utcoffset() != local.utcoffset():
        yield CheckResult("时钟", OK, f"北京时间 {local:%Y-%m-%d %H:%M}（系统设的是别的时区，程序一律按北京时间）")
    else:
        yield CheckResult("时钟", OK, f"北京时间 {local:%Y-%m-%d %H:%M}")


def _port() -> Iterator[CheckResult]:
    from anju.core.console.serve import LOOPBACK

    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, PORT))
        except OSError:
            pass
        else:
            yield CheckResult("端口", OK, f"{PORT} 空闲，网站没有打开")
            return
    with suppress(OSError, ValueError):
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(f"http://{LOOPBACK}:{PORT}/static/core/tokens.css", timeout=3) as answer:
            if answer.status == 200:
                yield CheckResult("端口", OK, f"{PORT} 上网站已打开")
                return
    yield CheckResult(
        "端口",
        WARN,
        f"{PORT} 被别的程序占用，网站会改用后面的端口。",
        "要用这个端口，请关闭占用它的程序，或用 --port 另选。",
    )


def _database() -> Iterator[CheckResult]:
    from anju.core.database import server

    if not server.is_server_named():
        cluster = Cluster()
        version = cluster.data_version()
        if version is None:
            yield CheckResult(
                "数据库", WARN, "还没有建立，里面的内容没有查。", "这是新安装：运行 anju db start，再运行 anju doctor。"
            )
            return
        cluster.check_version()
        if not cluster.answers():
            yield CheckResult(
                "数据库", WARN, "没有运行，里面的内容没有查。", f"请运行 anju db start；起不来时看 {cluster.log}。"
            )
            return
    known = server.django_databases()
    for alias in server.ALIASES:
        server.check_server(server.VARIABLES[alias], {"OPTIONS": {}} | known[alias])
    kind = "服务器" if server.is_server_named() else "随程序的数据库"
    yield CheckResult("数据库", OK, f"{kind}正在运行，PostgreSQL {MAJOR}，两个用户的权限合适")


# -- what is in the database ------------------------------------------------------------------------------------------------------------


def _contents() -> Iterator[CheckResult]:
    from anju.core.console.command import set_up_django

    set_up_django(migrated=False)
    from anju.core.database.upgrade import pending_migrations
    from anju.core.people.scope import local_actor, open_scope

    if steps := pending_migrations():
        yield CheckResult(
            "表结构",
            WARN,
            f"有 {len(steps)} 步升级没有做，里面的内容没有查。",
            "请运行 anju db upgrade（会先自动备份）。",
        )
        return
    yield CheckResult("表结构", OK, "是最新的")
    yield from _safely("行级安全", _walls)
    yield from _safely("模块", _rooms)
    for name, check in _checks:
        with open_scope(local_actor()) as user:
            yield from list(_safely(name, check, user))


def _rooms() -> Iterator[CheckResult]:
    """What the rooms say of themselves leads somewhere, their own checks first; no table is left of a room that is gone."""
    from django.apps import apps
    from django.db import connection

    from anju.core import registry

    for kind in ("doctor", *registry.CALLS, *registry.OBJECTS, *registry.MODULES):
        try:
            registry.fetch_hooks(kind)
        except Refused as refused:
            for problem in refused.problems:
                yield CheckResult("模块", BAD, f"{problem.where}：{problem.what}", problem.fix)
    known = tuple(f"{label}_" for label in ("django", *(app.label for app in apps.get_app_configs())))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY relname"
        )
        left = [name for (name,) in cursor.fetchall() if not name.startswith(known)]
    if left:
        yield CheckResult(
            "模块",
            WARN,
            f"这些表不属于现有的任何模块：{'、'.join(left)}。里面的数据原样没动。",
            f"模块是有意卸下的，不必处理；要再用，请把它装回并写进 {registry.EXTRA}。",
        )
    else:
        yield CheckResult("模块", OK, f"{len(registry.rooms())} 个，登记的事项都在，每张表都有归属")


def _walls() -> Iterator[CheckResult]:
    """Without a scope nothing is seen, and no table with a region is left without its wall."""
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT count(nullif(current_setting('app.regions', true), ''))")
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relrowsecurity AND relnamespace = 'public'::regnamespace"
            " AND has_table_privilege(current_user, oid, 'SELECT') ORDER BY relname"
        )
        walled = [name for (name,) in cursor.fetchall()]
        leaking = []
        for name in walled:
            cursor.execute(f'SELECT EXISTS (SELECT FROM "{name}")')
            if cursor.fetchone() == (True,):
                leaking.append(name)
        cursor.execute(
            "SELECT relname FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid AND attname = 'region_id' AND NOT attisdropped"
            " WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND NOT relrowsecurity ORDER BY relname"
        )
        bare = [name for (name,) in cursor.fetchall()]
    if leaking or bare:
        names = "、".join(leaking + bare)
        yield CheckResult(
            "行级安全", BAD, f"这些表没有按区划隔离：{names}。", "请停止使用，联系维护人员；不要自行修改数据库的权限。"
        )
    else:
        yield CheckResult("行级安全", OK, f"{len(walled)} 张表在没有设范围时一行也看不到")


@doctor_check("区划")
def _regions(user: Any) -> Iterator[CheckResult]:
    from anju.core.models.region import Region

    count = Region.objects.count()
    if count < REGIONS:
        yield CheckResult("区划", BAD, f"只有 {count} 个，全国区划没有装载。", "请运行 anju db upgrade。")
    else:
        yield CheckResult("区划", OK, f"{count:,} 个")


@doctor_check("后台任务")
def _jobs(user: Any) -> Iterator[CheckResult]:
    from django.db import connection
    from django.utils import timezone

    from anju.core.jobs import queue
    from anju.core.models.job import Job

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - make_interval(secs => %s)",
            [queue.SILENCE],
        )
        (workers,) = cursor.fetchone()
    waiting = Job.objects.filter(state=Job.State.WAITING).count()
    if workers:
        yield CheckResult("后台任务", OK, f"{workers} 个在做，{waiting} 件等待")
    elif waiting:
        yield CheckResult(
            "后台任务",
            WARN,
            f"{waiting} 件等待，没有在做的。",
            "请打开网站（anju serve 自带一个），或运行 anju worker。",
        )
    else:
        yield CheckResult("后台任务", OK, "没有在做的，也没有等待的")
    if lost := queue.stalled_jobs():
        names = "、".join(map(str, lost[:3]))
        yield CheckResult(
            "后台任务", WARN, f"{len(lost)} 件中断了：{names}。", "打开网站或运行 anju worker，会自动接着做，不会重复。"
        )
    failed = Job.objects.filter(
        state=Job.State.FAILED, ended_at__gt=timezone.now() - timedelta(days=STALE_DAYS)
    ).count()
    if failed:
        yield CheckResult(
            "后台任务", WARN, f"近 {STALE_DAYS} 天有 {failed} 件失败。", "请在“任务”页查看原因，改正后重试。"
        )


@doctor_check("备份")
def _backups(user: Any) -> Iterator[CheckResult]:
    from anju.core.database.backup import check_backup, last_backup
    from anju.core.models.trail import Trail

    if not Trail.objects.exists():
        yield CheckResult("备份", OK, "还没有办理过什么，不必备份")
        return
    if (backup := last_backup()) is None:
        yield CheckResult("备份", WARN, "从来没有备份过。", "请运行 anju db backup，并把文件存一份到别处。")
        return
    at, path = backup
    age = (datetime.now(UTC) - at).days
    if age >= STALE_DAYS:
        yield CheckResult("备份", WARN, f"最近一次在 {age} 天前。", "请运行 anju db backup，并把文件存一份到别处。")
    elif not path.exists():
        yield CheckResult(
            "备份", OK, f"最近一次 {at.astimezone(ZoneInfo(ZONE)):%Y-%m-%d %H:%M}，文件已移走（{path.name}）"
        )
    else:
        check_backup(path)
        yield CheckResult("备份", OK, f"最近一次 {at.astimezone(ZoneInfo(ZONE)):%Y-%m-%d %H:%M}，完整，{path}")


def worst_level(findings: list[CheckResult]) -> str:
    return max((one.level for one in findings), key=(OK, WARN, BAD).index, default=OK)


def results_as_data(findings: list[CheckResult]) -> dict[str, Any]:
    return {"worst": worst_level(findings), "findings": [asdict(one) for one in findings]}
