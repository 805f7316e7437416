"""make bench: every room's measurements, one after the other, into benchmarks/RESULTS.md.

Ratios travel between machines, seconds do not: each row stands beside the plain tool a user would pick instead, in the same run.
"""

import platform
import subprocess
import sys
from datetime import date
from pathlib import Path

HERE = Path(__file__).parent
TITLES = {"rules": "规则引擎", "figures": "数字", "workbooks": "表格读写", "documents": "公文", "returns": "报表"}
HEAD = """# 性能对照

由 `make bench` 写出。看比值，不看秒数：每一行都与用户手边的普通工具在同一次运行里对照。

{when}，{machine}，Python {python}。
"""


def machine() -> str:
    import os

    return f"{platform.system()} {platform.machine()}，{os.cpu_count()} 核"


def main() -> int:
    wanted = sys.argv[1:] or list(TITLES)
    parts, failed = [HEAD.format(when=date.today().isoformat(), machine=machine(), python=platform.python_version())], []
    for room in wanted:
        sys.stderr.write(f"正在量测：{TITLES[room]}……\n")
        done = subprocess.run(
            [sys.executable, "-m", f"benchmarks.{room}.bench"], cwd=HERE.parent, stdout=subprocess.PIPE, text=True, check=False
        )
        sys.stdout.write(done.stdout)
        if done.returncode:
            failed.append(room)
        parts.append(f"## {TITLES[room]}\n\n{done.stdout.strip()}\n")
    if not failed and not sys.argv[1:]:
        (HERE / "RESULTS.md").write_text("\n".join(parts), encoding="utf-8")
    for room in failed:
        sys.stderr.write(f"没有量成：{TITLES[room]}\n")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
