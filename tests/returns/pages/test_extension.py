"""The page of a later deadline, as the clerk and the city see it."""

import pytest
from django.test import Client

from anju.core.models.region import Region
from anju.core.people.scope import open_scope
from anju.figures.catalogue import load_catalogue
from anju.returns.models import Return
from anju.returns.services import opening
from tests.cast import EAST, WEST, operator, person, sign_in
from tests.returns.pages.conftest import FORM

PERIOD = "2099-08"


@pytest.fixture
def ret(db, operator):
    clerk = globals()["operator"]("clerk")
    with open_scope(operator):
        load_catalogue(by=operator)
        opening.load_forms(by=operator)
    with open_scope(clerk):
        county = Region.objects.get(code=EAST, valid_until=None)
        return opening.open_return(by=clerk, form_code=FORM, region=county, period=PERIOD)


@pytest.fixture
def visitor(db):
    def visit(post="clerk", region=EAST):
        client = Client()
        sign_in(client, person(post, region))
        return client

    return visit


def test_the_clerk_asks_and_the_city_decides(ret, visitor):
    clerk, city, address = visitor(), visitor("city_reviewer", "140500"), f"/returns/{ret.pk}/extension/"
    assert address in clerk.get(f"/returns/?region={EAST}").content.decode()
    page = clerk.post(f"{address}ask/", {"until": "八月底", "reason": "监理报告未到"})
    assert page.status_code == 422 and "不是日期" in page.content.decode()
    assert "监理报告未到" in page.content.decode()  # what was typed is there again
    asked = clerk.post(f"{address}ask/", {"until": "2099-08-23", "reason": "监理报告未到"}, follow=True)
    assert "延期申请已送市级" in asked.content.decode()
    assert 'name="until"' not in asked.content.decode()  # one at a time
    home = city.get("/returns/?region=140500").content.decode()
    assert "1个延期申请等您决定" in home and "监理报告未到" in home
    waiting = city.get(address).context["waiting"]
    refused = city.post(f"{address}decide/", {"extension": waiting.pk, "until": "2099-08-23", "decision": "grant"})
    assert refused.status_code == 422 and "没有写决定的理由" in refused.content.decode()
    typed = {"extension": waiting.pk, "until": "2099-08-24", "ground": "属实", "decision": "grant"}
    assert "已同意延至2099-08-24" in city.post(f"{address}decide/", typed, follow=True).content.decode()
    assert "等您决定" not in city.get("/returns/?region=140500").content.decode()
    with open_scope(operator("clerk")):
        assert Return.objects.get(pk=ret.pk).due["unit"] == "2099-08-24T17:30:00+08:00"
    assert "期限8月24日" in clerk.get(address).content.decode()


def test_a_neighbour_does_not_find_it(ret, visitor):
    neighbour = visitor("clerk", WEST)
    address = f"/returns/{ret.pk}/extension/"
    assert neighbour.get(address).status_code == 404
    assert neighbour.post(f"{address}ask/", {"until": "2099-08-23", "reason": "别县"}).status_code == 404
    assert visitor("reviewer").post(f"{address}ask/", {"until": "2099-08-23", "reason": "岗位不对"}).status_code == 403
