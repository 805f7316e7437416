"""The waiting jobs done by a worker as it is started at an office: `python -m tests.upgrade.working ID…`.

Prints jobs (state and message by id), and what is then in the queue and in the returns.
"""

import json
import subprocess
import sys
import time
from typing import Any

from tests.upgrade.reading import connections, stored

LONGEST = 300  # seconds after which a worker that does nothing is given up


def work(wanted: list[int]) -> dict[str, Any]:
    queued = stored("queue").keys()
    worker = subprocess.Popen([sys.executable, "-m", "anju", "worker"])
    try:
        end = time.monotonic() + LONGEST
        while (
            any(text.startswith(("waiting", "running")) for text in states(wanted).values())
            or queued & stored("queue").keys()  # the queue lets go of a job a moment after it is done
        ):
            if worker.poll() is not None or time.monotonic() > end:
                break
            time.sleep(0.1)
        return {"jobs": states(wanted), "queue": stored("queue"), "returns": stored("returns")}
    finally:
        worker.terminate()
        worker.wait()


def states(wanted: list[int]) -> dict[str, str]:
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT id, concat_ws(' ', state, message) FROM core_job WHERE id = ANY(%s) ORDER BY id", [wanted]
        )
        return {str(pk): text for pk, text in cursor.fetchall()}


if __name__ == "__main__":
    json.dump(work([int(text) for text in sys.argv[1:]]), sys.stdout, ensure_ascii=False)
