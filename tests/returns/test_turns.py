"""Papers and pictures are made in a person's turn too: many tabs of one person take one child of the machine at a time."""

import pytest

from anju.core.pages.addresses import path_of
from anju.core.people.scope import open_scope
from anju.returns.files import papers
from anju.returns.services.scans import keep_scan
from tests.core.test_reading import read_in_thread, wait_for_begun
from tests.returns.test_large_upload import clerk, client, ret  # noqa: F401

pytestmark = pytest.mark.xdist_group("committed")


def test_prints_and_pictures_wait_for_their_turn(client, clerk, ret, monkeypatch, tmp_path):  # noqa: F811
    for module in ("anju.returns.pages.files", "anju.returns.pages.scans"):
        monkeypatch.setattr(f"{module}.DRAWING", 0)
    with open_scope(clerk):
        scan = keep_scan(by=clerk, ret_id=ret.pk, name="盖章.pdf", content=papers.form_pdf(clerk, ret))
    pages = [path_of("returns:print", ret.pk, ending) for ending in ("pdf", "docx")]
    pages.append(path_of("returns:scan-page", ret.pk, scan.pk, 1))
    answers = []
    other = read_in_thread(clerk, tmp_path, answers)
    wait_for_begun(tmp_path, 1)
    for page in pages:
        refused = client.get(page)
        assert refused.status_code == 422 and "READ-005" in refused.content.decode(), page
    (tmp_path / "end").touch()
    other.join()
    assert answers == [3]
    assert [client.get(page).status_code for page in pages] == [200, 200, 200]
