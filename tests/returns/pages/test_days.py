"""The pages of what follows the lock: the set for the superior, the scan beside the return, the auditor's question."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image

from anju.core.models.people import Organisation, Posting
from anju.core.models.region import Region
from anju.core.people.scope import local_actor, open_scope
from anju.returns.files.scans import key_figures
from anju.returns.models import Answer, Inquiry, Paper, Return, SetDelivery
from anju.returns.queries.grid import lay_out_grid
from anju.returns.services import locking, opening
from anju.returns.services.corrections import begin_correction
from anju.returns.services.scans import keep_scan
from tests.cast import EAST, operator, person, sign_in
from tests.returns.conftest import complete
from tests.returns.pages.conftest import FORM, ledger
from tests.worlds import world

CITY, PROVINCE, PERIOD = "140500", "140000", "2026-10"
QUERY = f"?region={CITY}&period={PERIOD}&form={FORM}"
SOON = str(timezone.localdate() + timedelta(days=7))


@world
def locked(by, shipped_forms):
    """The one county that is asked, its return locked."""
    clerk = operator("clerk")
    for post in ("reviewer", "head", "auditor"):
        person(post)
    person("city_reviewer", CITY), person("superior", PROVINCE), person("auditor", CITY)
    Organisation.objects.exclude(region__code=EAST).update(ended_on="2020-01-01")
    with open_scope(clerk):
        county = Region.objects.get(code=EAST, valid_until=None)
        ledger(county, clerk, 3)
        ret = opening.open_return(by=clerk, form_code=FORM, region=county, period=PERIOD)
    complete(clerk, ret)
    Return.objects.filter(pk=ret.pk).update(state=Return.CITY)
    locking.lock_return(by=by, ret_id=ret.pk)
    return Return.objects.get(pk=ret.pk)


@pytest.fixture
def visit(db):
    def enter(post="clerk", region=EAST):
        client = Client()
        sign_in(client, person(post, region))
        return client

    return enter


def text(answer, status=200):
    assert answer.status_code == status, answer.content.decode()[:2000]
    return answer.content.decode()


def cell_of(ret):
    with open_scope(local_actor()) as by:
        cells = lay_out_grid(by, ret).cells.values()
        return next(one for one in cells if one.state == "number" and not one.computed)


def test_the_set_goes_up_is_signed_for_and_comes_back_at_a_cell(locked, visit):
    city, above, clerk = visit("city_reviewer", CITY), visit("superior", PROVINCE), visit()
    home = text(city.get(f"/returns/{QUERY}"))
    assert "报送上级</a>" in home and "1个单位已全部锁定" in home
    audited = text(visit("auditor", CITY).get(f"/returns/{QUERY}"))
    assert "看报送上级的情况</a>" in audited and "报送上级</a>" not in audited  # to look at, not to do
    page = text(city.get(f"/returns/up/{QUERY}"))
    assert "1个单位已锁定1个，可以报送" in page and "报送山西省</button>" in page
    sent = text(city.post(f"/returns/up/send/{QUERY}", {"form": FORM, "period": PERIOD}, follow=True))
    assert "已报送1张" in sent and "登记山西省的签收" in sent and "报送山西省</button>" not in sent
    again = city.post(f"/returns/up/send/{QUERY}", {"form": FORM, "period": PERIOD})
    assert "内容一样" in text(again, 422)
    assert "<h1>1套报送等您签收</h1>" in text(above.get(f"/returns/?region={PROVINCE}"))
    assert "请签收" in text(above.get("/", follow=True))
    with open_scope(local_actor()):
        pk = SetDelivery.objects.get().pk
    page = text(above.get(f"/returns/up/{QUERY}"))
    assert f"/returns/up/{pk}/sign/" in page and "2026-10-1" in page
    assert "没有写签收编号" in text(above.post(f"/returns/up/{pk}/sign/{QUERY}", {"number": ""}), 422)
    done = text(above.post(f"/returns/up/{pk}/sign/{QUERY}", {"number": "收26-318"}, follow=True))
    assert "编号 收26-318" in done and "签收</button>" not in done
    assert "用“退回一格”在表上点" in done and "用“登记上级退回的格”在表上点" in text(city.get(f"/returns/up/{QUERY}"))
    cell = cell_of(locked)
    ret_page = text(above.get(f"/returns/{locked.pk}/?cell={cell.line}|{cell.column}"))
    assert "退回一格" in ret_page and f'value="{cell.line}|{cell.column}"' in ret_page
    given = {"where": f"{cell.line}|{cell.column}", "remark": "与许可证不符", "ordered_by": "晋建保函7"}
    assert "没有写上级的退回意见" in text(above.post(f"/returns/{locked.pk}/return-cell/", given | {"remark": ""}), 422)
    answer = text(above.post(f"/returns/{locked.pk}/return-cell/", given, follow=True))
    assert "退回意见已送到县里" in answer
    mine = text(clerk.get(f"/returns/?region={EAST}"))
    assert "第1次更正" in mine
    with open_scope(local_actor()):
        correction = Return.objects.get(serial=2)
    page = text(clerk.get(f"/returns/{correction.pk}/"))
    assert "上级退回（晋建保函7）：与许可证不符" in page and f'data-go="{cell.line}|{cell.column}"' in page
    assert "上级退回1处" in text(clerk.get("/", follow=True)) or "上级退回1处" in text(clerk.get(f"/?region={EAST}"))
    assert "与许可证不符" in text(city.get(f"/returns/up/{QUERY}"))
    assert clerk.get(f"/returns/up/{QUERY}").status_code == 404


def test_the_city_registers_a_receipt_on_paper(locked, visit):
    city = visit("city_reviewer", CITY)
    city.post(f"/returns/up/send/{QUERY}", {"form": FORM, "period": PERIOD})
    with open_scope(local_actor()):
        pk = SetDelivery.objects.get().pk
    scan = SimpleUploadedFile("回执.pdf", b"%PDF-1.4 receipt")
    answer = text(city.post(f"/returns/up/{pk}/register/{QUERY}", {"number": "回12", "file": scan}, follow=True))
    assert "市级登记的签收" in answer and "编号 回12" in answer
    assert city.get(f"/returns/up/{pk}/receipt/").content == b"%PDF-1.4 receipt"
    assert visit().get(f"/returns/up/{pk}/receipt/").status_code == 404


def test_the_scan_is_beside_the_totals_and_nothing_is_ticked_beforehand(locked, visit):
    picture = BytesIO()
    Image.new("RGB", (30, 20), "white").save(picture, "PNG")
    clerk, reviewer = visit(), visit("reviewer")
    with open_scope(operator("clerk")):
        keep_scan(by=operator("clerk"), ret_id=locked.pk, name="盖章.png", content=picture.getvalue())
        paper = Paper.objects.get()
        totals = key_figures(lay_out_grid(operator("clerk"), locked))
    address = f"/returns/{locked.pk}/scan/{paper.pk}/"
    assert "还没有人核对" in text(clerk.get(f"/returns/{locked.pk}/"))
    page = text(reviewer.get(f"{address}compare/"))
    assert "还没有人核对" in page and "checked" not in page and "只能由人看" in page
    assert reviewer.get(f"{address}page-1.png").content == picture.getvalue()
    assert "一个数也没有核对" in text(reviewer.post(f"{address}compared/", {}), 422)
    one, other = totals[0].key, totals[1].key
    empty = reviewer.post(f"{address}compared/", {f"same-{one}": "0", f"paper-{one}": ""})
    assert "没有填盖章件上的数" in text(empty, 422)
    typed = {f"same-{one}": "1", f"same-{other}": "0", f"paper-{other}": "7"}
    done = text(reviewer.post(f"{address}compared/", typed, follow=True))
    assert "已记下2个数的核对，1个不一致" in done and "盖章件上是7" in done
    page = text(clerk.get(f"/returns/{locked.pk}/"))
    assert "盖章件与锁定的数不一致，请发起更正" in page and "1个一致，1个不一致" in page
    assert visit("finance").post(f"{address}compared/", typed).status_code == 403


def test_a_print_is_drawn_and_read(locked, visit):
    from anju.returns.files import papers

    with open_scope(operator("clerk")) as by:
        paper = keep_scan(by=by, ret_id=locked.pk, name="盖章.pdf", content=papers.form_pdf(by, locked))
    address, clerk = f"/returns/{locked.pk}/scan/{paper.pk}/", visit()
    page = text(clerk.get(f"{address}compare/"))
    assert "程序读出了" in page and "page-1.png" in page and "不同</span>" not in page
    drawn = clerk.get(f"{address}page-1.png")
    assert drawn["Content-Type"] == "image/png" and drawn.content.startswith(b"\x89PNG")
    assert clerk.get(f"{address}page-99.png").status_code == 404


def test_an_auditor_asks_and_the_unit_answers(locked, visit):
    auditor, clerk = visit("auditor"), visit()
    cell = cell_of(locked)
    page = text(auditor.get(f"/returns/{locked.pk}/?cell={cell.line}|{cell.column}"))
    assert "向填报单位问询" in page and 'name="due_on"' in page
    given = {"remark": "请附核减依据", "workdays": "三", "where": f"{cell.line}|{cell.column}"}
    assert "0 个工作日不合适" in text(auditor.post(f"/returns/{locked.pk}/inquire/", given), 422)
    assert "问询已送填报单位" in text(
        auditor.post(f"/returns/{locked.pk}/inquire/", given | {"due_on": SOON}, follow=True)
    )
    with open_scope(local_actor()):
        pk = Inquiry.objects.get().pk
    assert "1个审计问询等您答复" in text(clerk.get(f"/returns/?region={EAST}"))
    assert f"第{pk}号" in text(clerk.get(f"/returns/{locked.pk}/"))
    address = f"/returns/inquiries/{pk}/"
    page = text(clerk.get(address))
    assert "请附核减依据" in page and "待答复" in page and "送审计人员" in page
    assert "没有写答复" in text(clerk.post(f"{address}answer/", {"text": ""}), 422)
    file = SimpleUploadedFile("核减.pdf", b"%PDF-1.4 why")
    assert "答复已送审计人员" in text(clerk.post(f"{address}answer/", {"text": "核减12套", "file": file}, follow=True))
    page = text(auditor.get(address))
    assert "核减12套" in page and "办结</button>" in page and "核减.pdf" in page
    assert auditor.get(f"{address}file/2/").status_code in (200, 404)
    again = {"decision": "again", "text": "缺一页", "due_on": SOON}
    assert "已再问" in text(auditor.post(f"{address}next/", again, follow=True))
    text(clerk.post(f"{address}answer/", {"text": "补上"}, follow=True))
    assert "已办结" in text(auditor.post(f"{address}next/", {"decision": "settle", "text": ""}, follow=True))
    assert clerk.get(f"{address}file/999999/").status_code == 404
    assert visit("clerk", "140581").get(address).status_code == 404


def test_an_auditor_sees_what_was_corrected_after_the_lock_and_answered_alike(locked, visit):
    auditor, page = visit("auditor", CITY), f"/returns/audit/look/?region={CITY}&period="
    assert f"/returns/audit/look/?region={CITY}" in text(auditor.get(f"/returns/?region={CITY}&period=2026"))
    with open_scope(local_actor()) as by:
        for line, answer in (("p1", "情况属实。"), ("p2", "情况属实。"), ("p2", "情况属实。"), ("p3", "另有原因")):
            Answer.objects.create(
                ret=locked, region=locked.region, check_id="still", line=line, said=f"{line}没有进展", text=answer, by="c", by_name="填报某"
            )  # fmt: skip
        made = begin_correction(by=by, ret_id=locked.pk, reason="核减12套", ordered_by="晋建保函7")
    shown = text(auditor.get(page + "2026"))
    assert "锁定后的更正0次，成批的答复1组" in shown, "a correction that is not submitted is a draft"
    with open_scope(local_actor()):
        Return.objects.filter(pk=made.pk).update(state=Return.CITY, submitted_at=timezone.now())
    shown = text(auditor.get(page + "2026-10"))
    assert "锁定后的更正1次" in shown and "核减12套" in shown and "晋建保函7" in shown
    assert f"/returns/{made.pk}/compare/" in shown and ">2</td>" in shown.partition('id="answers"')[2]
    assert "锁定后的更正0次，成批的答复0组" in text(auditor.get(page + "2026-09"))
    assert "锁定后的更正0次，成批的答复0组" in text(
        visit("auditor", "140581").get("/returns/audit/look/?region=140581&period=2026")
    )
    assert visit("city_reviewer", CITY).get(page + "2026").status_code == 403


def test_after_the_last_day_an_auditor_is_out_with_the_page_still_open(locked, visit):
    auditor, cell = visit("auditor"), cell_of(locked)
    page = f"/returns/{locked.pk}/"
    assert "向填报单位问询" in text(auditor.get(page))
    with open_scope(local_actor()):
        until = timezone.localdate() - timedelta(days=1)
        Posting.objects.filter(staff=person("auditor"), post="auditor").update(until=until)
    given = {"remark": "请附依据", "due_on": SOON, "where": f"{cell.line}|{cell.column}"}
    refused = [
        auditor.get(page),
        auditor.post(f"{page}inquire/", given),
        auditor.get(f"/returns/audit/look/?region={EAST}"),
    ]
    assert all(answer.status_code in (302, 403, 404) for answer in refused), [one.status_code for one in refused]
    with open_scope(local_actor()):
        assert not Inquiry.objects.exists()
