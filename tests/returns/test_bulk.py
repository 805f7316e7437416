"""What the city does to many at once: each that is refused is named, and the whole is one row of the trail."""

import hashlib
from datetime import date

import pytest

from anju.core.models.people import Posting, Staff
from anju.core.models.trail import Trail
from anju.core.people.scope import open_scope
from anju.oversight.queries.reminders import list_reminders
from anju.problems import Refused
from anju.returns.models import Return, Step, Urge
from anju.returns.services import bulk, opening
from tests.returns.conftest import FORM, PERIOD, pass_on, region
from tests.worlds import world


@world
def two(by, people, ready):
    """The county's return waits for the city; its neighbour's is a draft."""
    pass_on(people, ready, "city")
    neighbour = people["neighbour"]
    with open_scope(neighbour):
        other = opening.open_return(by=neighbour, form_code=FORM, region=region("140524"), period=PERIOD)
    return ready, other


@pytest.fixture
def about(city, county, next_county):
    return {"region": city, "form_code": FORM, "period": PERIOD, "region_ids": [county.pk, next_county.pk]}


def hold(office, post, name):
    """Somebody is registered who holds that post."""
    staff = Staff.objects.create(username=name, name=name, password="none")
    Posting.objects.create(
        staff=staff, organisation=office, post=post, bounded=False, since=date(2020, 1, 1), by="local"
    )


def test_many_are_sent_back_in_one_row_and_the_others_named(people, two, about, county, acting):
    by = acting(people["lock"])
    done = bulk.send_returns_back(by=by, **about, remark="开工数再核")
    assert [one.pk for one in done.done] == [county.pk]
    (refused,) = done.refused
    assert refused.code == "RET-065" and "陵川县" in str(refused.where) and "填报中" in refused.what
    assert [Return.objects.get(pk=one.pk).state for one in two] == ["draft", "draft"]
    step = Step.objects.filter(ret=two[0]).latest("id")
    assert (step.move, step.source, step.target, step.remark) == ("return", "city", "draft", "开工数再核")
    row = Trail.objects.get(act="returns.send_back_many")
    line = "\t".join((str(two[0].pk), "city", "draft")) + "\n"
    assert (row.said["count"], row.said["digest"]) == (1, hashlib.sha256(line.encode()).hexdigest())
    assert row.said["reason"] == "开工数再核"
    acting(people["clerk"])
    assert [one.what for one in list_reminders(people["clerk"]) if "2021年1—8月" in one.what]


def test_when_none_can_be_sent_back_nothing_happens_and_each_is_named(people, two, about, next_county, acting):
    by = acting(people["lock"])
    bulk.send_returns_back(by=by, **about, remark="再核")
    with pytest.raises(Refused) as refused:
        bulk.send_returns_back(by=by, **about, remark="再核")
    assert [one.code for one in refused.value.problems] == ["RET-065", "RET-065"]
    assert Trail.objects.filter(act="returns.send_back_many").count() == 1


def test_many_are_sent_back_by_the_city_with_words_and_a_choice(people, two, about, county, acting):
    by = acting(people["lock"])
    with pytest.raises(Refused, match="RET-053"):
        bulk.send_returns_back(by=by, **about, remark=" ")
    with pytest.raises(Refused, match="RET-064"):
        bulk.send_returns_back(by=by, **about | {"region_ids": []}, remark="再核")
    with pytest.raises(Refused, match=r"阳城县：现为“还没有开始”"):
        bulk.send_returns_back(by=by, **about | {"period": "2021-07"}, remark="再核")
    with pytest.raises(Refused, match="ACT-001"):
        bulk.send_returns_back(by=acting(people["head"]), **about | {"region": county}, remark="再核")
    assert two[0].pk and Return.objects.get(pk=two[0].pk).state == "city"


def test_units_are_urged_by_name_and_told_at_once(people, two, about, offices, next_county, operator, acting):
    with open_scope(operator):
        hold(offices[next_county.code, "housing"], "clerk", "赵填报")
    by = acting(people["lock"])
    done = bulk.urge_units(by=by, **about, remark="今天下班前")
    assert [one.pk for one in done.done] == [next_county.pk]
    assert [(one.code, "阳城县" in str(one.where)) for one in done.refused] == [("RET-066", True)]
    urge = Urge.objects.get()
    assert (urge.region_id, urge.to, urge.remark, urge.by_name) == (next_county.pk, ["赵填报"], "今天下班前", "lock某")
    row = Trail.objects.get(act="returns.urge")
    assert (row.said["count"], len(row.said["digest"])) == (1, 64)
    acting(people["neighbour"])
    (told,) = [one.what for one in list_reminders(people["neighbour"]) if "2021年1—8月" in one.what]
    assert "lock某" in told and "催报：今天下班前" in told


def test_a_unit_that_has_not_begun_is_urged_too(people, county, forms, about, offices, operator, acting):
    with open_scope(operator):
        hold(offices[county.code, "housing"], "clerk", "钱填报")
    by = acting(people["lock"])
    done = bulk.urge_units(by=by, **about)
    assert [one.pk for one in done.done] == [county.pk]
    assert [one.code for one in done.refused] == ["RET-067"]  # nobody holds the post next door
    acting(people["clerk"])
    assert [one for one in list_reminders(people["clerk"]) if "2021年1—8月" in one.what]


def test_it_is_the_people_whose_turn_it_is_who_are_urged(people, ready, about, offices, county, operator, acting):
    with open_scope(operator):
        hold(offices[county.code, "land"], "joint", "孙国土")
        hold(offices[county.code, "housing"], "clerk", "钱填报")
        hold(offices[county.code, "housing"], "head", "李局长")
    pass_on(people, ready, "joint")
    by = acting(people["lock"])
    bulk.urge_units(by=by, **about)
    pass_on(people, ready, "head")
    by = acting(people["lock"])
    bulk.urge_units(by=by, **about)
    assert [one.to for one in Urge.objects.order_by("id")] == [["孙国土"], ["李局长"]]


def test_nobody_to_urge_is_refused_with_every_name(people, two, about, acting):
    by = acting(people["lock"])
    with pytest.raises(Refused) as refused:
        bulk.urge_units(by=by, **about)
    assert sorted(one.code for one in refused.value.problems) == ["RET-066", "RET-067"]
    assert not Urge.objects.exists()
    with pytest.raises(Refused, match="ACT-001"):
        bulk.urge_units(by=acting(people["clerk"]), **about)
