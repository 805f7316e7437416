"""What a killed PostgreSQL leaves behind: processes without their postmaster."""

import os
import signal
from contextlib import suppress
from pathlib import Path


def end_orphans(data: Path) -> None:
    """Kill the processes of the server of this data folder when its postmaster lives no more.

    One of them may wait for ever for a lock that nobody gives back (seen with a full disk), and nothing starts in the folder as long as it is
    there. Does nothing where the system has no /proc.
    """
    folder, here = data.resolve(), []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if (process / "cwd").resolve() == folder:
                here.append((int(process.name), (process / "cmdline").read_bytes()))
    living = [(pid, title) for pid, title in here if title]  # without a title: dead, and not collected yet
    if all(title.startswith(b"postgres: ") for _, title in living):  # a postmaster has its command line there
        for pid, _ in living:
            with suppress(OSError):
                os.kill(pid, signal.SIGKILL)
