"""What a return's page offers and says: nothing preselected, nothing said that is not so, and a way back from a mistake. Without a browser."""

import re
from datetime import date

import pytest
from django.test import Client

from anju.core.models.people import Organisation, Posting
from anju.core.models.region import Region
from anju.core.people.scope import open_scope
from anju.returns.models import Opinion, Return
from anju.returns.services import opening, review
from tests.cast import EAST, WEST, operator, person, sign_in
from tests.returns.conftest import complete
from tests.returns.pages.conftest import FORM, PERIOD, ledger
from tests.worlds import world

CITY = "140500"
CHAIN = ("clerk", "reviewer", "head", "joint", "finance")


@pytest.fixture
def visitor(db):
    def visit(post="clerk", region=EAST):
        client = Client()
        sign_in(client, person(post, region))
        return client

    return visit


@world
def ret(by, shipped_forms):
    """A return of three projects, ready to be handed in."""
    clerk = person_of("clerk")
    for post in CHAIN:
        person(post)
    with open_scope(clerk):
        county = Region.objects.get(code=EAST, valid_until=None)
        ledger(county, clerk, 3)
        made = opening.open_return(by=clerk, form_code=FORM, region=county, period=PERIOD)
    complete(clerk, made)
    return made


def person_of(post, region=EAST):
    return operator(post, region)


def reach(ret, state):
    """Through the chain up to that state."""
    from anju.returns.services import locking

    steps = [
        ("review", "clerk", EAST, lambda by: review.hand_in_return(by=by, ret_id=ret.pk)),
        ("joint", "reviewer", EAST, lambda by: review.review_return(by=by, ret_id=ret.pk)),
        ("head", "reviewer", EAST, lambda by: review.end_joint_review(by=by, ret_id=ret.pk, remark="已口头同意")),
        ("city", "head", EAST, lambda by: review.submit_return(by=by, ret_id=ret.pk)),
        ("locked", "city_reviewer", CITY, lambda by: locking.lock_return(by=by, ret_id=ret.pk)),
    ]
    for target, post, region, act in steps:
        by = person_of(post, region)
        with open_scope(by):
            act(by)
        if target == state:
            return


def at(client, ret, query=""):
    return client.get(f"/returns/{ret.pk}/{query}").content.decode()


def test_neither_agreeing_nor_objecting_is_chosen_beforehand(visitor, ret):
    reach(ret, "joint")
    client = visitor("joint")
    page = at(client, ret)
    radios = re.findall(r'<input type="radio" name="agrees"[^>]*>', page)
    assert len(radios) == 2 and not any("checked" in one for one in radios)
    answer = client.post(f"/returns/{ret.pk}/opine/", {"remark": "看过了"})
    assert answer.status_code == 422 and "没有选同意还是有不同意见" in answer.content.decode()
    with open_scope(person_of("joint")):
        assert not Opinion.objects.exists()
    assert client.post(f"/returns/{ret.pk}/opine/", {"agrees": "1"}).status_code == 302


def test_a_remark_is_pinned_to_the_cell_of_the_address_and_there_is_no_list_of_cells(visitor, ret):
    reach(ret, "joint")
    client = visitor("joint")
    assert "<option" not in at(client, ret).partition('id="next"')[2].partition("</section>")[0]
    line = re.search(r'<tr data-l="([^"]+)"', at(client, ret))[1]
    page = at(client, ret, f"?cell={line}|start")
    assert f'name="where" value="{line}|start"' in page and "针对：东关片区棚户区改造1" in page
    panel = client.get(f"/returns/{ret.pk}/cell/?line={line}&column=start").content.decode()
    assert "对这一格提意见" in panel
    for wrong in ("?cell=p0|start", "?cell=nothing", f"?cell={line}|none"):
        assert 'name="where" value=""' in at(client, ret, wrong)
    client.post(f"/returns/{ret.pk}/opine/", {"agrees": "0", "remark": "供地数不对", "where": f"{line}|start"})
    with open_scope(person_of("joint")):
        assert (Opinion.objects.get().line, Opinion.objects.get().column) == (line, "start")
    answer = client.post(f"/returns/{ret.pk}/opine/", {"agrees": "0", "remark": "不对", "where": "p0|start"})
    assert answer.status_code == 422 and "不在表里" in answer.content.decode()


