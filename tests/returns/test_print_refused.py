"""A paper that cannot be laid out within its limits is told as that, not as a page that fell."""

import pypandoc
import pytest
from django.test import Client
from django.urls import reverse

from anju.core.models.region import Region
from anju.core.people.scope import local_actor, open_scope
from anju.documents.writers import word
from anju.figures.catalogue import load_catalogue
from tests.cast import EAST, person, sign_in
from tests.matrix.objects import MAKERS


@pytest.fixture
def little_memory(tmp_path, monkeypatch):
    """The same pandoc, with one megabyte where it would have a thousand."""
    own, small = pypandoc.get_pandoc_path(), tmp_path / "pandoc"
    small.write_text(f'#!/bin/sh\nexec {own} "$@" +RTS -A64k -M1m -H1m -RTS\n')
    small.chmod(0o755)

    def enter() -> None:
        monkeypatch.setenv("PYPANDOC_PANDOC", str(small))
        forget()

    def forget() -> None:
        pypandoc.clean_pandocpath_cache()
        word.pandoc_path.cache_clear()

    yield enter
    monkeypatch.undo()
    forget()


@pytest.mark.usefixtures("db")
def test_a_paper_that_takes_too_much_is_a_sentence_and_stands_in_the_log(little_memory, tmp_path, caplog):
    visitor, client = person("reviewer"), Client()
    sign_in(client, visitor)
    with open_scope(local_actor()) as by:
        load_catalogue(by=by)
        region = Region.objects.get(code=EAST, valid_until=None)
        at = MAKERS["returns:print"](by, region, visitor)
    address = reverse("returns:print", kwargs={"pk": at.parts["pk"], "ending": "pdf"})
    assert client.get(address).status_code == 200 and not refusals(caplog)
    little_memory()
    assert word.pandoc_path() == str(tmp_path / "pandoc")
    answer = client.get(address)
    assert answer.status_code == 422
    assert "DOC-060" in answer.content.decode() and "没有排完版" in answer.content.decode()
    assert refusals(caplog) == [f"{address}: DOC-060"]


def refusals(caplog) -> list[str]:
    return [one.getMessage() for one in caplog.records if one.name == "anju.core.pages.errors"]
