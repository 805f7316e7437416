"""Returns on paper: the official form in three formats with the names of those who took each step, and the sealed scan as proof."""

from io import BytesIO

import docx
import pdfplumber
import pytest
from openpyxl import load_workbook

from anju.core.models.file import File
from anju.core.models.trail import Trail
from anju.core.people.scope import open_scope
from anju.problems import ASK, Refused
from anju.projects.models import Project
from anju.returns.files import papers
from anju.returns.models import Paper, Return
from anju.returns.queries import returns
from anju.returns.services import filling, opening, review, scans
from anju.returns.services.filling import CellEntry
from anju.returns.services.offline import workbook as offline_workbook
from tests.returns.conftest import FORM, pass_on

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
JPG = b"\xff\xd8\xff\xe0" + b"0" * 50 + b"\xff\xd9"
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 50 + b"\x00\x00\x00\x00IEND\xaeB\x60\x82"


def words(content: bytes) -> str:
    with pdfplumber.open(BytesIO(content)) as pdf:
        return "".join("".join(page.extract_text() for page in pdf.pages).split())


@pytest.fixture
def clerk(people, draft, acting):
    return acting(people["clerk"])


@pytest.fixture
def submitted(ready, people):
    with open_scope(people["head"]):
        return pass_on(people, ready)


def test_a_draft_prints_with_all_that_the_form_asks_and_says_that_it_is_one(clerk, draft):
    text = words(papers.form_pdf(clerk, draft))
    spec = returns.return_spec(draft)
    for wanted in (
        spec.name, f"制定机关：{spec.authority.issuer}", f"号：{spec.authority.number}", f"填报单位（盖章）：{draft.organisation.name}", "2021年8月",
        "计量单位：套、户、万元", "东关棚改", "西关棚改", "合计", "4,320", "草稿（填报中）", "填表人：", "审核人：", "单位负责人：", "报出日期：",
        "说明：1.", "—1—",
    ):  # fmt: skip
        assert "".join(wanted.split()) in text, wanted


def test_the_paper_is_turned_and_as_large_as_the_form_says(clerk, draft):
    with pdfplumber.open(BytesIO(papers.form_pdf(clerk, draft))) as pdf:
        assert [(round(page.width / 72 * 25.4), round(page.height / 72 * 25.4)) for page in pdf.pages] == [(420, 297)]
    (section,) = docx.Document(BytesIO(papers.form_word(clerk, draft))).sections
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (420, 297)


def test_heads_of_several_rows_and_the_line_of_sums_are_in_word_and_excel(clerk, draft):
    document = docx.Document(BytesIO(papers.form_word(clerk, draft)))
    (table,) = document.tables
    heads = {cell.text for row in table.rows[:3] for cell in row.cells}
    assert {"自年初累计", "住房", "老旧小区", "资金", "其中货币化安置（套）", "项目名称"} <= heads
    assert table.rows[-1].cells[0].text == "合计"
    assert table.rows[0]._tr.xpath("./w:trPr/w:tblHeader")  # repeats on every page
    page = load_workbook(BytesIO(papers.form_excel(clerk, draft))).worksheets[0]
    texts = [str(cell.value) for row in page.iter_rows() for cell in row if cell.value is not None]
    assert (
        "448" in texts
        and any(text.startswith("填表人：") for text in texts)
        and any("填报单位（盖章）" in text for text in texts)
    )


def test_what_a_line_has_not_is_a_dash_and_what_is_not_known_a_blank(clerk, draft, projects):
    html = papers.form_html(clerk, draft)
    row = html.partition("东关小区</th>")[2].partition("</tr>")[0]
    assert "<td>—</td>" in row and '<td class="num"></td>' in row


def test_a_long_form_has_its_head_and_a_number_on_every_page(people, county, forms, acting):
    by = acting(people["clerk"])
    Project.objects.bulk_create(
        Project(
            region=county,
            code=f"L{n}",
            name=f"第{n}号安置小区棚户区改造项目",
            kind="shanty",
            year=2021,
            units=n,
            by="x",
        )
        for n in range(90)
    )
    ret = opening.open_return(by=by, form_code=FORM, region=county, period="2021-08")
    with pdfplumber.open(BytesIO(papers.form_pdf(by, ret))) as pdf:
        texts = ["".join(page.extract_text().split()) for page in pdf.pages]
    assert len(texts) > 1
    assert all("自年初累计" in text and f"—{at}—" in text for at, text in enumerate(texts, 1))
    assert "单位负责人：" in texts[-1] and "合计" in texts[-1]


def test_a_submitted_return_bears_the_names_of_those_who_took_each_step(submitted, people, acting):
    by = acting(people["head"])
    text = words(papers.form_pdf(by, submitted))
    assert "填表人：clerk某" in text and "审核人：reviewer某" in text and "单位负责人：head某" in text
    assert "草稿" not in text and f"报出日期：{submitted.submitted_at.year}年" in text


def test_a_step_that_was_sent_back_is_no_signature(submitted, people, acting):
    review.send_return_back(by=acting(people["lock"]), ret_id=submitted.pk, remark="请核对开工数")
    review.hand_in_return(by=acting(people["clerk"]), ret_id=submitted.pk)
    by = acting(people["reviewer"])
    html = papers.form_html(by, returns.get_return(by, submitted.pk))
    assert "填表人：clerk某" in html and "审核人：　" in html and "reviewer某" not in html


def test_a_correction_says_that_it_is_one(clerk, draft):
    type(draft).objects.filter(pk=draft.pk).update(serial=2, reason="漏报一栋", ordered_by="省建函〔2021〕8号")
    ret = returns.get_return(clerk, draft.pk)
    text = words(papers.form_pdf(clerk, ret))
    assert "（第1次更正）" in text and "更正说明：漏报一栋（依据：省建函〔2021〕8号）" in text


