"""催报 shows of each who was told whether they have read it: who has not stands first."""

from datetime import date

import pytest
from django.test import Client
from django.utils import timezone

from anju.core.models.people import Organisation, Posting, Staff
from anju.core.models.region import Region
from anju.core.models.trail import Trail
from anju.core.people.scope import local_actor, open_scope
from anju.figures.catalogue import load_catalogue
from anju.oversight.queries.reminders import list_reminders
from anju.oversight.services.reminders import write_reminders
from anju.returns.models import Return, Urge, UrgeReading
from anju.returns.queries import deadlines
from anju.returns.services import bulk, opening
from anju.returns.services.urges import record_reading
from tests.cast import EAST, WEST, operator, person, sign_in

FORM = "anju-project-month"


def newest():
    """The last period that is asked for today."""
    with open_scope(local_actor()) as by:
        return max(
            period for form, _, period in deadlines.asked_returns(by, timezone.now()).wanted if form.code == FORM
        )


def readings():
    """Who has read, as they are kept."""
    with open_scope(local_actor()):
        return sorted(UrgeReading.objects.values_list("by", flat=True))


@pytest.fixture
def counties(db):
    """Two counties of the city, each with a clerk; a second clerk in the east."""
    by = local_actor()
    with open_scope(by):
        load_catalogue(by=by)
        opening.load_forms(by=by)
    person("city_reviewer", "140500")
    found = {code: Region.objects.get(code=code, valid_until=None) for code in (EAST, WEST, "140500")}
    person("clerk", WEST)
    person("clerk", EAST)
    with open_scope(by):
        office = Organisation.objects.get(region=found[EAST], kind="housing")
        other = Staff.objects.create(username="second-clerk", name="另一位", password="none")
        Posting.objects.create(
            staff=other, organisation=office, post="clerk", bounded=False, since=date(2020, 1, 1), by="local"
        )
    return found


@pytest.fixture
def urged(counties):
    city = operator("city_reviewer", "140500")
    with open_scope(city):
        bulk.urge_units(
            by=city, region=counties["140500"], form_code=FORM, period=newest(),
            region_ids=[counties[EAST].pk, counties[WEST].pk], remark="今天报",
        )  # fmt: skip
    return city


def visit(staff):
    client = Client()
    sign_in(client, staff)
    return client


def progress(city_client):
    page = city_client.get(f"/returns/?region=140500&form={FORM}&period={newest()}").content.decode()
    return page[page.index('id="progress"') : page.index("</table>", page.index('id="progress"'))]


def test_reading_is_recorded_when_the_page_is_opened_to_which_it_leads(urged, counties):
    city = visit(person("city_reviewer", "140500"))
    east, west = person("clerk", EAST), person("clerk", WEST)
    table = progress(city)
    assert f"{east.name}未读" in table and "另一位未读" in table and "已读" not in table
    visit(east).get(f"/returns/?region={EAST}")
    visit(west).get(f"/returns/?region={WEST}")
    visit(west).get(f"/returns/?region={WEST}")
    table = progress(city)
    assert table.count("已读") == 2 and "另一位未读" in table
    # who has not read it stands first: the east, where one of two has
    assert table.index(counties[EAST].name) < table.index(counties[WEST].name)
    assert readings() == sorted([east.username, west.username])
    with open_scope(local_actor()):
        assert Trail.objects.filter(act="returns.read_urge").count() == 2


def test_who_has_not_read_stands_before_who_has_whatever_the_order(urged, counties):
    city, east = visit(person("city_reviewer", "140500")), person("clerk", EAST)
    for one in (east, Staff.objects.get(username="second-clerk")):
        visit(one).get(f"/returns/?region={EAST}")
    table = progress(city)
    assert table.index(counties[WEST].name) < table.index(counties[EAST].name)


