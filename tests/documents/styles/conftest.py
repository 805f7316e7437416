"""A city with figures of two years, by month, for papers that are styles."""

import re

import pytest

from tests.sample_place import CITY, FIRST, SECOND, place
from tests.worlds import world

THIS, BEFORE = "2023-06", "2022-06"
PERIOD = "2023-H1"


def told(user, facts, code=CITY, period=THIS, **beside):
    """Enter figures: measure → value in the measure's own unit."""
    from anju.figures.services import observations

    enter = observations.correct_figure if "reason" in beside else observations.enter_figure
    for measure, value in facts.items():
        enter(by=user, measure=measure, region=place(user, code), period=period, value=value, **beside)


@world
def half_year(by, measures):
    told(by, {"shanty.start.target": "100", "invest.target": "20"}, period="2023")
    told(by, {"shanty.start.target": "60"}, FIRST, "2023")
    told(by, {"shanty.start.target": "40"}, SECOND, "2023")
    told(by, {"shanty.start": "90", "invest.done": "12.5"})
    told(by, {"shanty.start": "60"}, FIRST)
    told(by, {"shanty.start": "30"}, SECOND)
    told(by, {"shanty.start": "80", "invest.done": "10"}, period=BEFORE)
    told(by, {"shanty.start": "50"}, FIRST, BEFORE)
    return place(by)


@pytest.fixture
def written(scope, half_year):
    """kind → the newest version of a paper of the half-year just written."""
    from anju.documents.queries.documents import find_version
    from anju.documents.services.documents import write_document

    def write(kind="half-year", period=PERIOD, **options):
        prose = options.pop("prose", {})
        document = write_document(
            by=scope,
            kind=kind,
            region=half_year,
            period=period,
            options={"organs": ["示例机关"], "addressee": "各地", **options},
            prose=prose,
        )
        return find_version(scope, document)

    return write


SAMPLE = """
style: sample
name: 示例通报
applies: {{from: "2020-01-01"}}
sources: [{{title: 示例}}]
periods: [half, year]
title: 示例
options: {options}
figures: {figures}
lists: {lists}
sets: {sets}
sections:
  - text: "{text}"
"""


@pytest.fixture
def says(written, monkeypatch, tmp_path):
    """text, figures and lists of a style → what its paper says."""

    def say(text, figures="{}", lists="{}", sets="{}", options="{}", period="2023-H1", **given):
        style = SAMPLE.format(text=text, figures=figures, lists=lists, sets=sets, options=options)
        (tmp_path / "sample.yaml").write_text(style, "utf-8")
        monkeypatch.setenv("ANJU_STYLES", str(tmp_path))
        version = written("sample", period, **given)
        body = version.html.split('<section class="body">')[1].split("</section>")[0]
        return re.sub(r"<[^>]+>", "", body).strip(), version

    return say
