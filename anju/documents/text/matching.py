"""Which piece of one text became which piece of another. Pure."""

import difflib
from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar


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
        else:
            matched += _match_nearest(before[i:j], after[k:m])
    return matched


def _match_nearest(left: Sequence[Left], right: Sequence[Right]) -> list[tuple[Left | None, Right | None]]:
    matched: list[tuple[Left | None, Right | None]] = []
    at = 0
    for piece in left:
        scores = [
            (difflib.SequenceMatcher(None, piece.text, other.text).ratio(), -index)
            for index, other in enumerate(right[at:], at)
        ]
        likeness, index = max(scores, default=(0, 0))  # a likeness of texts, no quantity
        if scores and likeness * 2 > 1:
            matched += [(None, other) for other in right[at:-index]]
            matched.append((piece, right[-index]))
            at = -index + 1
        else:
            matched.append((piece, None))
    return matched + [(None, other) for other in right[at:]]
