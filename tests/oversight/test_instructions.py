"""批示: a row with units and a day; told at once, answered, closed or asked again by who gave it; late ones stand among what is overdue."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from anju.cases.models import Case
from anju.core.models.people import Organisation
from anju.core.models.trail import Trail
from anju.core.people.scope import open_scope
from anju.core.regions.tree import find_region
from anju.oversight.models import Demand, DemandStep, Instruction, SentReminder
from anju.oversight.overdue import overdue_demands
from anju.oversight.queries import instructions, reminders
from anju.oversight.queries.instructions import InstructionSubject
from anju.oversight.services.instructions import answer_demand, ask_again, close_demand, give_instruction
from anju.oversight.services.reminders import write_reminders
from anju.problems import Refused
from anju.projects.models import Project
from tests.cast import CITY, EAST, WEST, operator, person, sign_in
from tests.worlds import world

DAY = date(2026, 11, 30)  # a Monday
PDF = b"%PDF-1.4\n%%EOF"


@world
def offices(by):
    """The housing offices of two counties, with their people."""
    return [person("clerk", code).postings.get().organisation for code in (EAST, WEST)]


@pytest.fixture
def city(scope):
    return find_region(scope, CITY)


def give(by, city, offices, **beside):
    subject = beside.pop("subject", InstructionSubject("", "东县", "/", frozenset()))
    said = {"text": "请说明为什么没有开工。", "on": DAY, "workdays": 5, "organisations": offices} | beside
    return give_instruction(by=by, region=city, subject=subject, **said)


@pytest.fixture
def demand(offices, city):
    """Given by the head of the city's office to one county."""
    with open_scope(operator("head", CITY)) as head:
        return Demand.objects.get(
            instruction=give(head, city, offices[:1], due_on=timezone.localdate(), on=timezone.localdate())
        )


def as_(post, region):
    return open_scope(operator(post, region))


def waiting(post, region):
    with as_(post, region) as user:
        return [one.key for one in reminders.list_reminders(user) if one.key.startswith("demand/")]


def test_each_unit_gets_a_row_with_its_day(scope, city, offices):
    with as_("head", CITY) as head:
        instruction = give(head, city, offices, person="王工")
        rows = list(Demand.objects.filter(instruction=instruction).order_by("organisation_id"))
    assert [row.organisation for row in rows] == sorted(offices, key=lambda one: one.pk)
    assert {row.due_on for row in rows} == {date(2026, 12, 7)}  # five workdays after Monday
    assert instruction.leader == head.name and {row.person for row in rows} == {"王工"}
    assert Trail.objects.filter(act="instructions.give").count() == 1


def test_workdays_leave_holidays_out_and_count_worked_weekends(scope, city, offices):
    with as_("head", CITY) as head:
        # off 1—7 October; Saturday 10 October is worked
        instruction = give(head, city, offices[:1], on=date(2026, 9, 30), workdays=3)
        assert Demand.objects.get(instruction=instruction).due_on == date(2026, 10, 10)


def test_workdays_of_a_year_whose_holidays_are_not_registered_are_refused_with_the_file(scope, city, offices):
    with as_("head", CITY) as head:
        with pytest.raises(Refused, match="OVER-021") as refused:
            give(head, city, offices[:1], on=date(2039, 12, 30), workdays=3)
        assert "workdays.yaml" in refused.value.problems[0].fix and "2039" in refused.value.problems[0].what
        assert give(head, city, offices[:1], on=date(2039, 12, 30), workdays=None, due_on=date(2040, 1, 5)).pk


@pytest.mark.parametrize(
    ("change", "codes"),
    [
        ({"text": " "}, ["OVER-020"]),
        ({"organisations": []}, ["OVER-020"]),
        ({"text": "长" * 1001}, ["OVER-020"]),
        ({"leader": "长" * 41}, ["OVER-020"]),
        ({"workdays": None}, ["OVER-021"]),
        ({"workdays": 0}, ["OVER-021"]),
        ({"due_on": DAY - timedelta(days=1)}, ["OVER-021"]),
        ({"text": "", "organisations": [], "workdays": None}, ["OVER-020", "OVER-020", "OVER-021"]),
    ],
)
def test_what_lacks_is_told_together(scope, city, offices, change, codes):
    with as_("head", CITY) as head:
        with pytest.raises(Refused) as refused:
            give(head, city, offices, **change)
        assert [one.code for one in refused.value.problems] == codes and not Instruction.objects.exists()