def test_of_a_return_that_was_begun_it_is_read_on_its_own_page(counties):
    east = person("clerk", EAST)
    by = operator("clerk", EAST)
    with open_scope(by):
        ret = opening.open_return(by=by, form_code=FORM, region=counties[EAST], period=newest())
    city = operator("city_reviewer", "140500")
    with open_scope(city):
        bulk.urge_units(
            by=city, region=counties["140500"], form_code=FORM, period=newest(), region_ids=[counties[EAST].pk],
            remark="先报项目",
        )  # fmt: skip
    client = visit(east)
    client.get(f"/returns/?region={EAST}")  # the list is not what it leads to
    visit(person("head", EAST)).get(f"/returns/{ret.pk}/")  # who was not told has nothing to read
    assert readings() == []
    assert "催报：先报项目" in client.get(f"/returns/{ret.pk}/").content.decode()
    assert readings() == [east.username]


def test_what_the_page_does_not_show_is_not_read(urged, counties):
    """Two units of one person: the page of the one says nothing of the other; the list of another month neither."""
    east = person("clerk", EAST)
    by = local_actor()
    with open_scope(by):
        office = Organisation.objects.get(region=counties[WEST], kind="housing")
        Posting.objects.create(
            staff=east, organisation=office, post="clerk", bounded=False, since=date(2020, 1, 1), by="local"
        )
        west = Urge.objects.get(region=counties[WEST])
        old = {"form": west.form, "period": "2021-01", "by": "x", "by_name": "市某", "to": [east.name]}
        Urge.objects.create(region=counties[WEST], keys=[east.username], **old)  # long locked, on no list
    city = operator("city_reviewer", "140500")
    with open_scope(city):
        bulk.urge_units(
            by=city, region=counties["140500"], form_code=FORM, period=newest(), region_ids=[counties[WEST].pk],
            remark="西边今天报",
        )  # fmt: skip
    client = visit(east)
    page = client.get(f"/returns/?region={EAST}").content.decode()
    assert "催报：今天报" in page and "西边今天报" not in page
    assert [urge.region.code for urge in read_by(east)] == [EAST]
    assert "西边今天报" in client.get(f"/returns/?region={WEST}").content.decode()
    assert {(urge.region.code, urge.period) for urge in read_by(east)} == {(EAST, newest()), (WEST, newest())}


def read_by(staff):
    with open_scope(local_actor()):
        return list(Urge.objects.filter(readings__by=staff.username).select_related("region"))


def test_it_is_recorded_once_and_of_who_was_told_alone(urged, counties):
    clerk, head = operator("clerk", EAST), operator("head", EAST)
    with open_scope(clerk):
        urge = Urge.objects.get(region=counties[EAST])
        record_reading(by=clerk, urge=urge)
        record_reading(by=clerk, urge=urge)
    with open_scope(head):
        record_reading(by=head, urge=urge)
    assert readings() == [clerk.key]
    with open_scope(local_actor()):
        assert Trail.objects.filter(act="returns.read_urge").count() == 1


def test_once_it_was_submitted_the_urge_is_over_also_when_it_is_sent_back(counties):
    clerk, city = operator("clerk"), operator("city_reviewer", "140500")
    with open_scope(clerk):
        ret = opening.open_return(by=clerk, form_code=FORM, region=counties[EAST], period=newest())
    with open_scope(city):
        bulk.urge_units(
            by=city, region=counties["140500"], form_code=FORM, period=newest(), region_ids=[counties[EAST].pk], remark="今天报",
        )  # fmt: skip
    page = f"/returns/{ret.pk}/"
    assert "今天报" in visit(person("clerk", EAST)).get(page).content.decode()
    with open_scope(local_actor()) as by:
        Return.objects.filter(pk=ret.pk).update(first_submitted_at=timezone.now(), state=Return.DRAFT)
        write_reminders(by=by, at=timezone.now())
    assert "今天报" not in visit(person("clerk", EAST)).get(page).content.decode()
    with open_scope(clerk):
        assert not [one.what for one in list_reminders(clerk) if "催报" in one.what]
