"""The pages of a style: begun from the one in force, changed with its text, saved, submitted, published; the paper and the differences beside it."""

import json

import pytest
from django.test import Client
from django.urls import reverse

from anju.core.people.scope import local_actor, open_scope
from anju.documents.models import OfficeStyle
from anju.documents.queries.documents import find_version, list_documents
from anju.documents.services.documents import write_document
from anju.documents.services.styles import draft_style, submit_style
from tests.cast import CITY, EAST, operator, person, sign_in
from tests.documents.styles.test_office_styles import DAY, NUMBER, TEXT
from tests.sample_place import place


@pytest.fixture
def drafter(db):
    from anju.figures.catalogue import load_catalogue
    from anju.figures.services.observations import enter_figure

    with open_scope(local_actor()) as me:
        load_catalogue(by=me)
        for period, value in (("2023-06", "90"), ("2022-06", "80")):
            enter_figure(by=me, measure="shanty.start", region=place(me, CITY), period=period, value=value)
    return visitor("city_reviewer", CITY)


def visitor(post, code):
    client = Client()
    sign_in(client, person(post, code))
    return client


def at(name, *args, period="2023-H1"):
    return f"{reverse(f'documents:{name}', args=args)}?region={CITY}&period={period}"


def draft(text=TEXT):
    with open_scope(operator("city_reviewer", CITY)) as by:
        return draft_style(by=by, region=place(by, CITY), text=text)


def work(client, pk, **asked):
    answer = client.post(at("style-work", pk), json.dumps(asked), content_type="application/json")
    return answer, answer.json() if answer.status_code == 200 else {}


def stored(pk):
    with open_scope(local_actor()):
        return OfficeStyle.objects.get(pk=pk)


def test_a_draft_begins_as_the_style_in_force_for_that_place(drafter):
    listed = drafter.get(at("styles")).content.decode()
    assert "住房保障半年工作通报" in listed and "随程序" in listed
    answer = drafter.post(at("style-begin"), {"kind": "half-year"})
    style = stored(int(answer["Location"].split("/styles/")[1].split("/")[0]))
    assert (style.kind, style.valid_from.isoformat(), style.region.code) == ("half-year", "2023-01-01", CITY)
    assert 'region: "140500"' in style.text
    page = drafter.get(answer["Location"]).content.decode()
    assert 'data-name="start"' in page and "棚户区改造开工量" in page


def test_a_change_comes_back_with_the_paper_and_the_differences_and_is_not_stored(drafter):
    style = draft()
    change = {"op": "sentence", "path": "sections/0/text", "source": "全市开工{start}套了。"}
    _, said = work(drafter, style.pk, text=style.text, change=change, period="2023-H1")
    assert "全市开工{start}套了。" in said["text"] and not said["refused"] and not said["problems"].strip()
    assert "全市开工<data" in said["preview"] and ">90</data>套了。" in said["preview"]
    assert "全市开工" in said["outline"] and "ins" in said["differences"]
    assert stored(style.pk).text == TEXT


def test_what_is_wrong_is_told_with_its_line_and_the_outline_stays(drafter):
    style = draft()
    _, said = work(drafter, style.pk, text=TEXT.replace("{start}", "{begin}"), change=None, period="2023-H1")
    assert 'data-line="11"' in said["problems"] and "begin" in said["problems"]
    assert said["outline"] and not said["preview"]
    _, said = work(drafter, style.pk, text=TEXT, change={"op": "remove", "path": "sections/7"}, period="")
    assert said["refused"] and "DOC-156" in said["problems"] and said["text"] == TEXT
    _, said = work(drafter, style.pk, text="style: [", change=None, period="")
    assert not said["outline"] and "DOC-070" in said["problems"]
    assert work(drafter, style.pk, change=None)[0].status_code == 400


def test_the_paper_of_another_period_is_written_with_its_figures(drafter):
    style = draft()
    assert ">80</data>" in drafter.get(at("style-preview", style.pk) + "&of=2022-H1").content.decode()
    assert ">90</data>" in drafter.get(at("style-preview", style.pk) + "&of=2023-06").content.decode()
    assert ">90</data>" in drafter.get(at("style-preview", style.pk) + "&of=nonsense").content.decode()


