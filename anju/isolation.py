"""Work on what strangers send, done in a process of its own that may take so much memory and so much time, and whose end ends nobody else.

A keeper, started once, has the readers loaded and forks a child for each piece of work: some milliseconds. Keeper and callers share a socket,
so callers that are forked afterwards (the workers of the site) share the keeper too; it leaves when the last of them has. Knows no Django.
"""

import contextlib
import fcntl
import gc
import importlib
import logging
import os
import pickle
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
import traceback
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any, TypeVar

from anju.problems import Place, Problem, Refused

MEMORY = 1 << 30  # bytes that a child may take, everything counted
ANSWER = 256 << 20  # bytes of the largest answer
SMALL, SHORT, LONG = (
    1 << 20,
    10,
    60,
)  # a file of so many bytes is worked on for so many seconds at most; a larger one for so many
PART = 64 << 20  # bytes of one part of a packed file, unpacked; sheets and their texts may have more
LARGE_PARTS = ("xl/worksheets/", "xl/sharedstrings.xml")
EVERY = 0.5  # seconds between two calls of what is done meanwhile
AT_ONCE = max(2, os.cpu_count() or 1)  # children at a time; further work waits
READERS = (  # loaded by the keeper, and a function called after a colon; what is not named here each child loads again
    "anju.workbooks.reading.reader",
    "anju.workbooks.reading.context",
    "anju.workbooks.writing.marking",
    "anju.documents.text.word_file",
    "anju.documents.checker.inspection",
    "anju.documents.checker.annotation",
    "pdfplumber",
    "anju.projects.files.returned",
    "anju.returns.files.offline_workbook_file",
    "anju.returns.files.export_sheets",
    "anju.returns.files.scan_reading",
    "anju.documents.writers.pdf:warm_up",
)

R = TypeVar("R")
log = logging.getLogger(__name__)
_lock = threading.Lock()
_keeper: tuple[socket.socket, "subprocess.Popen[bytes]"] | None = None


class Killed(Exception):
    """The work took longer than those seconds; or, with 0, more memory than it may, or its library fell."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


def read_isolated(
    work: Callable[..., R],
    source: bytes | str | Path,
    *args: Any,
    file: str = "",
    meanwhile: Callable[[], None] | None = None,
    **named: Any,
) -> R:
    """`work(source, *args, **named)` in a child. source: a file's bytes, or its path; file: what its sender calls it; meanwhile: as of
    `run_isolated`.

    Refused with what `work` refuses, and READ-001 when it takes too long, READ-002 too much memory, READ-003 when a part is too large unpacked.
    """
    file = file or (Path(source).name if not isinstance(source, bytes) else "上传的文件")
    try:
        size = len(source) if isinstance(source, bytes) else Path(source).stat().st_size
        check_parts(source, file)
    except OSError:  # it is not there: `work` says so
        size = 0
    seconds, stops = seconds_for(size), []

    def call_meanwhile() -> None:
        try:
            if meanwhile:
                meanwhile()
        except Exception as stop:
            stops.append(stop)
            raise

    try:
        return run_isolated(work, source, *args, seconds=seconds, meanwhile=call_meanwhile, **named)
    except Refused:
        raise
    except Killed as killed:
        advice = "请删去表格以外的内容（多余的工作表、图片、样式和空行），另存后再试；仍不行时，请按地区分成几个文件。"
        if killed.seconds:
            what = f"里面的内容太多或太乱，{seconds} 秒还没有读完，已停止。"
            raise Refused(Problem("READ-001", Place(file=file), what, advice)) from killed
        what = f"读它要的内存超过 {MEMORY >> 20} 兆，或者文件已损坏，已停止。"
        raise Refused(Problem("READ-002", Place(file=file), what, advice)) from killed
    except Exception as failed:  # a library fell over what it had not foreseen in the file
        if failed in stops:
            raise
        log.warning("%s: %s", file, "".join(getattr(failed, "__notes__", ())) or repr(failed))
        raise Refused(
            Problem(
                "READ-004",
                Place(file=file),
                "文件已损坏，或里面有读不懂的内容。",
                "请在 WPS 或 Office 中打开看是否正常，再“另存为”一份后重新上传。",
            )
        ) from failed


def run_isolated(
    work: Callable[..., R],
    *args: Any,
    seconds: int,
    meanwhile: Callable[[], None] | None = None,
    memory: int = MEMORY,
    **named: Any,
) -> R:
    """`work(*args, **named)` in a child, which is killed after so many seconds: Killed. All of it must be such as pickle can carry.

    memory: bytes of addresses that the child may take.

    meanwhile: called twice a second while the child works, here; what it raises ends the child too.
    """
    begun = time.monotonic()
    ours, theirs = socket.socketpair()
    with ours:
        with theirs:
            _hand_over(theirs)
        job = pickle.dumps((seconds, memory, work, args, named), pickle.HIGHEST_PROTOCOL)
        answer = _talk(ours, job, seconds, meanwhile or (lambda: None))
    if not answer:
        raise Killed(seconds if time.monotonic() - begun >= seconds else 0)
    kind, value = pickle.loads(answer)
    if kind == "refused":
        raise Refused(*value)
    if kind == "failed":
        raise value
    if kind == "memory":
        raise Killed(0)
    result: R = value
    return result


def seconds_for(size: int) -> int:
    """How long work on so many bytes may take."""
    return SHORT if size <= SMALL else LONG


def check_parts(source: bytes | str | Path, file: str) -> None:
    """Refused READ-003 for each part of a packed file (.xlsx, .docx) that is larger than any office makes it."""
    try:
        with zipfile.ZipFile(BytesIO(source) if isinstance(source, bytes) else source) as package:
            large = [
                part
                for part in package.infolist()
                if part.file_size > PART and not part.filename.lower().startswith(LARGE_PARTS)
            ]
    except (
        zipfile.BadZipFile,
        ValueError,
        NotImplementedError,
        EOFError,
    ):  # no packed file, or a damaged one: its reader says so
        return
    if large:
        raise Refused(
            *(
                Problem(
                    "READ-003",
                    Place(file=file),
                    f"里面的“{part.filename[:80]}”展开后有 {part.file_size >> 20} 兆，上限是 {PART >> 20} 兆。",
                    "请在 WPS 或 Excel、Word 中新建一个文件，只把表格或正文复制过去，再上传。",
                )
                for part in large
            )
        )


# -- the caller's side ------------------------------------------------------------------------------------------------------------------


def start_keeper() -> None:
    """Have the keeper run before the first file comes."""
    with _lock:
        _running_keeper()


def _running_keeper() -> socket.socket:
    global _keeper
    if _keeper is None:
        ours, theirs = socket.socketpair()
        process = subprocess.Popen(
            [sys.executable, "-m", "anju.isolation", str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C in our terminal is not meant for it
        )
        theirs.close()
        _keeper = ours, process
    return _keeper[0]


def _hand_over(theirs: socket.socket) -> None:
    """Give the keeper a child's end of a socket; a keeper that was killed is replaced."""
    global _keeper
    for attempt in (1, 2):
        with _lock:
            keeper = _running_keeper()
        try:
            socket.send_fds(keeper, [b"+"], [theirs.fileno()])
            return
        except OSError:
            if attempt == 2:
                raise
            with _lock:
                if _keeper and _keeper[0] is keeper:
                    keeper.close()
                    _keeper = None


