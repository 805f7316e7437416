"""The factor method for old communities: the worked case to the 万元 and to the 分."""

from datetime import date
from decimal import Decimal

import pytest

from anju.problems import Refused
from anju.rules.explanation.explain import row_sentences
from tests.books.conftest import the

NAMES = ("甲", "乙", "丙")


def rows(year, **changes):
    example = the("share", "old-communities", year).examples[0]
    return [{**facts, **changes.get(name, {}), "key": name} for name, facts in example.rows.items()]


@pytest.mark.parametrize(
    ("year", "on", "money", "fen"),
    [
        ("2020", date(2020, 6, 30), ["3249", "4104", "2647"], ["3248602496", "4103819519", "2647577985"]),
        ("2019", date(2019, 6, 30), ["3214", "4202", "2584"], ["3214334583", "4201540457", "2584124960"]),
    ],
)
def test_the_worked_case_and_nothing_lost(everywhere, year, on, money, fen):
    done = everywhere(the("share", "old-communities", year), rows(year), on=on, key="key")
    assert [done.row(name).exact("money") for name in NAMES] == money
    assert [done.row(name).exact("fen") for name in NAMES] == fen
    assert sum(map(int, money)) == 10_000 and sum(map(int, fen)) == 10_000 * 1_000_000


@pytest.mark.parametrize("year", ["2019", "2020"])
@pytest.mark.parametrize("pot", ["500000", "123456.7891"])
def test_all_of_the_pot_is_shared_out_to_the_fen_among_many(everywhere, year, pot):
    """Each share is rounded at its twelfth decimal: of a hundred and twenty counties and five thousand million 元 one fen was left over."""
    book = the("share", "old-communities", year)
    told = {
        "area": lambda n: f"{n * 37 % 901 + 1}.{n % 100:02}",
        "households": lambda n: str(n * 101 % 49_999 + 1),
        "buildings": lambda n: str(n * 7 % 901 + 1),
        "communities": lambda n: str(n % 89 + 1),
        "score": lambda n: str(60 + n % 41),
        "hardship": lambda n: f"0.{n * 13 % 8999 + 1000}",
    }
    counties = [
        {"key": f"{n:03}", "pot_name": "一批", "pot": pot}
        | {name: say(n) for name, say in told.items() if name in book.inputs}
        for n in range(120)
    ]
    done = everywhere(book, counties, on=date(int(year), 6, 30), key="key")
    assert sum(row.values["fen"] for row in done.rows) == Decimal(pot) * 1_000_000


def test_the_score_is_not_multiplied_by_hardship(everywhere):
    """甲's hardship 0.8: with it in the score factor the shares would be others."""
    done = everywhere(the("share", "old-communities", "2020"), rows("2020"), on=date(2020, 6, 30), key="key")
    assert [done.row(name).text("by_score") for name in NAMES] == [
        "0.333333",
        "0.350877",
        "0.315789",
    ]  # 95, 100, 90 of 285


def test_hardship_in_hundreds_gives_the_same(everywhere):
    hundred = {"甲": {"hardship": "80"}, "乙": {"hardship": "60"}, "丙": {"hardship": "90"}}
    done = everywhere(the("share", "old-communities", "2020"), rows("2020", **hundred), on=date(2020, 6, 30), key="key")
    assert [done.row(name).exact("money") for name in NAMES] == ["3249", "4104", "2647"]


def test_one_unknown_makes_the_whole_pot_unknown_and_is_named(everywhere):
    done = everywhere(
        the("share", "old-communities", "2020"), rows("2020", 乙={"area": None}), on=date(2020, 6, 30), key="key"
    )
    assert [done.row(name).values["money"] for name in NAMES] == [None, None, None]
    assert "乙" in "".join(row_sentences(done.row("甲")))


def test_after_the_rules_of_2022_there_is_no_book():
    from anju.rules.shipped.library import Library

    with pytest.raises(Refused, match="RULE-020"):
        Library().find("share", "old-communities", [], date(2022, 2, 7))
