"""The embedded PostgreSQL: binaries from a wheel, a data folder of ours, a private socket, generated passwords.

We run `initdb` and `pg_ctl` ourselves. Two files lock: `start.lock` lets one client at a time start or stop, and `running.lock` is
inherited by the server and all its processes, so that the kernel knows whether any of them lives, whatever postmaster.pid says.
"""

import fcntl
import hashlib
import json
import os
import re
import secrets
import shutil
import stat
import struct
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from anju.core.database.binaries import MAJOR, binaries_folder
from anju.core.database.folder import (
    ROOT_HOME,
    SYSTEM_USER,
    data_folder,
    explain_os_errors,
    folder_refusal,
    storage_refusal,
    system_user,
)
from anju.core.database.orphans import end_orphans
from anju.core.database.secret_key import read_passwords

DATABASE = "anju"
SUPERUSER, OWNER, APPLICATION = "postgres", "anju_owner", "anju_app"
PORTAL = "anju_portal"  # residents': sees its own household where a room says so, nothing else
ROLES = (SUPERUSER, OWNER, APPLICATION, PORTAL)
PORT = 5432  # part of the socket's name; nothing listens on the network
SOCKET_LIMIT = 103  # bytes of a socket's path: 107 on Linux, 103 on macOS
LOG_LIMIT = 10_000_000  # bytes; one older log is kept
ORPHANS = 10  # seconds after which they are not waited for any more
LEAVING = 120  # seconds for the processes of a killed server to go
RECOVERY = ("starting up", "in recovery mode", "not yet accepting")  # what a server says while it replays its log
STATE_AT, SHUT_DOWN = 16, 1  # of pg_control: where its state stands, and the one after a shutdown in order
PATIENCE = 600  # seconds; crash recovery of a large log takes longer than pg_ctl's default


