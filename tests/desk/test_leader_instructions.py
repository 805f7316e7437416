"""批示 on the leader's page: said once for all its units, and the whole still prints on one page; nobody is offered what they may not do."""

import io
import re
import unicodedata

import pdfplumber
import pytest
from django.utils import timezone
from playwright.sync_api import expect

from anju.core.models.people import Organisation
from anju.core.people.scope import local_actor, open_scope
from anju.core.regions import tree
from anju.oversight.models import Demand
from anju.oversight.queries.instructions import InstructionSubject
from anju.oversight.services.instructions import answer_demand, close_demand, give_instruction
from tests.browser import PHONE, see
from tests.cast import operator, person

CITY = "140500"
WORDS = "请逐个项目说明没有建成的原因、什么时候建成，本周五以前报我"


@pytest.fixture
def instructed(loaded_places):
    """Six instructions to each of the six counties; one unit has answered at length."""
    counties = ("140502", "140521", "140522", "140524", "140525", "140581")
    clerks = [person("clerk", code) for code in counties]
    with open_scope(local_actor()):
        ids = [one.postings.get().organisation_id for one in clerks]
    today = timezone.localdate()
    with open_scope(operator("head", CITY)) as head:
        city = tree.find_region(head, CITY)
        offices = list(Organisation.objects.filter(pk__in=ids))
        for number in range(6):
            give_instruction(
                by=head, region=city, subject=InstructionSubject("", "晋城市", "/", frozenset()), text=f"{WORDS}（{number}）",
                organisations=offices, on=today, due_on=today,
            )  # fmt: skip
        given = list(Demand.objects.select_related("region").order_by("pk"))
    with open_scope(operator("clerk", given[0].region.code)) as clerk:
        answer_demand(by=clerk, demand_id=given[0].pk, text="正在办理。" * 40)
    yield offices
    with open_scope(operator("head", CITY)) as head:
        for one in given:
            close_demand(by=head, demand_id=one.pk, text="电话里已说明")


def test_one_instruction_is_read_once_with_each_unit_s_state_and_all_of_it_prints_on_one_page(come, instructed):
    leader = come(person("head", CITY))
    leader.goto(f"/?region={CITY}&period=2021")
    block = leader.locator("#demands")
    expect(block.locator("h2")).to_have_text("批示6件")
    expect(block.locator(".units li")).to_have_count(36)
    first = block.locator(".findings > li").filter(has_text="已答复")
    see(first, f"{WORDS}（0）"[:58], "沁水县", "待答复", "正在办理")
    leader.emulate_media(media="print")
    with pdfplumber.open(io.BytesIO(leader.pdf(prefer_css_page_size=True))) as paper:
        assert len(paper.pages) == 1
        printed = unicodedata.normalize("NFKC", paper.pages[0].extract_text())  # its fonts name look-alikes
    assert all(words in printed for words in ("截至", "列前3件", "待答复:"))
    leader.emulate_media(media="screen")
    block.get_by_role("link", name="沁水县").first.click()
    leader.wait_for_url(re.compile("/dispatch/demands/"))
    phone = come(person("head", CITY), PHONE)
    phone.goto(f"/?region={CITY}&period=2021")
    see(phone.locator("#demands"), "批示6件")
    assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_who_only_looks_is_offered_no_act(come, loaded_places):
    auditor, clerk = come(person("auditor", CITY)), come(person("clerk", "140522"))
    for page in (auditor, clerk):
        page.goto("/?region=140522&period=2020")
        see(page.locator("main"), "本期还没有运行预警规则", "还没有起草文书")
    acts = ("去运行规则", "起草文书")
    assert [auditor.get_by_role("link", name=name, exact=True).count() for name in acts] == [0, 0]
    assert [clerk.get_by_role("link", name=name, exact=True).count() for name in acts] == [1, 1]


def test_two_counties_are_not_drawn_larger_than_thirteen(come, loaded_places):
    leader = come(person("head", CITY))
    leader.goto(f"/?region={CITY}&period=2021")
    tile = leader.locator("#map svg.tiles a > rect").first.bounding_box()
    assert 60 < tile["width"] <= 123  # 120 of its own units, and the line around it
