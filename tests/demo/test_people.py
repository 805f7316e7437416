"""The demonstration's people: random passwords that are shown once and work, kept nowhere in clear."""

import json
import re

import pytest
from django.test import Client

from anju.cli import main
from anju.core.models.people import Posting, Staff
from anju.core.models.trail import Trail
from anju.core.people import staff
from anju.core.people.scope import local_actor, open_scope
from anju.core.regions import tree
from anju.demo import people
from anju.problems import Refused
from tests.cast import ADMINS, BUSINESS, CITY, EAST

pytestmark = pytest.mark.usefixtures("committed")


def cast():
    with open_scope(local_actor()) as by:
        city = tree.find_region(by, CITY)
        county = tree.find_region(by, EAST)
    return people.make_accounts(county, [("示例市2021年度", city)])


def test_every_post_is_somebody_whose_printed_password_opens_the_door(settings):
    made = cast()
    settings.ROOT_URLCONF = "tests.core.people_urls"
    new = [one.password for one in made if one.password]
    assert len({one.username for one in made}) == len(set(new)) == len(new), "who was listed twice has one password"
    told = "\n".join(people.account_lines(made))
    for one in made[:2]:
        assert one.password in told
        assert Client().post("/sign-in/", {"login": one.username, "password": one.password}).status_code == 302
    with open_scope(local_actor()):
        kept = str(list(Staff.objects.values())) + "".join(str(row.said) for row in Trail.objects.all())
        assert set(Posting.objects.values_list("post", flat=True)) == {*BUSINESS, *ADMINS}
    assert not any(password in kept for password in new)


def test_the_three_come_in_with_what_is_printed_and_no_phone(settings, capsys):
    """A second factor is asked of them; whoever only tries the program out has none, and is told what to do."""
    made = cast()
    settings.ROOT_URLCONF = "tests.core.people_urls"
    assert "anju staff code 密钥" in "\n".join(people.account_lines(made))
    security = next(one for one in made if one.username.startswith("security-admin"))
    client = Client()
    client.post("/sign-in/", {"login": security.username, "password": security.password})
    setting_up = client.get("/staff/").headers["Location"]
    again = client.get(setting_up)
    page = (
        client.post(again.headers["Location"], {"password": security.password}, follow=True)
        if again.status_code == 302
        else again
    )
    secret = re.search(r"密钥：<code>(\w+)</code>", page.content.decode())[1]
    assert main(["staff", "code", secret, "--json"]) == 0
    assert client.post(setting_up, {"code": json.loads(capsys.readouterr().out)["code"]}).status_code == 302
    assert client.get("/staff/").status_code == 200


def test_a_second_load_makes_nobody_anew_and_says_how_to_come_in(settings):
    cast()
    again = cast()
    assert not any(one.password for one in again)
    told = "\n".join(people.account_lines(again))
    assert "anju staff first-link" in told and "密码只显示" not in told


def test_the_demonstration_does_not_come_into_a_house_in_use():
    cast()
    people.refuse_real_people()  # its own people are no reason: it may be loaded again
    with open_scope(local_actor()) as by:
        staff.register_staff(by=by, username="wang.fang", name="王芳")
    with pytest.raises(Refused, match=r"DEMO-021.*1名正式人员"):
        people.refuse_real_people()
