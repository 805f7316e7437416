"""A warning that says the same of several places is said once, with all of them."""

from anju.runs.queries.findings import RuleFinding, join_places


def finding(place, sentence):
    return RuleFinding("id", "warning", "s", "t", "c", "红", "", sentence, "", "1", place, "k")


def test_places_of_which_the_same_is_said_stand_in_one_sentence_in_their_order():
    said = [finding(place, f"{place}限价房建成率为零。") for place in ("泽州县", "陵川县", "沁水县")]
    assert join_places(said) == ["泽州县、陵川县、沁水县限价房建成率为零。"]


def test_what_differs_in_its_figures_stays_apart():
    said = [finding("东县", "东县完成率50%。"), finding("西县", "西县完成率40%。"), finding("南县", "南县完成率50%。")]
    assert join_places(said) == ["东县、南县完成率50%。", "西县完成率40%。"]


def test_a_sentence_that_does_not_begin_with_its_place_and_one_without_a_place_are_left_as_they_are():
    said = [
        finding("东县", "有未报的：东县"),
        finding("", "全市没有计划。"),
        finding("东县", "东县完成。"),
        finding("东县", "东县完成。"),
    ]
    assert join_places(said) == ["有未报的：东县", "全市没有计划。", "东县完成。"]


def test_a_sentence_without_its_place_is_not_mixed_with_one_that_has_it():
    assert join_places([finding("西县", "完成。"), finding("东县", "东县完成。")]) == ["完成。", "东县完成。"]
