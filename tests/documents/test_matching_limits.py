"""However a text is cut into pieces, comparing it comes to an end."""

from dataclasses import dataclass

from anju.documents.text.matching import EACH, MOST, match_texts


@dataclass(frozen=True)
class Piece:
    text: str


def test_a_text_of_nothing_but_full_stops_is_told_as_other_without_being_looked_at_piece_by_piece():
    before = [Piece(f"第{number}项开工 {number} 套") for number in range(60)]
    after = [Piece("。")] * (MOST // EACH // 60 + 1)
    matched = match_texts(before, after, lambda piece: piece.text)
    assert [left for left, right in matched if left is not None and right is not None] == []
    assert len(matched) == len(before) + len(after)
