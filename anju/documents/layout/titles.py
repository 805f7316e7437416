"""Titles over several lines: broken between words, never within one (GB/T 9704: 词意完整，排列对称), as evenly as that allows. Pure."""

import re
from functools import cache
from itertools import pairwise
from pathlib import Path

from anju.documents.layout.grid import text_width

WORDS = Path(__file__).with_name("title_words.txt")
# A year with what belongs to it, a number with its sign, a word of letters: one word each.
WHOLE = re.compile(
    r"\d{4}年(?:度|[一二三四]季度|[上下]半年|\d{1,2}(?:—\d{1,2})?月(?:\d{1,2}日)?)?(?:底前|底)?|[\d.,—-]+[%％]?|[A-Za-z]+"
)
AFTER = "、，；：　》）〉”"  # a line may end behind these
BEFORE = "《（〈“"  # and before these
NEVER_FIRST = "的了等》）〉”、，；：。"
JOINING = "和及与或"
KNOWN, HALF_KNOWN, TORN = 20, 60, 400  # what a break costs in evenness, in tenths of an em


@cache
def title_words() -> tuple[frozenset[str], int]:
    """The words of the trade's titles, and the length of the longest."""
    words = frozenset(WORDS.read_text(encoding="utf-8").split())
    return words, max(map(len, words))


def split_title(title: str) -> list[tuple[str, bool]]:
    """The title in words, each with whether it is a known one: the longest word that begins at a place is taken."""
    words, longest = title_words()
    found, place = [], 0
    while place < len(title):
        match = WHOLE.match(title, place)
        word = match[0] if match else ""
        length = next(
            (n for n in range(min(longest, len(title) - place), 1, -1) if title[place : place + n] in words), 0
        )
        word = max(word, title[place : place + length], key=len)
        found.append((word or title[place], bool(word)))
        place += len(word) or 1
    return found


def break_costs(title: str) -> dict[int, int]:
    """Where a line may end, and what that costs in evenness. Within a known word it may not."""
    costs, place = {}, 0
    pieces = split_title(title)
    for (left, known), (right, right_known) in pairwise(pieces):
        place += len(left)
        if right[0] in NEVER_FIRST or left[-1] in BEFORE:
            continue
        if left[-1] in AFTER or right[0] in BEFORE or right == "关于":
            costs[place] = 0
        elif left in JOINING:
            costs[place] = 2 * KNOWN
        elif left == "的" or right in JOINING or (known and right_known):
            costs[place] = KNOWN
        elif known or right_known:
            costs[place] = HALF_KNOWN
        else:
            costs[place] = TORN
    return costs


def balance_title(title: str, room: int) -> list[str]:
    """A title too long for its line, broken where the sense allows and as evenly as that permits. room in tenths of an em."""
    lines = -(-text_width(title) // room)
    places = [(place, cost) for place, cost in break_costs(title).items() if text_width(title[:place]) <= room]
    if lines < 2 or not places:
        return [title]
    cut, _ = min(places, key=lambda one: abs(text_width(title[: one[0]]) - text_width(title) // lines) + one[1])
    return [title[:cut].strip("　"), *balance_title(title[cut:].strip("　"), room)]