@pytest.mark.parametrize(
    ("state", "post"), [("review", "reviewer"), ("joint", "reviewer"), ("head", "head"), ("city", "city_reviewer")]
)
def test_what_goes_back_at_a_cell_leads_the_clerk_to_that_cell(visitor, ret, state, post):
    reach(ret, state)
    client, clerk = visitor(post, CITY if post == "city_reviewer" else EAST), visitor("clerk")
    line = re.search(r'<tr data-l="([^"]+)"', at(client, ret))[1]
    panel = client.get(f"/returns/{ret.pk}/cell/?line={line}&column=start").content.decode()
    assert "这一格有误，退回填报" in panel
    form = at(client, ret, f"?cell={line}|start").partition("send-back/")[2].partition("</form>")[0]
    assert f'name="where" value="{line}|start"' in form and "针对：东关片区棚户区改造1" in form
    wrong = client.post(f"/returns/{ret.pk}/send-back/", {"remark": "不对", "where": "p0|start"})
    assert wrong.status_code == 422 and "不在表里" in wrong.content.decode()
    client.post(f"/returns/{ret.pk}/send-back/", {"remark": "开工套数与施工许可不一致", "where": f"{line}|start"})
    page = at(clerk, ret)
    told = page.partition("退回了这张报表")[2].partition("</section>")[0]
    assert f'data-go="{line}|start"' in told and "东关片区棚户区改造1" in told and "与施工许可不一致" in told
    assert (
        "退回，开工套数与施工许可不一致"
        in clerk.get("/", follow=True).content.decode() + clerk.get(f"/?region={EAST}").content.decode()
    )


def test_all_are_in_only_when_all_are(visitor, ret):
    reach(ret, "joint")
    reviewer = visitor("reviewer")
    page = at(reviewer, ret)
    assert "意见已齐" not in page and "没有发表意见" in page
    visitor("joint").post(f"/returns/{ret.pk}/opine/", {"agrees": "1"})
    page = at(reviewer, ret)
    assert "意见已齐" not in page and "3个部门中1个有了意见" in page
    visitor("finance").post(f"/returns/{ret.pk}/opine/", {"agrees": "1"})
    with open_scope(person_of("clerk")):
        assert Organisation.objects.filter(region__code=EAST, kind="land").count() == 0
    assert "自然资源部门没有登记机构" in at(reviewer, ret) and "意见已齐" not in at(reviewer, ret)


def test_all_are_in_when_each_asked_department_agrees(visitor, ret, operator):
    with open_scope(operator):
        land = Organisation.objects.create(region=ret.region, kind="land", name="示例自然资源局")
        Posting.objects.create(
            staff=person("joint"), organisation=land, post="joint", bounded=False, since=date(2020, 1, 1), by="local"
        )
    reach(ret, "joint")
    by = person_of("finance")
    with open_scope(by):
        review.give_opinion(by=by, ret_id=ret.pk, agrees=True)
    waiting = at(visitor("reviewer"), ret)
    assert "意见已齐" not in waiting and "等部门联审、" in waiting
    with open_scope(operator):
        for kind in ("reform", "land"):
            office = Organisation.objects.get(region=ret.region, kind=kind)
            Opinion.objects.create(ret=ret, region=ret.region, organisation=office, agrees=True, by="x", by_name="x")
    told = at(visitor("reviewer"), ret)
    assert "各部门意见已齐，都同意" in told and "等部门联审、" not in told and "等审核岗" in told


def test_a_mistaken_correction_is_given_up_from_its_page(visitor, ret):
    reach(ret, "locked")
    client = visitor()
    page = at(client, ret)
    assert "发起更正" in page and "撤销这次更正" not in page
    made = client.post(f"/returns/{ret.pk}/correct/", {"remark": "点错"})["Location"]
    assert "正在" in at(client, ret) and "已经更正" not in at(client, ret)
    page = client.get(made).content.decode()
    assert "撤销这次更正" in page
    answer = client.post(f"{made}discard/", {"remark": "点错了"}, follow=True)
    assert answer.redirect_chain[-1][0] == f"/returns/{ret.pk}/" and "现行的报表" in answer.content.decode()
    assert "这次更正已撤销" in client.get(made).content.decode()
    assert client.get(made).status_code == 200 and "发起更正" in at(client, ret)


def test_a_draft_that_is_no_correction_is_not_offered_to_be_given_up(visitor, ret):
    assert "撤销这次更正" not in at(visitor(), ret)


def test_what_was_replaced_is_marked_in_the_list_and_on_its_page(visitor, ret):
    reach(ret, "locked")
    client = visitor()
    made = client.post(f"/returns/{ret.pk}/correct/", {"remark": "多报"})["Location"]
    again = Return(pk=int(made.strip("/").split("/")[-1]))
    assert "已更正" not in client.get("/returns/").content.decode()
    with open_scope(person_of("clerk")):
        again = Return.objects.select_related("region", "form").get(pk=again.pk)
    complete(person_of("clerk"), again)
    reach(again, "locked")
    home = client.get("/returns/")
    states = {one["href"]: one["state"] for one in home.context["done"]}
    assert states[f"/returns/{ret.pk}/"] == "已更正" and states[made] == "已锁定（第1次更正）"
    assert "已更正" in at(client, ret) and "更正前锁定时的原样" in at(client, ret)
    city = visitor("city_reviewer", CITY).get(f"/returns/?form={FORM}&period={PERIOD}")
    assert "已锁定（已更正）" in city.context["progress"]


def test_on_a_locked_page_nothing_waits_for_an_answer(visitor, ret):
    reach(ret, "locked")
    assert "待答复" not in at(visitor(), ret)


