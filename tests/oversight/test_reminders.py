"""到期提醒: who is told what before which day, once; and what is done is told no more."""

from datetime import date, datetime, timedelta
from fractions import Fraction

import pytest
from django.db import connections
from django.utils import timezone

from anju.cases.models import Case
from anju.core.jobs.queue import find_job_kind
from anju.core.models.trail import Trail
from anju.core.people.scope import open_scope
from anju.core.regions import tree
from anju.figures.services import nodes, observations, targets
from anju.oversight.models import SentReminder
from anju.oversight.queries import reminders
from anju.oversight.services.reminders import put_reminder_away, write_reminders
from anju.projects.cases import EXPLAINED
from anju.projects.models import Project
from tests.cast import operator as somebody
from tests.projects.entered import entered
from tests.sample_place import place
from tests.worlds import world

TARGET = "shanty.start.target"


def at(year: int, month: int, day: int) -> datetime:
    return timezone.make_aware(datetime(year, month, day, 8))


@pytest.fixture
def parts(measures, scope):
    return tree.child_regions(scope, place(scope), date(2023, 12, 31))[:3]


@world
def plan(by, measures):
    """100 each by 30 September; the first is there, the second is short of it, the third did not report."""
    city = place(by)
    parts = tree.child_regions(by, city, date(2023, 12, 31))[:3]
    paper = targets.register_target_document(
        by=by, number="示保〔2023〕1号", title="实施方案", level="city", region=city, issued_on=date(2023, 3, 1)
    )
    for region in (city, *parts):
        value = "300" if region == city else "100"
        observations.enter_figure(by=by, measure=TARGET, region=region, period="2023", value=value, document=paper)
    nodes.set_node(by=by, document=paper, measure=TARGET, on=date(2023, 9, 30), share=Fraction(1))
    for region, value in zip(parts, ("100", "60"), strict=False):
        observations.enter_figure(by=by, measure="shanty.start", region=region, period="2023-08", value=value)


@pytest.fixture
def entry(scope, parts):
    project = Project.objects.create(region=parts[0], code="P1", name="示例片区", kind="shanty", by="local")
    return entered(project, "three-years", date(2023, 2, 1))


def about(word: str) -> list[SentReminder]:
    return [row for row in SentReminder.objects.filter(done_at=None) if word in row.key]


def test_who_is_short_of_a_near_node_is_told_and_who_reached_it_is_not(scope, parts, plan):
    write_reminders(by=scope, at=at(2023, 9, 20))
    told = {row.region.pk: row.what for row in about("node")}
    assert set(told) == {parts[1].pk, parts[2].pk}
    assert "还差40套" in told[parts[1].pk] and "完成数未报" in told[parts[2].pk]


def test_nobody_is_told_long_before(scope, plan):
    write_reminders(by=scope, at=at(2023, 9, 1))
    assert not about("node")


def test_the_same_day_again_tells_nothing_twice_and_leaves_no_trail(scope, plan, entry):
    first = write_reminders(by=scope, at=at(2023, 9, 20))
    before = Trail.objects.count()
    again = write_reminders(by=scope, at=at(2023, 9, 20) + timedelta(hours=3))
    assert first.new == SentReminder.objects.count() and (again.new, again.done) == (0, 0)
    assert Trail.objects.count() == before


def test_what_is_done_is_told_no_more(scope, parts, plan):
    write_reminders(by=scope, at=at(2023, 9, 20))
    observations.correct_figure(
        by=scope, measure="shanty.start", region=parts[1], period="2023-08", value="100", reason="补报"
    )
    assert write_reminders(by=scope, at=at(2023, 9, 21)).done == 1
    assert {row.region_id for row in about("node")} == {parts[2].pk}


def test_a_gap_that_became_smaller_is_told_as_it_is_now(scope, parts, plan):
    write_reminders(by=scope, at=at(2023, 9, 20))
    observations.correct_figure(
        by=scope, measure="shanty.start", region=parts[1], period="2023-08", value="90", reason="补报"
    )
    assert write_reminders(by=scope, at=at(2023, 9, 21)).new == 0
    assert "还差10套" in next(row.what for row in about("node") if row.region_id == parts[1].pk)


def test_an_entry_without_a_reason_is_told_until_it_has_one(scope, entry):
    write_reminders(by=scope, at=at(2023, 3, 1))
    assert "示例片区" in about("entry")[0].what
    Case.objects.filter(pk=entry.pk).update(state=EXPLAINED)
    write_reminders(by=scope, at=at(2023, 3, 2))
    assert not about("entry")


def test_only_who_may_do_it_there_is_told(scope, parts, plan):
    write_reminders(by=scope, at=at(2023, 9, 20))
    clerk, elsewhere, head = (
        somebody(post, part.code) for post, part in (("clerk", parts[1]), ("clerk", parts[0]), ("head", parts[1]))
    )
    for user, count in ((clerk, 1), (elsewhere, 0), (head, 0)):
        with open_scope(user):
            assert (len(reminders.list_reminders(user)), reminders.count_reminders(user)) == (count, count), user.name


def test_put_away_by_one_it_stays_for_the_others(scope, parts, plan):
    write_reminders(by=scope, at=at(2023, 9, 20))
    clerk, other = somebody("clerk", parts[1].code), somebody(("clerk", "head"), parts[1].code)
    with open_scope(clerk):
        (row,) = reminders.list_reminders(clerk)
        put_reminder_away(by=clerk, notice_id=row.pk)
        assert not reminders.list_reminders(clerk) and reminders.count_reminders(clerk) == 0
        with pytest.raises(SentReminder.DoesNotExist):
            put_reminder_away(by=clerk, notice_id=row.pk)
    with open_scope(other):
        assert reminders.list_reminders(other) == [row]


def test_another_region_s_notice_does_not_exist(scope, parts, plan):
    write_reminders(by=scope, at=at(2023, 9, 20))
    row = next(row for row in about("node") if row.region_id == parts[1].pk)
    clerk = somebody("clerk", parts[0].code)
    with open_scope(clerk), pytest.raises(SentReminder.DoesNotExist):
        put_reminder_away(by=clerk, notice_id=row.pk)
    with open_scope(clerk):
        assert not SentReminder.objects.filter(pk=row.pk).exists()  # the database's own wall


def test_it_is_done_every_day(db):
    assert find_job_kind("oversight.remind").title == "到期提醒"


@pytest.mark.usefixtures("committed")
def test_the_application_may_not_take_a_notice_out():
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT has_table_privilege('anju_app', 'oversight_notice', 'DELETE')")
        assert cursor.fetchone() == (False,)
