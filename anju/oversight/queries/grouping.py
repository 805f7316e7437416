"""Sentences that say the same of several places as one: 泽州县、陵川县、沁水县限价房建成率为零：开工未建成分别为10套、20套、5套. Pure."""

from collections.abc import Iterable, Sequence

from anju.documents.text.units import BY_LENGTH
from anju.runs.queries.sentences import SentenceFigure, SentencePiece
from anju.runs.references import StepReference

Pieces = tuple[SentencePiece, ...]
VERBS = ("为", "是", "有", "达")  # behind these no second 为
EACH = "分别为"
SIGNS = "，；。：、（）"


def group_sentences(sentences: Iterable[Pieces]) -> list[Pieces]:
    """In the order of the first of each; what differs in more than its place and its figures stays apart."""
    groups: dict[tuple[str, ...], list[Pieces]] = {}
    for sentence in sentences:
        joined = join_words(sentence)
        groups.setdefault(_shape(joined), []).append(joined)
    return [_one_of_all(group) if len(group) > 1 else group[0] for group in groups.values()]


def join_words(sentence: Pieces) -> Pieces:
    """The place first, then words and figures in turn: neighbouring words are one piece."""
    spoken = [piece for piece in sentence if piece.figure is not None or piece.text]
    joined: list[SentencePiece] = spoken[:1]
    for piece in spoken[1:]:
        last = joined[-1]
        if piece.figure is None and last.figure is None and len(joined) > 1:
            joined[-1] = SentencePiece(last.text + piece.text)
        else:
            joined.append(piece)
    return tuple(joined)


def _shape(sentence: Pieces) -> tuple[str, ...]:
    """What must be alike: all words but the place, with which the sentence begins. One that begins with a figure stands by itself."""
    if sentence and sentence[0].figure is not None:
        return (str(id(sentence)),)
    return tuple("#" if piece.figure else piece.text for piece in sentence[1:])


def _one_of_all(sentences: Sequence[Pieces]) -> Pieces:
    made = [SentencePiece("、".join(dict.fromkeys(sentence[0].text for sentence in sentences)))]
    columns = list(zip(*(sentence[1:] for sentence in sentences), strict=True))
    skip = ""
    for place, pieces in enumerate(columns):
        if pieces[0].figure is None:
            made.append(SentencePiece(pieces[0].text.strip().removeprefix(skip)))
            skip = ""
            continue
        figures = [piece.figure for piece in pieces if piece.figure]
        if _is_one(figures):
            made.append(pieces[0])
            continue
        behind = columns[place + 1][0].text.strip() if place + 1 < len(columns) else ""
        skip = next((name for name in BY_LENGTH if behind.startswith(name)), "")
        words = made[-1].text
        verb = next((verb for verb in VERBS if words.endswith(verb)), "")
        made[-1] = SentencePiece(words.removesuffix(verb) + (f"分别{verb}" if verb else EACH))
        for number, figure in enumerate(figures):
            made += [SentencePiece("、")] if number else []
            made += [SentencePiece(figure=figure), SentencePiece(skip)]
        rest = behind.removeprefix(skip)
        if rest and rest[0] not in SIGNS and verb != "有":
            made.append(SentencePiece("，"))
    return tuple(piece for piece in made if piece.figure or piece.text)


def _is_one(figures: Sequence[SentenceFigure]) -> bool:
    """The same for all: one figure, or what the book itself says alike of each (a line, a share)."""
    if len({figure.digits for figure in figures}) > 1:
        return False
    return len({str(figure.reference) for figure in figures}) == 1 or all(
        isinstance(figure.reference, StepReference) for figure in figures
    )