def test_the_office_enters_it_for_the_leader_by_name(scope, city, offices):
    with as_("publisher", CITY) as office:
        with pytest.raises(Refused, match="OVER-020"):
            give(office, city, offices)
        instruction = give(office, city, offices, leader="李副市长")
        assert (instruction.leader, instruction.by) == ("李副市长", office.key)


def test_only_who_may_in_a_region_of_theirs(scope, city, offices):
    with as_("clerk", EAST) as clerk:
        with pytest.raises(city.DoesNotExist):
            give(clerk, city, offices[:1])
        with pytest.raises(Refused, match="ACT-001"):
            give(clerk, find_region(clerk, EAST), offices[:1])


def test_the_unit_is_told_at_once_and_nobody_else(demand):
    key = f"demand/{demand.pk}/answer"
    assert waiting("clerk", EAST) == [key] == waiting("head", EAST)
    assert waiting("clerk", WEST) == [] == waiting("finance", EAST)


def test_the_answer_goes_to_who_gave_it_and_not_to_the_countys_own_head(demand):
    with as_("clerk", EAST) as clerk:
        step = answer_demand(by=clerk, demand_id=demand.pk, text="已约谈，12月5日开工。", name="照片.pdf", content=PDF)
        assert step.file.name == "照片.pdf"
    assert waiting("clerk", EAST) == [] == waiting("head", EAST)
    assert waiting("head", CITY) == [f"demand/{demand.pk}/close"]
    assert Trail.objects.filter(act="demands.answer").count() == 1


def test_it_is_closed_by_who_gave_it_or_the_office_for_them(demand):
    with as_("clerk", EAST) as clerk:
        answer_demand(by=clerk, demand_id=demand.pk, text="已开工。")
    with as_("head", EAST) as other, pytest.raises(Refused, match="ACT-001"):
        close_demand(by=other, demand_id=demand.pk)
    with as_("publisher", CITY) as office:
        step = close_demand(by=office, demand_id=demand.pk)
        assert step.by_name == office.name
    case = Case.objects.get(pk=demand.pk)
    assert (case.state, case.closed_on) == ("closed", timezone.localdate())
    assert waiting("head", CITY) == [] == waiting("clerk", EAST)
    with as_("publisher", CITY) as office, pytest.raises(Refused, match="STATE-001"):
        close_demand(by=office, demand_id=demand.pk, text="再办一次")
    with as_("clerk", EAST) as clerk, pytest.raises(Refused, match="STATE-001"):
        answer_demand(by=clerk, demand_id=demand.pk, text="补充")


def test_asked_again_it_is_the_units_turn_until_a_new_day(demand):
    later = timezone.localdate() + timedelta(days=3)
    with as_("head", CITY) as head, pytest.raises(Refused, match="STATE-001"):  # nobody answered yet
        ask_again(by=head, demand_id=demand.pk, text="写明责任人", due_on=later)
    with as_("clerk", EAST) as clerk:
        answer_demand(by=clerk, demand_id=demand.pk, text="在办。")
    with as_("head", CITY) as head:
        for text, due, code in (
            (" ", later, "OVER-022"),
            ("长" * 2001, later, "OVER-022"),
            ("写明", timezone.localdate() - timedelta(days=1), "OVER-021"),
        ):
            with pytest.raises(Refused, match=code):
                ask_again(by=head, demand_id=demand.pk, text=text, due_on=due)
        ask_again(by=head, demand_id=demand.pk, text="写明责任人", due_on=later)
    assert waiting("clerk", EAST) == [f"demand/{demand.pk}/answer"] and waiting("head", CITY) == []
    with as_("clerk", EAST) as clerk:
        assert instructions.find_demand(clerk, demand.pk).due_on == later
        assert [one.kind for one in instructions.list_steps(clerk, demand)] == ["answer", "again"]


def test_another_unit_does_not_answer(demand):
    with as_("finance", EAST) as finance, pytest.raises(Refused, match="ACT-001"):
        answer_demand(by=finance, demand_id=demand.pk, text="已办")
    with as_("clerk", WEST) as clerk, pytest.raises(Demand.DoesNotExist):
        answer_demand(by=clerk, demand_id=demand.pk, text="已办")
    with as_("auditor", EAST) as auditor, pytest.raises(Refused, match="ACT-001"):
        answer_demand(by=auditor, demand_id=demand.pk, text="已办")


