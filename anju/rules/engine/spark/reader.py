"""A Parquet file or folder as a table of rows on Spark: the same contract as on the other engines, in Spark's words."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from anju.problems import Place, Problem, Refused
from anju.rules.book.schema import TEXT, Book, BookInput
from anju.rules.engine.compile import quote
from anju.rules.engine.contract import HIDDEN_IN_KEYS, TEXTS, ColumnType, Misfit, fits_short
from anju.rules.engine.engines import ENGINES
from anju.rules.engine.population import EXAMPLES, TableReader
from anju.rules.engine.spark.storage import Storage, spark_path

ROWS = "rows_in"
NAMES = {"int": "INTEGER", "string": "VARCHAR"}  # where Spark's name, in capitals, is not the contract's
KEYS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "DECIMAL", "VARCHAR", "DATE", "BOOLEAN")
Names = Callable[[list[str]], Mapping[str, str]]


class SparkReader(TableReader):
    """names: from the columns' names to those that are used, each → the input's name, or "key"; without a key a single file's row number is it."""

    def __init__(self, session: Any, book: Book, source: str, names: Names, absent: Collection[str]) -> None:
        self.session = session
        shown = source.rstrip("/").rpartition("/")[2]
        place = Place(file=shown)
        files = Storage(session, source).parquet_files(place)
        frame = session.read.parquet(spark_path(source, pattern=True))
        used = names(frame.columns)
        chosen = [frame[f"`{column.replace('`', '``')}`"].alias(name) for column, name in used.items()]
        if "key" not in used.values():
            if len(files) > 1:
                what, fix = "没有作行键的列，几个文件的行号会重复。", "请加一列行键，各行不同。"
                raise Refused(Problem("RULE-014", place, what, fix))
            chosen.append((frame["_metadata.row_index"] + 1).alias("key"))
        frame.select(chosen).createOrReplaceTempView(ROWS)
        super().__init__(book, ROWS, "key", None, ENGINES["spark"].dialect, absent, shown=shown)
        if (base := self.types["key"].base) not in KEYS:
            what = f"行键的类型 {base} 不能用：各引擎写出来不一样。"
            raise Refused(Problem("RULE-014", self.place("key"), what, "请改用整数、定点小数、文字或日期列作行键。"))

    def _describe(self) -> dict[str, str]:
        kinds = dict(self.session.table(ROWS).dtypes)
        return {name: NAMES.get(kind, kind.upper()) for name, kind in kinds.items()}

    # -- SQL of Spark's own

    def literal(self, text: str) -> str:
        return spark_text(text)

    @property
    def key_text(self) -> str:
        return f"CAST({quote(self.key)} AS STRING)"

    def key_misfit(self) -> str:
        test = f"{quote(self.key)} IS NULL"
        if self.types[self.key].base in TEXTS:
            test += f" OR {quote(self.key)} = '' OR {quote(self.key)} RLIKE {spark_text(HIDDEN_IN_KEYS)}"
        return test

    def finer(self, item: BookInput, kind: ColumnType) -> str:
        step = f"1e-{item.places}" if item.places else "1"
        return f"{quote(item.name)} % CAST('{step}' AS DECIMAL({item.places + 1}, {item.places})) <> 0"

    def value(self, item: BookInput, kind: str) -> str:
        """Text stays text: Spark orders it by its bytes."""
        return quote(item.name) if item.type == TEXT else super().value(item, kind)

    def scaled(self, item: BookInput, own: ColumnType, kind: str) -> str:
        """A product of long decimals would lose places without a word: there the point is moved in the number's text."""
        if own.is_integer or fits_short(item, own):
            return super().scaled(item, own, kind)
        text = f"CONCAT(CAST({quote(item.name)} AS STRING), 'E{item.places}')"
        return f"CAST(CAST({text} AS DECIMAL(38, 0)) AS {kind})"

    # -- scans

    def one(self, sql: str) -> Any:
        return tuple(self.session.sql(sql).collect()[0])

    def rising(self) -> bool:
        """Parts of a table have no order among them."""
        return False

    def first_keys(self, misfits: list[Misfit]) -> Sequence[Sequence[object] | None]:
        """In one scan; each part of the table gives its first keys only."""
        marks = ", ".join(f"CASE WHEN {one.sql} THEN {place} END" for place, one in enumerate(misfits))
        found = f"SELECT EXPLODE(ARRAY({marks})) AS misfit, {quote(self.key)} AS own FROM {self.relation} AS q"
        first = f"SELECT misfit, own, ROW_NUMBER() OVER (PARTITION BY misfit ORDER BY own NULLS LAST) AS place FROM ({found}) AS q WHERE misfit IS NOT NULL"
        rows = self.session.sql(f"SELECT misfit, own FROM ({first}) AS q WHERE place <= {EXAMPLES} ORDER BY 1, place")
        keys: list[list[object]] = [[] for _ in misfits]
        for place, key in rows.collect():
            keys[place].append(key)
        return keys


def spark_text(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
