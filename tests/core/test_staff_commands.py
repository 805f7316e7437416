"""anju staff: from a fresh installation to the first clerk, in one process: main() as the console script calls it."""

import json

import pytest
from django.test import Client

from anju.cli import main
from anju.core.models.people import Posting, Staff
from anju.core.people.scope import local_actor, open_scope
from tests.cast import EAST

pytestmark = [pytest.mark.urls("tests.core.people_urls"), pytest.mark.usefixtures("committed")]
BEGIN = ["staff", "begin", EAST, "--office", "东县住房保障办公室"]
THREE = ["--system", "zhang.san", "张三", "--security", "li.si", "李四", "--audit", "wang.wu", "王五"]


@pytest.fixture(autouse=True)
def _started(monkeypatch):
    """The server of these tests is up and its tables are made."""
    monkeypatch.setattr("anju.core.console.staff.set_up_django", lambda: False)


def said(capsys, *arguments: str):
    code = main([*arguments])
    out = capsys.readouterr()
    return code, out.out, out.err


def test_the_first_three_are_three_people_with_a_link_each(capsys):
    code, out, _ = said(capsys, *BEGIN, *THREE, "--json")
    made = json.loads(out)
    assert code == 0 and [one["post"] for one in made] == ["系统管理员", "安全管理员", "审计管理员"]
    for one in made:
        address = one["link"].removeprefix("http://127.0.0.1:8000")
        assert "设置您的密码" in Client().get(address, follow=True).content.decode()
    with open_scope(local_actor()):
        assert Posting.objects.count() == 3


@pytest.mark.parametrize("three", [
    ["--system", "a.b", "张三", "--security", "a.b", "李四", "--audit", "wang.wu", "王五"],
    ["--system", "a.b", "张三", "--security", "a.c", "张三", "--audit", "wang.wu", "王五"],
])  # fmt: skip
def test_one_person_cannot_be_two_of_them(capsys, three):
    code, _, err = said(capsys, *BEGIN, *three)
    assert code == 1 and "STAFF-012" in err
    assert not Staff.objects.exists()


def test_a_person_is_added_posted_listed_and_linked_anew(capsys):
    assert said(capsys, "staff", "add", "zhao.liu", "赵六")[0] == 0
    post = ["staff", "post", "zhao.liu", "填报", "--region", EAST, "--office", "东县住建局"]
    code, out, _ = said(capsys, *post)
    assert code == 0 and "赵六·填报" in out
    code, _, err = said(capsys, *post)
    assert code == 1 and "STAFF-006" in err
    code, out, _ = said(capsys, "staff", "list", "赵")
    assert "填报·东县住建局" in out and "还没有设密码" in out
    first = json.loads(said(capsys, "staff", "first-link", "zhao.liu", "--json")[1])["link"]
    assert "/sign-in/first/" in first
    assert said(capsys, "staff", "unlock", "zhao.liu", "--codes")[0] == 0
    assert "STAFF-008" in said(capsys, "staff", "correct", "zhao.liu", "赵陆")[2]
    assert "赵陆" in said(capsys, "staff", "correct", "zhao.liu", "赵陆", "--reason", "身份证")[1]


@pytest.mark.parametrize("arguments", [
    ["staff", "unlock", "nobody"], ["staff", "first-link", "nobody"], ["staff", "correct", "nobody", "某人", "--reason", "身份证"],
    ["staff", "post", "nobody", "填报", "--region", EAST, "--office", "局"], ["staff", "begin", "999999", "--office", "局", *THREE],
])  # fmt: skip
def test_what_is_not_there_is_said_so(capsys, arguments):
    code, _, err = said(capsys, *arguments)
    assert code == 1 and "STAFF-013" in err


def test_an_auditor_without_document_or_a_day_that_is_none_is_refused(capsys):
    said(capsys, "staff", "add", "shen.ji", "审计")
    post = ["staff", "post", "shen.ji", "auditor", "--region", EAST, "--office", "东县审计局", "--kind", "审计"]
    assert "STAFF-004" in said(capsys, *post)[2]
    assert "STAFF-007" in said(capsys, *post, "--until", "明年")[2]
    assert said(capsys, *post, "--until", "2999-12-31", "--ground", "审通〔2026〕1号")[0] == 0
