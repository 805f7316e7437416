"""make bench: every room's measurements, one after the other, into benchmarks/RESULTS.md. `python -m benchmarks pages`: that room's only.

Ratios travel between machines, seconds do not: each row stands beside the plain tool a user would pick instead, in the same run.
"""

import platform
import re
import subprocess
import sys
from datetime import date
from pathlib import Path

HERE = Path(__file__).parent
TITLES = {
    "rules": "规则引擎",
    "figures": "数字",
    "workbooks": "表格读写",
    "documents": "公文",
    "returns": "报表",
    "pages": "页面与整期锁定",
}
HEAD = """# 性能对照

由 `make bench` 写出。看比值，不看秒数：每一行都与用户手边的普通工具在同一次运行里对照。

{when}，{machine}，Python {python}。
"""


def machine() -> str:
    import os

    return f"{platform.system()} {platform.machine()}，{os.cpu_count()} 核"


def _sections() -> dict[str, str]:
    """The results that stand, by their headings: a room measured by itself takes the place of its own only."""
    text = (HERE / "RESULTS.md").read_text(encoding="utf-8")
    return {
        part.partition("\n")[0]: part.rstrip() + "\n" for part in re.split(r"^(?=## )", text, flags=re.MULTILINE)[1:]
    }


def main() -> int:
    wanted = sys.argv[1:] or list(TITLES)
    if unknown := [room for room in wanted if room not in TITLES]:
        sys.stderr.write(f"没有可量测的 {'、'.join(unknown)}。可以写的有：{'、'.join(TITLES)}；都不写就全部量测。\n")
        return 1
    parts, failed = (
        [HEAD.format(when=date.today().isoformat(), machine=machine(), python=platform.python_version())],
        [],
    )
    for room in wanted:
        sys.stderr.write(f"正在量测：{TITLES[room]}……\n")
        done = subprocess.run(
            [sys.executable, "-m", f"benchmarks.{room}.bench"],
            cwd=HERE.parent,
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
        sys.stdout.write(done.stdout)
        if done.returncode:
            failed.append(room)
        parts.append(f"## {TITLES[room]}\n\n{done.stdout.strip()}\n")
    if not failed:
        kept = {} if len(wanted) == len(TITLES) else _sections()
        told = kept | {part.partition("\n")[0]: part for part in parts[1:]}
        (HERE / "RESULTS.md").write_text("\n".join([parts[0], *told.values()]), encoding="utf-8")
    for room in failed:
        sys.stderr.write(f"没有量成：{TITLES[room]}\n")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