def _talk(child: socket.socket, job: bytes, seconds: int, meanwhile: Callable[[], None]) -> bytes:
    """Send the job and take the answer; b"" when there was none."""
    until = time.monotonic() + 2 * seconds  # it may have to wait for its turn
    child.settimeout(EVERY)
    parts, size, left = [], 0, memoryview(job)
    while time.monotonic() < until:
        try:
            if left:
                left = left[child.send(left) :]
                if not left:
                    child.shutdown(socket.SHUT_WR)
                continue
            if not (part := child.recv(1 << 20)):
                break
        except TimeoutError:
            meanwhile()
            continue
        except OSError:
            return b""
        parts.append(part)
        size += len(part)
        if size > ANSWER:
            return b""
    whole = b"".join(parts)
    return whole if whole.endswith(b".") else b""  # how pickles end


# -- the keeper and its children --------------------------------------------------------------------------------------------------------


def keep(control: socket.socket) -> None:
    for name in READERS:
        module, _, function = name.partition(":")
        loaded = importlib.import_module(module)
        if function:
            getattr(loaded, function)()
    gc.freeze()
    children: set[int] = set()
    while True:
        message, handles, *_ = socket.recv_fds(control, 1, 1)
        if not message:
            return
        while len(children) >= AT_ONCE or (children and os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)):
            children.discard(os.wait()[0])
        if not (child := os.fork()):
            control.close()
            with socket.socket(fileno=handles[0]) as caller:
                _do(caller)
            os._exit(0)
        children.add(child)
        os.close(handles[0])


def _do(caller: socket.socket) -> None:
    """One piece of work. The kernel ends it when its time is over, wherever it is."""
    job = b"".join(iter(lambda: caller.recv(1 << 20), b""))
    if not job:
        return
    seconds, memory, work, args, named = pickle.loads(job)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # what a library says when it falls is nobody's to read
    with contextlib.suppress(ValueError, OSError):  # not every system knows each of them
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    _leave_with(caller, True)
    try:
        answer: tuple[str, Any] = "done", work(*args, **named)
    except Refused as refused:
        answer = "refused", refused.problems
    except MemoryError:
        answer = "memory", None
    except Exception as error:
        error.add_note(traceback.format_exc())
        answer = "failed", error
    try:
        text = pickle.dumps(answer, pickle.HIGHEST_PROTOCOL)
    except MemoryError:
        text = pickle.dumps(("memory", None))
    except Exception as error:  # what cannot be carried over
        text = pickle.dumps(("failed", RuntimeError(f"{answer[1]!r}: {error!r}")))
    _leave_with(caller, False)
    with contextlib.suppress(OSError):  # the caller has left
        caller.sendall(text)


def _leave_with(caller: socket.socket, yes: bool) -> None:
    """Whether the kernel ends this child when its caller leaves: nobody waits for the answer. Not while it is sent: that the caller takes some
    of it is told by the same signal."""
    signal.signal(signal.SIGIO, signal.SIG_DFL if yes else signal.SIG_IGN)
    fcntl.fcntl(caller, fcntl.F_SETOWN, os.getpid())
    flags = fcntl.fcntl(caller, fcntl.F_GETFL)
    fcntl.fcntl(caller, fcntl.F_SETFL, flags | os.O_ASYNC if yes else flags & ~os.O_ASYNC)


if __name__ == "__main__":
    with socket.socket(fileno=int(sys.argv[1])) as shared:
        sys.modules["anju.isolation"] = sys.modules["__main__"]
        keep(shared)
