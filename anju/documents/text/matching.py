"""Which piece of one text became which piece of another. Pure."""

import difflib
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any, Protocol, TypeVar

LONGEST = 2_000  # letters; a longer sentence is known whole or not at all: how alike it is would take minutes to say
HALF = Fraction(1, 2)
MOST = 30_000_000  # pieces of one side × letters of the other in one stretch; beyond that nothing of the document is left in it

EACH = 20  # letters that looking at one piece is worth, however short it is: eighty thousand full stops are no text


class ComparableText(Protocol):
    text: str


Left = TypeVar("Left", bound=ComparableText)
Right = TypeVar("Right", bound=ComparableText)


def match_texts(
    before: Sequence[Left], after: Sequence[Right], key: Callable[[Any], str]
) -> list[tuple[Left | None, Right | None]]:
    """In order: those of one key together; in a stretch that changed, each with the most alike still to come; the rest came or went (None)."""
    matched: list[tuple[Left | None, Right | None]] = []
    keys = [[key(piece) for piece in side] for side in (before, after)]
    for act, i, j, k, m in difflib.SequenceMatcher(None, *keys, autojunk=False).get_opcodes():
        if act == "equal":
            matched += zip(before[i:j], after[k:m], strict=True)
        elif (j - i) * sum(len(other.text) + EACH for other in after[k:m]) <= MOST:
            matched += _match_nearest(before[i:j], after[k:m])
        else:
            matched += [*((piece, None) for piece in before[i:j]), *((None, other) for other in after[k:m])]
    return matched


def _match_nearest(left: Sequence[Left], right: Sequence[Right]) -> list[tuple[Left | None, Right | None]]:
    matched: list[tuple[Left | None, Right | None]] = []
    at = 0
    for piece in left:
        index = _most_alike(piece.text, [other.text for other in right[at:]])
        if index is None:
            matched.append((piece, None))
            continue
        matched += [(None, other) for other in right[at : at + index]]
        matched.append((piece, right[at + index]))
        at += index + 1
    return matched + [(None, other) for other in right[at:]]


def _most_alike(text: str, others: list[str]) -> int | None:
    """The first of the most alike; None when more than half of it is other."""
    if len(text) > LONGEST:
        return None
    matcher = difflib.SequenceMatcher(None, autojunk=False)
    matcher.set_seq2(text)
    best: Any = HALF
    place = None  # a likeness of texts, no quantity
    for index, other in enumerate(others):
        if len(other) > LONGEST:
            continue
        matcher.set_seq1(other)
        if matcher.real_quick_ratio() > best and matcher.quick_ratio() > best and (ratio := matcher.ratio()) > best:
            best, place = ratio, index
    return place
