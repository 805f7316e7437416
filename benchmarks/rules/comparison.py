"""Two judgements of a million households beside each other, from Parquet to Parquet: beside what a skilled hand would write for DuckDB, and pandas.

python -m benchmarks.rules.comparison [households]
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from anju.rules import load
from anju.rules.comparison.comparing import compare_file
from anju.rules.comparison.sides import Side
from anju.rules.engine.engines import connect
from benchmarks.rules.population import BOOK, DAY, MAKE, hand_sql

NEW_RATE = "2500"

# Both judgements by hand over one read of the file, the differences as Parquet and the same counts: nothing checked, reasons as masks.
HAND = """CREATE TABLE households AS SELECT * FROM read_parquet('{source}');
CREATE TABLE differing AS SELECT r.*, b.payable AS old, a.payable AS new, a.payable - b.payable AS change, b.failed_mask AS failed_old, a.failed_mask AS failed_new,
    b.unknown_mask AS unknown_old, a.unknown_mask AS unknown_new FROM households AS r JOIN ({before}) AS b USING (key) JOIN ({after}) AS a USING (key);
COPY differing TO '{target}' (FORMAT parquet)"""
COUNTS = (
    "SELECT kind, COUNT(*), COUNT(*) FILTER (change > 0), COUNT(*) FILTER (change < 0), COUNT(*) FILTER (change IS NULL), SUM(old) FILTER (change IS NOT NULL),"
    " SUM(new) FILTER (change IS NOT NULL) FROM differing GROUP BY GROUPING SETS ((), (kind)) ORDER BY kind NULLS FIRST",
    "SELECT failed_old <> 0, unknown_old <> 0, failed_new <> 0, unknown_new <> 0, COUNT(*) FROM differing GROUP BY ALL",
    "SELECT change // 2000, COUNT(*) FROM differing WHERE change <> 0 GROUP BY 1",
)


def by_hand(source: Path, target: Path) -> list[list[tuple]]:
    before = hand_sql("households")
    with connect() as connection:
        connection.execute(
            HAND.format(
                source=source, target=target, before=before, after=before.replace("* 2300 *", f"* {NEW_RATE} *")
            )
        )
        return [connection.execute(one).fetchall() for one in COUNTS]


def by_pandas(source: Path, target: Path) -> tuple[int, int, int]:
    """The amount alone, as an office's analyst writes it: doubles, two conditions, no reasons."""
    import pandas

    rows = pandas.read_parquet(source)
    limit = rows["persons"].map({1: 30, 2: 45}).fillna(60)
    rate = rows["kind"].map({"低保": 1, "低收入": 0.8, "中等偏下": 0.5})
    gap = (limit - rows["area"].astype(float)).clip(lower=0)
    passed = (rows["area"].astype(float) < rows["persons"] * 15) & (rows["income"] <= 300000)
    for name, standard in (("old", 2300), ("new", int(NEW_RATE))):
        amount = (gap * standard * rate).round()
        rows[name] = amount.where(amount < rows["rent"], rows["rent"]).where(passed, 0)
    rows["change"] = rows["new"] - rows["old"]
    rows.to_parquet(target)
    told = rows.groupby("kind")["change"].agg(["count", "sum"])
    return int((rows["change"] > 0).sum()), int((rows["change"] < 0).sum()), int(told["sum"].sum())


def measured(act):
    begun = sum(os.times()[:2]), time.perf_counter()
    result = act()
    return sum(os.times()[:2]) - begun[0], time.perf_counter() - begun[1], result


def main(households: int) -> None:
    book = load.load_text(BOOK.encode(), "量测.yaml")
    names = {name: name for name in ("key", *book.inputs)}
    sides = Side(book, DAY), Side(book, DAY, {"rate": NEW_RATE})
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source, ours, hand = (folder / f"{one}.parquet" for one in ("rows", "ours", "hand"))
        with connect() as connection:
            connection.execute(MAKE.format(households))
            connection.execute(f"COPY ready TO '{source}' (FORMAT parquet)")

        def compare():
            return compare_file(*sides, source, ours, names=(names, names), group_by=["kind"])

        pairs = [(measured(compare), measured(lambda: by_hand(source, hand))) for _ in range(3)]
        done, counts = pairs[0][0][2], pairs[0][1][2]
        assert (done.total.rows, done.total.gain, done.total.lose, done.total.unclear) == counts[0][0][1:5]
        assert (done.total.before, done.total.after) == counts[0][0][5:7]
        mine, theirs = (min(pair[side][0] for pair in pairs) for side in (0, 1))
        clock, hand_clock = (min(pair[side][1] for pair in pairs) for side in (0, 1))
        print(
            f"- 试算一群人，{households:,} 户、20 条，Parquet → Parquet 和汇总：处理器 {mine:.2f} 秒，手写 SQL {theirs:.2f} 秒，比值 {mine / theirs:.2f}"
            f"（钟表 {clock:.2f} / {hand_clock:.2f}）；手写的不核对、理由只有码"
        )
        try:
            pandas, pandas_clock, _ = measured(lambda: by_pandas(source, hand))
            print(
                f"- pandas 只算补贴额和两条（双精度）：处理器 {pandas:.2f} 秒（钟表 {pandas_clock:.2f}），本程序是它的 {mine / pandas:.2f}"
            )
        except ImportError:
            print("- pandas 没有装，没有对照")
        (folder / "book.yaml").write_text(BOOK, "utf-8")
        command = [
            sys.executable, "-m", "anju", "rules", "compare", "--book", folder / "book.yaml", "--on", DAY.isoformat(), "--set", f"rate={NEW_RATE}",
            "--input", source, "--by", "kind", "--output", ours,
        ]  # fmt: skip
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        begun = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        clock, used = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
        spent = used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime
        print(f"- 整个命令（含启动）：处理器 {spent:.2f} 秒，钟表 {clock:.2f} 秒，内存最多 {used.ru_maxrss >> 10} MB")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
