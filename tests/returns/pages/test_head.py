"""等您上报: what the head of a unit sees of a return before its rows; on a phone all of it on the first screen, with the acts."""

import re
from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from anju.core.models.region import Region
from anju.core.people.scope import local_actor, open_scope
from anju.figures.catalogue import load_catalogue
from anju.figures.services import observations
from anju.oversight.models import SentReminder
from anju.returns.models import Line, Return, Step
from anju.returns.queries import checks
from anju.returns.services import answers, filling, opening, review
from tests.browser import PHONE, see
from tests.cast import EAST, operator, person
from tests.returns.conftest import complete
from tests.returns.pages.conftest import FORM, LAST, PERIOD, ledger
from tests.returns.pages.test_acts import at, visitor

assert visitor  # a fixture


def change(by, ret, name, **texts):
    """Other texts in cells of the project whose name ends so."""
    line = Line.objects.get(ret=ret, label__endswith=name).key
    versions = dict(ret.cells.filter(line=line).values_list("column", "version"))
    cells = [filling.CellEntry(line, column, text, versions[column]) for column, text in texts.items()]
    assert not filling.fill_cells(by=by, ret_id=ret.pk, changes=cells).problems
    return line


def hand_on(ret, remark="各部门意见已核对"):
    """Up to the head, with the words of two departments."""
    for post, act in (
        ("clerk", lambda by: review.hand_in_return(by=by, ret_id=ret.pk)),
        ("reviewer", lambda by: review.review_return(by=by, ret_id=ret.pk, remark="与台账一致")),
        ("joint", lambda by: review.give_opinion(by=by, ret_id=ret.pk, agrees=True)),
        ("finance", lambda by: review.give_opinion(by=by, ret_id=ret.pk, agrees=False, remark="支付请再核")),
        ("reviewer", lambda by: review.end_joint_review(by=by, ret_id=ret.pk, remark=remark)),
    ):
        by = operator(post)
        with open_scope(by):
            act(by)


@pytest.fixture
def two_months(db):
    """September's and October's returns of three projects: 30 more were started in October, 200 万元 less invested. A target of 500."""
    local, clerk = local_actor(), operator("clerk")
    for post in ("reviewer", "head", "joint", "finance"):
        person(post)
    with open_scope(local):
        load_catalogue(by=local)
        opening.load_forms(by=local)
    with open_scope(clerk):
        county = Region.objects.get(code=EAST, valid_until=None)
        ledger(county, clerk, 3)
        observations.enter_figure(
            by=clerk, measure="shanty.start.target", region=county, period="2026", value="500", calibre="市"
        )
        before, ret = (
            opening.open_return(by=clerk, form_code=FORM, region=county, period=one) for one in (LAST, PERIOD)
        )
        change(clerk, ret, "改造1", start="130", invest="1000")
    complete(clerk, before)
    complete(clerk, ret)
    return ret


def summary(page) -> list[str]:
    """The words of the summary, each text by itself."""
    part = page.partition('id="summary"')[2].partition("</section>")[0]
    return [text.strip() for text in re.findall(r">([^<]+)<", part) if text.strip()]


def test_the_head_sees_totals_beside_last_month_and_target_the_departments_words_and_whose_hands_it_went_through(
    visitor, two_months
):
    ret = two_months
    hand_on(ret)
    words = summary(at(visitor("head"), ret))
    row = words.index("棚户区改造开工量")
    assert words[0] == "等您上报" and words[row : row + 6] == [
        "棚户区改造开工量",
        "（套）",
        "130",
        "+30",
        "500",
        "26.0%",
    ]
    row = words.index("完成投资")
    assert words[row : row + 4] == ["完成投资", "（万元）", "3,400", "−200"]
    assert row < words.index("筹集") and any(one.endswith("项合计") for one in words)  # what did not move is folded
    assert next(one for one in words if "改造1" in one).startswith("2格：")
    assert words[words.index("发改局") + 1] == "同意"
    assert words[words.index("财政局") + 1 :][:2] == ["有不同意见", "支付请再核"]
    for hand, remark in (("审核", "：与台账一致"), ("联审", "：各部门意见已核对")):
        assert remark in words[words.index(hand) + 1 :][:3]
    assert person("clerk").name in words[words.index("填报") + 1]


def test_what_counts_from_january_is_not_compared_with_december(visitor, two_months):
    ret = two_months
    with open_scope(local_actor()):
        Return.objects.filter(pk=ret.pk).update(period="2027-01", state=Return.HEAD)
        Return.objects.filter(period=LAST).update(period="2026-12")
    words = summary(at(visitor("head"), ret))
    row = words.index("住房开工")
    assert words[row : row + 4] == ["住房开工", "（套）", "230", "—"]


def test_the_city_sees_it_before_the_lock_and_nobody_else_does(visitor, two_months):
    ret = two_months
    hand_on(ret)
    for post in ("clerk", "reviewer", "joint"):
        assert 'id="summary"' not in at(visitor(post), ret)
    head = operator("head")
    with open_scope(head):
        review.submit_return(by=head, ret_id=ret.pk, remark="同意上报")
    assert 'id="summary"' not in at(visitor("head"), ret)
    words = summary(at(visitor("city_reviewer", "140500"), ret))
    assert words[0] == "等您审定" and "：同意上报" in words[words.index("上报") + 1 :][:3]


