"""The editor's page and its answers, sent what no script of ours sends: a sentence each, and nothing stored."""

import json

import pytest

from tests.documents.styles.test_office_styles import TEXT
from tests.documents.styles.test_style_pages import at, draft, drafter, stored, work  # noqa: F401

VALUES = ["2026-99-99", "2026-01-01T99:99:99", "9" * 5000, "1e999999999", "0x" + "f" * 5000]
TEXTS = [*(TEXT.replace("name:", f"name: {one} #") for one in VALUES), f"{TEXT}<<: 5\n", f"{TEXT}<<: [1, 2]\n"]


def test_a_request_that_is_none_is_told(drafter):  # noqa: F811
    style = draft()
    for body in (b"[" * 200_000, b'{"text":' + b"[" * 200_000, b'{"text":' * 100_000, b"\xff", b"[]"):
        answer = drafter.post(at("style-work", style.pk), body, content_type="application/json")
        assert answer.status_code == 400 and answer.json()["error"], body[:10]


@pytest.mark.parametrize("number", range(len(TEXTS)))
def test_a_value_that_cannot_be_is_told_at_its_line(drafter, number):  # noqa: F811
    style, text = draft(), TEXTS[number]
    for change in (None, {"op": "remove", "path": "sections/0"}):
        answer, said = work(drafter, style.pk, text=text, change=change, period="2023-H1")
        assert answer.status_code == 200 and "DOC-07" in said["problems"], answer.content.decode()
    answer = drafter.post(at("style-save", style.pk), {"text": text})
    assert answer.status_code == 422 and stored(style.pk).text == TEXT


def test_half_a_letter_is_told(drafter):  # noqa: F811
    style = draft()
    body = json.dumps({"text": TEXT + "# \ud800", "period": ""})
    answer = drafter.post(at("style-work", style.pk), body, content_type="application/json")
    assert answer.status_code == 400 and answer.json()["error"]
