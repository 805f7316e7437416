"""A paper that is not laid out in its time is told as that, not as a page that fell."""

import pytest
from django.test import Client
from django.urls import reverse

from anju.core.models.region import Region
from anju.core.people.scope import local_actor, open_scope
from anju.documents.writers import word
from anju.figures.catalogue import load_catalogue
from tests.cast import EAST, person, sign_in
from tests.matrix.objects import MAKERS


@pytest.mark.usefixtures("db")
def test_a_paper_that_takes_too_long_is_a_sentence(monkeypatch):
    visitor, client = person("reviewer"), Client()
    sign_in(client, visitor)
    with open_scope(local_actor()) as by:
        load_catalogue(by=by)
        region = Region.objects.get(code=EAST, valid_until=None)
        at = MAKERS["returns:print"](by, region, visitor)
    address = reverse("returns:print", kwargs={"pk": at.parts["pk"], "ending": "pdf"})
    assert client.get(address).status_code == 200
    monkeypatch.setattr(word, "seconds_for", lambda size: 0)
    answer = client.get(address)
    assert answer.status_code == 422
    assert "DOC-060" in answer.content.decode() and "没有排完版" in answer.content.decode()
