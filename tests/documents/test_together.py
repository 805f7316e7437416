"""Two at once, for real: of a table that is kept, a paper that is sent, a correction that is drafted or left, each stands once."""

import threading
from datetime import date
from pathlib import Path

import pytest
from django.db import connections

from anju.core.people.scope import local_actor, open_scope
from anju.figures.services.observations import correct_figure, enter_figure
from anju.problems import Refused
from tests.cast import CITY
from tests.documents.conftest import OPTIONS, YEAR

pytestmark = pytest.mark.xdist_group("committed")
DAY = date(2022, 1, 18)


def race(*acts):
    """Each in a transaction of its own, begun before any acts; what came of it, or what it was refused for."""
    gate, results = threading.Barrier(len(acts)), [None] * len(acts)

    def run(number, act):
        try:
            with open_scope(local_actor()) as user:
                gate.wait(60)
                results[number] = act(user)
        except Refused as refused:
            results[number] = refused.problems[0].code
        except Exception as error:  # what a page would answer with 500
            results[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert not [one for one in results if isinstance(one, Exception)], results
    return results


@pytest.fixture
def city(committed, settings):
    """With two figures, committed."""
    from anju.core.regions.tree import find_region
    from anju.figures.catalogue import load_catalogue

    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [str(Path(__file__).parent / "templates")]}]
    with open_scope(local_actor()) as user:
        load_catalogue(by=user)
        city = find_region(user, CITY)
        enter_figure(by=user, measure="subsidy.households", region=city, period=YEAR, value="685")
        enter_figure(by=user, measure="shanty.start", region=city, period=YEAR, value="6631")
    return city


@pytest.fixture
def issued(city, kind):
    from anju.documents.services.documents import issue_document, sign_off_document, write_document

    with open_scope(local_actor()) as user:
        document = write_document(by=user, kind="sample", region=city, period=YEAR, options=OPTIONS)
        sign_off_document(by=user, document=document, on=DAY)
        return issue_document(by=user, document=document, number="示保办字〔2022〕1号", on=DAY)


def test_a_table_kept_twice_at_once_is_kept_once(city):
    from anju.documents.asking.picks import ColumnPick, Picks
    from anju.documents.models import AskedTable
    from anju.documents.services.asked_tables import keep_table

    picks = Picks("周五要的表", (ColumnPick("棚户区改造开工量〔shanty.start〕", "套"),), (), whole=CITY, read_in=YEAR)
    head = "县区\t棚改开工（套）"

    def keep(by):
        return keep_table(by=by, region=city, period=YEAR, pasted=head, picks=picks).pk

    assert len(set(race(keep, keep, keep))) == 1
    with open_scope(local_actor()):
        assert AskedTable.objects.count() == 1


def test_a_paper_sent_twice_at_once_goes_once(issued):
    from anju.core.models.people import Organisation
    from anju.documents.models import Delivery
    from anju.documents.services.delivery import send_document

    with open_scope(local_actor()):
        office = Organisation.objects.create(region=issued.region, name="示例局")

    def send(by):
        return len(send_document(by=by, document=issued, organisations=[office]))

    assert sorted(race(send, send, send)) == [0, 0, 1]
    with open_scope(local_actor()):
        assert Delivery.objects.count() == 1


def test_a_correction_is_drafted_or_left_once(issued):
    from anju.documents.models import Correction, Document
    from anju.documents.services.corrections import dismiss_correction, draft_correction

    with open_scope(local_actor()) as user:
        correct_figure(
            by=user, measure="subsidy.households", region=issued.region, period=YEAR, value="700", reason="补报"
        )

    def draft(by):
        return draft_correction(by=by, document=issued).pk

    def leave(by):
        return dismiss_correction(by=by, document=issued, reason="不影响结论").pk

    race(draft, leave, draft)
    with open_scope(local_actor()):
        assert Correction.objects.filter(state=Correction.DRAFTED).count() <= 1
        assert Document.objects.filter(kind="correction").count() <= 1


def test_a_second_click_on_drafting_begins_no_second_draft(city, kind):
    from anju.documents.models import Document
    from anju.documents.services.documents import write_document

    def draft(by):
        return write_document(by=by, kind="sample", region=city, period=YEAR, options=OPTIONS).pk

    assert len(set(race(draft, draft, draft))) == 1
    with open_scope(local_actor()):
        assert Document.objects.count() == 1


# -- styles of offices


@pytest.fixture
def styles_of(city):
    """(a style submitted, who drafts, who publishes), committed."""
    from anju.documents.services.styles import draft_style, submit_style
    from tests.cast import operator
    from tests.documents.styles.test_office_styles import TEXT

    drafter, publisher = operator("city_reviewer", CITY), operator("publisher", CITY)

    def submit(text=TEXT):
        with open_scope(drafter):
            style = draft_style(by=drafter, region=city, text=text)
            return submit_style(by=drafter, style_id=style.pk, on=DAY)

    return submit, drafter, publisher


def publishing(style, publisher, number="示保办字〔2026〕3号"):
    from anju.documents.services.styles import publish_style

    said = {"style_id": style.pk, "number": number, "dated": DAY, "on": DAY, "opened": style.digest}
    return lambda user: publish_style(by=publisher, **said).state


def test_a_style_is_published_or_sent_back_and_published_once(styles_of):
    from anju.documents.models import OfficeStyle
    from anju.documents.services.styles import return_style

    submit, drafter, publisher = styles_of
    style = submit()
    results = race(
        publishing(style, publisher),
        publishing(style, publisher),
        lambda user: return_style(by=drafter, style_id=style.pk, on=DAY).state,
    )
    assert results.count("STATE-001") == 2, results
    with open_scope(local_actor()):
        assert OfficeStyle.objects.get(pk=style.pk).state in results


def test_two_styles_of_a_kind_published_at_once_both_stand_and_the_last_one_counts(styles_of):
    from datetime import date as day

    from anju.documents.models import OfficeStyle
    from anju.documents.queries.styles import styles_in_use
    from tests.documents.styles.test_office_styles import TEXT

    submit, _, publisher = styles_of
    one, two = submit(), submit(TEXT.replace("示例市半年通报", "新的半年通报"))
    assert race(publishing(one, publisher), publishing(two, publisher, "示保办字〔2026〕4号")) == ["published"] * 2
    with open_scope(local_actor()):
        last = OfficeStyle.objects.order_by("-published_at", "-pk").first()
        assert styles_in_use().find("half-year", (CITY,), day(2023, 6, 30)).name == last.name


def test_a_style_is_withdrawn_once_and_never_both_saved_and_published(styles_of):
    from anju.documents.models import OfficeStyle
    from anju.documents.services.styles import return_style, revise_style, withdraw_style

    submit, drafter, publisher = styles_of
    style = submit()
    assert race(publishing(style, publisher)) == ["published"]
    withdraw = lambda user: withdraw_style(by=publisher, style_id=style.pk, on=DAY, reason="另发").state  # noqa: E731
    assert sorted(race(withdraw, withdraw)) == ["STATE-001", "withdrawn"]
    other = submit()
    text = other.text.replace("本市开工", "本市只开工")

    def save(user):
        return_style(by=drafter, style_id=other.pk, on=DAY)
        return revise_style(by=drafter, style_id=other.pk, text=text, opened=other.digest).state

    results = race(publishing(other, publisher), save)
    assert results.count("STATE-001") == 1, results
    with open_scope(local_actor()):
        stands = OfficeStyle.objects.get(pk=other.pk)
    assert (stands.state, stands.text == text) in (("published", False), ("draft", True))
