"""Preview, doors, reminders, stale sentences, signing, issuing, downloads, the edited Word file."""

import io
import zipfile

import docx
import pytest
from playwright.sync_api import expect

from tests.browser import see


@pytest.fixture
def circular(page):
    page.goto("/documents/?region=140500")
    page.get_by_role("link", name="关于2021年度住房保障主要工作完成情况的通报").first.click()
    page.locator("article.official").wait_for()
    page.locator("main p.slow").wait_for(state="detached")  # what changed since is asked for apart
    return page


def test_number_in_the_preview_opens_its_cell(circular):
    number = circular.locator("article.official data.fig", has_text="6631").first
    number.focus()
    circular.keyboard.press("Enter")
    expect(circular.locator("#panel td.is-cell")).to_have_text("6631")
    used = circular.get_by_role("complementary").get_by_text("关于2021年度住房保障主要工作完成情况的通报")
    used.first.wait_for(state="attached")  # where it is used


@pytest.mark.parametrize(
    ("name", "starts"), [("Word 文档", b"PK"), ("PDF", b"%PDF"), ("附表 Excel", b"PK"), ("全部（压缩包）", b"PK")]
)
def test_downloads(circular, name, starts):
    circular.get_by_text("下载", exact=True).click()
    with circular.expect_download() as download:
        circular.get_by_role("link", name=name, exact=True).click()
    content = download.value.path().read_bytes()
    assert content.startswith(starts)
    if "压缩包" in name:
        assert len(zipfile.ZipFile(io.BytesIO(content)).namelist()) == 3


def test_chosen_warnings_are_written_into_the_draft(circular):
    boxes = circular.locator("input[name=warning]")
    chosen = boxes.nth(0).get_attribute("value")
    boxes.evaluate_all("all => all.forEach(one => { one.checked = false })")
    circular.locator(f"input[value='{chosen}']").check()
    sentence = circular.locator(f"label:has(input[value='{chosen}'])").inner_text().split("色", 1)[1].strip()
    circular.get_by_role("button", name="改稿", exact=True).click()
    circular.get_by_text("已按现在的数和所选内容改稿").wait_for()
    text = circular.locator("article.official").inner_text().replace(",", "")
    assert sentence.split("：")[0] in text
    expect(circular.locator("input[name=warning]:checked")).to_have_count(1)


def test_all_warnings_are_ticked_and_stay_when_nothing_is_changed():
    from types import SimpleNamespace

    from anju.documents.pages.documents import is_chosen, read_choice

    ids = ["warning/idle-credit/140502/low", "warning/backlog-completion/140522/zero"]

    def boxes(choice):
        return [{"finding": SimpleNamespace(id=one), "chosen": is_chosen(one, choice)} for one in ids]

    assert all(box["chosen"] for box in boxes("all"))
    assert read_choice(boxes("all"), ids, "all") == "all"
    assert read_choice(boxes("all"), ids[:1], "all") == ids[:1]
    pattern = ["warning/idle-credit/*"]
    assert [box["chosen"] for box in boxes(pattern)] == [True, False]
    assert read_choice(boxes(pattern), ids[:1], pattern) == pattern
    assert read_choice(boxes(pattern), [], pattern) == []


def test_edited_word_file_is_compared_number_by_number(circular, tmp_path):
    circular.get_by_text("下载", exact=True).click()
    with circular.expect_download() as download:
        circular.get_by_role("link", name="Word 文档", exact=True).click()
    file = docx.Document(io.BytesIO(download.value.path().read_bytes()))
    changed = False
    for paragraph in file.paragraphs:
        for run in paragraph.runs:
            if "6631" in run.text and not changed:
                run.text, changed = run.text.replace("6631", "6632"), True
    assert changed
    path = tmp_path / "改过的通报.docx"
    file.save(path)
    circular.locator("input[type=file]").set_input_files(path)
    circular.get_by_role("button", name="上传比较").click()
    row = circular.locator("#compared tr", has_text="6632")
    see(row, "6631")


