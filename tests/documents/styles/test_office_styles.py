"""Styles of offices: checked like files, published by a second person, before the shipped ones while they are in force, drafts never."""

from datetime import date

import pytest

from anju.core.models.trail import Trail
from anju.core.people.scope import open_scope
from anju.documents.models import OfficeStyle
from anju.documents.queries import styles
from anju.documents.services.styles import (
    draft_style,
    drop_style,
    publish_style,
    return_style,
    revise_style,
    submit_style,
    withdraw_style,
)
from anju.documents.styles.library.finding import style_library
from anju.problems import Refused
from tests.cast import CITY, EAST, ELSEWHERE, WEST, operator
from tests.sample_place import place

DAY = date(2026, 1, 5)
TEXT = """\
style: half-year
name: 示例市半年通报
region: "140500"
applies: {from: "2020-01-01"}
sources: [{title: 示例市住房保障通报写法}]
periods: [half, month]
title: "关于{period}开工情况的通报"
figures:
  start: {measure: shanty.start, show: 套 0}
sections:
  - text: "本市开工{start}套。"
"""
NUMBER = "示保办字〔2026〕3号"


@pytest.fixture
def city(db):
    from anju.core.people.scope import local_actor
    from anju.figures.catalogue import load_catalogue

    with open_scope(local_actor()) as me:
        load_catalogue(by=me)
        yield place(me, CITY)


@pytest.fixture
def drafter(city):
    return operator("city_reviewer", CITY)


@pytest.fixture
def publisher(city):
    return operator("publisher", CITY)


def published(city, drafter, publisher, text=TEXT, number=NUMBER):
    style = draft_style(by=drafter, region=city, text=text)
    submit_style(by=drafter, style_id=style.pk, on=DAY)
    return publish_style(by=publisher, style_id=style.pk, number=number, dated=DAY, on=DAY)


def in_force(kind="half-year", on=date(2023, 6, 30), path=(CITY, "140000", "100000")):
    return styles.styles_in_use().find(kind, path, on).name


def codes(refused):
    return [problem.code for problem in refused.value.problems]


def test_a_draft_holds_what_its_text_says(city, drafter):
    style = draft_style(by=drafter, region=city, text=TEXT.replace("\n", "\r\n"))
    assert (style.kind, style.name, style.valid_from, style.valid_until) == (
        "half-year",
        "示例市半年通报",
        date(2020, 1, 1),
        None,
    )
    assert (style.text, style.state, style.drafted_by) == (TEXT, "draft", drafter.key)
    row = Trail.objects.get(act="documents.draft_style")
    assert row.said["digest"] == style.digest and row.by == drafter.key


def test_a_text_that_will_not_do_is_refused_with_every_problem_and_its_line(city, drafter):
    text = TEXT.replace("{start}套", "{begin}套").replace("shanty.start,", "shanty.begin,")
    with pytest.raises(Refused) as refused:
        draft_style(by=drafter, region=city, text=text.replace("periods: [half, month]", "periods: [half, week]"))
    assert codes(refused) == ["DOC-070"] or "DOC-070" in codes(refused)
    with pytest.raises(Refused) as refused:
        draft_style(by=drafter, region=city, text=text)
    assert [(one.code, one.where.line) for one in refused.value.problems] == [("DOC-073", 11)]
    with pytest.raises(Refused) as refused:
        draft_style(
            by=drafter, region=city, text=TEXT.replace("shanty.start,", "shanty.begin,").replace('"140500"', '"140525"')
        )
    assert [(one.code, one.where.line) for one in refused.value.problems] == [("DOC-150", 3), ("DOC-075", 9)]
    assert not OfficeStyle.objects.exists()


def test_a_kind_that_the_program_writes_is_no_style(city, drafter):
    with pytest.raises(Refused, match="DOC-151"):
        draft_style(by=drafter, region=city, text=TEXT.replace("style: half-year", "style: correction"))


def test_a_draft_never_counts(city, drafter):
    shipped = in_force()
    style = draft_style(by=drafter, region=city, text=TEXT)
    assert in_force() == shipped
    submit_style(by=drafter, style_id=style.pk, on=DAY)
    assert in_force() == shipped == style_library().find("half-year", (), date(2023, 6, 30)).name


def test_a_published_one_counts_there_and_below_while_it_is_valid(city, drafter, publisher):
    style = published(city, drafter, publisher)
    assert (style.number, style.published_by, style.state) == (NUMBER, publisher.key, "published")
    assert in_force() == "示例市半年通报"
    assert in_force(path=(EAST, CITY, "140000", "100000")) == "示例市半年通报"
    shipped = style_library().find("half-year", (), date(2023, 6, 30)).name
    assert in_force(path=(ELSEWHERE, "450000", "100000")) == shipped
    assert in_force(on=date(2019, 6, 30), path=(CITY,)) == style_library().find("half-year", (), date(2019, 6, 30)).name


