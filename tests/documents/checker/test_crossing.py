"""The same figure in two places."""

TABLE = "县区\t棚改开工任务（套）\t棚改开工（套）\t投资（亿元）\n合计\t4776\t6631\t27.27\n甲县\t2000\t3631\t20.00\n乙县\t2776\t3000\t7.27\n\n"


def test_text_and_table_that_agree_are_silent(checked):
    report = checked("全市计划棚改开工4776套，实际棚改开工6631套。\n\n" + TABLE)
    assert not report.findings
    assert not [where for where, _ in report.open if where.startswith("正文")]


def test_a_digit_exchanged_in_the_text_is_told_with_the_cell(checked):
    (finding,) = checked("全市计划棚改开工4767套，实际棚改开工6631套。\n\n" + TABLE).contradictions
    assert (finding.printed, finding.other) == ("4767套", "4776套")
    assert "表1" in finding.also


def test_ten_thousands_rounded_from_the_table_are_a_note(checked):
    report = checked("全市实际棚改开工0.66万套。\n\n" + TABLE)
    assert [(one.level, one.kind) for one in report.findings] == [("舍入", "进位")]


def test_ten_thousands_cut_from_the_table_are_told_as_cut(checked):
    report = checked("全市计划棚改开工0.47万套。\n\n" + TABLE)
    assert [(one.level, one.kind) for one in report.findings] == [("舍入", "截尾")]


def test_two_sentences_with_one_slip_between_them_contradict(checked):
    text = "2020年，棚户区改造新开工7298套。\n\n确保完成2020年棚户区改造新开工7928套。"
    (finding,) = checked(text).contradictions
    assert finding.kind == "前后不一"


def test_two_years_are_two_figures(checked):
    assert not checked("2020年，棚户区改造新开工7298套。\n\n2021年，棚户区改造新开工7928套。").findings


def test_a_unit_ten_thousand_times_off_is_named(checked):
    (finding,) = checked("全市计划棚改开工4776万套。\n\n" + TABLE).contradictions
    assert "万倍" in finding.sentence
