"""Every figure of the five published documents, found in what is generated from the facts, in its own place.

published/<place>.yaml lists the numbers of the text by part, published/<place>-annex….csv the tables cell by cell. What cannot be
reproduced stands in exceptions.yaml with its reason; an exception that has become unnecessary fails too.
"""

import csv
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.fidelity.conftest import grouped
from tests.fidelity.reading import Part, parts, tables

HERE = Path(__file__).parent
PLACES = sorted(path.stem for path in (HERE / "published").glob("*.yaml"))
NUMBERS = re.compile(r"\d+(?:\.\d+)?(?:分|%|个百分点|项|天)")


def load(path: Path) -> Any:
    return YAML(typ="safe").load(path.read_text(encoding="utf-8"))


class Ledger:
    """Collects what is missing and which exceptions were needed."""

    def __init__(self, place: str) -> None:
        self.place = place
        self.exceptions = {(one["where"], one["printed"]): one for one in load(HERE / "exceptions.yaml")[place] or []}
        self.needed: set[tuple[str, str]] = set()
        self.wrong: list[str] = []
        self.found = 0

    def miss(self, where: str, printed: str) -> dict[str, Any] | None:
        """The exception for it, or None and a line in the verdict."""
        one = self.exceptions.get((where, printed))
        if one is None:
            self.wrong.append(f"{where}：原文“{printed}”没有找到")
        else:
            self.needed.add((where, printed))
        return one

    def verdict(self) -> None:
        unneeded = [
            f"{where}：“{printed}”已能生成，不应再列为例外"
            for where, printed in self.exceptions
            if (where, printed) not in self.needed
        ]
        assert not self.wrong + unneeded, "\n".join([self.place, *self.wrong, *unneeded])


@pytest.mark.parametrize("place", grouped(PLACES))
def test_every_published_figure_is_generated_in_its_place(place, drafted):
    published, page = load(HERE / "published" / f"{place}.yaml"), drafted(place)
    ledger = Ledger(place)
    check_text(ledger, published, parts(page))
    for number, name in enumerate(published["annexes"]):
        check_table(ledger, name, HERE / "published" / f"{name}.csv", tables(page)[number], published.get("rows", {}))
    assert ledger.found > 20
    ledger.verdict()


def check_text(ledger: Ledger, published: dict[str, Any], found: dict[str, Part]) -> None:
    for where, words in published["words"].items():
        for word in words:
            if word in found.get(where, Part()).text:
                ledger.found += 1
            elif (one := ledger.miss(where, word)) and one.get("ours"):
                assert one["ours"] in found[where].text, one
    for where, printed in published["figures"].items():
        part = found.get(where, Part())
        left = [number for number in printed if not part.take(number)]
        ledger.found += len(printed) - len(left)
        for number in left:
            if (one := ledger.miss(where, number)) and one.get("ours") and not part.take(one["ours"]):
                ledger.wrong.append(f"{where}：例外里写的“{one['ours']}”也没有找到")
    for where, claims in published["claims"].items():
        for said, ours in claims.items():
            text = found.get(where, Part()).text
            if ours and ours in text:
                ledger.found += 1
            elif (one := ledger.miss(where, said)) and one.get("ours") and one["ours"] not in text:
                ledger.wrong.append(f"{where}：例外里写的“{one['ours']}”也没有找到")


def check_table(ledger: Ledger, name: str, path: Path, table: Any, renamed: dict[str, str]) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        head, *lines = csv.reader(file)
    if "评分标准中的数" in head:
        return check_scores(ledger, name, lines, table)
    assert table.columns == head[1:], f"{name} 的表头不同"
    assert list(table.rows)[: len(lines)] == [renamed.get(line[0], line[0]) for line in lines], f"{name} 的行不同"
    for label, *cells in lines:
        for column, cell in zip(head[1:], cells, strict=True):
            ours = table.rows[renamed.get(label, label)][column]
            if ours == cell:
                ledger.found += 1
            elif (one := ledger.miss(f"{name} {label} {column}", cell)) and one["ours"] != ours:
                ledger.wrong.append(f"{name} {label} {column}：例外里写的是“{one['ours']}”，生成的是“{ours}”")
            if ours != cell and ledger.wrong and ledger.wrong[-1].startswith(f"{name} {label} {column}：原文"):
                ledger.wrong[-1] += f"，生成的是“{ours}”"
    return None


def check_scores(ledger: Ledger, name: str, lines: list[list[str]], table: Any) -> None:
    assert len(table.lines) == len(lines), f"{name} 的行数不同"
    for (first, first_points, second, points, numbers, score), ours in zip(lines, table.lines, strict=True):
        where = f"{name} {second or first}"
        pairs = [(first, ours[0]), (first_points, ours[1]), (second, ours[2]), (points, ours[3])]
        pairs += [(score, ours[5])] if score else []  # blank in the original: nothing may be asserted
        for said, generated in pairs:
            if said == generated:
                ledger.found += 1
            else:
                ledger.miss(where, said)
        standard = re.sub("[一每](?=个百分点|项|天)", "1", ours[4]).replace("四个百分点", "4个百分点")
        missing = Counter(numbers.split()) - Counter(NUMBERS.findall(standard))
        ledger.found += len(numbers.split()) - missing.total()
        for number in missing.elements():
            ledger.miss(where, number)
