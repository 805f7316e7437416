"""A deputy: named by the holder of the post, from the same organisation, until a day; signs 代; ends by itself or at once."""

from datetime import date, timedelta

import pytest
from django.test import Client

from anju.core.models.people import Posting, Staff
from anju.core.models.trail import Trail
from anju.core.people import deputies
from anju.core.people.identity import actor_of_staff
from anju.core.people.permissions import may, signature
from anju.core.people.scope import open_scope
from anju.problems import Refused
from tests.cast import EAST, WEST, operator, person, sign_in

TODAY = date.today()
LATER = TODAY + timedelta(days=5)


@pytest.fixture
def head(db):
    person("reviewer"), person("joint"), person("reviewer", WEST), person("system_admin")
    return operator("head")


def codes(refused):
    return sorted(problem.code for problem in refused.value.problems)


def name(by, username=f"reviewer-{EAST}", until=LATER, reason="外出学习"):
    with open_scope(by):
        posting = deputies.own_postings(by).get()
        return deputies.name_deputy(by=by, posting_id=posting.pk, username=username, until=until, reason=reason)


def test_a_deputy_may_what_the_post_may_until_the_day_and_signs_for_whom(head):
    reviewer = Staff.objects.get(username=f"reviewer-{EAST}")
    assert not may(actor_of_staff(reviewer), "returns.submit")
    name(head)
    deputy = actor_of_staff(reviewer)
    (region,) = deputy.posts["head"]
    assert signature(deputy, "returns.submit", region) == f"{reviewer.name}（代{head.name}）"
    assert signature(deputy, "returns.review", region) == reviewer.name  # their own post is their own
    assert signature(head, "returns.submit", region) == head.name
    assert may(actor_of_staff(reviewer, LATER), "returns.submit")
    assert not may(actor_of_staff(reviewer, LATER + timedelta(days=1)), "returns.submit")
    with open_scope(head):
        row = Trail.objects.get(act="staff.name_deputy")
    assert row.said["after"]["for"] == head.name and row.said["reason"] == "外出学习"


def test_taken_back_it_ends_at_once(head):
    posting = name(head)
    with open_scope(head):
        assert [one.pk for one in deputies.list_deputies(head)] == [posting.pk]
        deputies.end_deputy(by=head, posting_id=posting.pk)
        assert not deputies.list_deputies(head).exists()
    assert not may(actor_of_staff(posting.staff), "returns.submit")
    name(head)  # and may be named again the same day


@pytest.mark.parametrize(
    ("username", "until", "reason", "wanted"),
    [
        (f"reviewer-{WEST}", LATER, "外出", ["STAFF-019"]),  # of another county
        (f"joint-{EAST}", LATER, "外出", ["STAFF-019"]),  # of another office
        (f"head-{EAST}", LATER, "外出", ["STAFF-019"]),  # oneself
        ("", TODAY - timedelta(days=1), " ", ["STAFF-007", "STAFF-008", "STAFF-019"]),  # all at once
        (f"reviewer-{EAST}", None, "外出", ["STAFF-007"]),
        (f"reviewer-{EAST}", LATER, "长" * 101, ["STAFF-008"]),  # it is kept whole or not at all
    ],
)
def test_who_cannot_stand_in(head, username, until, reason, wanted):
    with pytest.raises(Refused) as refused:
        name(head, username, until, reason)
    assert codes(refused) == wanted and not Posting.objects.exclude(acting_for=None).exists()


def test_a_deputy_names_none_and_twice_is_once(head):
    posting = name(head)
    with pytest.raises(Refused) as refused:
        name(head)
    assert codes(refused) == ["STAFF-006"]
    deputy = actor_of_staff(posting.staff)
    with open_scope(deputy):
        assert not deputies.own_postings(deputy).exists()
        with pytest.raises(Posting.DoesNotExist):
            deputies.end_deputy(by=deputy, posting_id=posting.pk)


def test_the_page_names_and_takes_back(head):
    client = Client()
    sign_in(client, person("head"))
    page = client.get("/me/")
    ((posting, inputs),) = page.context["deputising"]
    assert [code for code, _ in inputs[0].choices] == [f"reviewer-{EAST}"]
    typed = {"posting": posting.pk, "username": f"reviewer-{EAST}", "until": "", "reason": "外出学习"}
    refused = client.post("/me/deputies/", typed)
    assert refused.status_code == 422 and "没有写到哪一天" in refused.content.decode()
    assert "外出学习" in refused.content.decode()
    done = client.post("/me/deputies/", typed | {"until": str(LATER)}, follow=True).content.decode()
    assert f"（代{head.name}）”署名" in done and "收回" in done
    with open_scope(head):
        made = Posting.objects.select_related("staff").exclude(acting_for=None).get()
    deputy = Client()
    sign_in(deputy, made.staff)
    assert f"代{head.name}" in deputy.get("/me/").content.decode()
    assert "立即生效" in client.post(f"/me/deputies/{made.pk}/end/", follow=True).content.decode()
    assert deputy.post("/me/deputies/", typed).status_code == 403