def test_an_answer_says_something_and_its_file_is_one_that_is_kept(demand):
    with as_("clerk", EAST) as clerk:
        with pytest.raises(Refused, match="OVER-022"):
            answer_demand(by=clerk, demand_id=demand.pk, text=" ")
        with pytest.raises(Refused, match="OVER-023"):
            answer_demand(by=clerk, demand_id=demand.pk, text="见附件", name="a.pdf", content=b"MZ not a paper")
        with pytest.raises(Refused, match=r"OVER-022.*写了2001个字，最多2000个"):
            answer_demand(by=clerk, demand_id=demand.pk, text="长" * 2001)
        assert not DemandStep.objects.exists()
        answer_demand(by=clerk, demand_id=demand.pk, text=f" {'长' * 2000}\n")
        assert DemandStep.objects.get().text == "长" * 2000


def test_unanswered_it_is_closed_with_a_reason_only(demand):
    with as_("head", CITY) as head:
        with pytest.raises(Refused, match="OVER-022"):
            close_demand(by=head, demand_id=demand.pk)
        close_demand(by=head, demand_id=demand.pk, text="电话里已说明")
    assert Case.objects.get(pk=demand.pk).state == "closed"


def test_nobody_closes_on_their_own_answer(scope, city):
    both = operator(("head", "clerk"), CITY)
    office = Organisation.objects.get(pk=min(both.organisation_ids))
    with open_scope(both):
        row = Demand.objects.get(instruction=give(both, city, [office]))
        answer_demand(by=both, demand_id=row.pk, text="已办")
        with pytest.raises(Refused, match="OVER-024"):
            close_demand(by=both, demand_id=row.pk)
    with open_scope(operator("publisher", CITY)) as colleague:
        close_demand(by=colleague, demand_id=row.pk)


def test_what_nobody_answered_in_time_is_overdue_until_somebody_does(scope, demand):
    today = timezone.localdate()
    county = demand.region
    assert overdue_demands(scope, county, today) == []
    [late] = overdue_demands(scope, county, today + timedelta(days=2))
    assert "请说明为什么没有开工" in late.what and late.link == demand.get_absolute_url()
    [line] = instructions.standing_demands(scope, county, today + timedelta(days=2))
    assert (line.late_days, line.css) == (2, "bad")
    answer_demand(by=scope, demand_id=demand.pk, text="已开工")
    assert overdue_demands(scope, county, today + timedelta(days=2)) == []


def test_the_daily_reminders_are_those_of_the_act(scope, demand):
    before = set(SentReminder.objects.filter(done_at=None).values_list("key", "act", "organisation_id"))
    write_reminders(by=scope, at=timezone.now())
    assert {
        one
        for one in SentReminder.objects.filter(done_at=None).values_list("key", "act", "organisation_id")
        if "demand/" in one[0]
    } == before


def test_what_was_closed_stays_on_the_leaders_page_for_a_while(scope, demand):
    today = timezone.localdate()
    close_demand(by=scope, demand_id=demand.pk, text="电话里已说明")
    assert [one.state for one in instructions.standing_demands(scope, demand.region, today)] == ["closed"]
    assert instructions.standing_demands(scope, demand.region, today + timedelta(days=60)) == []


# -- pages


@pytest.fixture
def browse(scope, offices):
    def client(post, region):
        made = Client()
        sign_in(made, person(post, region))
        return made

    return client


def test_a_project_page_leads_to_the_form_and_the_row_comes_of_it(scope, browse, offices):
    county = find_region(scope, EAST)
    project = Project.objects.create(region=county, code="P1", name="示例片区", kind="shanty", by="local")
    leader = browse("head", CITY)
    shown = leader.get(project.get_absolute_url()).content.decode()
    address = f"{reverse('oversight:instruct')}?region={EAST}&about=project/{project.pk}"
    assert address.replace("&", "&amp;") in shown
    form = leader.get(address).content.decode()
    assert f"{county.name}示例片区" in form and f'value="{offices[0].pk}" checked' in form
    due = str(timezone.localdate() + timedelta(days=3))
    posted = {"text": "请到现场查明原因", "due_on": due, "unit": str(offices[0].pk), "person": "王工"}
    assert leader.post(address, posted | {"text": ""}).status_code == 422
    assert leader.post(address, posted).status_code == 302
    row = Demand.objects.get()
    assert (row.about_text, row.about_link) == (f"{county.name}示例片区", project.get_absolute_url())
    assert row.instruction.region.code == row.giver.region.code == CITY
    assert "请到现场查明原因" in leader.get(f"{reverse('desk:leader')}?region={CITY}").content.decode()
    assert "请到现场查明原因" in leader.get(f"{reverse('oversight:instructions')}?region={CITY}").content.decode()
    unit = browse("clerk", EAST)
    page = unit.get(row.get_absolute_url()).content.decode()
    assert "答复" in page and "请再办" not in page
    assert unit.post(reverse("oversight:answer", args=[row.pk]), {"text": "已查明"}).status_code == 302
    assert unit.post(reverse("oversight:close-demand", args=[row.pk]), {}).status_code == 403
    assert (
        leader.post(reverse("oversight:ask-again", args=[row.pk]), {"text": "再写", "due_on": "x"}).status_code == 422
    )
    assert leader.post(reverse("oversight:close-demand", args=[row.pk]), {}).status_code == 302
    assert "已办结" in leader.get(f"{reverse('desk:leader')}?region={CITY}").content.decode()
    assert browse("clerk", WEST).get(row.get_absolute_url()).status_code == 404