def test_what_waits_tells_since_when_and_how_late_and_the_unit_s_landing_tells_what_is_no_return(visitor, two_months):
    hand_on(two_months)
    home = visitor("head").get("/", follow=True).content.decode()
    waits = home.partition('id="notices"')[2].partition("</section>")[0]
    assert "，等住建部门单位负责人岗" in home.partition("逾期")[2]
    assert "请尽快上报" in waits and "已过" in waits and re.search(r"等了(不到)?\d+分钟", waits)
    assert "棚户区改造开工量130套，比上月+30，任务500套完成26.0%" in waits, "the totals, before it is opened"
    assert "完成投资3,400万元，比上月−200" in waits
    local = local_actor()
    with open_scope(local):
        county = Region.objects.get(code=EAST, valid_until=None)
        SentReminder.objects.create(
            region=county, act="demands.answer", key="demand/1/answer", what="示例批示：请说明进度", link="/dispatch/",
            due=timezone.now() + timedelta(days=3, hours=1), at=timezone.now() - timedelta(hours=5),
        )  # fmt: skip
    page = visitor("reviewer").get("/returns/").content.decode()
    further = page.partition('id="further"')[2].partition("</section>")[0]
    assert (
        "另外等您办的1件" in further
        and "示例批示：请说明进度" in further
        and "还剩3天" in further
        and "等了5小时" in further
    )
    assert "；另有1件事等您办" in page
    assert "项目进度月报" not in further  # that stands in its own list


def test_an_auditor_is_told_on_what_ground_until_when(visitor, two_months):
    home = visitor("auditor").get("/", follow=True).content.decode()
    assert "示例审通〔2026〕1号" in home and "还剩30天" in home
    assert "还没有开始" not in home


def test_on_a_phone_the_first_screen_has_everything_and_a_cell_is_pointed_at(visit, draft):
    clerk = operator("clerk")
    complete(clerk, draft)
    hand_on(draft)
    head = visit("head", size=PHONE)
    head.goto("/")
    head.locator("#notices a").first.click()
    see(head.locator("#summary"), "等您上报", "有不同意见", "支付请再核", "与台账一致")
    seen = PHONE["height"] - head.locator(".rail").bounding_box()["height"]
    for shown in (
        head.locator("#summary"),
        head.get_by_role("button", name="上报市级"),
        head.get_by_text("退回填报", exact=True),
    ):
        box = shown.first.bounding_box()
        assert box["y"] + box["height"] <= seen, box
    assert head.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    head.locator("#next summary:has-text('退回填报')").click()
    head.get_by_role("button", name="在表上点一格").click()
    head.locator("#grid tbody tr[data-name='东关片区棚户区改造1'] th.first").click()
    head.locator("#grid tbody tr.unfolded td:visible").nth(3).click()
    see(head.locator("[data-points-at]"), "针对：东关片区棚户区改造1")
    head.locator("form[action$='send-back/'] textarea").fill("与施工许可不一致")
    head.locator("form[action$='send-back/'] button[class*=risk]").click()
    expect(head.locator("#summary")).to_have_count(0)
    with open_scope(clerk):
        back = Step.objects.filter(ret=draft).last()
        assert (back.move, back.remark) == ("return", "与施工许可不一致") and back.line and back.column


def test_the_city_sees_how_checks_stand_and_what_moved_county_by_county(visitor, two_months):
    ret = two_months
    page = f"/returns/?region=140500&form={FORM}&period={PERIOD}"

    def row():
        listed = visitor("city_reviewer", "140500").get(page).content.decode().partition('id="progress"')[2]
        return next(one for one in listed.split("<tr") if f'/returns/{ret.pk}/"' in one or ret.region.name in one)

    hand_on(ret)
    assert "处都已答复" not in row(), "what the unit has not submitted is not judged yet"
    head = operator("head")
    with open_scope(head):
        review.submit_return(by=head, ret_id=ret.pk)
        answered = len(checks.check_return(head, ret))
    said = row()
    assert f'<a href="/returns/{ret.pk}/#checks">{answered}处都已答复</a>' in said
    assert f'<a href="/returns/{ret.pk}/#moved">2格</a>' in said
    with open_scope(operator("clerk")) as clerk:
        one = next(found for found in checks.check_return(clerk, ret) if found.answer)
        answers.answer_check(by=clerk, ret_id=ret.pk, check_id=one.check_id, line=one.line, text="")
    assert "提醒1处没有处理" in row()


def test_the_city_is_told_its_own_deadline(visitor, two_months):
    hand_on(two_months)
    head = operator("head")
    with open_scope(head):
        ret = review.submit_return(by=head, ret_id=two_months.pk)
    own = timezone.localtime(datetime.fromisoformat(ret.due["city"]))
    words = " ".join(summary(at(visitor("city_reviewer", "140500"), ret))[:3])
    assert f"期限{own.month}月{own.day}日" in words and "首次上报" in words
    assert ret.due["city"] != ret.due["unit"]
