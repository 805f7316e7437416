"""What was typed into a form and not sent: the writer's own, kept until it is sent, and never a failure of the page."""

import json

import pytest
from django.test import Client

from anju.core.models.draft import FormDraft
from anju.core.people import drafts
from anju.core.people.scope import open_scope
from tests.cast import EAST, WEST, operator, person, sign_in

pytestmark = pytest.mark.usefixtures("committed")
ACTION, KEY, FIELDS = "/projects/new/", "?kind=shanty", {"name": ["", "城东片区"]}


def client(post="clerk", region=EAST):
    made = Client()
    sign_in(made, person(post, region))
    return made


def keep(client, action=ACTION, key=KEY, fields=FIELDS):
    body = json.dumps({"action": action, "key": key, "fields": fields})
    return client.post("/me/drafts/", body, content_type="application/json")


def told(client, action=ACTION):
    return client.get("/me/drafts/", {"action": action}).json()["drafts"]


def test_what_was_typed_is_told_to_its_writer_alone():
    mine = client()
    assert keep(mine).json() == {"kept": True}
    assert [(one["key"], one["fields"]) for one in told(mine)] == [(KEY, FIELDS)]
    assert told(mine, "/projects/other/") == []
    for other in (client("reviewer"), client("clerk", WEST), client("auditor")):
        assert told(other) == []


def test_the_database_shows_a_draft_to_nobody_else():
    keep(client())
    for user, count in ((operator("clerk"), 1), (operator("reviewer"), 0)):
        with open_scope(user):
            assert FormDraft.objects.count() == count
    assert FormDraft.objects.count() == 0  # without a scope


def test_the_newest_words_stand_and_none_left_takes_the_draft_away():
    mine = client()
    for text in ("城", "城东", "城东片区改造"):
        keep(mine, fields={"name": ["", text]})
    assert [one["fields"]["name"][1] for one in told(mine)] == ["城东片区改造"]
    keep(mine, fields={})
    assert told(mine) == []


def test_a_form_that_was_sent_leaves_no_draft_and_one_that_was_refused_keeps_it():
    mine = client()
    keep(mine)
    sent = {"kind": "shanty", "name": "城东片区", "_draft": KEY}
    assert mine.post(f"{ACTION}{KEY}", sent).status_code == 422
    assert len(told(mine)) == 1
    whole = {"code": "X1", "year": "2026", "units": "10", "investment": "100", "region": EAST}
    answer = mine.post(f"{ACTION}{KEY}", sent | whole)
    assert answer.status_code == 302, answer.content.decode()
    assert told(mine) == []


def test_signed_out_nothing_is_kept_or_told():
    assert Client().get("/me/drafts/").status_code == 302
    assert keep(Client()).status_code == 302
    assert Client().get("/me/session/").status_code == 302


def test_an_open_page_learns_who_is_signed_in_and_the_token_to_go_on_with():
    answer = client().get("/me/session/").json()
    assert (answer["user"], answer["name"]) == (person("clerk").username, person("clerk").name)
    assert len(answer["token"]) > 30


@pytest.mark.parametrize(
    "body",
    [
        "{", "[]", "1", "null", '"x"', "{}", '{"action": 1, "key": "", "fields": {}}', '{"action": "x", "key": "", "fields": {}}',
        '{"action": "/x", "key": null, "fields": {}}', '{"action": "/x", "key": "", "fields": []}', '{"action": "/x", "key": "", "fields": {"a": "b"}}',
        '{"action": "/x", "key": "", "fields": {"a": ["", 5]}}', '{"action": "/x\\u0000", "key": "", "fields": {"a": ["", "b"]}}',
        json.dumps({"action": "/" + "x" * 300, "key": "", "fields": {}}), json.dumps({"action": "/x", "key": "k" * 2000, "fields": {}}),
        json.dumps({"action": "/x", "key": "", "fields": {"a": ["", "x" * 300_000]}}), json.dumps({"action": "/x", "key": "", "fields": {str(n): ["", "x"] for n in range(400)}}),
        "[" * 100_000,
    ],
    ids=range(18),
)  # fmt: skip
def test_what_is_no_draft_is_refused_and_never_fails(body):
    mine = client()
    assert mine.post("/me/drafts/", body, content_type="application/json").status_code == 422
    with open_scope(operator("clerk")):
        assert not FormDraft.objects.exists()


def test_letters_that_a_database_cannot_hold_are_left_out():
    mine = client()
    keep(mine, fields={"note": ["", "甲\0乙\ud800丙"]})
    assert told(mine)[0]["fields"] == {"note": ["", "甲乙丙"]}


def test_a_person_keeps_so_many_and_the_oldest_go():
    user = operator("clerk")
    with open_scope(user):
        for n in range(drafts.MOST + 5):
            drafts.keep_draft(by=user, action=ACTION, key=str(n), fields=FIELDS)
        kept = drafts.list_drafts(user, [ACTION])
        assert len(kept) == drafts.MOST and kept[0].key == "5"
        drafts.drop_draft(by=user, action=ACTION, key="5")
        assert len(drafts.list_drafts(user, [ACTION])) == drafts.MOST - 1
