"""Where the files of a cluster lie (a shared folder, hdfs://): looked at, hashed and moved by Hadoop's own client, which knows every such place."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any

from anju.problems import Place, Problem, Refused

HIDDEN = ("_", ".")  # files that Spark does not take for data
ADDRESS = re.compile("[A-Za-z][A-Za-z0-9+.-]*:/")
PATTERN = re.compile(r"([\[\]{}*?\\])")


def spark_path(given: str, pattern: bool = False) -> str:
    """An address (hdfs://…) as it is, a path of this machine in full. pattern: for whoever reads patterns: only the file of that very name."""
    full = given if ADDRESS.match(given) else f"file://{Path(given).absolute().as_posix()}"
    return PATTERN.sub(r"\\\1", full) if pattern else full


class Storage:
    """A file or folder."""

    def __init__(self, session: Any, given: str) -> None:
        context = session.sparkContext
        self.jvm, self.given = context._jvm, given
        self.path = self.jvm.org.apache.hadoop.fs.Path(spark_path(given))
        self.configuration = context._jsc.hadoopConfiguration()
        self.system = self.path.getFileSystem(self.configuration)

    def beside(self, name: str) -> Any:
        return self.jvm.org.apache.hadoop.fs.Path(self.path.getParent(), name)

    def exists(self) -> bool:
        return bool(self.system.exists(self.path))

    def files(self) -> list[Any]:
        """Every file of data below, by its path."""
        walk, found = self.system.listFiles(self.path, True), []
        while walk.hasNext():
            status = walk.next()
            inner = status.getPath().toString().removeprefix(self.path.toString())
            if not any(part.startswith(HIDDEN) for part in inner.split("/") if part):
                found.append(status.getPath())
        return sorted(found, key=lambda path: str(path.toString()))

    def parquet_files(self, place: Place) -> list[Any]:
        """All of one shape. Refused RULE-063: nothing there, no Parquet, or columns that differ from file to file (Spark would read them as unknown)."""
        if not self.exists():
            what, fix = "没有这个文件或文件夹。", "请核对路径；集群要读的文件须放在每台机器都看得到的地方。"
            raise Refused(Problem("RULE-063", place, what, fix))
        files = self.files()
        if not files:
            raise Refused(Problem("RULE-063", place, "文件夹里没有文件。", "请核对路径。"))
        first = ""
        for path in files:
            try:
                shape = self._shape(path)
            except Exception as error:
                what, fix = (
                    f"{path.getName()} 不是完好的 Parquet 文件。",
                    "Spark 引擎只读 Parquet，请核对或去掉这个文件。",
                )
                raise Refused(Problem("RULE-063", place, what, fix)) from error
            first = first or shape
            if shape != first:
                what = f"{path.getName()} 的列与 {files[0].getName()} 不同，缺的列会悄悄成为未知。"
                raise Refused(Problem("RULE-063", place, what, "请把各文件写成一样的列和类型。"))
        return files

    def _shape(self, path: Any) -> str:
        """The columns and types of a Parquet file, whether or not they may be empty."""
        parquet = self.jvm.org.apache.parquet.hadoop
        reader = parquet.ParquetFileReader.open(parquet.util.HadoopInputFile.fromPath(path, self.configuration))
        try:
            columns = str(reader.getFileMetaData().getSchema().toString()).partition("{")[2]
        finally:
            reader.close()
        return re.sub(r"\b(required|optional) ", "", columns)

    def digest(self) -> str:
        """SHA-256 of a file; of a folder, that of its files' names and digests."""
        found = {self._inner(path): self._sha256(path) for path in self.files()}
        if list(found) == [""]:
            return found[""]
        return hashlib.sha256("".join(f"{name} {digest}\n" for name, digest in found.items()).encode()).hexdigest()

    def _inner(self, path: Any) -> str:
        return str(path.toString().removeprefix(self.path.toString()))

    def _sha256(self, path: Any) -> str:
        stream = self.system.open(path)
        try:
            return str(self.jvm.org.apache.commons.codec.digest.DigestUtils.sha256Hex(stream))
        finally:
            stream.close()

    def remove(self) -> None:
        self.system.delete(self.path, True)

    def move_to(self, target: Storage) -> bool:
        return bool(self.system.rename(self.path, target.path))
