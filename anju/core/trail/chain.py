"""The trail's hash chain, and its offline check. Knows no database and no Django: an auditor runs it on saved files.

A file of the trail is UTF-8 text, one act a line: `seq TAB hash TAB canonical JSON`, after a first line that names the format
and before a last line `末 TAB seq TAB hash`. A file that begins later than with the first act names the link before it in its first line.
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from anju.problems import Place, Problem

FORMAT = "安居留痕"
WHOLE, LATER = "1", "2"  # from the first act on; from a later one on
VERSIONS = (1, 2, 3)  # of what a row says
END = "末"
GENESIS = bytes(32)
HEAD = re.compile(r"(?:([0-9]{1,18}):)?([0-9a-fA-F]{64})")
START = re.compile(rf"{FORMAT}\t(?:{WHOLE}|{LATER}\t([0-9]{{1,18}})\t([0-9a-f]{{64}}))")
Link = tuple[int, bytes]  # number and hash
BEGINNING: Link = (0, GENESIS)


@dataclass
class ChainCheck:
    """What checking files gave: the problems, how many rows of each version there are, and the links between which they lie."""

    problems: list[Problem] = field(default_factory=list)
    versions: Counter[int] = field(default_factory=Counter)
    start: Link = BEGINNING
    end: Link = BEGINNING


def canonical_bytes(row: dict[str, Any]) -> bytes:
    """The one way of writing an act as bytes: sorted keys, no spaces, no float."""
    return json.dumps(_exact(row), ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def _exact(value: Any) -> Any:
    if isinstance(value, float):
        raise TypeError(f"a float has no place in the trail: {value}")
    if isinstance(value, dict):
        return {str(key): _exact(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_exact(item) for item in (sorted(value) if isinstance(value, (set, frozenset)) else value)]
    return value if value is None or isinstance(value, (str, int, bool)) else str(value)


def link_hash(previous: bytes, seq: int, content: bytes) -> bytes:
    return hashlib.sha256(previous + seq.to_bytes(8, "big") + content).digest()


def chain_lines(rows: Iterable[tuple[int, bytes, bytes]], start: Link = BEGINNING) -> Iterator[bytes]:
    """The file's lines of sealed rows (seq, hash, canonical). start: the link before the first of them."""
    seq, last = start
    kind = f"{LATER}\t{seq}\t{last.hex()}" if seq else WHOLE
    yield f"{FORMAT}\t{kind}\n".encode()
    for seq, last, content in rows:
        yield b"%d\t%s\t%s\n" % (seq, last.hex().encode(), content)
    yield f"{END}\t{seq}\t{last.hex()}\n".encode()


def verify_chain(files: Sequence[Path | str], heads: Sequence[str] = ()) -> ChainCheck:
    """Check saved files, in the order of their rows. The first row that was changed, dropped, reordered or cut off is named.

    heads: what was kept outside, `HEX` or `seq:HEX`. Without one, a file that was rewritten from some row to its end
    and hashed anew cannot be told from a true one.
    """
    kept = []
    for text in heads:
        if not (match := HEAD.fullmatch(text.strip())):
            fix = "请照抄 anju trail head 当时的输出。"
            return ChainCheck(
                [Problem("TRAIL-001", text[:80], "不是链头：应是 64 位十六进制数，前面可带“序号:”。", fix)]
            )
        kept.append((int(match[1]) if match[1] else None, match[2].lower()))
    reader = _ChainReader({hex_ for _, hex_ in kept}, {number: hex_ for number, hex_ in kept if number is not None})
    for path in map(Path, files):
        try:
            with path.open("rb") as file:
                problem = reader.read(path.name, file)
        except OSError as error:
            problem = Problem("TRAIL-002", str(path), f"文件打不开：{error.strerror}。", "请核对文件名。")
        if problem:
            return reader.result([problem])
    return reader.result(reader.missing(kept))