def test_saving_keeps_the_text_and_a_flaw_keeps_what_was_typed(drafter):
    style = draft()
    typed = TEXT.replace("本市", "全市").replace("\n", "\r\n")
    answer = drafter.post(at("style-save", style.pk), {"text": typed, "opened": style.digest})
    assert answer.status_code == 302 and stored(style.pk).text == TEXT.replace("本市", "全市")
    wrong = drafter.post(at("style-save", style.pk), {"text": typed.replace("{start}", "{begin}"), "opened": "other"})
    page = wrong.content.decode()
    assert wrong.status_code == 422 and "{begin}" in page and "DOC-154" in page
    assert 'name="opened" value="other"' in page, "a second click does not write over what another person saved"
    answer = drafter.post(
        at("style-save", style.pk), {"text": typed, "opened": stored(style.pk).digest, "then": "submit"}
    )
    assert answer.status_code == 302 and stored(style.pk).state == "submitted"
    assert drafter.post(at("style-work", style.pk), "{}", content_type="application/json").status_code == 404


def test_another_person_publishes_and_the_page_of_the_kind_leads_to_it(drafter):
    style = draft()
    with open_scope(operator("city_reviewer", CITY)) as by:
        submit_style(by=by, style_id=style.pk, on=DAY)
    publisher = visitor("publisher", CITY)
    assert 'id="number"' in publisher.get(at("style", style.pk)).content.decode()
    assert publisher.post(at("style-publish", style.pk), {"number": "", "dated": "2026-01-05"}).status_code == 422
    answer = publisher.post(at("style-publish", style.pk), {"number": NUMBER, "dated": "2026-01-05"})
    assert answer.status_code == 302 and stored(style.pk).number == NUMBER
    assert drafter.get(at("style-of", "half-year"))["Location"].startswith(reverse("documents:style", args=[style.pk]))
    assert drafter.get(at("style-of", "decomposition", period="2023")).status_code == 200
    assert drafter.get(at("style-of", "no-such")).status_code == 404


def test_a_county_reads_the_style_of_its_city_and_not_its_drafts(drafter):
    style = draft()
    county = visitor("clerk", EAST)
    assert county.get(reverse("documents:style", args=[style.pk])).status_code == 404
    with open_scope(local_actor()):
        OfficeStyle.objects.filter(pk=style.pk).update(
            state="published", number="1号", dated=DAY, published_by="x", published_at="2026-01-05T00:00Z"
        )
    page = county.get(reverse("documents:style", args=[style.pk]))
    assert page.status_code == 200 and "style-form" not in page.content.decode()


def test_a_place_without_parts_hands_nothing_out_and_its_paper_is_written(drafter):
    page = visitor("clerk", EAST).get(
        reverse("documents:style-of-preview", args=["decomposition"]) + f"?region={EAST}&period=2023"
    )
    assert (
        page.status_code == 200 and "下达任务" in page.content.decode() and "任务分解</th>" not in page.content.decode()
    )


CHANGED = """
style: sample
name: 示例通报
applies: {from: "2020-01-01"}
sources: [{title: 示例}]
periods: [half]
title: 示例
options: {rank: {type: given, label: 全省位次}, place2: {type: text}, LEFT}
prose: {words: 说明, PROSE}
figures: {start: {measure: shanty.start}, placed: {given: {option: rank}}}
sections:
  - text: "开工{start}套。{when known(placed): 居全省{placed}。}"
  - prose: words
  - EXTRA
"""


def test_a_draft_takes_over_what_its_style_still_has_and_nothing_said_of_another_period_alone(
    drafter, monkeypatch, tmp_path
):
    def office(left, prose, extra):
        text = CHANGED.replace("LEFT", left).replace("PROSE", prose).replace("EXTRA", extra)
        (tmp_path / "sample.yaml").write_text(text, "utf-8")
        monkeypatch.setenv("ANJU_STYLES", str(tmp_path))

    def newest(period):
        with open_scope(local_actor()) as me:
            return find_version(me, list_documents(me, place(me, CITY), kind="sample", period=period).first())

    office("left: {type: text}", "more: 其他", "prose: more")
    rank = {"text": "第3", "source": "省厅通报"}
    with open_scope(operator("city_reviewer", CITY)) as by:
        write_document(
            by=by, kind="sample", region=place(by, CITY), period="2022-H1",
            options={"organs": ["示例机关"], "rank": rank, "place2": "某地", "left": "旧"}, prose={"words": ["说"], "more": ["另"]},
        )  # fmt: skip
    assert "居全省" in newest("2022-H1").html
    office("", "", "text: 完。")
    page = drafter.post(at("write"), {"kind": "sample"})
    assert page.status_code == 302
    version = newest("2023-H1")
    assert version.options == {"organs": ["示例机关"], "place2": "某地"} and version.prose == {"words": ["说"]}
    page = drafter.post(
        at("edit", newest("2022-H1").document_id, period="2022-H1"), {"prose_words": "改", "prose_more": ""}
    )
    assert page.status_code == 302
    assert newest("2022-H1").options["rank"] == rank and "居全省" in newest("2022-H1").html
    assert newest("2022-H1").prose == {"words": ["改"]} and "left" not in newest("2022-H1").options


