"""The guides inside the product: each is there, leads to the others, and opens from where it is needed."""

import pytest
from django.test import Client
from lxml import html

from anju.core import registry
from anju.core.pages.addresses import path_of
from anju.core.pages.context import guide_path
from anju.core.pages.site.guides import guide_titles, guides_folder
from tests.cast import EAST, person, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(db):
    client = Client()
    sign_in(client, person("clerk", EAST))
    return client


def opened(client, address):
    answer = client.get(address)
    assert answer.status_code == 200, address
    return html.document_fromstring(answer.content.decode())


def test_every_part_of_the_rail_has_a_guide_that_is_there():
    for link in registry.navigation():
        assert link.guide in guide_titles(), f"{link.url} names its guide in room.py"
        assert guide_path(path_of(link.url)) == path_of("core:guide", link.guide)
    assert guide_path("/nowhere/") == path_of("core:guides")


@pytest.mark.parametrize("name", sorted(path.stem for path in guides_folder().glob("*.md")))
def test_every_guide_opens_and_its_links_and_pictures_lead_somewhere(client, name):
    page = opened(client, path_of("core:guide", name))
    article = page.xpath("//article[contains(@class, 'guide')]")[0]
    assert article.text_content().strip() and page.xpath("string(//h1)").strip() == guide_titles()[name]
    assert not article.xpath(".//@style")
    for href in article.xpath(".//a/@href"):
        assert href.startswith((path_of("core:guides"), "#")), href
        assert href.startswith("#") or client.get(href.partition("#")[0]).status_code == 200
    for source in article.xpath(".//img/@src"):
        assert client.get(source)["Content-Type"] == "image/png"


def test_a_page_links_the_guide_of_its_part(client):
    page = opened(client, path_of("returns:home"))
    assert page.xpath("//a[@class='help no-print']/@href") == [path_of("core:guide", "five-minutes")]


@pytest.mark.parametrize("file", ["none.png", "..%2f..%2fREADME.md", "return.PNG", "return.png%00", ".png"])
def test_nothing_but_pictures_of_guides_is_served(client, file):
    assert client.get(f"{path_of('core:guides')}pictures/{file}").status_code in (400, 404)


@pytest.mark.parametrize("name", ["nowhere", "readme", "errors"])
def test_a_guide_that_is_not_there_is_not_found(client, name):
    assert client.get(path_of("core:guide", name)).status_code == 404
