"""The 25th lived in a browser: the city's set goes up, a cell is pointed at and comes back to the clerk; the scan beside the totals; a question."""

import os

import pytest

from anju.core.people.scope import local_actor, open_scope
from anju.returns.files import papers
from anju.returns.models import Return
from anju.returns.services import locking
from anju.returns.services.scans import keep_scan
from tests.browser import PHONE, see, wait_until
from tests.cast import operator, person
from tests.returns.conftest import complete

CITY, PROVINCE = "140500", "140000"


def picture(page, name):
    """For who wants to look: SHOTS=folder."""
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


@pytest.fixture
def locked(draft):
    """The return of the one county that is asked, locked, with its print for a scan."""
    person("superior", PROVINCE), person("auditor", CITY)
    clerk = operator("clerk")
    complete(clerk, draft)
    with open_scope(local_actor()) as by:
        Return.objects.filter(pk=draft.pk).update(state=Return.CITY)
        locking.lock_return(by=by, ret_id=draft.pk)
    with open_scope(clerk) as by:
        keep_scan(by=by, ret_id=draft.pk, name="10月盖章件.pdf", content=papers.form_pdf(by, draft))
    return draft


def test_the_set_goes_up_and_a_cell_comes_back(visit, locked):
    city = visit("city_reviewer", CITY)
    city.goto("/?region=140500")
    picture(city, "city-landing")
    city.goto("/returns/?region=140500&period=2026-10&form=anju-project-month")
    picture(city, "city-home")
    city.get_by_role("link", name="报送上级").click()
    picture(city, "city-set")
    city.get_by_role("button", name="报送山西省").click()
    see(city.locator("main"), "已报送1张", "等上级签收")
    picture(city, "city-sent")

    above = visit("superior", PROVINCE)
    above.goto("/")
    picture(above, "superior-landing")
    above.goto("/returns/")
    above.get_by_role("link", name="进度月报").first.click()
    above.get_by_label("签收编号").fill("收26-318")
    above.get_by_role("button", name="签收", exact=True).click()
    see(above.locator("main"), "编号 收26-318")
    above.locator("#set").get_by_role("link").first.click()
    above.get_by_text("退回一格").first.click()
    above.get_by_role("button", name="在表上点一格").click()
    td = above.locator("#grid tbody tr").nth(0).locator("td:not(.none)").nth(6)
    td.click()
    about = above.locator("[data-points-at] .about")
    see(about, "针对：")
    where = about.inner_text().removeprefix("针对：")
    above.get_by_label("上级的退回意见").fill("与施工许可证不符，请核")
    picture(above, "superior-return")
    above.get_by_role("button", name="退回一格").click()
    see(above.locator("main"), "退回意见已送到县里")
    picture(above, "superior-returned")

    clerk = visit(size=PHONE)
    clerk.goto("/returns/")
    picture(clerk, "clerk-home-phone")
    clerk.locator("#mine").get_by_role("link", name="继续填报").first.click()
    clerk.locator("#checks .expander").click()
    see(clerk.locator("#check-list"), "上级退回：与施工许可证不符，请核")
    picture(clerk, "clerk-correction-phone")
    wide = visit()
    wide.goto(clerk.url)
    wide.locator("#checks .expander").click()
    picture(wide, "clerk-correction")
    item = wide.locator("#check-list li", has_text="与施工许可证不符").first
    item.get_by_placeholder("写一句原因").fill("许可证已补办，数属实")
    item.get_by_role("button", name="答复").click()
    see(wide.locator("#checks"), "都已答复")
    assert where
    city.reload()
    see(city.locator("main"), "有退回意见", "与施工许可证不符，请核")
    picture(city, "city-returned")
    phone = visit("city_reviewer", CITY, PHONE)
    phone.goto(city.url)
    picture(phone, "city-returned-phone")


def test_the_scan_is_looked_at_beside_the_totals(visit, locked):
    reviewer = visit("reviewer")
    reviewer.goto(f"/returns/{locked.pk}/")
    reviewer.get_by_role("link", name="核对", exact=True).click()
    see(reviewer.locator("main"), "还没有人核对", "程序读出了")
    page_picture = reviewer.locator(".scan-page").first
    # Drawn by the server; what would wait in the page itself is not allowed there.
    wait_until(reviewer, lambda: page_picture.evaluate("(one) => one.naturalWidth") > 300)
    picture(reviewer, "scan")
    rows = reviewer.locator(".scan-figures tbody tr")
    rows.nth(0).get_by_label("与扫描件一致").check()
    rows.nth(1).get_by_label("盖章件上是", exact=True).check()
    rows.nth(1).get_by_role("textbox").fill("7")
    reviewer.get_by_role("button", name="记下核对").click()
    see(reviewer.locator("main"), "1个不一致")
    picture(reviewer, "scan-done")
    phone = visit("reviewer", size=PHONE)
    phone.goto(reviewer.url)
    picture(phone, "scan-phone")
    clerk = visit()
    clerk.goto(f"/returns/{locked.pk}/")
    see(clerk.locator("main"), "盖章件与锁定的数不一致，请发起更正")
    picture(clerk, "scan-differs")


def test_an_auditor_asks_about_a_cell(visit, locked):
    auditor = visit("auditor", CITY)
    auditor.goto(f"/returns/{locked.pk}/")
    auditor.get_by_text("向填报单位问询").first.click()
    auditor.get_by_role("button", name="在表上点一格").click()
    auditor.locator("#grid tbody tr").nth(0).locator("td:not(.none)").nth(6).click()
    auditor.get_by_label("问什么").fill("请附核减依据")
    picture(auditor, "auditor-asks")
    auditor.get_by_role("button", name="向填报单位问询").click()
    see(auditor.locator("main"), "问询已送填报单位")
    clerk = visit(size=PHONE)
    clerk.goto("/returns/")
    picture(clerk, "clerk-inquiry-phone")
    clerk.get_by_role("link", name="号问询").click()
    clerk.get_by_label("答复").fill("核减12套")
    picture(clerk, "clerk-answer-phone")
    clerk.get_by_role("button", name="送审计人员").click()
    see(clerk.locator("main"), "答复已送审计人员")
    auditor.goto("/returns/?region=140500")
    picture(auditor, "auditor-home")
    auditor.get_by_role("link", name="号问询").click()
    picture(auditor, "auditor-answered")
    auditor.get_by_role("button", name="办结").click()
    see(auditor.locator("main"), "问询已办结")
