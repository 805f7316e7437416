"""目标: by level, divided, with what is left over; nodes that bind no one backwards."""


def test_targets_stand_by_level_and_a_late_node_says_why_it_binds_no_one(page):
    page.goto("/targets/?region=450300")
    assert "桂林市2020年承担" in page.locator("h1").inner_text()
    asked = page.locator("#asked")
    row = asked.locator("tr", has_text="棚户区改造开工任务（套）")
    assert row.locator("a.fig", has_text="7,298").count() >= 1
    lapsed = asked.locator("tr.lapsed")
    assert "不溯及既往" in lapsed.first.inner_text()
    assert "2020年6月30日" in lapsed.first.inner_text()


def test_document_is_divided_as_it_was_printed_with_the_remainder(page):
    page.goto("/targets/?region=450300")
    table = page.locator("table[id^=division]").first
    head = [text.strip() for text in table.locator("thead th").all_inner_texts()]
    at = next(number for number, text in enumerate(head) if text.startswith("棚户区改造开工任务（套）"))
    cells = {
        row.locator("th").inner_text(): row.locator("td").nth(at - 1).inner_text()
        for row in table.locator("tbody tr").all()
    }
    assert cells["桂林市"] == "7,298"
    assert cells["七星区"] == "2,503"
    assert cells["恭城瑶族自治县"] == "0"
    assert cells["未分解"] == "0"


def test_leader_page_of_a_place_with_targets_only_says_that_nothing_was_reported(page):
    page.goto("/?region=450300")
    assert "尚未报送完成数" in page.locator("h1").inner_text()