@pytest.mark.parametrize("about", ["project/999999", "project/x", "warning/none/none", "nothing/1"])
def test_what_is_not_there_is_not_written_about(browse, about):
    assert browse("head", CITY).get(f"{reverse('oversight:instruct')}?region={CITY}&about={about}").status_code == 404


def test_a_second_click_gives_and_answers_nothing_twice(scope, city, offices):
    with open_scope(operator("head", CITY)) as head:
        first = give(head, city, offices)
        assert give(head, city, offices) == first and Demand.objects.filter(instruction=first).count() == 2
        other = give(head, city, offices[:1])
        assert other != first
        row = Demand.objects.filter(instruction=first, region=offices[0].region).get()
    with open_scope(operator("clerk", offices[0].region.code)) as clerk:
        step = answer_demand(by=clerk, demand_id=row.pk, text="已开工")
        assert answer_demand(by=clerk, demand_id=row.pk, text="已开工") == step
        assert answer_demand(by=clerk, demand_id=row.pk, text="已开工，附照片") != step


def test_a_day_years_away_and_a_name_that_is_too_long_are_slips(scope, city, offices):
    with open_scope(operator("head", CITY)) as head, pytest.raises(Refused) as refused:
        give(head, city, offices, workdays=None, due_on=date(9999, 12, 31), person="王" * 41)
    assert [one.code for one in refused.value.problems] == ["OVER-020", "OVER-021"]


def test_each_unit_is_told_its_own_warnings_and_the_leader_a_short_name_of_all(scope, city, offices):
    east, west = (one.region for one in offices)
    subject = InstructionSubject(
        "warning/x/y",
        "开工未建成预警2条：东县、西县",
        "/",
        frozenset({east.pk}),
        {east.pk: ["东县一套也没有建成", "东县停工"]},
    )
    with as_("head", CITY) as head:
        instruction = give(head, city, offices, subject=subject)
        told = {one.region_id: one.about_text for one in Demand.objects.filter(instruction=instruction)}
    assert instruction.about_text == "开工未建成预警2条：东县、西县"
    assert told == {east.pk: "东县一套也没有建成；东县停工", west.pk: "开工未建成预警2条：东县、西县"}


def test_what_is_too_long_to_keep_is_not_cut_in_the_middle(city):
    subject = InstructionSubject("k", "预警9条：东县", "/", frozenset(), {city.pk: ["长" * 301]})
    assert subject.text_for(city.pk) == "预警9条：东县"


def test_one_instruction_to_several_units_is_read_once(scope, city, offices):
    today = timezone.localdate()
    with as_("head", CITY) as head:
        give(head, city, offices, on=today, workdays=None, due_on=today)
        give(head, city, offices[:1], text="请报项目清单。", on=today, workdays=None, due_on=today)
        groups = instructions.group_demands(instructions.standing_demands(head, city, today))
        assert sorted(len(one.lines) for one in groups) == [1, 2] and {one.due_on for one in groups} == {today}
        late = next(one for one in groups if len(one.lines) == 2)
        late.lines[0].demand.due_on = today + timedelta(days=1)
        assert late.due_on is None, "where the days differ each tells its own"


def test_the_units_of_a_project_s_county_stand_first(scope, city, offices):
    county = find_region(scope, EAST)
    person("head", CITY)
    with open_scope(operator("head", CITY)) as head:
        listed = instructions.list_units(head, county)
    assert listed[0].region.code == EAST and listed[-1].region.code == CITY
