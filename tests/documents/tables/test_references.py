"""What a formula of a table made can be called by its reference for ever."""

import pytest

from tests.documents.tables.test_filling import ASKED, DONE, table


def test_its_spelling_is_read_and_written_alike(scope):
    from anju.figures.references import FigureReference

    text = "calc:%|1|(now - before) / before|套 shanty.start@140502/2021-08;套 shanty.start@140502/2020-08"
    assert str(FigureReference.parse(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "calc:座|1|a|套 x@1/2021",
        "calc:%|9|a|套 x@1/2021",
        "calc:%|1|a + b|套 x@1/2021",
        "calc:%|1|pow(a)|套 x@1/2021",
        "calc:%|²|a|套 x@1/2021",
        "calc:",
        "calc:%|1||",
    ],
)
def test_what_is_no_such_reference_is_not_read(scope, text):
    from anju.figures.references import FigureReference

    with pytest.raises(LookupError):
        FigureReference.parse(text)


def test_it_means_the_number_that_was_printed(scope, fill):
    from anju.figures.queries.references import resolve_reference

    annex = fill(table(ASKED, DONE, {"head": "占任务", "formula": "done / asked", "unit": "%", "places": 2}))
    [cell] = [row.cells[2] for row in annex.rows if row.label == "城区"]
    figure = resolve_reference(scope, cell.figure.reference)
    assert (figure.text(), figure.unit) == ("90.00", "%")


def test_units_stay_with_the_reference(scope, fill):
    from anju.figures.queries.references import resolve_reference

    declared = table({"head": "任务（万元）", "key": "asked", "code": "invest.target"}, {"head": "完成（亿元）", "key": "done", "code": "invest.done", "places": 2},
                     {"head": "再加一亿（亿元）", "formula": "asked - done + 1", "places": 2}, rows={"regions": "own"})  # fmt: skip
    figure = fill(declared).rows[0].cells[2].figure
    assert figure.text() == "3.73"
    assert resolve_reference(scope, figure.reference).exact == figure.exact