def test_of_two_the_one_published_last_counts_and_the_other_again_when_it_is_withdrawn(city, drafter, publisher):
    published(city, drafter, publisher)
    newer = published(
        city,
        drafter,
        publisher,
        TEXT.replace("示例市半年通报", "新的半年通报").replace("2020-01-01", "2023-01-01"),
        "示保办字〔2026〕4号",
    )
    assert (in_force(), in_force(on=date(2022, 6, 30))) == ("新的半年通报", "示例市半年通报")
    for reason in (" ", "长" * 401):
        with pytest.raises(Refused, match="DOC-155"):
            withdraw_style(by=publisher, style_id=newer.pk, on=DAY, reason=reason)
    withdraw_style(by=publisher, style_id=newer.pk, on=DAY, reason="写法另有规定")
    assert in_force() == "示例市半年通报"


def test_nobody_publishes_what_they_wrote(city, drafter, publisher):
    style = draft_style(by=drafter, region=city, text=TEXT)
    revise_style(by=publisher, style_id=style.pk, text=TEXT.replace("本市", "全市"))
    submit_style(by=drafter, style_id=style.pk, on=DAY)
    with pytest.raises(Refused, match="DOC-152"):
        publish_style(by=publisher, style_id=style.pk, number=NUMBER, dated=DAY, on=DAY)
    with pytest.raises(Refused, match=r"STATE-002|ACT-001"):
        publish_style(by=drafter, style_id=style.pk, number=NUMBER, dated=DAY, on=DAY)
    assert OfficeStyle.objects.get().state == "submitted"


def test_it_is_published_under_a_number_and_a_day_that_has_come(city, drafter, publisher):
    style = draft_style(by=drafter, region=city, text=TEXT)
    with pytest.raises(Refused, match="STATE-001"):
        publish_style(by=publisher, style_id=style.pk, number=NUMBER, dated=DAY, on=DAY)
    submit_style(by=drafter, style_id=style.pk, on=DAY)
    with pytest.raises(Refused) as refused:
        publish_style(by=publisher, style_id=style.pk, number=" ", dated=date(2026, 2, 1), on=DAY)
    assert codes(refused) == ["DOC-153", "DOC-153"]
    done = publish_style(by=publisher, style_id=style.pk, number="示保办字[2026]3号", dated=DAY, on=DAY)
    assert done.number == NUMBER
    with pytest.raises(Refused, match="STATE-001"):
        publish_style(by=publisher, style_id=style.pk, number=NUMBER, dated=DAY, on=DAY)
    assert Trail.objects.filter(act="documents.publish_style").count() == 1


def test_a_draft_is_changed_by_one_at_a_time_and_only_while_it_is_one(city, drafter):
    style = draft_style(by=drafter, region=city, text=TEXT)
    opened = style.digest
    assert revise_style(by=drafter, style_id=style.pk, text=TEXT, opened="other").digest == opened  # the same again
    changed = revise_style(by=drafter, style_id=style.pk, text=TEXT.replace("本市", "全市"), opened=opened)
    assert changed.digest != opened
    with pytest.raises(Refused, match="DOC-154"):
        revise_style(by=drafter, style_id=style.pk, text=TEXT.replace("本市", "我市"), opened=opened)
    submit_style(by=drafter, style_id=style.pk, on=DAY)
    with pytest.raises(Refused, match="STATE-001"):
        revise_style(by=drafter, style_id=style.pk, text=TEXT)
    return_style(by=drafter, style_id=style.pk, on=DAY, reason="还要改")
    drop_style(by=drafter, style_id=style.pk, on=DAY)
    assert not styles.list_styles(drafter, city)
    assert Trail.objects.filter(act="documents.revise_style").count() == 1


def test_drafts_are_their_regions_and_published_ones_are_read_by_all(city, drafter, publisher):
    county, other = operator("clerk", EAST), operator("publisher", ELSEWHERE)
    draft = draft_style(by=drafter, region=city, text=TEXT)
    for stranger in (county, other):
        with open_scope(stranger):
            assert not OfficeStyle.objects.exists()
            with pytest.raises(OfficeStyle.DoesNotExist):
                submit_style(by=stranger, style_id=draft.pk, on=DAY)
    submit_style(by=drafter, style_id=draft.pk, on=DAY)
    publish_style(by=publisher, style_id=draft.pk, number=NUMBER, dated=DAY, on=DAY)
    with open_scope(county):
        assert styles.find_style(county, draft.pk) == draft
        assert in_force(path=(EAST, CITY)) == "示例市半年通报"
        with pytest.raises(OfficeStyle.DoesNotExist):
            withdraw_style(by=county, style_id=draft.pk, on=DAY, reason="不该能办")
    with pytest.raises(Refused, match="ACT-001"):
        draft_style(by=operator("auditor", CITY), region=city, text=TEXT)
    with pytest.raises(Refused):
        draft_style(by=operator("clerk", WEST), region=city, text=TEXT)


def test_one_that_cannot_be_read_any_more_stops_its_own_kind_alone(city, drafter, publisher):
    style = published(city, drafter, publisher)
    OfficeStyle.objects.filter(pk=style.pk).update(text="style: [", state="withdrawn")
    OfficeStyle.objects.filter(pk=style.pk).update(state="published")
    with pytest.raises(Refused, match="DOC-070"):
        in_force()
    assert in_force("decomposition")


