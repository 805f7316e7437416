"""One style prints every count that a place reported for the period, in the unit and with the decimals in which it was printed; what it is told of,
and by whom, is data."""

from pathlib import Path

import pytest

from anju.demo.places import load_place
from anju.figures.services import imports
from anju.problems import ASK, Refused
from tests.fidelity.any_place import (
    Printed,
    answer_all,
    copy_case,
    ledger_figures,
    make_folder,
    read_yaml,
    untold,
    written_word,
)

HERE = Path(__file__).parent
MADE = read_yaml(HERE / "other_places.yaml")
CASES = sorted(path.name for path in (HERE / "cases").iterdir())


def place_name(code: str) -> str:
    from anju.core.people.scope import local_actor, open_scope
    from anju.core.regions.tree import find_region

    with open_scope(local_actor()) as user:
        return find_region(user, code).name


def loaded(folder: Path) -> None:
    """Reminders (parts that do not add up, for only some are printed) are answered as somebody would who looked at the paper."""
    try:
        load_place(folder, say=lambda _: None)
    except Refused as refused:
        asked = [imports.short_key(one) for one in refused.problems if one.level == ASK]
        answer_all(folder, asked)
        load_place(folder, say=lambda _: None)


@pytest.mark.parametrize("case", CASES)
def test_every_count_of_a_case_is_printed(db, tmp_path, case):
    loaded(copy_case(HERE / "cases" / case, tmp_path))
    said = read_yaml(tmp_path / "place.yaml")
    figures = ledger_figures(said["region"], said["period"])
    assert figures
    assert untold(written_word(said["region"], said["period"]), figures, place_name(said["region"])) == []


@pytest.mark.parametrize("name", MADE)
def test_every_published_count_of_a_made_up_place_is_printed(db, tmp_path, name):
    said = MADE[name]
    loaded(make_folder(tmp_path, said))
    from anju.figures.queries.current import catalogue

    figures = [
        Printed(place, catalogue()[code].name, str(period), digits, unit)
        for place, code, period, digits, unit, *_ in said["figures"]
    ]
    rates = [Printed(place_name(said["region"]), rate, "", digits, "") for rate, digits in said.get("rates", ())]
    word = written_word(said["region"], said["period"])
    assert untold(word, figures + rates, place_name(said["region"])) == []


def test_a_figure_that_the_paper_does_not_tell_is_noticed(db, tmp_path):
    """The helper itself: another digit, another unit, another place, another measure."""
    said = MADE["decimals"]
    loaded(make_folder(tmp_path, said))
    word = written_word(said["region"], said["period"])
    true = ledger_figures(said["region"], said["period"])
    wrong = [
        true[0]._replace(digits="27.27"), true[0]._replace(unit="万元"), true[0]._replace(place="潞州区"),
        true[0]._replace(measure="棚户区改造开工量"),
    ]  # fmt: skip
    assert untold(word, true, "长治市") == []
    assert untold(word, wrong, "长治市") == wrong
