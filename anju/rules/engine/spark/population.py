"""Run a book over Parquet on Spark: judged where the parts of the table lie, written in the order of row keys, and the digest taken from what was written.

No row passes through Python, nor through the driver: of the outcome it gets a hash for every 10,000 rows.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from typing import Any

from anju.problems import Place, Problem, Refused
from anju.rules.book.parameters import check_day, stale_values, values_in_force
from anju.rules.book.schema import Book
from anju.rules.engine.compile import Compiled, compile_book, quote
from anju.rules.engine.digest import BLOCK, combine_blocks, digest_head
from anju.rules.engine.engines import ENGINES
from anju.rules.engine.files import FileOutcome
from anju.rules.engine.groups import check_size
from anju.rules.engine.population import split_absent
from anju.rules.engine.spark.reader import Names, SparkReader, spark_text
from anju.rules.engine.spark.storage import Storage, spark_path
from anju.rules.language.ir import Choice, Day, Num, Truth, Type

log = logging.getLogger(__name__)


def run_on_spark(
    book: Book, source: str, output: str, *, on: date, names: Names, session: Any, absent: Collection[str] = (),
    parameters: Mapping[str, Any] | None = None,
) -> FileOutcome:  # fmt: skip
    """source: a Parquet file or a folder of them, output: the folder of Parquet files to make; paths, or addresses such as hdfs://….

    names: see `SparkReader`. Refused: as `run_file`; RULE-063 what cannot be read as one table, RULE-064 what cannot be written.
    """
    if wrong := check_day(book, on):
        raise Refused(*wrong)
    compiled = compile_book(book, values_in_force(book, on, parameters), ENGINES["spark"].dialect)
    with spark_errors(book):
        target = Storage(session, output)
        shown = Place(file=str(target.path.getName()))
        if target.exists():
            fix = "请换一个名字，或先把它移走：Spark 的结果是一个文件夹，不覆盖已有的。"
            raise Refused(Problem("RULE-064", shown, "已经有这个文件或文件夹。", fix))
        reader = SparkReader(session, book, source, names, split_absent(book, False, absent)[0])
        count = reader.check()
        if compiled.windowed:
            check_size(book, count)
        part = Storage(session, target.beside(f"{target.path.getName()}.anju-part").toString())
        part.remove()  # of a run that was killed
        try:
            session.sql(_judged(reader, compiled, on)).write.parquet(str(part.path.toString()))
            written = _Written(session, compiled, str(part.path.toString()))
            if written.rows != count:
                what = f"算了 {count} 行，写出来的只看得到 {written.rows} 行。"
                fix = "输入和结果须放在主程序和每个工作节点都看得到的同一个地方（共享文件夹、hdfs://）。"
                raise Refused(Problem("RULE-064", shown, what, fix))
            inputs_digest = Storage(session, source).digest()
            if not part.move_to(target):
                raise Refused(Problem("RULE-064", shown, "写不进去。", "请核对文件夹是否存在、有没有写的权限。"))
        finally:
            with suppress(Exception):  # the cluster may be gone; the next run clears it away
                part.remove()
    return FileOutcome(count, written.pending, written.digest, inputs_digest, stale_values(book, on))


@contextmanager
def spark_errors(book: Book) -> Iterator[None]:
    """What Spark says in its own words goes into the log; the user gets a sentence. Refused RULE-030."""
    try:
        yield
    except Exception as error:
        if not type(error).__module__.startswith(("pyspark.", "py4j.")):
            raise
        log.warning("%s: %s", book.file, error)
        what, fix = "Spark 没有算成，什么也没有写出。", "请再试一次；仍不行的，把运行记录交给管理员。"
        said = str(error)
        if "OutOfMemory" in said or "exit code 137" in said or "ExecutorLostFailure" in said:
            what, fix = "工作节点的内存不够，没有算成。", "请调大 spark.executor.memory，或增加工作节点。"
        elif "FileNotFound" in said or "does not exist" in said:
            what = "工作节点上读不到文件。"
            fix = "输入和结果须放在主程序和每个工作节点都看得到的同一个地方（共享文件夹、hdfs://）。"
        elif "Permission denied" in said or "AccessControl" in said or "Mkdirs failed" in said:
            what, fix = "结果写不进去。", "请核对文件夹是否存在、工作节点有没有写的权限和空间。"
        raise Refused(Problem("RULE-030", f"《{book.title}》", what, fix)) from error


def _judged(reader: SparkReader, compiled: Compiled, on: date) -> str:
    statement = compiled.sql.replace("{source}", f"({reader.source(compiled, on)})")
    columns = [f"{_Column(name, compiled.types[name]).shown} AS {quote(name)}" for name in compiled.outputs]
    for mask in ("failed", "unknown"):
        named = ", ".join(
            f"CASE WHEN \"{mask}_mask\" & {1 << place} <> 0 THEN '{name}' END"
            for place, name in enumerate(compiled.conditions)
        )
        listed = f"NULLIF(CONCAT_WS(' ', {named}), '')" if named else "CAST(NULL AS STRING)"
        columns.append(f'{listed} AS "{mask}"')
    rows = f"SELECT {reader.key_back(compiled)}, {', '.join(columns)} FROM ({statement}) AS made"
    return f'SELECT * FROM ({rows}) AS shown ORDER BY CAST("key" AS STRING)'


class _Written:
    """What was written, read again: rows, how many of them have something unknown, and the digest rows/2."""

    def __init__(self, session: Any, compiled: Compiled, path: str) -> None:
        frame = session.read.parquet(spark_path(path, pattern=True))
        unknown = " OR ".join(f"{quote(name)} IS NULL" for name in compiled.outputs) or "FALSE"
        lines = frame.selectExpr(
            "_metadata.file_name AS file", "_metadata.row_index AS place", 'CAST("key" AS STRING) AS own',
            f"{_line(compiled)} AS line", f'{unknown} OR "unknown" IS NOT NULL AS pending',
        )  # fmt: skip
        lines.createOrReplaceTempView("lines_written")
        files = session.sql("SELECT file, COUNT(*), MIN(own) AS first FROM lines_written GROUP BY file ORDER BY first")
        starts, self.rows = [], 0
        for file, many, _ in files.collect():
            starts.append((file, self.rows))
            self.rows += many
        session.createDataFrame(starts, "file STRING, before BIGINT").createOrReplaceTempView("files_written")
        numbered = "SELECT before + place AS row, line, pending FROM lines_written JOIN files_written USING (file)"
        blocks = session.sql(
            f"SELECT row DIV {BLOCK} AS block, COUNT(*) FILTER (WHERE pending) AS pending,"
            f" SHA2(CONCAT_WS('', TRANSFORM(SORT_ARRAY(COLLECT_LIST(STRUCT(row, line))), one -> one.line)), 256) AS hash"
            f" FROM ({numbered}) AS q GROUP BY 1 ORDER BY 1"
        ).collect()
        self.pending = sum(pending for _, pending, _ in blocks)
        self.digest = combine_blocks(digest_head(compiled.outputs, compiled.types), (one.hash for one in blocks))


def _line(compiled: Compiled) -> str:
    """A row as `rows/2` has it, from the columns as they were written."""
    fields = ['CAST("key" AS STRING)', *(_Column(name, compiled.types[name]).scaled for name in compiled.outputs)]
    for mask in ("failed", "unknown"):
        bits = [
            f"CASE WHEN ARRAY_CONTAINS(SPLIT({quote(mask)}, ' '), '{name}') THEN {1 << place}L ELSE 0L END"
            for place, name in enumerate(compiled.conditions)
        ]
        fields.append(" | ".join(bits) or "0")
    return " || CHR(31) || ".join(f"COALESCE(CAST({one} AS STRING), '')" for one in fields) + " || CHR(10)"


@dataclass(frozen=True)
class _Column:
    """An output as it is written, from the number that the compiler counts on, and that number from what was written."""

    name: str
    type: Type

    @property
    def short(self) -> bool:
        return isinstance(self.type, Num) and max(abs(self.type.low), abs(self.type.high)) < 10**18

    @property
    def shown(self) -> str:
        column, type_ = quote(self.name), self.type
        if isinstance(type_, Num):
            if not type_.places:
                return f"CAST({column} AS {'BIGINT' if self.short else 'DECIMAL(38, 0)'})"
            if self.short:
                step = f"CAST('1e-{type_.places}' AS DECIMAL({type_.places + 1}, {type_.places}))"
                return f"CAST(CAST({column} AS DECIMAL(18, 0)) * {step} AS DECIMAL(18, {type_.places}))"
            # A product of long decimals would lose places without a word.
            return f"CAST(CONCAT(CAST({column} AS STRING), 'E-{type_.places}') AS DECIMAL(38, {type_.places}))"
        if isinstance(type_, Choice):
            names = " ".join(f"WHEN {place} THEN {spark_text(name)}" for place, name in enumerate(type_.domain))
            return f"CASE {column} {names} END"
        if isinstance(type_, Day):
            parts = (f"{column} DIV 10000", f"{column} DIV 100 % 100", f"{column} % 100")
            return f"MAKE_DATE({', '.join(f'CAST({one} AS INT)' for one in parts)})"
        return column

    @property
    def scaled(self) -> str:
        column, type_ = quote(self.name), self.type
        if isinstance(type_, Num) and type_.places:
            if self.short:
                return f"CAST({column} * CAST({10**type_.places} AS DECIMAL({type_.places + 1}, 0)) AS BIGINT)"
            return f"CAST(CONCAT(CAST({column} AS STRING), 'E{type_.places}') AS DECIMAL(38, 0))"
        if isinstance(type_, Choice):
            places = " ".join(f"WHEN {spark_text(name)} THEN {place}" for place, name in enumerate(type_.domain))
            return f"CASE {column} {places} END"
        if isinstance(type_, Day):
            return f"YEAR({column}) * 10000 + MONTH({column}) * 100 + DAY({column})"
        assert isinstance(type_, Num | Truth)
        return column
