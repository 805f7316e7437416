"""Whatever is pasted or posted is a table or a sentence, never an error, and takes no time to speak of."""

import random
import time

import pytest

from anju.documents.asking.pasted import read_pasted
from anju.problems import Refused
from tests.documents.tables.conftest import MONTH, city  # noqa: F401

SIGNS = [
    "\t",
    "\n",
    "\r\n",
    '"',
    "县区",
    "城区",
    "合计",
    "任务（套）",
    "{year}",
    "{",
    "}}",
    "（亿元）",
    "率",
    "第1栏",
    "〔shanty.start〕",
    "<b>",
    "&",
    "\u3000",
    "0",
    "\ufeff",
    "𠀀",
]


@pytest.mark.parametrize("seed", range(40))
def test_random_cells_are_a_table_or_a_sentence(seed):
    chance = random.Random(seed)
    for _ in range(50):
        text = "".join(chance.choice(SIGNS) for _ in range(chance.randrange(1, 120)))
        try:
            table = read_pasted(text, {"城区", "合计"}.__contains__)
        except Refused as refused:
            codes = {one.code for one in refused.problems}
            assert codes <= {"DOC-120", "DOC-121"}
            continue
        assert table.heads
        assert len(table.heads) <= 60


def test_quotes_without_end_take_no_time():
    start = time.monotonic()
    for text in ('"' * 100_000, '\t"' * 60_000, 'a\t"' + "b\n" * 90_000, '"a""' * 40_000):
        with pytest.raises(Refused):
            read_pasted(text, {"城区"}.__contains__)
    assert time.monotonic() - start < 10


@pytest.mark.parametrize("seed", range(6))
def test_a_head_of_anything_can_be_proposed_and_confirmed(seed, scope, city):  # noqa: F811
    from anju.documents.asking.picks import ColumnPick, Picks
    from anju.documents.asking.proposing import propose_columns, propose_rows
    from anju.documents.queries.asked_tables import fill_asked, read_head
    from anju.documents.tables.alone import table_article
    from anju.documents.writers import formats

    chance = random.Random(seed)
    for _ in range(12):
        lines = [["县区", *(chance.choice(SIGNS[4:]) for _ in range(6))] for _ in range(2)] + [
            ["城区", *[""] * 6],
            [chance.choice(SIGNS[4:]), *[""] * 6],
        ]
        text = "\n".join("\t".join(line) for line in lines)
        try:
            pasted = read_head(scope, city, MONTH, text)
            columns, rows = propose_columns(pasted, MONTH), propose_rows(scope, city, MONTH, pasted.names)
            picks = Picks(
                "取数",
                tuple(ColumnPick(one.says, one.unit, one.period) for one in columns),
                tuple(one.region for one in rows),
                city.code,
                MONTH,
            )
            annex = fill_asked(scope, city, MONTH, text, picks)
        except Refused as refused:
            codes = {one.code[:3] for one in refused.problems}
            assert codes <= {"DOC", "FIG"}
            continue
        formats.annex_xlsx(table_article(annex))
