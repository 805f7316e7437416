"""A quota's way in a real browser: the city's finance officer registers the paper and sends a part on; the county stamps its receipt and assigns it."""

import os
from datetime import date

import pytest
from playwright.sync_api import expect

from tests.browser import see, served
from tests.cast import CITY, EAST, person

YEAR = "2026"


@pytest.fixture(scope="module")
def site(django_db_setup, django_db_blocker, empty):
    from django.db import connections

    from anju.core.people.scope import local_actor, open_scope
    from anju.core.regions.tree import find_region
    from anju.figures.catalogue import load_catalogue
    from anju.projects.models import Project

    with django_db_blocker.unblock():
        empty()
        with open_scope(local_actor()) as me:
            load_catalogue(by=me)
            region = find_region(me, EAST)
            for number, name in enumerate(("东街小区改造", "南门小区改造", "纺织厂宿舍改造"), 1):
                Project.objects.create(region=region, code=f"E{number}", name=name, kind="old", year=2026, by="x")
        with served() as address:
            yield address
        connections.close_all()
        empty()


def fill(page, **fields):
    for name, text in fields.items():
        box = page.locator(f"[name='{name.replace('__', '-')}']")
        box.select_option(text) if box.evaluate("one => one.tagName") == "SELECT" else box.fill(text)


def picture(page, name):
    if folder := os.environ.get("ANJU_PICTURES"):
        page.screenshot(path=f"{folder}/{name}.png")
        page.set_viewport_size({"width": 390, "height": 844})
        page.screenshot(path=f"{folder}/{name}-phone.png", full_page=True)
        page.set_viewport_size({"width": 1366, "height": 768})


def test_from_the_paper_to_the_project(come):
    page = come(person("finance", CITY))
    page.goto(f"/funds/?region={CITY}&period={YEAR}")
    see(page.locator("main"), "这一年还没有收到指标")
    page.get_by_role("link", name="登记上级下达").click()
    head = {
        "number": "示例财综〔2026〕9号",
        "title": "关于下达补助资金的通知",
        "issuer": "示例省财政厅",
        "dated": "2026-05-08",
    }
    fill(
        page,
        **head,
        received_on="2026-05-11",
        source__1="central",
        subject__1="2210108",
        purpose__1="old",
        amount__1="3,800",
    )
    fill(page, source__2="province", subject__2="2210106", purpose__2="housing", amount__2="12①")
    page.get_by_role("button", name="登记", exact=True).click()
    see(page.locator("main section.problems"), "第2行", "FUND-004")
    page.lines.expect("422")
    expect(page.locator("[name=amount-1]")).to_have_value("3,800")  # nothing typed is lost
    picture(page, "funds-register")
    page.locator("[name=amount-2]").fill("842.5")
    page.get_by_role("button", name="登记", exact=True).click()
    see(page.locator(".done"), "已登记示例财综〔2026〕9号")
    see(page.locator("tr.total"), "4,642.5")
    page.goto(f"/funds/?region={CITY}&period={YEAR}")
    see(page.locator("h1"), "收到指标4,642.5万元，4,642.5万元没有分下去")
    see(page.locator("tbody tr").nth(0), "超期", "3800 万元")
    page.get_by_role("link", name="下达", exact=True).click()
    row = page.locator("tr", has=page.get_by_role("rowheader", name="泽州县"))
    row.locator("input").nth(0).fill("2140")
    fill(page, number="示例市财〔2026〕3号", title="关于下达补助资金的通知", issuer="示例市财政局", dated="2026-06-20")
    picture(page, "funds-hand-down")
    page.get_by_role("button", name="下达指标").click()
    see(page.locator(".done"), "已登记示例市财〔2026〕3号")

    county = come(person("finance", EAST))
    county.goto(f"/?region={EAST}&period={YEAR}")
    county.locator("#notices a", has_text="示例市财〔2026〕3号已下达到泽州县").click()
    see(county.locator("tbody tr").nth(0), "没有签收，时限还没有起算")
    county.locator("input[name=on]").fill("2026-06-22")
    county.get_by_role("button", name="签收").click()
    see(county.locator(".done"), "已签收示例市财〔2026〕3号")
    county.get_by_role("link", name="落实到项目").click()
    county.locator("tr", has_text="东街小区改造").locator("input").fill("1500")
    fill(
        county, number="示例县财〔2026〕1号", title="关于落实补助资金的通知", issuer="示例县财政局", dated="2026-07-01"
    )
    county.get_by_role("button", name="落实到项目").click()
    see(county.locator(".done"), "已登记示例县财〔2026〕1号")
    see(county.locator("main"), "东街小区改造", "1,500")
    county.goto(f"/funds/?region={EAST}&period={YEAR}")
    see(county.locator("tbody tr").nth(0), "2,140", "1,500", "640")
    page.goto(f"/funds/?region={CITY}&period={YEAR}")
    see(page.locator("tbody tr").nth(0), "1,660")
    picture(page, "funds")
    see(page.locator("section[aria-label=各地]"), "泽州县", "2,140", "640")
    page.get_by_role("link", name="收回、上缴").click()
    page.locator("tr", has_text="泽州县").locator("input").fill("640")
    fill(page, number="示例市财〔2026〕8号", title="关于收回补助资金的通知", issuer="示例市财政局", dated="2026-11-01")
    picture(page, "funds-recall")
    page.get_by_role("button", name="登记收回、上缴").click()
    see(page.locator(".done"), "已登记示例市财〔2026〕8号")
    see(page.locator("main"), "泽州县", "640")
    page.goto(f"/funds/?region={CITY}&period={YEAR}")
    see(page.locator("tbody tr").nth(0), "1,500", "2,300")
    assert date.today() > date(2026, 7, 1)


def test_a_clerk_adds_the_scan_and_another_person_confirms(come):
    page = come(person("clerk", EAST))
    page.goto(f"/funds/register/?region={EAST}&period={YEAR}")
    head = {
        "number": "示例省财〔2026〕2号",
        "title": "关于下达省级补助的通知",
        "issuer": "示例省财政厅",
        "dated": "2026-03-02",
    }
    fill(
        page,
        **head,
        received_on="2026-03-04",
        source__1="province",
        subject__1="2210108",
        purpose__1="old",
        amount__1="42",
    )
    page.get_by_role("button", name="登记", exact=True).click()
    see(page.locator("main section.problems"), "须附文件扫描件")
    page.lines.expect("422")
    page.locator("[name=file]").set_input_files(
        {"name": "文件.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4\n%%EOF"}
    )
    page.get_by_role("button", name="登记", exact=True).click()
    see(page.locator(".done"), "请另一人对照扫描件确认")
    expect(page.get_by_role("button", name="对照无误，确认")).to_have_count(0)
    reviewer = come(person("reviewer", EAST))
    reviewer.goto(f"/funds/documents/?region={EAST}&period={YEAR}&waits=1")
    reviewer.get_by_role("link", name="示例省财〔2026〕2号").click()
    picture(reviewer, "funds-confirm")
    reviewer.get_by_role("button", name="对照无误，确认").click()
    see(reviewer.locator(".done"), "已确认")
