"""A plan of several years and what is counted since the beginning have papers: of their own figures, compared with nothing before."""

import re

import pytest

from tests.documents.styles.conftest import told

PLAN, SINCE = "2016-2020", "2020-09-A"


def plain(version):
    return re.sub(r"<[^>]+>", "", version.html)


def test_a_plan_that_is_over_has_a_paper_of_its_own_figures(scope, written):
    told(scope, {"shanty.start.target": "5000", "shanty.start": "4800"}, period=PLAN)
    told(scope, {"shanty.start": "900"}, period="2018")
    text = plain(written("figures-brief", PLAN))
    assert "棚户区改造开工量4800套，任务5000套，完成率96.0%" in text
    assert "2016—2020年" in text and "900" not in text


def test_so_has_what_is_counted_since_the_beginning(scope, written):
    told(scope, {"shanty.start": "7700"}, period=SINCE)
    text = plain(written("figures-brief", SINCE))
    assert "棚户区改造开工量7700套" in text and "2020年9月底" in text


@pytest.mark.parametrize(
    ("shape", "period", "before"), [("plan", PLAN, "same-last-year"), ("day", "2023-06-13", "last")]
)
def test_a_comparison_with_a_period_that_cannot_be_drops_its_clause_alone(
    scope, written, monkeypatch, tmp_path, shape, period, before
):
    from tests.documents.styles.conftest import SAMPLE

    figures = f"{{start: {{measure: shanty.start, show: 套 0}}, was: {{measure: shanty.start, period: {before}}}, more: {{formula: start - was}}}}"
    text = "开工{start}套{choose more: 增加 → ，增加{more} | 减少 → ，减少}。"
    style = SAMPLE.format(text=text, figures=figures, lists="{}", sets="{}", options="{}")
    (tmp_path / "sample.yaml").write_text(style.replace("[half, year]", f"[{shape}]"), "utf-8")
    monkeypatch.setenv("ANJU_STYLES", str(tmp_path))
    told(scope, {"shanty.start": "4800"}, period=period)
    assert "开工4800套。" in plain(written("sample", period))