def test_only_what_can_be_written_for_that_place_and_period_is_offered(drafter, tmp_path, monkeypatch):
    elsewhere = TEXT.replace("style: half-year", "style: elsewhere").replace(f'"{CITY}"', '"450300"')
    (tmp_path / "elsewhere.yaml").write_text(elsewhere, "utf-8")
    monkeypatch.setenv("ANJU_STYLES", str(tmp_path))

    def offered(period):
        return drafter.get(at("list", period=period)).content.decode()

    half, year = offered("2023-H1"), offered("2023")
    assert 'value="half-year"' in half and 'value="evaluation-report"' not in half
    assert 'value="half-year"' not in year and 'value="evaluation-report"' in year
    assert "elsewhere" not in half + year


ASKED = """\
style: sample
name: 示例通报
region: "140500"
applies: {from: "2020-01-01"}
sources: [{title: 示例}]
periods: [half]
title: 示例
options:
  fill_1: {type: text, label: 召开调度会（上期7次）}
  fill_2: {type: choice, label: 各项任务完成是否仍然成立, values: {keep: 照写, drop: 不写}}
  rank: {type: given, label: 居全省第几}
  order: {type: regions, label: 各地排列次序}
  most: {type: number, label: 最多几个}
  names: {type: table, label: 栏名}
figures:
  start: {measure: shanty.start, show: 套 0}
  place_in_province: {given: {option: rank}}
sections:
  - text:
      - "本市开工{start}套，召开调度会{when given(fill_1): {fill_1} | ＿＿}次。"
      - "{choose fill_2: keep → 各项任务完成。 | 其他 → }"
      - "开工居全省{place_in_province}。"
"""


def test_a_draft_s_page_has_a_field_for_each_option_of_its_style(drafter, monkeypatch, tmp_path):
    (tmp_path / "sample.yaml").write_text(ASKED, "utf-8")
    monkeypatch.setenv("ANJU_STYLES", str(tmp_path))
    made = drafter.post(at("write"), {"kind": "sample"})
    page = drafter.get(made.url).content.decode()
    for label in (
        "本期要填的",
        "召开调度会（上期7次）",
        "照写",
        "居全省第几：出处",
        "各地排列次序",
        "区划代码，一行一个",
    ):
        assert label in page, label
    assert "＿＿次" in page and "各项任务完成。" not in page

    def newest():
        with open_scope(local_actor()) as me:
            document = list_documents(me, place(me, CITY), kind="sample").first()
            return document.pk, find_version(me, document)

    pk, _ = newest()
    typed = {"option_fill_1": "8", "option_fill_2": "keep", "option_rank": "第3", "option_rank-source": "省厅通报〔2023〕5号",
             "option_order": f"{EAST}\n", "option_most": "3", "option_names": "a：甲\nb: 乙"}  # fmt: skip
    assert drafter.post(at("edit", pk), typed).status_code == 302
    options = newest()[1].options
    assert options == {
        "fill_1": "8", "fill_2": "keep", "rank": {"text": "第3", "source": "省厅通报〔2023〕5号"},
        "order": [EAST], "most": "3", "names": {"a": "甲", "b": "乙"},
    }  # fmt: skip
    page = drafter.get(made.url).content.decode()
    assert "召开调度会8次" in page and "各项任务完成。" in page and "a: 甲\nb: 乙</textarea>" in page
    refused = drafter.post(at("edit", pk), typed | {"option_rank-source": "", "option_most": "三"})
    text = refused.content.decode()
    assert refused.status_code == 422 and text.count("DOC-080") == 2 and 'value="三"' in text
    assert drafter.post(at("edit", pk), {"option_fill_1": "", "option_fill_2": ""}).status_code == 302
    assert {"fill_1", "fill_2"}.isdisjoint(newest()[1].options) and newest()[1].options["most"] == "3"
