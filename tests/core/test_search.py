"""One search for the whole site: by name or number, of one's own scope and posts, from anywhere with a key."""

from datetime import date

import pytest
from django.test import Client
from lxml import html

from anju.core.models.region import Region
from anju.core.pages.addresses import path_of
from anju.core.people.scope import open_scope
from anju.core.subjects import search_subjects, search_words
from anju.documents.models import Document
from anju.projects.services.projects import register_project
from tests.cast import EAST, WEST, operator, person, sign_in
from tests.worlds import world


@world
def things(by, measures):
    """A project and an issued document in each of two counties, and the catalogue."""
    for code, name in ((EAST, "东关一期"), (WEST, "西关一期")):
        region = Region.objects.get(code=code, valid_until=None)
        register_project(by=by, region=region, code=f"P-{code}", name=f"{name}安置小区", kind="shanty", year=2025)
        Document.objects.create(
            kind="sample", region=region, period="2021", title=f"关于{name}的通报", number="晋市保办字〔2022〕1号",
            issued_on=date(2022, 1, 18), state="issued", by=by.key,
        )  # fmt: skip


def found(user, text) -> dict[str, list[str]]:
    with open_scope(user):
        return {kind.label: [one.text for one in kind.matches] for kind in search_subjects(user, search_words(text))}


def test_projects_documents_measures_and_regions_are_found_by_name(things):
    clerk = operator("clerk", EAST)
    assert found(clerk, "东关") == {"项目": ["东关一期安置小区"], "文书": ["关于东关一期的通报"]}
    assert found(clerk, f"P-{EAST}") == {"项目": ["东关一期安置小区"]}
    assert "棚户区改造开工量" in found(clerk, "棚户区 开工")["指标"]
    assert found(clerk, "泽州")["区划"] == ["泽州县"]


@pytest.mark.parametrize(
    "typed",
    [
        "晋市保办字〔2022〕1号",
        "晋市保办字[2022]1号",
        "晋市保办字（2022）1号",
        "晋市保办字【２０２２】１号",
        "〔2022〕1号",
    ],
)
def test_a_document_is_found_by_its_number_whatever_the_brackets(things, typed):
    assert found(operator("clerk", EAST), typed) == {"文书": ["关于东关一期的通报"]}


def test_what_is_outside_the_scope_is_not_found(things):
    clerk = operator("clerk", EAST)
    assert found(clerk, "西关") == {} and found(clerk, f"P-{WEST}") == {} and found(clerk, "高平") == {}
    assert set(found(operator("clerk", WEST), "西关")) == {"项目", "文书"}


def test_people_are_found_by_those_who_look_after_them_alone(things):
    looked_for = person("reviewer", EAST)
    assert found(operator("system_admin", EAST), looked_for.username) == {"人员": [looked_for.name]}
    assert found(operator("clerk", EAST), looked_for.username) == {}
    assert "项目" not in found(operator("system_admin", EAST), "东关")


@pytest.mark.parametrize(
    "typed",
    ["", "   ", "\x00", "东\x00关", "%", "_", "' OR 1=1 --", "[[", "a" * 5000, "〔〕", "\ud7ff", "😀", "东关 " * 50],
)
def test_whatever_is_typed_is_answered(things, typed):
    client = Client()
    sign_in(client, person("clerk", EAST))
    answer = client.get(path_of("core:search"), {"q": typed})
    assert answer.status_code == (400 if "\x00" in typed else 200)  # no address holds it
    assert "关于西关" not in answer.content.decode()


def test_signs_of_a_pattern_are_letters(things):
    assert found(operator("clerk", EAST), "%") == {} and found(operator("clerk", EAST), "东_一期") == {}


def test_each_hit_leads_to_its_page(things):
    client = Client()
    sign_in(client, person("clerk", EAST))
    page = html.document_fromstring(client.get(path_of("core:search"), {"q": "东关"}).content.decode())
    links = page.xpath("//main//section//a/@href")
    [of_project] = [link for link in links if link.startswith(path_of("projects:list"))]
    assert len(links) == 2 and client.get(of_project).status_code == 200
    assert "项目" in page.xpath("//main//h2/text()")
