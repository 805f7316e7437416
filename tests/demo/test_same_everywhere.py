"""Every measure of the demonstration's city says the same wherever it is asked: on pages, in exports, by command, by its reference, in papers."""

import io
import json
import re
from datetime import date
from decimal import Decimal

import openpyxl
import pytest
from django.db import connections
from django.test import Client
from django.urls import reverse

from anju.core.console.command import Parser, run_handler
from anju.core.people.scope import local_actor, open_scope
from anju.core.regions import tree
from anju.demo.practice import CITY, make_practice_county
from anju.desk.queries import progress
from anju.figures import commands
from anju.figures.catalogue import load_catalogue
from anju.figures.pages import topics
from anju.figures.queries import current
from anju.figures.queries.references import resolve_reference
from anju.figures.queries.standing import StandingFigures
from anju.figures.references import FigureReference
from anju.figures.services import observations
from anju.returns.services import opening
from tests.cast import everyone, sign_in

DAY = date(2026, 11, 20)
PERIODS = ("2026-10", "2026-11", "2026")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("committed"),
    pytest.mark.django_db(databases=["default", "owner"]),
]


@pytest.fixture(scope="module")
def practised(django_db_setup, django_db_blocker, empty):
    """Really committed, as the county to practise in is made by the database's owner; emptied at the end."""
    with django_db_blocker.unblock():
        with open_scope(local_actor()) as by:
            load_catalogue(by=by)
            opening.load_forms(by=by)
        make_practice_county(say=lambda *_: None, today=DAY)
        with open_scope(local_actor()) as by:
            made = tree.find_region(by, CITY)
            one, other = tree.child_regions(by, made, DAY)[:2]
            for place, measure, period, value, calibre in (
                (one, "shanty.start", "2026-11", "900", ""), (one, "shanty.start", "2026", "901", ""), (other, "shanty.start", "2026", "77", ""),
                (one, "invest.done", "2026-10", "1.25", "cal2"), (other, "invest.done", "2026-10", "2.50", "cal2"),
                (one, "satisfaction.old", "2026", "91.5", ""), (other, "satisfaction.old", "2026", "88", ""), (one, "old.lifts", "2026-10", "3", ""),
            ):  # fmt: skip
                observations.enter_figure(
                    by=by, measure=measure, region=place, period=period, value=value, calibre=calibre
                )
        yield made
        connections.close_all()
    empty()


@pytest.fixture
def city(practised, scope):
    """Two counties locked October; one of them has reported November and the year, and an investment in two calibres."""
    return scope, practised


@pytest.fixture
def client(city):
    visitor = Client()
    sign_in(visitor, everyone(CITY))
    return visitor


def exported(client, city, topic, period):
    """The row of the city in the exported table of a topic, as text."""
    answer = client.get(reverse("figures:explorer-file"), {"region": CITY, "period": period, "topic": topic})
    rows = openpyxl.load_workbook(io.BytesIO(b"".join(answer))).active.iter_rows(values_only=True)
    return next(row[1:] for row in rows if row[0] == city.name)


def title(client, measure, period):
    page = client.get(reverse("figures:measure", args=[measure]), {"region": CITY, "period": period}).content.decode()
    return re.sub(r"<[^>]*>", "", re.search(r"<h1.*?</h1>", page, re.S)[0]).strip()


@pytest.mark.parametrize("period", PERIODS)
def test_every_measure_of_the_city_says_the_same_everywhere(city, client, capsys, period):
    user, region = city
    known = current.find_measures(user)
    codes = [f"{m.code}:{kind}" if kind else m.code for m in known.values() for kind in ("", *m.calibres)]
    answer = current.current_figures(user, codes, [region], [period])
    standing = StandingFigures(user, codes, [region], period)
    listed, seen, sums = [region, *tree.child_regions(user, region, DAY)], 0, 0
    for topic, groups in topics.measure_groups(user, listed, period).items():
        leaves = [leaf for group in groups for leaf in group.leaves]
        for leaf, cell in zip(leaves, exported(client, region, topic, period), strict=True):
            figure, where = answer(leaf.code), f"{leaf.code} {period}"
            seen, sums = seen + 1, sums + ("sum:" in str(figure.reference))
            assert (
                (cell is None or isinstance(cell, str))
                if not figure.known
                else Decimal(str(cell)) == Decimal(figure.text()) / (100 if figure.unit == "%" else 1)
            ), where
            meant = resolve_reference(user, FigureReference.parse(str(figure.reference)))
            assert (meant.exact, meant.state, meant.unit) == (figure.exact, figure.state, figure.unit), where
            if figure.known:
                assert standing(leaf.code).exact == figure.exact, where
            if not leaf.calibre:
                shown = figure.spoken(grouping=True) or figure.why or figure.state_text
                assert title(client, leaf.measure.code, period).endswith(shown), where
    assert seen and sums
    parser = Parser(prog="anju")
    commands.add_commands(parser.add_subparsers(parser_class=Parser))
    run_handler(parser.parse_args(["figures", "show", "--region", CITY, "--period", period, "--json"]))
    for row in json.loads(capsys.readouterr().out):
        figure = answer(row["code"], calibre=row["calibre"])
        assert (row["value"], row["why"]) == (figure.value, figure.why), row


@pytest.mark.parametrize("period", PERIODS)
def test_the_overview_tells_the_same_figures_of_the_periods_it_names(city, period):
    user, region = city
    known = current.find_measures(user)
    summary = progress.summarise_progress(
        user, catalogue=known, reports=progress.reported_periods(user, known, region), region=region,
        below=tree.child_regions(user, region, DAY), period=period, names={}, on=date(2026, 11, 30),
    )  # fmt: skip
    assert summary.progress
    for one in summary.progress:
        for pair in (one.whole, *one.parts):
            for told in (pair.actual, pair.target):
                meant = resolve_reference(user, FigureReference.parse(str(told.reference)))
                assert (meant.exact, meant.state) == (told.exact, told.state)
