"""What the numbers of a circular are taken for: five offices' wordings, units and orders of rows, every number known."""

from anju.documents.binding.holdings import FigureMeant
from anju.documents.binding.proposing import ABSENT, CERTAIN, DIFFERS, SEVERAL, propose_paper
from anju.documents.checker.reading import read_paper, read_text
from tests.documents.binding.papers import JUNE, PAPERS, A, B, print_paper
from tests.sample_place import CITY

TITLE = "关于2023年1—6月住房保障工作进展情况的通报\n"


def test_of_every_hundred_numbers_that_the_ledger_holds_ninety_five_are_proposed_right(scope, ledger):
    for number in range(len(PAPERS)):
        known = print_paper(scope, number)
        paper = read_paper(known.file, "通报.docx")
        made = propose_paper(scope, paper, ledger, JUNE)
        numbers = list(paper.numbers())
        assert len(numbers) == len(known.meant)
        right, wrong = [], []
        for one, meant in zip(numbers, known.meant, strict=True):
            said = made.numbers[one.serial]
            first = said.figures[0].meant if said.figures and said.state != ABSENT else None
            (right if first == meant else wrong).append((one.where, one.shown, said.state, first, meant))
        assert not [one for one in wrong if one[2] == CERTAIN], number
        assert len(right) * 100 >= 95 * len(numbers), wrong


def proposed(user, region, text):
    paper = read_text(TITLE + text)
    made = propose_paper(user, paper, region, JUNE)
    return [made.numbers[one.serial] for one in paper.numbers()]


def told(user, code, region=CITY, period=JUNE):
    from anju.figures.queries.standing import StandingFigures
    from tests.sample_place import place

    return StandingFigures(user, [code], [place(user, region)], period)(code).text()


def test_two_digits_exchanged_are_told_with_what_the_ledger_holds(scope, ledger):
    right = told(scope, "invest.done")
    wrong = right[:-2] + right[-1] + right[-2]
    [one] = proposed(scope, ledger, f"截至2023年6月底，全市保障性安居工程完成投资{wrong}亿元。")
    assert (one.state, one.figures[0].meant.code, one.figures[0].shown) == (
        DIFFERS,
        "invest.done",
        f"{right.rstrip('0')}亿元",
    )


def test_a_cell_that_differs_from_its_column_is_told(scope, ledger):
    rows = [("钟山区", A), ("六枝特区", B)]
    lines = [
        f"{name}\t{told(scope, 'shanty.start.target', code)}\t{told(scope, 'shanty.start', code)}"
        for name, code in rows
    ]
    lines.append(f"六盘水市\t{told(scope, 'shanty.start.target')}\t{int(told(scope, 'shanty.start')) + 9}")
    proposals = proposed(
        scope, ledger, "棚户区改造开工情况（套）\n县区\t开工任务\t开工量\n" + "\n".join(lines) + "\n\n"
    )
    assert [one.state for one in proposals] == [CERTAIN] * 5 + [DIFFERS]


def test_what_nobody_reported_is_not_in_the_ledger(scope, ledger):
    [one] = proposed(scope, ledger, "全市加装电梯开工97部。")
    assert one.state == ABSENT and not one.figures


def test_a_line_that_is_drawn_is_no_figure(scope, ledger):
    rate = told(scope, "shanty.start.rate", A)
    [one] = proposed(scope, ledger, f"钟山区棚户区改造开工率不足{rate}%。")
    [other] = proposed(scope, ledger, f"钟山区棚户区改造开工率{rate}%。")
    assert one.state in (ABSENT, SEVERAL) and other.state == CERTAIN


def test_a_column_of_changes_is_taken_as_one(scope, ledger):
    lines = ["县区\t开工量（套）\t比上年同期增加（套）"]
    for name, code in (("钟山区", A), ("六枝特区", B)):
        now, before = int(told(scope, "shanty.start", code)), int(told(scope, "shanty.start", code, "2022-06"))
        lines.append(f"{name}\t{now}\t{now - before}")
    proposals = proposed(scope, ledger, "棚户区改造开工情况\n" + "\n".join(lines) + "\n\n")
    assert [one.figures[0].meant.change for one in proposals] == ["", "amount", "", "amount"]


def test_what_went_up_is_not_taken_for_what_went_down(scope, ledger):
    now = int(told(scope, "shanty.start"))
    more = now - int(told(scope, "shanty.start", period="2022-06"))
    words = f"截至2023年6月底，全市棚户区改造开工{now}套，比上年同期{{}}{abs(more)}套。"
    right, wrong = ("增加", "减少") if more > 0 else ("减少", "增加")
    assert [one.state for one in proposed(scope, ledger, words.format(right))] == [CERTAIN, CERTAIN]
    done, change = proposed(scope, ledger, words.format(wrong))
    assert (done.state, change.state, change.figures[0].agrees) == (CERTAIN, DIFFERS, False)
    assert change.figures[0].shown == f"{right}{abs(more)}套"


def test_numbers_told_one_by_one_are_of_their_places(scope, ledger):
    values = [told(scope, "shanty.start", code) for code in (B, A)]
    proposals = proposed(scope, ledger, f"六枝特区、钟山区棚户区改造分别开工{values[0]}套、{values[1]}套。")
    assert [one.figures[0].meant for one in proposals] == [
        FigureMeant("shanty.start", B),
        FigureMeant("shanty.start", A),
    ]


def test_a_place_that_is_left_out_is_not_spoken_of(scope, ledger):
    from anju.figures.services.observations import enter_figure
    from tests.sample_place import place

    for code in (CITY, A):
        enter_figure(by=scope, measure="old.lifts", region=place(scope, code), period=JUNE, value="12")
    [one] = proposed(scope, ledger, "全市（不含钟山区）老旧小区加装电梯开工12部。")
    assert one.figures[0].meant.region == CITY


def test_what_a_user_does_not_see_is_not_proposed(ledger, scope):
    from anju.core.people.scope import open_scope
    from tests.cast import operator

    stranger = operator("city_reviewer", "140500")
    value = told(scope, "shanty.start")
    with open_scope(stranger):
        [one] = proposed(stranger, ledger, f"全市棚户区改造开工{value}套。")
    assert one.state == ABSENT


def test_of_two_ways_of_counting_the_one_a_slip_away_is_told_first(scope, ledger):
    from anju.figures.services.observations import enter_figure

    for calibre, value in (("cal1", "24.62"), ("cal2", "27.27")):
        enter_figure(
            by=scope, measure="invest.done", region=ledger, period=JUNE, value=value, unit="亿元", calibre=calibre
        )
    [one] = proposed(scope, ledger, "截至2023年6月底，全市保障性安居工程完成投资27.72亿元。")
    assert (one.state, one.figures[0].shown) == (DIFFERS, "27.27亿元")


def test_of_two_places_with_the_same_figure_the_one_that_is_named_is_meant(scope, ledger):
    from anju.figures.services.observations import enter_figure
    from tests.sample_place import place

    for code in (A, B):
        enter_figure(by=scope, measure="old.lifts", region=place(scope, code), period=JUNE, value="12")
    for name, code in (("六枝特区", B), ("钟山区", A)):
        [one] = proposed(scope, ledger, f"{name}老旧小区加装电梯开工12部。")
        assert (one.state, one.figures[0].meant.region) == (CERTAIN, code)
