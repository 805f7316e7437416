"""Spoiling what is good, by a seed: the same seed spoils alike."""

import io
import random
import re
import zipfile

NASTY = [
    "\x00", "\x07", "\ud800", "\ufffe", "9" * 5000, "-1", "NaN", "1e999999", "2026-13-45", "0" * 200, "甲" * 5000, "'", '"', "<", "&lt;", "%s",
    "../../etc/passwd", "=1+1", "[" * 3000, "{" * 300, "*a", "&a", "!!int ''", "2026-02-30", "true", "null", "-", ":", "\t", "１２", "½", "1/0",
]  # fmt: skip
NUMBER = re.compile(rb"\d+")


def spoil_bytes(chance: random.Random, content: bytes) -> bytes:
    """Cut, doubled, flipped, or with something nasty in it."""
    if not content:
        return b"\x00"
    at, size = chance.randrange(len(content)), chance.choice((1, 4, 64, 1000))
    match chance.randrange(6):
        case 0:
            return content[:at]
        case 1:
            return content[:at] + content[at + size :]
        case 2:
            return content[:at] + bytes([content[at] ^ (1 << chance.randrange(8))]) + content[at + 1 :]
        case 3:
            return content[:at] + content[at : at + size] * chance.choice((2, 50)) + content[at + size :]
        case 4:
            return content[:at] + chance.choice(NASTY).encode("utf-8", "surrogatepass") + content[at:]
    numbers = list(NUMBER.finditer(content))
    if not numbers:
        return content[at:]
    one = chance.choice(numbers)
    return content[: one.start()] + chance.choice(NASTY).encode("utf-8", "surrogatepass") + content[one.end() :]


def spoil_package(chance: random.Random, content: bytes) -> bytes:
    """A packed file: one of its parts spoilt, lost, or twice; now and then the whole as it lies on the disk."""
    if chance.random() < 0.2:
        return spoil_bytes(chance, content)
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        names = source.namelist()
        hit, lost = chance.choice(names), chance.random() < 0.1
        for name in names:
            part = source.read(name)
            if name == hit:
                if lost:
                    continue
                for _ in range(chance.choice((1, 1, 3))):
                    part = spoil_bytes(chance, part)
            package.writestr(name, part)
    return out.getvalue()
