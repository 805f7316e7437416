"""The auditor's export: what was submitted, all of it, and nothing that was not."""

import hashlib
import io
import json
import zipfile

import pytest

from anju.core.models.trail import Trail
from anju.core.people.scope import open_scope
from anju.problems import Refused
from anju.returns.models import Return
from anju.returns.services import corrections, opening, review
from anju.returns.services.offline.audit import export_audit
from tests.returns.conftest import FORM, pass_on
from tests.worlds import world

NUMBER = "示例审通〔2021〕5号"


def opened(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@world
def months(by, people, ready):
    pass_on(people, ready, "city")
    clerk = people["clerk"]
    with open_scope(clerk):
        return ready, opening.open_return(by=clerk, form_code=FORM, region=ready.region, period="2021-09")


@pytest.fixture
def two(people, months, acting):
    """August is submitted, September is being written."""
    acting(people["clerk"])
    return months


def test_what_was_submitted_is_in_it_with_digests(people, city, two, acting):
    by = acting(people["auditor"])
    content = export_audit(by=by, region=city, periods=["2021-08", "2021-09"], number=NUMBER)
    files = opened(content)
    manifest = json.loads(files.pop("manifest.json"))
    assert (manifest["number"], manifest["returns"]) == (NUMBER, 1)
    assert {name: one["sha256"] for name, one in manifest["files"].items()} == {
        name: hashlib.sha256(one).hexdigest() for name, one in files.items()
    }
    folder = "140522-阳城县/anju-project-month/2021-08".replace("阳城县", two[0].region.name)
    assert {f"{folder}/{name}" for name in ("报表.csv", "报表.json", "检查.csv", "答复.csv", "环节.csv")} <= set(files)
    assert (
        "东关棚改" in files[f"{folder}/报表.csv"].decode("utf-8-sig") and "448" in files[f"{folder}/报表.csv"].decode()
    )
    assert "情况属实。" in files[f"{folder}/答复.csv"].decode()
    row = Trail.objects.get(act="returns.export_audit")
    assert row.said["digest"] == hashlib.sha256(content).hexdigest() and row.said["reason"] == NUMBER


def test_drafts_are_not_in_it_even_for_who_sees_drafts(people, city, two, operator, acting):
    by = acting(operator)
    assert Return.objects.filter(period="2021-09").exists()
    files = opened(export_audit(by=by, region=city, periods=["2021-08", "2021-09"], number=NUMBER))
    assert not [name for name in files if "2021-09" in name] and "2021-09," not in files["目录.csv"].decode()
    with pytest.raises(Refused, match="RET-071"):
        export_audit(by=by, region=city, periods=["2021-09"], number=NUMBER)


def test_a_return_sent_back_is_a_draft_again(people, city, two, acting):
    review.send_return_back(by=acting(people["lock"]), ret_id=two[0].pk, remark="重填")
    with pytest.raises(Refused, match="RET-071"):
        export_audit(by=acting(people["auditor"]), region=city, periods=["2021-08"], number=NUMBER)


def test_a_correction_stands_beside_what_it_corrects(people, city, ready, acting):
    pass_on(people, ready, "locked")
    again = corrections.begin_correction(by=acting(people["clerk"]), ret_id=ready.pk, reason="核实")
    pass_on(people, again, "locked")
    names = opened(export_audit(by=acting(people["auditor"]), region=city, periods=["2021-08"], number=NUMBER))
    assert {name.split("/")[2] for name in names if "/" in name} == {"2021-08", "2021-08-更正1"}


def test_only_auditors_and_only_with_their_notice(people, city, two, acting):
    with pytest.raises(Refused, match="ACT-001"):
        export_audit(by=acting(people["lock"]), region=city, periods=["2021-08"], number=NUMBER)
    with pytest.raises(Refused, match="RET-070"):
        export_audit(by=acting(people["auditor"]), region=city, periods=["2021-08"])


def test_the_notice_of_their_post_is_taken(city, two):
    from tests import cast

    staff = cast.person("auditor", "140500")
    from anju.core.people.identity import actor_of_staff

    by = actor_of_staff(staff)
    with open_scope(by):
        manifest = json.loads(opened(export_audit(by=by, region=city, periods=["2021-08"]))["manifest.json"])
    assert manifest["number"] == "示例审通〔2026〕1号"


def test_the_same_returns_give_the_same_bytes(people, city, two, acting):
    by = acting(people["auditor"])
    assert len({export_audit(by=by, region=city, periods=["2021-08"], number=NUMBER) for _ in range(2)}) == 1


def test_a_text_that_begins_like_a_formula_is_disarmed():
    from anju.returns.services.offline.audit import _csv

    assert _csv([{"注": "=1+1"}, {"注": "-5"}, {"注": "-x"}]).decode("utf-8-sig").split() == [
        "注",
        "'=1+1",
        "-5",
        "'-x",
    ]
