"""The container of an .xls: named streams in one file ([MS-CFB]). Never trusts a length."""

import struct
from collections.abc import Iterator

END, FREE = 0xFFFFFFFE, 0xFFFFFFFF


class DamagedFile(Exception):
    """The container or a record does not hold together."""


def ole_streams(data: bytes) -> dict[str, bytes]:
    """The named streams of an OLE2 container."""
    if len(data) < 512:
        raise DamagedFile("文件头不全")
    size = 1 << struct.unpack_from("<H", data, 30)[0]
    if size not in (512, 4096):
        raise DamagedFile("扇区大小不对")
    small = 1 << struct.unpack_from("<H", data, 32)[0]
    fat_count, first_directory = struct.unpack_from("<I", data, 44)[0], struct.unpack_from("<I", data, 48)[0]
    cutoff, first_small, _, first_difat, _ = struct.unpack_from("<5I", data, 56)

    def sector(number: int) -> bytes:
        start = (number + 1) * size
        if start + size > len(data) + size:
            raise DamagedFile("扇区超出文件")
        return data[start : start + size]

    per = size // 4
    table = list(struct.unpack_from("<109I", data, 76))
    while first_difat not in (END, FREE) and len(table) < fat_count + 109:
        words = struct.unpack(f"<{per}I", sector(first_difat).ljust(size, b"\xff"))
        table += words[:-1]
        first_difat = words[-1]
    fat: list[int] = []
    for number in [n for n in table if n < 0xFFFFFFFA][:fat_count]:
        fat += struct.unpack(f"<{per}I", sector(number).ljust(size, b"\xff"))

    def chain(first: int, following: list[int]) -> Iterator[int]:
        seen = 0
        while first < 0xFFFFFFFA:
            if first >= len(following) or seen > len(following):
                raise DamagedFile("扇区链断开")
            yield first
            first, seen = following[first], seen + 1

    directory = b"".join(sector(number) for number in chain(first_directory, fat))
    entries = [directory[at : at + 128] for at in range(0, len(directory) - 127, 128)]
    small_fat = [w for n in chain(first_small, fat) for w in struct.unpack(f"<{per}I", sector(n).ljust(size, b"\xff"))]
    streams: dict[str, bytes] = {}
    inner = b""
    for entry in entries:
        length, kind = struct.unpack_from("<H", entry, 64)[0], entry[66]
        name = entry[: max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
        first, bytes_ = struct.unpack_from("<II", entry, 116)
        if kind == 5:
            inner = b"".join(sector(number) for number in chain(first, fat))
        elif kind == 2 and bytes_ < cutoff:
            streams[name] = b"".join(inner[n * small : (n + 1) * small] for n in chain(first, small_fat))[:bytes_]
        elif kind == 2:
            streams[name] = b"".join(sector(number) for number in chain(first, fat))[:bytes_]
    return streams
