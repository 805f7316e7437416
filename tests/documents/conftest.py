"""A made-up document of a real city and its counties, and the circular that the seeds' annexes are laid out in (data/circular.html)."""

from pathlib import Path

import pytest

from tests.worlds import world

DATA = Path(__file__).parent / "data"
YEAR = "2021"
OPTIONS = {"organ": "示例市住房保障办公室"}
PROSE = {
    "problems": [
        "## 二、存在的问题",
        "**一是**全市开工[[shanty.start]]套，投资[[invest.done 亿元 1]]亿元。",
        "要加快进度。",
    ]
}
# target, paid: of the whole city and of its first three counties
SUBSIDY = {"whole": ("670", "685"), 0: ("450", "423"), 1: ("80", "114"), 2: ("140", "148")}


@pytest.fixture(scope="session")
def circular() -> str:
    return (DATA / "circular.html").read_text(encoding="utf-8")


@world
def reported(by, measures):
    """A city with its figures."""
    from anju.core.regions.tree import child_regions, find_region
    from anju.figures.services.observations import enter_figure

    city = find_region(by, "140500")
    below = child_regions(by, city)
    for key, (target, paid) in SUBSIDY.items():
        place = city if key == "whole" else below[key]
        enter_figure(by=by, measure="subsidy.households.target", region=place, period=YEAR, value=target)
        enter_figure(by=by, measure="subsidy.households", region=place, period=YEAR, value=paid)
    enter_figure(by=by, measure="invest.done", region=city, period=YEAR, value="27.27", unit="亿元")
    enter_figure(by=by, measure="shanty.start", region=city, period=YEAR, value="6631")
    return city


@pytest.fixture
def city(reported, scope, settings):
    """The city with its figures; templates of these tests known to Django."""
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [str(Path(__file__).parent / "templates")]}]
    return reported


def gather(user, region, period, options):
    from anju.core.regions.tree import child_regions
    from anju.figures.queries.current import current_figures

    below = child_regions(user, region)[:3]
    found = current_figures(
        user,
        ["subsidy.households.target", "subsidy.households", "subsidy.households.rate", "invest.done"],
        [region, *below],
        [period],
    )

    def row(place):
        return {"name": place.name, "target": found("subsidy.households.target", place), "subsidy": found("subsidy.households", place),
                "rate": found("subsidy.households.rate", place), "invest": found("invest.done", place)}  # fmt: skip

    rows = [row(place) for place in below]
    behind = [one["name"] for one in rows if one["rate"].known and one["rate"].exact < 100_000_000]
    books = [{"kind": "scoring", "subject": "sample", "title": "示例", "digest": "d" * 64}]
    return {
        "title": options.get("title", "关于租赁补贴发放情况的通报"),
        "whole": row(region),
        "rows": rows,
        "behind": behind,
        "books": books,
    }


@pytest.fixture
def kind(monkeypatch):
    """The made-up kind, known for one test."""
    from anju.documents import kinds

    kinds.registered_kinds()  # the rooms' own first
    monkeypatch.setattr(kinds, "_kinds", dict(kinds._kinds))
    return kinds.register_kind(
        kinds.DocumentKind(
            "sample", "示例通报", "sample/report.html", gather, prose=("problems",), options=("organ", "claim")
        )
    )


@pytest.fixture
def draft(scope, city, kind):
    from anju.documents.services import documents

    return documents.write_document(by=scope, kind="sample", region=city, period=YEAR, options=OPTIONS, prose=PROSE)