class Cluster:
    """One data folder and its server."""

    def __init__(self, folder: Path | None = None, *, fsync: bool = True) -> None:
        self.home = folder or data_folder()
        self.folder = self.home / "postgres"
        self.data = self.folder / "data"
        self.log = self.folder / "server.log"
        self.access_file = self.home / "access.json"
        self.stop_mark = self.folder / "stopped"  # by `stop`, in whatever way the server then went
        self.fsync = fsync

    # -- what it is -----------------------------------------------------------------------------------------------------------

    @property
    def socket_folder(self) -> Path:
        """Inside the data folder; elsewhere when that path is too long for a socket or libpq would misread it."""
        inside = self.folder / "run"
        if len(os.fsencode(inside / f".s.PGSQL.{PORT}")) <= SOCKET_LIMIT and not re.search(r"[,\"']", str(inside)):
            return inside
        mark = hashlib.sha256(os.fsencode(self.data)).hexdigest()[:16]
        return Path("/tmp") / f"anju-{self._runner()}-{mark}"

    def passwords(self) -> dict[str, str]:
        return read_passwords(self.access_file)

    def connection(self, role: str, database: str = DATABASE) -> dict[str, Any]:
        """Keyword arguments of psycopg.connect for one of the roles."""
        return {
            "host": str(self.socket_folder), "port": PORT, "user": role, "password": self.passwords()[role], "dbname": database,
        }  # fmt: skip

    def answers(self) -> bool:
        """Can the application log in now?"""
        with explain_os_errors(self.access_file):
            if not self.access_file.exists():
                return False
        try:
            psycopg.connect(**self.connection(APPLICATION), connect_timeout=10).close()
        except psycopg.OperationalError:
            return False
        return True

    def _complete(self) -> bool:
        """Does every role have its password? An installation of an earlier version lacks those that came later."""
        return set(ROLES) <= self.passwords().keys()

    def status(self) -> dict[str, Any]:
        running = self.answers()
        return {
            "running": running,
            "home": str(self.home),
            "data": str(self.data),
            "socket": str(self.socket_folder) if running else None,
            "version": self.data_version(),
            "log": str(self.log),
        }

    def data_version(self) -> str | None:
        file = self.data / "PG_VERSION"
        with explain_os_errors(file):
            return file.read_text().strip() if file.exists() else None

    # -- start and stop ---------------------------------------------------------------------------------------------------------

    def start(self) -> bool:
        """Have the server run. True: this call started it; False: it ran already."""
        if self.answers() and self._complete():
            return False
        self._make_folders()
        with self._lock("start.lock"):
            if self.answers() and self._complete():
                return False
            self.check_version()
            self.stop_mark.unlink(missing_ok=True)
            mark = self._log_size()
            with self._claim() as claim:
                if claim is not None:
                    if not (self.data / "PG_VERSION").exists():
                        self._initialise(claim)
                    elif not self.access_file.exists():
                        self._renew_password(claim)
                    self._launch(claim)
            try:
                self._make_roles()
            except psycopg.Error as error:  # it died again under the first statements: a full disk, as a rule
                raise storage_refusal(self.data, self._logged(mark) or str(error)) from error
        return claim is not None

    def stop(self) -> bool:
        """Stop the server, waiting for it. False: it did not run."""
        if not self.folder.exists():
            return False
        with self._lock("start.lock"):
            if not self._connectable():
                return False
            with suppress(OSError):
                self.stop_mark.touch()
            # During crash recovery PostgreSQL 18 may never finish a fast shutdown (seen with a full disk); an immediate one
            # loses nothing, recovery begins again at the next start.
            if (
                self._recovering()
                or self._call("pg_ctl", "stop", "-D", self.data, "-m", "fast", "-w", "-t", LEAVING).returncode
            ):
                self._run("pg_ctl", "stop", "-D", self.data, "-m", "immediate", "-w", "-t", LEAVING)
        return True

    def share(self) -> int:
        """Be known as somebody who serves from it, until the handle is closed."""
        self._make_folders()
        handle = self._open("serving.lock")
        fcntl.flock(handle, fcntl.LOCK_SH)
        return handle

    @staticmethod
    def is_last(handle: int) -> bool:
        """Does nobody else serve from it?"""
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def stopped(self) -> bool:
        """Was the server shut down in order, not killed? Waits for a start or a stop that is under way."""
        if self.answers():
            return False
        with self._lock("start.lock"):
            return not self._connectable() and (self.stop_mark.exists() or self._shut_down())

    def _shut_down(self) -> bool:
        """What the server wrote last of itself: one that fell, and could not get up for want of room, takes its postmaster.pid away as well."""
        try:
            (state,) = struct.unpack_from("=i", (self.data / "global" / "pg_control").read_bytes(), STATE_AT)
        except (OSError, struct.error):
            return False
        return state == SHUT_DOWN

    def check_version(self) -> None:
        version = self.data_version()
        if version is not None and version != str(MAJOR):
            raise folder_refusal(
                "DB-003", self.data, f"数据目录是 PostgreSQL {version} 的，本程序带的是 {MAJOR}，没有启动，数据没有改动。",
                "请运行 anju db upgrade，按它列出的步骤升级。",
            )  # fmt: skip

    def _launch(self, claim: int) -> None:
        with explain_os_errors(self.folder):
            self._make_socket_folder()
            self._clear()
            self._configure()
            if self.log.exists() and self.log.stat().st_size > LOG_LIMIT:
                self.log.replace(self.log.with_suffix(".log.1"))
            mark = self._log_size()
            done = self._call("pg_ctl", "start", "-D", self.data, "-w", "-t", PATIENCE, "-l", self.log, keep=claim)
            if done.returncode:
                raise storage_refusal(self.data, self._logged(mark) or done.stdout + done.stderr)

    def _log_size(self) -> int:
        return self.log.stat().st_size if self.log.exists() else 0

    def _logged(self, mark: int) -> str:
        """The end of what the server has logged since then."""
        return self.log.read_bytes()[mark:][-2000:].decode("utf-8", "replace").strip() if self.log.exists() else ""

    def _clear(self) -> None:
        """Take away what a crash left. Only under the lock that every process of a living server holds.

        PostgreSQL asks whether the numbers in these files live; another program may have them by now, or a dead
        postmaster that nobody has collected (in a container whose first process is no init).
        """
        for left in (
            self.data / "postmaster.pid",
            *(self.socket_folder / f".s.PGSQL.{PORT}{end}" for end in ("", ".lock")),
        ):
            left.unlink(missing_ok=True)

    @contextmanager
    def _claim(self) -> Iterator[int | None]:
        """The lock that a living server holds and a starting one inherits; None when a server answers already.

        Waits for the last processes of a server, or of an initdb, whose parent was killed.
        """
        with explain_os_errors(self.folder):
            handle = self._open("running.lock")
        try:
            until = time.monotonic() + LEAVING
            kindly = time.monotonic() + ORPHANS
            while True:
                with suppress(BlockingIOError):
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    yield handle
                    return
                if self._connectable():
                    yield None
                    return
                if time.monotonic() > kindly:
                    end_orphans(self.data)
                if time.monotonic() > until:
                    raise folder_refusal(
                        "DB-008",
                        self.data,
                        "旧的数据库进程还没有退出，又连接不上。",
                        "请稍候再试；仍不行时重新启动这台机器。",
                    )
                time.sleep(0.1)
        finally:
            os.close(handle)

    def _connectable(self) -> bool:
        """Does a server answer at the socket, whatever it answers, and mean to stay?"""
        answer = self._answer()
        return not any(
            text in answer for text in ("No such file", "Connection refused", "Permission denied", "shutting down")
        )

    def _recovering(self) -> bool:
        return any(text in self._answer() for text in RECOVERY)

    def _answer(self) -> str:
        """What the socket says to a stranger."""
        known = {
            "host": str(self.socket_folder),
            "port": PORT,
            "user": SUPERUSER,
            "password": "-",
            "dbname": "postgres",
        }
        try:
            psycopg.connect(**known, connect_timeout=10).close()
        except psycopg.OperationalError as error:
            return str(error)
        return ""

    @contextmanager
    def _lock(self, name: str) -> Iterator[None]:
        with explain_os_errors(self.folder):
            handle = self._open(name)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def _open(self, name: str) -> int:
        return os.open(self.folder / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    # -- making it ----------------------------------------------------------------------------------------------------------------

    def _make_folders(self) -> None:
        if re.search(r'["$`\\\n]', str(self.home)):
            raise folder_refusal(
                "DB-009",
                self.home,
                "目录名里有引号、$、反引号、反斜杠或换行，数据库工具不能用。",
                "请用 ANJU_HOME 换一个目录。",
            )
        with explain_os_errors(self.home):
            if not self.home.exists():
                self.home.mkdir(parents=True)
                self.home.chmod(0o755 if os.geteuid() == 0 else 0o700)
            if not self.folder.exists():
                self.folder.mkdir(mode=0o700)
                self._give(self.folder)
            if os.geteuid() == 0:
                self._check_reachable()

    def _check_reachable(self) -> None:
        done = subprocess.run(["/bin/sh", "-c", 'cd "$1"', "sh", self.folder], capture_output=True, **self._as_runner())
        if done.returncode:
            closed = [str(place) for place in self.folder.parents if not place.stat().st_mode & stat.S_IXOTH]
            raise folder_refusal(
                "DB-004", self.folder, f"数据库以系统用户 {SYSTEM_USER} 运行，进不去：{'、'.join(closed) or self.folder}。",
                f"请用 ANJU_HOME 换一个该用户进得去的目录（不设时为 {ROOT_HOME}），或改用普通用户运行。",
            )  # fmt: skip

    def _initialise(self, claim: int) -> None:
        """initdb beside the final name, so that a broken attempt never looks like a data folder."""
        fresh, secret = self.folder / "data.new", self.folder / "initial"
        with explain_os_errors(self.folder):
            shutil.rmtree(fresh, ignore_errors=True)
            if not self.access_file.exists():
                self._make_passwords()
            self._keep_secret(secret, self.passwords()[SUPERUSER])
            self._give(secret)
        try:
            self._run(
                "initdb", "-D", fresh, "-U", SUPERUSER, f"--pwfile={secret}", "--auth=scram-sha-256", "--encoding=UTF8",
                "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C",
                *([] if self.fsync else ["--no-sync"]),
                keep=claim,
            )  # fmt: skip
        finally:
            secret.unlink()
        with explain_os_errors(self.data):
            fresh.replace(self.data)

    def _renew_password(self, claim: int) -> None:
        """access.json was lost: give the superuser a new password in single-user mode; the other roles follow from it."""
        self._make_passwords()
        command = sql.SQL("ALTER ROLE {} PASSWORD {};").format(
            sql.Identifier(SUPERUSER), sql.Literal(self.passwords()[SUPERUSER])
        )
        self._clear()
        self._run("postgres", "--single", "-D", self.data, "postgres", keep=claim, stdin=command.as_string())

    def _make_passwords(self) -> None:
        self._keep_secret(self.access_file, json.dumps({role: secrets.token_urlsafe(32) for role in ROLES}))

    def _complete_passwords(self) -> dict[str, str]:
        known = self.passwords()
        if missing := set(ROLES) - known.keys():
            known |= {role: secrets.token_urlsafe(32) for role in missing}
            with explain_os_errors(self.access_file):
                self._keep_secret(self.access_file, json.dumps(known))
        return known

    @staticmethod
    def _keep_secret(file: Path, text: str) -> None:
        part = file.with_name(file.name + ".part")
        part.unlink(missing_ok=True)
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        part.replace(file)

    def _make_socket_folder(self) -> None:
        place = self.socket_folder
        with suppress(FileExistsError):
            place.mkdir(mode=0o700)
            self._give(place)
        seen = place.lstat()
        if not stat.S_ISDIR(seen.st_mode) or seen.st_uid != self._runner() or seen.st_mode & 0o077:
            raise folder_refusal(
                "DB-004",
                place,
                "连接目录已被别的用户占用，不能放心使用。",
                "请由系统管理员删除该目录，或用 ANJU_HOME 换一个较短的目录。",
            )

    def _configure(self) -> None:
        """Rewritten at every start: the folder may have been moved."""
        main, ours = self.data / "postgresql.conf", self.data / "anju.conf"
        include = "include_if_exists = 'anju.conf'\n"
        text = main.read_text(encoding="utf-8")
        if include not in text:
            main.write_text(text + "\n" + include, encoding="utf-8")
        ours.write_text(
            "listen_addresses = ''\n"
            f"unix_socket_directories = '{self.socket_folder}'\n"
            "unix_socket_permissions = 0700\n"
            f"port = {PORT}\nlog_line_prefix = '%m [%p] %u '\nlog_min_messages = warning\n"
            + ("" if self.fsync else "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\n"),
            encoding="utf-8",
        )
        self._give(ours)

    def _make_roles(self) -> None:
        """The login roles and the database; repeated at every start, so that a broken first start is mended."""
        with self._superuser() as db:
            # What a client that was killed had begun goes on in the server, and holds this lock until it ends.
            db.execute("SELECT pg_advisory_lock(hashtext('anju roles and database'))")
            known = self._complete_passwords()
            for role in ROLES[1:]:
                if not db.execute("SELECT FROM pg_roles WHERE rolname = %s", [role]).rowcount:
                    db.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))
                db.execute(
                    sql.SQL("ALTER ROLE {} NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB PASSWORD {}").format(
                        sql.Identifier(role), sql.Literal(known[role])
                    )
                )
            if not db.execute("SELECT FROM pg_database WHERE datname = %s", [DATABASE]).rowcount:
                db.execute(
                    sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(DATABASE), sql.Identifier(OWNER))
                )
            for database in (DATABASE, "postgres"):
                db.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(database)))
            db.execute(
                sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}").format(
                    sql.Identifier(DATABASE), sql.Identifier(APPLICATION)
                )
            )
            db.execute(
                sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(sql.Identifier(DATABASE), sql.Identifier(PORTAL))
            )

    def _superuser(self) -> "psycopg.Connection[Any]":
        """Log in as the superuser, waiting while the server recovers from a crash."""
        until = time.monotonic() + PATIENCE
        while True:
            try:
                return psycopg.connect(**self.connection(SUPERUSER, "postgres"), autocommit=True, connect_timeout=10)
            except psycopg.OperationalError as error:
                if "password authentication failed" in str(error):
                    raise folder_refusal(
                        "DB-016", self.access_file, "数据库在运行，用这个文件里的密码却登录不上。",
                        "请先运行 anju db stop，删除该文件，再运行 anju db start，密码会重新生成，数据不变。",
                    ) from error  # fmt: skip
                if not any(text in str(error) for text in RECOVERY):
                    raise
                if time.monotonic() > until:
                    raise folder_refusal(
                        "DB-017",
                        self.data,
                        "上次没有正常关机，数据库还在恢复。",
                        "请过几分钟再运行一次，不要删除任何文件。",
                    ) from error
                time.sleep(0.2)

    # -- running the binaries -----------------------------------------------------------------------------------------------------

    def _runner(self) -> int:
        """The user the server runs as: the folder's owner, or us."""
        if os.geteuid() != 0:
            return os.geteuid()
        owner = self.folder.stat().st_uid if self.folder.exists() else 0
        return owner or system_user()

    def _give(self, path: Path) -> None:
        """Hand a path that we have just made to the user the server runs as."""
        if os.geteuid() == 0:
            os.chown(path, self._runner(), -1)

    def _as_runner(self) -> dict[str, Any]:
        if os.geteuid() != 0:
            return {}
        import pwd

        return {"user": self._runner(), "group": pwd.getpwuid(self._runner()).pw_gid, "extra_groups": []}

    def _call(
        self, program: str, *arguments: object, keep: int | None = None, stdin: str = ""
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [binaries_folder() / program, *map(str, arguments)],
            cwd="/", env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"}, umask=0o077,
            pass_fds=() if keep is None else (keep,), start_new_session=True,  # Ctrl-C in our terminal is not meant for the server
            input=stdin, capture_output=True, text=True, check=False, **self._as_runner(),
        )  # fmt: skip

    def _run(self, program: str, *arguments: object, keep: int | None = None, stdin: str = "") -> str:
        done = self._call(program, *arguments, keep=keep, stdin=stdin)
        if done.returncode:
            raise storage_refusal(self.data, done.stderr.strip() or done.stdout.strip())
        return done.stdout
