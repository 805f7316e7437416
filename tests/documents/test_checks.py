"""均、全部、超额、圆满 against the parts; text against table; sums against parts. Reminders, never a wall."""

import pytest

from anju.documents.checker.inspection import remind_of
from anju.documents.queries import documents
from anju.documents.services.documents import write_document
from anju.documents.text import checks
from tests.documents.conftest import OPTIONS, PROSE, YEAR


def warned(scope, city, *, claim="", prose="", code="DOC-101"):
    draft = write_document(
        by=scope,
        kind="sample",
        region=city,
        period=YEAR,
        options={**OPTIONS, "claim": claim},
        prose={"problems": prose},
    )
    return [one for one in documents.find_version(scope, draft).warnings if one["code"] == code]


def test_all_over_fulfilled_is_held_against_the_counties(scope, city, kind):
    (warning,) = warned(scope, city, claim="，均超额完成年度目标任务")
    assert warning["where"] == "正文第1段" and warning["level"] == "提醒"
    assert "均、超额、完成" in warning["what"] and "94.0%" in warning["what"]
    assert "142.5%" not in warning["what"]


def test_a_total_that_reached_its_target_may_be_called_so(scope, city, kind):
    assert warned(scope, city, claim="，完成年度目标任务") == []


def test_a_summary_is_held_against_all_the_text(scope, city, kind):
    (warning,) = warned(scope, city, prose="各县区圆满完成年度各项目标任务。")
    assert "94.0%" in warning["what"]


@pytest.mark.parametrize(
    "prose", ["确保各项任务全面完成。", "城区尚未全面完成任务。", "满意度均达到要求。", "全部为货币化安置。"]
)
def test_what_is_no_claim_is_left_alone(scope, city, kind, prose):
    assert warned(scope, city, prose=prose) == []


def test_over_fulfilled_at_exactly_a_hundred_is_not(scope, city, kind):
    from anju.figures.services.observations import correct_figure

    correct_figure(by=scope, measure="subsidy.households", region=city, period=YEAR, value="670", reason="更正")
    (warning,) = warned(scope, city, claim="，超额完成年度目标任务")
    assert "100.0%" in warning["what"]


def test_a_typed_number_is_pointed_at(scope, city, kind):
    (warning,) = warned(
        scope, city, prose=["全年开工[[shanty.start]]套，货币化安置600户，2016年以来、3年以上的项目。"], code="DOC-102"
    )
    assert "600户" in warning["what"] and "6631" not in warning["what"]


def test_the_document_itself_draws_no_reminder(scope, city, kind):
    draft = write_document(by=scope, kind="sample", region=city, period=YEAR, options=OPTIONS, prose=PROSE)
    assert documents.find_version(scope, draft).warnings == []


def fig(text, ref):
    return f'<data class="fig" data-ref="{ref}">{text}</data>'


def told(scope, body):
    return [
        str(one)
        for one in checks.check_text(
            scope, f'<article class="official"><section class="body">{body}</section></article>', {}
        )
    ]


def reminders(body):
    return remind_of(f'<article class="official"><section class="body">{body}</section></article>')


def test_brackets_that_do_not_add_up():
    parts = f"（国开行{fig('21.552', 'b')}亿元、农发行{fig('27.478', 'c')}亿元）"
    assert reminders(f"<p>授信{fig('49.03', 'a')}亿元{parts}。</p>") == []
    (reminder,) = reminders(f"<p>授信{fig('49.13', 'a')}亿元{parts}。</p>")
    assert (reminder.code, reminder.level) == ("DOC-104", "提醒")
    assert "49.13亿元" in reminder.what and "49.03亿元" in reminder.what


def test_a_cut_off_sum_is_told_across_units():
    parts = (
        f"（其中：{fig('2.93', 'b')}亿元，{fig('5.62', 'c')}亿元，{fig('9199.36', 'd')}万元，{fig('463.58', 'e')}万元）"
    )
    (reminder,) = reminders(f"<p>共筹措{fig('9.51', 'a')}亿元{parts}。</p>")
    assert "9.5163亿元" in reminder.what
    assert reminders(f"<p>共筹措{fig('9.52', 'a')}亿元{parts}。</p>") == []


def test_a_rate_that_is_not_the_quotient_is_told():
    text = f"<p>计划开工{fig('26106', 'a')}套，实际开工{fig('26215', 'b')}套，开工率{fig('104.0%', 'c')}。</p>"
    (reminder,) = reminders(text)
    assert (reminder.code, str(reminder.where)) == ("DOC-105", "正文第1段")


def test_one_figure_with_two_values(scope):
    assert told(scope, f"<p>{fig('27.27', 'a')}亿元。</p><p>{fig('27.3', 'a')}亿元，{fig('272700', 'a')}万元</p>") == []
    assert "27.4" in told(scope, f"<p>{fig('27.27', 'a')}亿元。</p><p>{fig('27.4', 'a')}亿元</p>")[0]


def test_a_row_of_totals_that_is_not_the_sum(circular):
    assert remind_of(circular) == []
    wrong = circular.replace(
        'value="4776" data-ref="shanty.start.target@140500/2021">4776</data></td>', ">4775</data></td>"
    )
    reminders = [one for one in remind_of(wrong) if one.code == "DOC-104"]
    assert reminders
    for reminder in reminders:
        assert str(reminder.where).startswith("附件1 ") and "晋城市" in str(reminder.where)
        assert "4775" in reminder.what
    assert any("4776" in reminder.what for reminder in reminders)
