"""Make the bundled fonts again: the characters of 通用规范汉字表 and of offices' typing, cut out of Noto CJK.

    python make_subset.py UNIHAN_FOLDER NOTO_FOLDER

UNIHAN_FOLDER holds Unihan_*.txt.bz2 (Debian: unicode-data), NOTO_FOLDER the .ttc files (Debian: fonts-noto-cjk).
Needs fonttools; not used at run time.
"""

import bz2
import sys
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTCollection

HERE = Path(__file__).parent
FACES = {"NotoSerifCJK-Regular": "NotoSerifCJKsc-Regular", "NotoSerifCJK-Bold": "NotoSerifCJKsc-Bold",
         "NotoSansCJK-Regular": "NotoSansCJKsc-Regular"}  # fmt: skip
# Letters and signs that offices type: Latin, Greek, dashes and quotes, roman and circled numbers, units, arrows, full-width forms.
BLOCKS = ((0x20, 0x7E), (0xA0, 0xFF), (0x391, 0x3C9), (0x2010, 0x2027), (0x2030, 0x203B), (0x2100, 0x217F), (0x2190, 0x2193), (0x2200, 0x2267),
          (0x2460, 0x249B), (0x25A0, 0x25CF), (0x3000, 0x3017), (0x3220, 0x3229), (0x3380, 0x33DF), (0xFF01, 0xFF5E), (0xFFE0, 0xFFE5))  # fmt: skip
# In the names of people and not in the table: biáng, and the zero of years.
NAMES = "〇𰻝"


def standard_characters(folder: Path) -> set[str]:
    """The 8,105 characters of 通用规范汉字表, as Unihan's kTGH tells them."""
    found = set()
    for path in sorted(folder.glob("Unihan_*.txt.bz2")):
        with bz2.open(path, "rt", encoding="utf-8") as lines:
            found |= {chr(int(line.split("\t")[0][2:], 16)) for line in lines if "\tkTGH\t" in line}
    return found


def main(unihan: Path, noto: Path) -> None:
    table = standard_characters(unihan)
    (HERE / "characters.txt").write_text("".join(sorted(table | set(NAMES))) + "\n", encoding="utf-8")
    wanted = {ord(character) for character in table | set(NAMES)} | {
        code for first, last in BLOCKS for code in range(first, last + 1)
    }
    for collection, face in FACES.items():
        fonts = TTCollection(noto / f"{collection}.ttc").fonts
        font = next(
            one
            for one in fonts
            if one["name"].getDebugName(1).endswith("CJK SC") and "Mono" not in one["name"].getDebugName(1)
        )
        options = Options(
            hinting=False, layout_features=["kern"], name_IDs=[0, 1, 2, 3, 4, 5, 6, 13, 14, 16, 17], notdef_outline=True
        )
        subsetter = Subsetter(options)
        subsetter.populate(unicodes=wanted)
        subsetter.subset(font)
        font.save(HERE / f"{face}.otf")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
