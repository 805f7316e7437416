"""The auditor's pack checked on a computer without Anju: the page in it, opened as a file, in a real browser."""

import io
import zipfile

import pytest

from anju.returns.services.offline.audit import export_audit
from tests.browser import see
from tests.returns.conftest import pass_on

NUMBER = "示例审通〔2021〕5号"


@pytest.fixture
def pack(people, city, ready, acting, tmp_path):
    """The pack of a submitted return, unpacked."""
    pass_on(people, ready, "city")
    by = acting(people["auditor"])
    content = export_audit(by=by, region=city, periods=["2021-08"], number=NUMBER)
    folder = tmp_path / "审计资料"
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        archive.extractall(folder)
    return folder


def test_what_was_changed_dropped_or_added_is_named(pack, chromium):
    page = chromium.new_page()
    page.goto((pack / "核验.html").as_uri())
    page.set_input_files("#folder", pack)
    see(page.locator("#said"), "全部一致")
    see(page.locator("#said"), NUMBER)
    table = next(pack.rglob("报表.csv"))
    table.write_bytes(table.read_bytes().replace(b"448", b"449"))
    next(pack.rglob("环节.csv")).unlink()
    (pack / "另加.txt").write_text("不是导出的")
    page.reload()
    page.set_input_files("#folder", pack)
    see(page.locator("#said"), "3个文件不对")
    rows = page.locator("#rows").inner_text()
    assert all(text in rows for text in ("报表.csv\t内容改动过", "环节.csv\t缺少", "另加.txt\t清单里没有这个文件"))
    page.close()


def test_another_folder_is_told(pack, chromium, tmp_path):
    other = tmp_path / "别的"
    other.mkdir()
    (other / "文件.txt").write_text("别的")
    page = chromium.new_page()
    page.goto((pack / "核验.html").as_uri())
    page.set_input_files("#folder", other)
    see(page.locator("#said"), "没有 manifest.json")
    page.close()