def test_who_filled_is_not_offered_to_review(visitor, ret):
    reach(ret, "review")
    both = person("clerk")
    with open_scope(person_of("clerk")):
        Posting.objects.create(
            staff=both,
            organisation=ret.organisation,
            post="reviewer",
            bounded=False,
            since=date(2020, 1, 1),
            by="local",
        )
    page = at(visitor(), ret)
    assert "审核通过，送部门联审" not in page
    assert visitor().post(f"/returns/{ret.pk}/review/").status_code == 422


# -- the city --------------------------------------------------------------------------------------------------------------------


def test_the_city_chooses_a_month(visitor, ret, operator):
    by = person_of("clerk")
    with open_scope(by):
        opening.open_return(by=by, form_code=FORM, region=ret.region, period="2026-08")
    client = visitor("city_reviewer", CITY)
    page = client.get(f"/returns/?form={FORM}")
    assert [name for name, *_ in page.context["months"]][-1] == "2026-08" and 'id="month"' in page.content.decode()
    newest = page.context["lock_period"]
    page = client.get(f"/returns/?form={FORM}&period=2026-08")
    assert page.context["lock_period"] == "2026-08" != newest and "填报中" in page.context["progress"]
    for none in ("2026", "2019-01", "2026-13"):
        answer = client.get(f"/returns/?form={FORM}&period={none}")
        assert answer.status_code == 404 or answer.context["lock_period"] == newest


def test_the_city_urges_and_sends_back_what_it_ticked(visitor, ret):
    client = visitor("city_reviewer", CITY)
    given = {"form": FORM, "period": PERIOD, "region": EAST}
    page = client.get(f"/returns/?form={FORM}&period={PERIOD}").content.decode()
    assert f'name="region" value="{EAST}"' in page
    done = client.post("/returns/urge/", given | {"remark": "请抓紧"}, follow=True).content.decode()
    assert "已催报1个单位" in done and person("clerk").name in done
    refused = client.post("/returns/send-back/", given | {"remark": "再核"})
    assert refused.status_code == 422 and "填报中" in refused.content.decode()
    assert client.post("/returns/urge/", {"form": FORM, "period": PERIOD}).status_code == 422
    nothing = client.post("/returns/close/", {"form": FORM, "period": PERIOD, "ticked": "1", "remark": "再核"})
    assert nothing.status_code == 422 and "没有选单位" in nothing.content.decode()  # never all of them
    assert ">再核</textarea>" in nothing.content.decode()
    reach(ret, "city")
    done = client.post("/returns/send-back/", given | {"remark": "再核"}, follow=True).content.decode()
    assert "已退回1个单位" in done
    with open_scope(person_of("clerk")):
        assert Return.objects.get(pk=ret.pk).state == "draft"


@pytest.mark.parametrize(
    ("state", "post", "region", "words"),
    [
        ("head", "head", EAST, "上报"),
        ("city", "city_reviewer", CITY, "市级审定"),
        ("locked", "publisher", CITY, "已全部锁定，可以起草"),
    ],
)
def test_what_waits_stands_first_where_one_lands(visitor, ret, state, post, region, words):
    reach(ret, state)
    client = visitor(post, region)
    page = client.get("/").content.decode()
    assert "等您办1件" in page and words in page.partition('id="notices"')[2].partition("</section>")[0]
    assert page.index('id="notices"') < page.index('class="wide-narrow')


@pytest.mark.parametrize("address", ["/", "/returns/", "/targets/"])
def test_the_bar_says_on_every_page_how_much_waits(visitor, ret, address):
    reach(ret, "head")
    bar = visitor("head").get(address).content.decode().partition("<main")[0]
    words = re.search(r'<a class="waiting[^>]*aria-label="([^"]*)"', bar)
    assert words and words[1] == "等您办1件"


def test_somebody_with_a_county_s_and_the_city_s_post_opens_a_return(visitor, ret, operator):
    who = person("clerk", WEST)
    person("city_reviewer", CITY)
    with open_scope(operator):
        office = Organisation.objects.get(region__code=CITY, kind="housing")
        Posting.objects.create(
            staff=who, organisation=office, post="city_reviewer", bounded=False, since=date(2020, 1, 1), by="local"
        )
    client = Client()
    sign_in(client, who)
    answer = client.post("/returns/open/", {"form": FORM, "region": WEST, "period": PERIOD}, follow=True)
    assert answer.status_code == 200 and answer.context["fill"]
    assert client.get("/returns/").status_code == 200


def test_the_way_to_a_result_is_shown_to_who_may_go_it(visitor, ret):
    from anju.core.pages.context import may_open

    city, system = person_of("city_reviewer", CITY), person_of("system_admin", CITY)
    address = f"/returns/?region={CITY}&period={PERIOD}&form={FORM}"
    assert may_open(city, address) and may_open(city, "/")
    for never in (address, "/", "/nowhere/", "https://example.org/x"):
        assert not may_open(system, never), never
    assert not may_open(person_of("clerk", EAST), address)