# -- a published style that a later version of the program cannot read


def spoil(style, text=None):
    from anju.core.database.cache import reset_cache

    spoilt = text or style.text.replace("sections:", "chapters:")
    OfficeStyle.objects.filter(pk=style.pk).update(text=spoilt, state=style.state)
    reset_cache()


def test_one_that_cannot_be_read_is_refused_where_it_would_apply_and_nowhere_else(city, drafter, publisher):
    style = published(city, drafter, publisher)
    spoil(style)
    for path in ((CITY, "140000"), (EAST, CITY, "140000")):
        with pytest.raises(Refused, match=r"DOC-159.*示例市半年通报.*示保办字〔2026〕3号.*缺少“sections”"):
            in_force(path=path)
    shipped = style_library().find("half-year", (), date(2023, 6, 30)).name
    assert in_force(path=(ELSEWHERE, "450000", "100000")) == shipped
    assert in_force(on=date(2019, 6, 30), path=(CITY,)) == shipped  # before it applies


def test_its_kind_is_still_written_elsewhere_and_its_page_can_be_opened_and_withdrawn(city, drafter, publisher):
    from anju.documents.kinds import find_kind, registered_kinds

    style = published(city, drafter, publisher)
    spoil(style)
    assert "half-year" in {kind.code for kind in registered_kinds()}
    assert find_kind("half-year").code == "half-year"
    with pytest.raises(Refused, match="DOC-159"):
        find_kind("half-year", city, "2023-H1")
    [told] = [one for one in styles.used_styles(city, "2023-H1") if one.code == "half-year"]
    assert not told.usable and "DOC-159" in told.source
    withdraw_style(by=publisher, style_id=style.pk, on=DAY, reason="读不懂了")
    assert in_force() == style_library().find("half-year", (), date(2023, 6, 30)).name


def test_a_newer_one_that_can_be_read_goes_before_it(city, drafter, publisher):
    style = published(city, drafter, publisher)
    published(city, drafter, publisher, TEXT.replace("示例市半年通报", "新的半年通报"), "示保办字〔2026〕4号")
    spoil(style)
    assert in_force() == "新的半年通报"


def test_the_variants_of_one_that_cannot_be_read_are_set_aside_too(city, drafter, publisher):
    text = TEXT + 'variants:\n  month-brief: {name: 月报, periods: [month], title: "月报"}\n'
    style = published(city, drafter, publisher, text)
    assert in_force("month-brief") == "月报"
    spoil(style)
    with pytest.raises(Refused, match="DOC-159"):
        in_force("month-brief")


def test_a_file_that_cannot_be_read_stops_its_own_region_alone(city, tmp_path, monkeypatch):
    (tmp_path / "city.yaml").write_text(TEXT.replace("sections:", "chapters:"), "utf-8")
    monkeypatch.setenv("ANJU_STYLES", str(tmp_path))
    with pytest.raises(Refused, match="DOC-159"):
        in_force()
    assert in_force(path=(ELSEWHERE, "450000")) == in_force(path=())
    (tmp_path / "city.yaml").write_text(TEXT.replace("sections:", "chapters:").replace("region:", "regoin:"), "utf-8")
    with pytest.raises(Refused, match="DOC-070"):  # whose it is cannot be told: nobody's papers go on
        in_force(path=())


def test_two_files_of_one_region_stop_that_region_alone(city, tmp_path, monkeypatch):
    for name in ("one", "two"):
        (tmp_path / f"{name}.yaml").write_text(TEXT, "utf-8")
    monkeypatch.setenv("ANJU_STYLES", str(tmp_path))
    with pytest.raises(Refused, match="DOC-077"):
        in_force()
    assert in_force(path=(ELSEWHERE, "450000")) == in_force(path=())


def test_the_doctor_names_what_cannot_be_read(city, drafter, publisher):
    from anju.core.people.scope import local_actor
    from anju.documents.doctor import check_styles

    assert {one.level for one in check_styles(local_actor())} == {"ok"}
    spoil(published(city, drafter, publisher))
    found = list(check_styles(local_actor()))
    assert {one.level for one in found} == {"bad"}
    assert any("示例市半年通报" in one.what and "chapters" in one.what for one in found)


def test_what_was_changed_after_it_was_looked_at_is_not_published(city, drafter, publisher):
    style = draft_style(by=drafter, region=city, text=TEXT)
    seen = submit_style(by=drafter, style_id=style.pk, on=DAY).digest
    return_style(by=drafter, style_id=style.pk, on=DAY)
    revise_style(by=drafter, style_id=style.pk, text=TEXT.replace("本市开工", "本市只开工"))
    now = submit_style(by=drafter, style_id=style.pk, on=DAY).digest
    said = {"by": publisher, "style_id": style.pk, "number": NUMBER, "dated": DAY, "on": DAY}
    with pytest.raises(Refused, match="DOC-154"):
        publish_style(**said, opened=seen)
    assert publish_style(**said, opened=now).state == "published"
