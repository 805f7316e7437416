"""The trail's hash chain, and its offline check. Knows no database and no Django: an auditor runs it on a saved file.

A file of the trail is UTF-8 text, one act a line: `seq TAB hash TAB canonical JSON`, after a first line that names the format
and before a last line `末 TAB count TAB hash`.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from anju.problems import Place, Problem

FORMAT = "安居留痕\t1"
END = "末"
GENESIS = bytes(32)
HEAD = re.compile(r"(?:([0-9]{1,18}):)?([0-9a-fA-F]{64})")


def canonical_bytes(said: dict[str, Any]) -> bytes:
    """The one way of writing an act as bytes: sorted keys, no spaces, no float."""
    return json.dumps(_exact(said), ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


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


def chain_lines(rows: Iterable[tuple[int, bytes, bytes]]) -> Iterator[bytes]:
    """The file's lines of sealed rows (seq, hash, canonical)."""
    yield f"{FORMAT}\n".encode()
    count, last = 0, GENESIS
    for count, last, content in rows:
        yield b"%d\t%s\t%s\n" % (count, last.hex().encode(), content)
    yield f"{END}\t{count}\t{last.hex()}\n".encode()


def verify_chain(path: Path | str, heads: Sequence[str] = ()) -> list[Problem]:
    """Check a saved file. The first row that was changed, dropped, reordered or cut off is named.

    heads: what was kept outside, `HEX` or `seq:HEX`. Without one, a file that was rewritten from some row to its end
    and hashed anew cannot be told from a true one.
    """
    path = Path(path)
    kept = []
    for text in heads:
        if not (match := HEAD.fullmatch(text.strip())):
            return [
                Problem(
                    "TRAIL-001",
                    text,
                    "不是链头：应是 64 位十六进制数，前面可带“序号:”。",
                    "请照抄 anju trail head 当时的输出。",
                )
            ]
        kept.append((int(match[1]) if match[1] else None, match[2].lower()))
    try:
        with path.open("rb") as file:
            return _verify(path.name, file, kept)
    except OSError as error:
        return [Problem("TRAIL-002", str(path), f"文件打不开：{error.strerror}。", "请核对文件名。")]


def _verify(name: str, file: Iterable[bytes], kept: list[tuple[int | None, str]]) -> list[Problem]:
    rows = iter(file)
    if next(rows, b"").rstrip(b"\r\n").decode("utf-8", "replace") != FORMAT:
        return [Problem("TRAIL-002", name, "不是留痕导出文件。", "请用 anju trail export 重新导出。")]
    previous, seq, footer, wanted = GENESIS, 0, None, {hex_ for _, hex_ in kept}
    by_seq = {number: hex_ for number, hex_ in kept if number is not None}
    found: set[str] = {GENESIS.hex()} & wanted
    for number, row in enumerate(rows, start=2):
        where = Place(f"{name} 第 {number} 行", file=name, line=number)
        parts = row.rstrip(b"\r\n").split(b"\t", 2)
        if footer is not None:
            return [_broken("TRAIL-003", where, "结束行之后还有内容", seq + 1)]
        if parts[0] == END.encode():
            footer = parts
            continue
        if len(parts) != 3 or not parts[0].isdigit() or len(parts[0]) > 18 or not row.endswith(b"\n"):
            return [_broken("TRAIL-003", where, "这一行残缺或格式不对", seq + 1)]
        here, printed, content = int(parts[0]), parts[1].decode("ascii", "replace"), parts[2]
        if here > seq + 1:
            return [_broken("TRAIL-004", where, f"序号从 {seq} 跳到 {here}，第 {seq + 1} 条被删除或移走", seq + 1)]
        if here != seq + 1:
            return [
                _broken("TRAIL-005", where, f"序号 {here} 出现在第 {seq + 1} 条的位置，次序被调换或有重复", seq + 1)
            ]
        seq, previous = here, link_hash(previous, here, content)
        if previous.hex() != printed:
            return [
                _broken(
                    "TRAIL-006", where, f"内容与散列值不符（{_brief(content)}），被改动过，或它前面的记录被换过", seq
                )
            ]
        if seq in by_seq and by_seq[seq] != printed:
            return [
                _broken(
                    "TRAIL-007",
                    where,
                    f"与另行保存的第 {seq} 条链头不符，第 1 至 {seq} 条中有记录被改写后重新计算过",
                    seq,
                )
            ]
        found |= wanted & {printed}
    ending = [END.encode(), str(seq).encode(), previous.hex().encode()]
    if footer != ending:
        return [_broken("TRAIL-008", name, "缺少结束行或结束行不符，末尾的记录被截去", seq + 1)]
    for serial, hex_ in kept:
        if hex_ not in found:
            lost = serial if serial is not None and serial > seq else None
            what = (
                f"第 {seq + 1} 至 {lost} 条被截去"
                if lost
                else f"全部 {seq} 条里没有另行保存的链头 {hex_[:16]}…，末尾被截去，或整条链被改写后重新计算过"
            )
            return [_broken("TRAIL-008", name, what, seq + 1)]
    return []


def _broken(code: str, where: Place | str, what: str, seq: int) -> Problem:
    return Problem(
        code, where, f"{what}。", f"第 {seq} 条起不可采信；请与另存的导出文件逐条核对，并查明何人何时动过数据库。"
    )


def _brief(content: bytes) -> str:
    try:
        said = json.loads(content)
        obj = said["object"]["text"] if said.get("v", 1) > 1 else said["object"]
        return f"{said['at']} {said['by']['name']} {said['act']} {obj}"[:80]
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return "内容已不可读"
