"""The table of the year's tasks: its measures are those of the catalogue, and a paper's own words stand over its own."""

import pytest

from anju.figures.catalogue import read_catalogue
from anju.figures.tasks import tasks, tasks_of
from anju.quantities import unit_of_measure


def test_the_rate_of_a_task_is_what_was_done_over_what_was_asked():
    measures, _ = read_catalogue([])
    for code, task in tasks().items():
        rate, actual, target = (measures[task[name]] for name in ("rate", "actual", "target"))
        assert (rate["numerator"], rate["denominator"]) == (task["actual"], task["target"]), code
        assert (
            unit_of_measure(actual["unit"]).family
            == unit_of_measure(target["unit"]).family
            == unit_of_measure(task["unit"]).family
        ), code
        assert task["show"].startswith(task["unit"]), code


def test_a_paper_says_it_in_its_own_words():
    [plain, own] = tasks_of([{"task": "prh_start"}, {"task": "prh_start", "name": "公租房开工", "did": "实际开工"}])
    assert plain == tasks()["prh_start"]
    assert own == plain | {"name": "公租房开工", "did": "实际开工"}


def test_a_task_that_is_not_in_the_table_is_an_error():
    with pytest.raises(KeyError, match="heating"):
        tasks_of([{"task": "heating"}])
