"""核对公文 in the browser: a file up, its findings, the annotated copy down."""

import io

import docx

from anju.documents.checker.reading import read_text
from tests.browser import see
from tests.documents.checker.planting import blocks_of

TEXT = (
    "关于2021年度住房保障主要工作完成情况的通报\n\n"
    "2021年，全市计划实施棚户区住房改造开工4776套，城镇住房保障家庭租赁补贴发放670户。全年，全市棚户区住房改造开工6613套，租赁补贴发放685户，分别完成年度任务的138.8%、102.2%，均超额完成年度目标任务。\n\n"
    "全市夯实棚改专项贷款有效授信49.03亿元（国开行21.552亿元、农发行27.748亿元）。共筹措资金9.51亿元（其中：中央2.93亿元，基建5.62亿元，市县9199.36万元，社会463.58万元）。\n\n"
    "县区\t补贴任务（户）\t发放（户）\t完成率\n合计\t670\t685\t102.2%\n城区\t450\t423\t94.0%\n泽州县\t140\t148\t105.7%\n阳城县\t80\t114\t124.5%\n\n"
)


def test_a_paper_is_looked_through_and_comes_back_with_comments(page, tmp_path):
    path = tmp_path / "通报.docx"
    path.write_bytes(blocks_of(read_text(TEXT)).docx())
    page.goto("/documents/?region=140500&period=2021")
    page.get_by_role("link", name="核对公文").click()
    page.locator("#file").set_input_files(path)
    page.get_by_role("button", name="核对").click()
    see(page.locator("#contradictions"), "6613套 ÷ 4776套")
    see(page.locator("#roundings"), "截尾")
    with page.expect_download() as download:
        page.get_by_role("link", name="下载批注稿（Word）").click()
    annotated = docx.Document(io.BytesIO(download.value.path().read_bytes()))
    assert any("138.463%" in comment.text for comment in annotated.comments)