def test_the_same_return_prints_the_same_bytes(submitted, people, acting):
    by = acting(people["head"])
    assert papers.form_pdf(by, submitted) == papers.form_pdf(by, submitted)
    assert papers.form_word(by, submitted) == papers.form_word(by, submitted)


def test_what_is_typed_is_not_taken_for_markup(clerk, draft, projects):
    filling.fill_cells(by=clerk, ret_id=draft.pk, changes=[CellEntry(f"p{projects[0].pk}", "note", "<b>甲</b>&乙")])
    (table,) = docx.Document(BytesIO(papers.form_word(clerk, draft))).tables
    assert "<b>甲</b>&乙" in [cell.text for row in table.rows for cell in row.cells]


def test_a_file_is_named_after_form_place_and_period(clerk, draft):
    assert papers.paper_file_name(draft, "pdf") == f"{draft.form.name} {draft.region.name} 2021年8月.pdf"


def test_lines_and_columns_bear_the_numbers_that_the_form_gives_them(people, county, forms, acting):
    by = acting(people["accountant"])
    ret = opening.open_return(by=by, form_code="anju-funds-month", region=county, period="2021-08")
    (table,) = docx.Document(BytesIO(papers.form_word(by, ret))).tables
    texts = [[cell.text for cell in row.cells] for row in table.rows]
    assert texts[0][:2] == ["指标名称", "行次"] and texts[2][:4] == ["栏次", "", "甲", "乙"]
    assert texts[3][:2] == ["合计", "1"] and texts[4][:2] == ["　中央补助资金", "2"]
    content = offline_workbook.write_workbook(by, ret)
    assert load_workbook(BytesIO(content))["填报"].cell(1, 2).value == ret.form.name
    assert offline_workbook.merge_workbook(by=by, ret_id=ret.pk, content=content, name="资金.xlsx").clean


# --- the sealed scan ---------------------------------------------------------


@pytest.mark.parametrize(("name", "content", "media"), [
    ("盖章.pdf", PDF, "application/pdf"), ("盖章.jpg", JPG, "image/jpeg"), ("其实是图.pdf", PNG, "image/png"),
])  # fmt: skip
def test_a_scan_is_kept_by_its_content_with_its_time(clerk, draft, name, content, media):
    made = scans.keep_scan(by=clerk, ret_id=draft.pk, name=name, content=content)
    kept = File.objects.get(pk=made.file_id)
    assert (kept.media, bytes(kept.content), made.by) == (media, content, clerk.key) and made.at
    assert Trail.objects.filter(act="returns.keep_scan").count() == 1


@pytest.mark.parametrize(
    ("content", "code"), [(b"hello", "RET-650"), (PDF[:-7], "RET-651"), (JPG[:-2], "RET-651"), (b"", "RET-650")]
)
def test_what_is_no_scan_is_refused(clerk, draft, content, code):
    with pytest.raises(Refused, match=code):
        scans.keep_scan(by=clerk, ret_id=draft.pk, name="盖章.pdf", content=content)
    assert not Paper.objects.exists()


def test_too_large_a_scan_is_refused(clerk, draft, monkeypatch):
    monkeypatch.setattr("anju.file_sizes.SCAN", 10)
    with pytest.raises(Refused, match="RET-652"):
        scans.keep_scan(by=clerk, ret_id=draft.pk, name="盖章.pdf", content=PDF)


def test_the_same_scan_again_is_the_one_kept(clerk, draft):
    first = scans.keep_scan(by=clerk, ret_id=draft.pk, name="盖章.pdf", content=PDF)
    assert scans.keep_scan(by=clerk, ret_id=draft.pk, name="盖章.pdf", content=PDF) == first
    assert Paper.objects.count() == 1


def test_a_return_changed_after_its_seal_is_warned_of(clerk, draft, projects):
    scans.keep_scan(by=clerk, ret_id=draft.pk, name="盖章.pdf", content=PDF)
    assert [scan.stands for scan in papers.list_scans(clerk, draft)] == [True]
    filling.fill_cells(by=clerk, ret_id=draft.pk, changes=[CellEntry(f"p{projects[0].pk}", "complete", "12")])
    (scan,) = papers.list_scans(clerk, draft)
    assert not scan.stands and scan.problem.level == ASK and scan.problem.code == "RET-653"
    scans.keep_scan(
        by=clerk, ret_id=draft.pk, name="盖章.pdf", content=PDF
    )  # sealed anew: the same picture, another content
    assert [scan.stands for scan in papers.list_scans(clerk, draft)] == [True, False]


def test_going_through_the_chain_changes_no_content(clerk, ready, people):
    scans.keep_scan(by=clerk, ret_id=ready.pk, name="盖章.pdf", content=PDF)
    with open_scope(people["head"]):
        pass_on(people, ready)
        assert [
            scan.stands for scan in papers.list_scans(people["head"], returns.get_return(people["head"], ready.pk))
        ] == [True]


def test_others_keep_no_scan(draft, people, acting):
    with pytest.raises(Refused, match="ACT-001"):
        scans.keep_scan(by=acting(people["finance"]), ret_id=draft.pk, name="盖章.pdf", content=PDF)
    with pytest.raises(Refused, match="RET-012"):
        scans.keep_scan(by=acting(people["accountant"]), ret_id=draft.pk, name="盖章.pdf", content=PDF)
    with pytest.raises(Return.DoesNotExist):
        scans.keep_scan(by=acting(people["neighbour"]), ret_id=draft.pk, name="盖章.pdf", content=PDF)
