"""The trail's page: an act is shown and found by what people call it, however its rows were written."""

import re

import pytest
from django.test import Client
from django.utils import timezone

from anju.core.models.region import Region
from anju.core.models.trail import Trail
from anju.core.people.scope import local_actor, open_scope
from anju.core.trail import chain, trail
from tests.cast import EAST, person, sign_in

OLD = (
    ("登记项目", "项目 东县 A-1"),
    ("close", "项目 甲"),
    ("close", "台账条目 甲·overdue"),
    ("return", "公文 《通报》"),
)


@pytest.fixture
def look(db):
    """What the page shows: (what was done, to what), newest first."""
    region = Region.objects.get(code=EAST, valid_until=None)
    with open_scope(local_actor()) as by:
        for act, obj in OLD:
            said = {"at": timezone.now().isoformat(), "by": {"key": "local", "name": "本机"}, "act": act, "object": obj}
            Trail.objects.create(by="local", act=act, obj=obj, region=region, canonical=chain.canonical_bytes(said))
        outer = trail.record(
            by=by, act="projects.import_workbook", obj=trail.Subject("projects.workbook", "x", "项目工作簿"),
            region_id=region.pk, count=2,
        )  # fmt: skip
        thing = trail.Subject("projects.project", "7", "项目 东县 A-2")
        with trail.inside_act(outer, by=by), trail.open_act("projects.register", by=by):
            trail.describe(obj=thing, region_id=region.pk)
    client = Client(REMOTE_ADDR="10.1.2.3")
    sign_in(client, person("auditor"))

    def rows(**query: str) -> list[tuple[str, str]]:
        page = client.get("/trail/", query).content.decode()
        cells = re.findall(
            r'<td class="nowrap brief">[^<]*</td><td class="nowrap brief">(.*?)</td><td class="wrap">([^<]*)', page
        )
        return [(re.sub(r"<[^>]*>", " ", act).strip(), obj) for act, obj in cells]

    rows.outer = outer
    rows.page = lambda: client.get("/trail/").content.decode()
    return rows


def test_every_row_is_shown_with_what_people_call_the_act(look):
    assert look() == [
        (f"登记项目 属于第{look.outer.pk}号", "项目 东县 A-2"), ("导入项目工作簿 2件", "项目工作簿"), ("退回修改", "公文 《通报》"),
        ("销号", "台账条目 甲·overdue"), ("办结", "项目 甲"), ("登记项目", "项目 东县 A-1"),
    ]  # fmt: skip


def test_an_act_is_found_however_it_was_written(look):
    both = ["项目 东县 A-2", "项目 东县 A-1"]
    assert [obj for _, obj in look(act="projects.register")] == both
    assert [obj for _, obj in look(act="登记项目")] == both, "an address from before finds the same"
    assert [obj for _, obj in look(act="projects.close_entry")] == ["台账条目 甲·overdue"]
    assert [obj for _, obj in look(act="projects.close")] == ["项目 甲"]
    assert [obj for _, obj in look(words="A-2")] == ["项目 东县 A-2"]
    page = look.page()
    assert page.count('value="projects.register"') == 1 and ">销号</option>" in page and 'value="登记项目"' not in page


def test_an_act_shows_its_time_and_from_where_it_came(look):
    client = Client(REMOTE_ADDR="10.1.2.3")
    sign_in(client, person("auditor"))
    client.get("/staff/")
    page = client.get("/trail/?act=access.refuse").content.decode()
    assert "越权访问被拒" in page and "10.1.2.3" in page
    assert re.search(r"\d\d:\d\d:\d\d", page)
