"""Keeping the trail: how long it stays in the database (ANJU_TRAIL_MONTHS) and where the chain's head goes (ANJU_TRAIL_HEAD).

The head is worth something only outside of this machine: a file on another one's disk, appended whenever the chain has grown, and once a
day a mail or a printed line.
"""

import json
import os
import smtplib
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path

from django.db import connections, transaction
from django.utils import timezone

from anju.core.database.folder import data_folder, explain_os_errors
from anju.core.people.scope import Actor
from anju.core.trail import chain, sealing, trail
from anju.problems import Problem, Refused

MONTHS, HEAD = "ANJU_TRAIL_MONTHS", "ANJU_TRAIL_HEAD"
FEWEST = 6  # months: 网络安全法第二十一条 asks for no less
PATIENCE = 30  # seconds for a mail server or a printer
CHAIN = trail.Subject("core.trailseal", "", "留痕链头")


# -- how long ---------------------------------------------------------------------------------------------------------------------------


def retention_months() -> int | None:
    """Months that the trail stays in the database; None: for ever. Refused TRAIL-013 for fewer than six."""
    text = os.environ.get(MONTHS, "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 5) or int(text) < FEWEST:
        fix = f"请写 {FEWEST} 或更大的整数；不设就一直留在库里。"
        raise Refused(Problem("TRAIL-013", f"环境变量 {MONTHS}", f"“{text[:20]}”不合适：留痕至少保存六个月。", fix))
    return int(text)


def archive_folder() -> Path:
    return data_folder() / "trail"


@transaction.atomic
@trail.act("trail.rotate")
def rotate_trail(*, by: Actor) -> tuple[int, int, Path] | None:
    """转存: what is older than the retention goes to a file of the data folder and leaves the database. First, last, file; None: nothing is old enough."""
    months = retention_months()
    if months is None:
        raise Refused(
            Problem(
                "TRAIL-013",
                f"环境变量 {MONTHS}",
                "没有设，留痕一直留在库里。",
                f"要转存，请设为 {FEWEST} 或更大的月数。",
            )
        )
    done = sealing.rotate_chain(archive_folder(), months_before(timezone.now(), months))
    if done is None:
        return None
    first, last, path, sha256 = done
    after = {"first": first, "last": last, "file": path.name, "months": months}
    trail.describe(obj=CHAIN, after=after, digest=sha256, count=last - first + 1)
    return first, last, path


def months_before(moment: datetime, months: int) -> datetime:
    """The same day and time so many months earlier; the last day of a shorter month."""
    local = timezone.localtime(moment)
    month = local.year * 12 + local.month - 1 - months
    year, month = divmod(month, 12)
    for day in range(local.day, 27, -1):
        try:
            return local.replace(year=year, month=month + 1, day=day)
        except ValueError:
            continue
    return local.replace(year=year, month=month + 1)


def archive_problems() -> Iterator[Problem]:
    """Files of the trail that are not where they were written, or are not what was written."""
    import hashlib

    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT file, sha256, first, last FROM core_trailarchive ORDER BY last")
        rows = cursor.fetchall()
    for name, sha256, first, last in rows:
        path = archive_folder() / name
        if not path.exists():
            what, fix = f"第 {first} 至 {last} 条转存的文件不在了。", "从备份的介质取回，放回数据目录的 trail。"
        elif hashlib.file_digest(path.open("rb"), "sha256").hexdigest() != sha256:
            what, fix = f"第 {first} 至 {last} 条转存的文件与转存时不同。", "请与另存的一份核对，查明何人动过。"
        else:
            continue
        yield Problem("TRAIL-015", str(path), what, fix)


# -- where the head goes ------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class HeadSettings:
    """file: appended to whenever the chain has grown. mail: server, from, to, and user, password, tls where they are needed. printer: its name."""

    file: Path | None = None
    mail: dict[str, object] = field(default_factory=dict)
    printer: str = ""

    def __bool__(self) -> bool:
        return bool(self.file or self.mail or self.printer)


def head_settings() -> HeadSettings:
    """Refused TRAIL-014 for a file of settings that cannot be read or says what is not known."""
    name = os.environ.get(HEAD, "").strip()
    if not name:
        return HeadSettings()
    try:
        written = json.loads(Path(name).read_text("utf-8"))
        if not isinstance(written, dict) or not written or set(written) - {"file", "mail", "print"}:
            raise ValueError("只写 file、mail、print，至少一项")
        mail = written.get("mail", {})
        if mail and (not isinstance(mail, dict) or not all(mail.get(key) for key in ("server", "from", "to"))):
            raise ValueError("mail 须写 server、from、to")
        return HeadSettings(Path(written["file"]) if written.get("file") else None, mail, str(written.get("print", "")))
    except (OSError, ValueError, TypeError) as error:
        what = f"读不出来：{getattr(error, 'strerror', None) or error}。"
        raise Refused(Problem("TRAIL-014", f"环境变量 {HEAD}：{name}", what, "写法见 docs/trail.md。")) from None


def append_head() -> bool:
    """Write the head behind the last one in the file outside; False when there is no such file or the chain has not grown."""
    path = head_settings().file
    seq, digest = sealing.chain_head()
    if path is None or not seq:
        return False
    with explain_os_errors(path):
        if path.exists() and last_head(path.read_text("utf-8", "replace")) == f"{seq}:{digest}":
            return False
        with path.open("a", encoding="utf-8") as file:
            file.write(f"{timezone.localtime():%Y-%m-%dT%H:%M:%S%z} {seq}:{digest}\n")
    return True


def last_head(text: str) -> str:
    return text.rstrip().rpartition("\n")[2].rpartition(" ")[2]


def contradicted_head() -> Problem | None:
    """The first head kept outside that the chain no longer has."""
    path = head_settings().file
    if path is None or not path.exists():
        return None
    with explain_os_errors(path):
        lines = path.read_text("utf-8", "replace").splitlines()
    start = sealing.chain_start()
    kept = [match for line in lines if (match := chain.HEAD.fullmatch(line.rpartition(" ")[2]))]
    wanted = {int(match[1]): match[2].lower() for match in kept if match[1] and int(match[1]) >= start[0]}
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT seq, hash FROM core_trailseal WHERE seq = ANY(%s)", [list(wanted)])
        here = {seq: bytes(digest).hex() for seq, digest in cursor.fetchall()} | {start[0]: start[1].hex()}
    for seq in sorted(wanted):
        if here.get(seq) != wanted[seq]:
            what = f"里面第 {seq} 条的链头与数据库里的不符：这以前的留痕被改写、删除过。"
            return Problem("TRAIL-007", str(path), what, "请用另存的导出文件核对，查明何人何时动过数据库。")
    return None


@transaction.atomic
@trail.act("trail.send_head")
def send_head(*, by: Actor) -> list[str]:
    """Mail and print the head, as it is set; where it went. Refused TRAIL-014 with every way that failed: nothing is said to have gone."""
    settings, (seq, digest) = head_settings(), sealing.chain_head()
    text = f"安居留痕链头（{timezone.localtime():%Y年%m月%d日 %H:%M}）\n{seq}:{digest}\n请另行保存；核验时写在 anju trail verify --head 后面。\n"
    sent, problems = [], []
    for name, wanted, send in (("mail", settings.mail, _mail), ("print", settings.printer, _print)):
        if wanted:
            try:
                sent.append(send(settings, text))
            except (OSError, smtplib.SMTPException, subprocess.SubprocessError, ValueError) as error:
                fix = f"请核对 {HEAD} 里的 {name}；送出以前请抄录 anju trail head 的输出。"
                problems.append(Problem("TRAIL-014", f"链头 {name}", f"没有送出：{error}。", fix))
    if problems:
        raise Refused(*problems)
    if sent:
        trail.describe(obj=CHAIN, after={"head": f"{seq}:{digest}", "to": sent})
    return sent


def _mail(settings: HeadSettings, text: str) -> str:
    mail = settings.mail
    to = mail["to"] if isinstance(mail["to"], list) else [mail["to"]]
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = "安居留痕链头", str(mail["from"]), ", ".join(map(str, to))
    message.set_content(text)
    host, _, port = str(mail["server"]).partition(":")
    with smtplib.SMTP(host, int(port or 25), timeout=PATIENCE) as server:
        if mail.get("tls"):
            server.starttls()
        if mail.get("user"):
            server.login(str(mail["user"]), str(mail.get("password", "")))
        server.send_message(message)
    return ", ".join(map(str, to))


def _print(settings: HeadSettings, text: str) -> str:
    subprocess.run(
        ["lp", "-d", settings.printer], input=text.encode(), capture_output=True, timeout=PATIENCE, check=True
    )
    return settings.printer


# -- what the worker does -----------------------------------------------------------------------------------------------------------------


def keep_sealed() -> int:
    """Every few minutes: seal what is committed, and write the head to the file outside."""
    count = sealing.seal_trail()
    append_head()
    return count