def test_own_paragraphs_are_named_in_the_order_of_the_document(circular):
    labels = circular.locator("label[for^=prose_]").all_inner_texts()
    assert labels[:2] == ["开头", "目标任务：工作做法"] and labels[-1] == "下一步要求"


def test_document_says_which_sentence_a_correction_made_stale_then_is_rewritten_signed_and_issued(circular):
    address = circular.url
    circular.goto("/figures/?region=140500&topic=loan")
    circular.locator("#row-140522 a.fig", has_text="5.92").first.click()  # 阳城县 累计发放
    panel = circular.locator("#panel")
    panel.get_by_label("更正为（亿元）").fill("5.93")
    panel.get_by_label("更正理由").fill("银行补记一笔")
    panel.get_by_role("button", name="更正这个数").click()
    panel.get_by_text("已更正").wait_for()

    circular.goto("/documents/?region=140500")
    see(circular.locator("h1"), "1件已过期")
    circular.goto(address)
    see(circular.locator("section.problems"), "5.92→5.93")
    circular.locator("#sign").get_by_role("button").click()
    circular.locator("section.problems", has_text="成稿后数字有变化").wait_for()
    circular.lines.expect("422")
    circular.get_by_role("button", name="按现在的数改稿").click()
    circular.get_by_text("已按现在的数和所选内容改稿").wait_for()
    circular.locator("#sign").get_by_role("button").click()
    circular.get_by_text("已签发。文本就此固定").wait_for()
    circular.get_by_label("文号").fill("示市保办字〔2022〕1号")
    circular.get_by_label("印发日期").fill("2022-01-18")
    circular.locator("#issue").get_by_role("button", name="印发").click()
    circular.locator(".done", has_text="已印发：示市保办字〔2022〕1号").wait_for()
    see(circular.locator("article.official"), "示市保办字〔2022〕1号", "2022年1月18日")
    expect(circular.get_by_role("button", name="撤回这件文书")).to_have_count(1)


def test_a_document_drafted_here_gets_its_organ_and_addressee_here_and_is_not_signed_without(page):
    page.goto("/documents/?region=410800&period=2020")
    page.get_by_label("文种").select_option(label="年度住房保障工作通报")
    page.get_by_role("button", name="起草").click()
    page.locator("article.official").wait_for()
    page.locator("#sign").get_by_role("button").click()
    problems = page.locator("section.problems", has_text="没有发文机关")
    problems.wait_for()
    see(problems, "没有主送机关")
    page.lines.expect("422")
    page.get_by_label("发文机关（署名").fill("某市住房保障办公室")
    page.get_by_label("主送机关").fill("各县（市、区）人民政府")
    page.get_by_label("下一步要求").fill("各地要加快进度。")
    page.get_by_role("button", name="改稿", exact=True).click()
    see(page.locator("article.official"), "各县（市、区）人民政府：", "各地要加快进度。")
    see(page.locator("article.official footer.sign"), "某市住房保障办公室")
    page.locator("#sign").get_by_role("button").click()
    page.get_by_text("已签发。文本就此固定").wait_for()


def test_phone_reads_and_signs_in_one_column(phone):
    phone.goto("/documents/?region=410800")
    phone.locator("tbody th a").first.click()
    phone.locator("article.official").wait_for()
    box = phone.locator("article.official").bounding_box()
    assert box["x"] >= 0 and box["width"] <= 390


def test_row_of_a_table_is_told_by_row_and_column_only():
    from anju.documents.pages.stale import summarise_stale
    from anju.documents.queries.stale import compare_texts

    table = (
        '<article class="official"><section class="annex" data-title="附件1"><table class="annex-table"><thead><tr><th rowspan="2">区划</th>'
        '<th colspan="2">租赁补贴</th></tr><tr><th>目标</th><th>发放</th></tr></thead><tbody><tr><th>城区</th><td>1200</td>'
        '<td><data class="fig" value="{0}" data-ref="x@1/2021">{0}</data></td></tr></tbody></table></section></article>'
    )
    one = summarise_stale(compare_texts(table.format(3), table.format(4)), table.format(3))[0]
    assert (one.where, one.what, one.sentence) == ("附件1 城区", "租赁补贴·发放 3→4", "")