class _ChainReader:
    """Follows the chain through one file after another."""

    def __init__(self, wanted: set[str], by_seq: dict[int, str]) -> None:
        self.wanted, self.by_seq = wanted, by_seq
        self.start: Link | None = None
        self.seq, self.previous = BEGINNING
        self.found: set[str] = set()
        self.versions: Counter[int] = Counter()
        self.name = ""

    def result(self, problems: list[Problem]) -> ChainCheck:
        return ChainCheck(problems, self.versions, self.start or BEGINNING, (self.seq, self.previous))

    def read(self, name: str, file: Iterable[bytes]) -> Problem | None:
        rows = iter(file)
        self.name = name
        start = START.fullmatch(next(rows, b"").rstrip(b"\r\n").decode("utf-8", "replace"))
        if start is None:
            return Problem("TRAIL-002", name, "不是留痕导出文件。", "请用 anju trail export 重新导出。")
        if problem := self._begin(name, (int(start[1]), bytes.fromhex(start[2])) if start[1] else BEGINNING):
            return problem
        footer: list[bytes] | None = None
        for number, row in enumerate(rows, start=2):
            where = Place(f"{name} 第 {number} 行", file=name, line=number)
            parts = row.rstrip(b"\r\n").split(b"\t", 2)
            if footer is not None:
                return _broken("TRAIL-003", where, "结束行之后还有内容", self.seq + 1)
            if parts[0] == END.encode():
                footer = parts
            elif problem := self._row(where, parts, row.endswith(b"\n")):
                return problem
        if footer != [END.encode(), str(self.seq).encode(), self.previous.hex().encode()]:
            return _broken("TRAIL-008", name, "缺少结束行或结束行不符，末尾的记录被截去", self.seq + 1)
        return None

    def _begin(self, name: str, link: Link) -> Problem | None:
        if self.start is None:
            self.start, (self.seq, self.previous) = link, link
            self.found |= {link[1].hex()} & self.wanted
        elif link != (self.seq, self.previous):
            return Problem(
                "TRAIL-012",
                name,
                f"从第 {link[0] + 1} 条起，与前一个文件的末条（第 {self.seq} 条）接不上。",
                "请按先后次序列出全部文件，一个不缺。",
            )
        return None

    def _row(self, where: Place, parts: list[bytes], whole: bool) -> Problem | None:
        if len(parts) != 3 or not parts[0].isdigit() or len(parts[0]) > 18 or not whole:
            return _broken("TRAIL-003", where, "这一行残缺或格式不对", self.seq + 1)
        here, printed, content = int(parts[0]), parts[1].decode("ascii", "replace"), parts[2]
        if here > self.seq + 1:
            what = f"序号从 {self.seq} 跳到 {here}，第 {self.seq + 1} 条被删除或移走"
            return _broken("TRAIL-004", where, what, self.seq + 1)
        if here != self.seq + 1:
            what = f"序号 {here} 出现在第 {self.seq + 1} 条的位置，次序被调换或有重复"
            return _broken("TRAIL-005", where, what, self.seq + 1)
        self.seq, self.previous = here, link_hash(self.previous, here, content)
        if self.previous.hex() != printed:
            what = f"内容与散列值不符（{_brief(content)}），被改动过，或它前面的记录被换过"
            return _broken("TRAIL-006", where, what, here)
        if self.by_seq.get(here, printed) != printed:
            what = f"与另行保存的第 {here} 条链头不符，第 1 至 {here} 条中有记录被改写后重新计算过"
            return _broken("TRAIL-007", where, what, here)
        version = row_version(content)
        if version not in VERSIONS:
            what = "内容读不出来" if version is None else f"写法是第 {str(version)[:20]} 版，本程序不认得"
            fix = f"第 {here} 条的散列值对得上，内容没法核对；请用写出这个文件的那一版程序或更新的程序核验。"
            return Problem("TRAIL-010", where, f"{what}。", fix)
        self.versions[version] += 1
        self.found |= self.wanted & {printed}
        return None

    def missing(self, kept: list[tuple[int | None, str]]) -> list[Problem]:
        if not self.versions:
            what = "一条记录也没有，没有可以核验的。"
            return [
                Problem(
                    "TRAIL-011", self.name, what, "请核对是不是导错了文件；新装好还没有办理过的，等办理以后再导出。"
                )
            ]
        for serial, hex_ in kept:
            if hex_ not in self.found:
                lost = serial if serial is not None and serial > self.seq else None
                what = (
                    f"第 {self.seq + 1} 至 {lost} 条被截去"
                    if lost
                    else f"到第 {self.seq} 条为止没有另行保存的链头 {hex_[:16]}…，末尾被截去，或整条链被改写后重新计算过"
                )
                return [_broken("TRAIL-008", self.name, what, self.seq + 1)]
        return []


def row_version(content: bytes) -> Any:
    """The version that a row says it is of; None for what cannot be read."""
    try:
        row = json.loads(content)
    except (ValueError, RecursionError):
        return None
    version = row.get("v", 1) if isinstance(row, dict) else None
    return None if isinstance(version, bool) or not isinstance(version, int | str) else version


def versions_text(versions: Counter[int]) -> str:
    """第1版3条、第3版9条."""
    return "、".join(f"第{version}版{count}条" for version, count in sorted(versions.items()))


def _broken(code: str, where: Place | str, what: str, seq: int) -> Problem:
    return Problem(
        code, where, f"{what}。", f"第 {seq} 条起不可采信；请与另存的导出文件逐条核对，并查明何人何时动过数据库。"
    )


def _brief(content: bytes) -> str:
    try:
        row = json.loads(content)
        obj = row["object"]["text"] if row.get("v", 1) > 1 else row["object"]
        return f"{row['at']} {row['by']['name']} {row['act']} {obj}"[:80]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return "内容已不可读"
