"""Which database the program uses: the embedded one, or a server named by DATABASE_URL. Two roles, one alias each; a third for the portal."""

import os
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import psycopg

from anju.core.database.binaries import MAJOR
from anju.core.database.folder import folder_refusal
from anju.core.database.postgres import APPLICATION, DATABASE, OWNER, PORTAL, Cluster
from anju.problems import Problem, Refused

ALIASES = {"default": APPLICATION, "owner": OWNER}
VARIABLES = {"default": "DATABASE_URL", "owner": "DATABASE_OWNER_URL"}
PORTAL_VARIABLE = "DATABASE_PORTAL_URL"


class OwnerMigrates:
    """Tables are made by the owner only."""

    def allow_migrate(self, db: str, *names: str, **hints: Any) -> bool:
        return db == "owner"


def is_server_named() -> bool:
    """Is a server named by the environment?"""
    return bool(os.environ.get("DATABASE_URL") or os.environ.get("DATABASE_OWNER_URL"))


def django_databases(cluster: Cluster | None = None) -> dict[str, dict[str, Any]]:
    """Django's DATABASES. Before the embedded server's first start the passwords are blank."""
    common = {"ENGINE": "django.db.backends.postgresql", "CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
    if is_server_named():
        return {alias: common | _from_url(variable) for alias, variable in VARIABLES.items()}
    cluster = cluster or Cluster()
    readable = cluster.access_file.exists() and os.access(cluster.access_file, os.R_OK)
    databases = {}
    for alias, role in ALIASES.items():
        known = (
            cluster.connection(role)
            if readable
            else {"host": "/", "port": 0, "user": role, "password": "", "dbname": DATABASE}
        )
        databases[alias] = common | {
            "HOST": known["host"], "PORT": known["port"], "USER": known["user"], "PASSWORD": known["password"], "NAME": known["dbname"],
        }  # fmt: skip
    return databases


def portal_role() -> str:
    """What the role of residents is called; blank on a named server of which nobody has said it."""
    if not is_server_named():
        return PORTAL
    return _from_url(PORTAL_VARIABLE)["USER"] if os.environ.get(PORTAL_VARIABLE) else ""


def _from_url(variable: str) -> dict[str, Any]:
    url = os.environ.get(variable)
    if not url:
        other = next(name for name in VARIABLES.values() if name != variable)
        raise folder_refusal(
            "DB-011", variable, f"设置了 {other}，没有设置 {variable}。",
            "两个都要设置：DATABASE_URL 是应用用户（受行级安全约束），DATABASE_OWNER_URL 是属主（建表、升级）。",
        )  # fmt: skip
    parts = urlsplit(url)
    if parts.scheme not in ("postgresql", "postgres") or not parts.username or not parts.path.strip("/"):
        raise folder_refusal(
            "DB-011", variable, "不是完整的 PostgreSQL 地址。", "请写成 postgresql://用户:密码@主机:端口/数据库。"
        )
    options = dict(parse_qsl(parts.query))
    return {
        "HOST": options.pop("host", "") or parts.hostname or "",
        "PORT": parts.port or options.pop("port", ""),
        "USER": unquote(parts.username),
        "PASSWORD": unquote(parts.password or ""),
        "NAME": unquote(parts.path.strip("/")),
        "OPTIONS": options,
    }


def ensure_database() -> bool:
    """Have a database to talk to. True: the embedded server was started by this call."""
    if not is_server_named():
        return Cluster().start()
    known = django_databases()
    for alias in ALIASES:
        check_server(VARIABLES[alias], known[alias])
    if os.environ.get(PORTAL_VARIABLE):
        portal = _from_url(PORTAL_VARIABLE)
        check_server(PORTAL_VARIABLE, portal)
        if portal["USER"] in (known["default"]["USER"], known["owner"]["USER"]):
            raise folder_refusal(
                "DB-014", PORTAL_VARIABLE, "居民端和应用、属主用了同一个用户，居民就看得到别人的家庭。",
                "请另建一个普通登录用户给 DATABASE_PORTAL_URL，不授予任何权限。",
            )  # fmt: skip
    return False


def why_database_is_down() -> Problem | None:
    """Why a worker should let the database be: it was stopped on purpose, or somebody else's will not do. Ours, killed, is started again."""
    try:
        if is_server_named():
            ensure_database()
        elif not (cluster := Cluster()).stopped():
            cluster.start()  # it was killed, or had no room: tried again until it comes back
        else:
            return Problem(
                "DB-023",
                "后台任务",
                "数据库已经停止，后台任务在等它，不会自行启动它。",
                "要用时请运行 anju db start，后台任务自动接着做。",
            )
    except Refused as refused:
        return refused.problems[0]
    return None


def check_server(variable: str, known: dict[str, Any]) -> None:
    """A server must be reachable, of the version that the tests ran on, and bind all but the owner by row-level security."""
    where = f"{variable}（{known['HOST']}:{known['PORT'] or 5432}/{known['NAME']}，用户 {known['USER']}）"
    try:
        with psycopg.connect(
            host=known["HOST"], port=known["PORT"] or 5432, user=known["USER"], password=known["PASSWORD"],
            dbname=known["NAME"], connect_timeout=10, **known["OPTIONS"],
        ) as db:  # fmt: skip
            row = db.execute(
                "SELECT current_setting('server_version_num')::int / 10000, rolsuper OR rolbypassrls,"
                " pg_has_role(current_user, datdba, 'USAGE'), pg_encoding_to_char(encoding)"
                " FROM pg_roles, pg_database WHERE rolname = current_user AND datname = current_database()"
            ).fetchone()
    except psycopg.Error as error:
        raise folder_refusal(
            "DB-012",
            where,
            f"连接不上数据库服务器：{str(error).strip()}",
            "请核对地址、用户和密码，并确认服务器正在运行。",
        ) from error
    version, unbound, owns, encoding = row or (0, True, True, "")
    if version != MAJOR:
        raise folder_refusal(
            "DB-003",
            where,
            f"服务器是 PostgreSQL {version}，本程序只在 {MAJOR} 上测试过。",
            f"请使用 PostgreSQL {MAJOR} 的服务器。",
        )
    if encoding != "UTF8":
        raise folder_refusal("DB-013", where, f"数据库的编码是 {encoding}。", "请用 UTF8 编码新建数据库。")
    owner = variable == VARIABLES["owner"]
    if not owner and (unbound or owns):
        raise folder_refusal(
            "DB-014", where, "这个用户是超级用户、属主或可绕过行级安全，各区域的数据就没有隔离。",
            f"请另建一个普通登录用户给 {variable}；属主只用于 DATABASE_OWNER_URL。",
        )  # fmt: skip
    if owner and not owns:
        raise folder_refusal(
            "DB-014", where, "这个用户不是数据库的属主，不能建表。", "请把数据库的属主改为 DATABASE_OWNER_URL 的用户。"
        )


def database_status() -> dict[str, Any]:
    """Where the database is and whether it answers."""
    if not is_server_named():
        return Cluster().status()
    known = django_databases()["default"]
    check_server(VARIABLES["default"], known)
    return {
        "running": True,
        "server": f"{known['HOST']}:{known['PORT'] or 5432}/{known['NAME']}",
        "version": str(MAJOR),
    }
