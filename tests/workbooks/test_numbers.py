from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anju import quantities
from anju.workbooks.files.numbers import (
    BAD,
    ParsedNumber,
    fold_text,
    number_from_cell,
    parse_number,
    plain_number,
    read_number_format,
    text_from_cell,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("4776", (4776, 0, "", "")),
        ("4,776", (4776, 0, "", "")),
        ("４，７７６", (4776, 0, "", "")),
        ("4\u202f776", (4776, 0, "", "")),
        ("1\u2009234\u2009567.5", (12345675, 1, "", "")),
        ("４\u2005７７６套", (4776, 0, "套", "")),
        ("5.6 万 元", (56, 1, "万元", "")),
        ("23 亿  元", (23, 0, "亿元", "")),
        ("5万余户", (5, 0, "万户", "余")),
        ("23.5万多套", (235, 1, "万套", "余")),
        ("1亿余元", (1, 0, "亿元", "余")),
        ("约5 万 套", (5, 0, "万套", "约")),
        ("27.27", (2727, 2, "", "")),
        ("9.10", (910, 2, "", "")),
        ("138.8%", (1388, 1, "%", "")),
        ("１３８．８％", (1388, 1, "%", "")),
        ("约43", (43, 0, "", "约")),
        ("约 43 亿元", (43, 0, "亿元", "约")),
        ("700余", (700, 0, "", "余")),
        ("700余个", (700, 0, "个", "余")),
        ("80左右", (80, 0, "", "左右")),
        ("约5.3万个", (53, 1, "万个", "约")),
        ("23.15万户", (2315, 2, "万户", "")),
        ("495万平方米", (495, 0, "万㎡", "")),
        ("-5", (-5, 0, "", "")),
        ("−5", (-5, 0, "", "")),
        ("+5", (5, 0, "", "")),
        ("￥1,020", (1020, 0, "", "")),
        ("5。", (5, 0, "", "")),
        ("500m²", (500, 0, "㎡", "")),
        ("12千元", (12, 0, "千元", "")),
        ("\u200b12\ufeff", (12, 0, "", "")),
    ],
)
def test_a_number_as_people_write_it(text, expected):
    parsed = parse_number(text)
    assert (parsed.digits, parsed.places, parsed.unit, parsed.approx) == expected
    assert parsed.state == "number"


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("", "blank"),
        ("　", "blank"),
        ("—", "dash"),
        ("－", "dash"),
        ("/", "dash"),
        ("0", "number"),
        ("未报", "unreported"),
        ("未 报", "unreported"),
        ("无任务", "no_task"),
        ("（不适用）", "not_applicable"),
    ],
)
def test_zero_blank_dash_and_words_are_told_apart(text, state):
    assert parse_number(text).state == state


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("无", "分不清"),
        ("1O0", "字母"),
        ("1,23", "千分位"),
        ("12 34", "空格"),
        ("5.6 7", "空格"),
        ("100 20 0", "空格"),
        ("100\u2009200 300", "空格"),
        ("10\u200920", "空格"),
        ("0\u2009123", "空格"),
        ("(12)", "括号"),
        ("二分之一", "汉字"),
        ("100/200", "不止一个"),
        ("#REF!", "公式"),
        ("东区", "不是数字"),
        ("9" * 31, "过长"),
        (".6%", "前面没有数字"),
        ("．5", "前面没有数字"),
        ("-.5", "前面没有数字"),
        ("6.", "后面没有数字"),
        ("5.%", "后面没有数字"),
        ("5E300", "科学记数法"),
        ("1e5", "科学记数法"),
        ("NaN", "不是数字"),
        ("inf", "不是数字"),
        ("1\n234", "不止一个数"),
        ("12年底", "后面只能写"),
        ("$5", "不是数字"),
    ],
)
def test_what_is_no_number_says_why(text, why):
    assert parse_number(text).state == BAD
    assert why in parse_number(text).flaw


@pytest.mark.parametrize(
    "text",
    [
        "5①",
        "5²",
        "㊿",
        "5₁",
        "①",
        "5 ①",
        "５②",
        "1⒈",
        "12⑴",
        "Ⅴ",
        "5½",
        "٣",
        "५",
        "𝟓",
        "5*",
        "5†",
        "5※",
        "5%①",
        "5万元²",
        "㈤",
        "5㊀",
        "❺",
        "5ª",
        "5(1)",
        "5[1]",
        "5注1",
        "5〔1〕",
    ],
)
def test_a_footnote_mark_is_never_a_digit(text):
    parsed = parse_number(text)
    assert parsed.state == BAD
    assert parsed.flaw


@pytest.mark.parametrize("space", [" ", "\xa0", "\u3000", "\u2002", "\u2003", "\u2007", "  ", "\t"])
@pytest.mark.parametrize("groups", [("100", "200"), ("4", "776"), ("1", "020"), ("1", "234", "567"), ("-4", "776套")])
def test_a_space_between_digits_could_part_two_numbers(space, groups):
    parsed = parse_number(space.join(groups))
    assert parsed.state == BAD
    assert "分不清是千分位还是两个数" in parsed.flaw


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1亿2000万", (12000, 0, "万", "")),
        ("1亿2000万元", (12000, 0, "万元", "")),
        ("１亿２０００万元", (12000, 0, "万元", "")),
        ("1亿2,000万元", (12000, 0, "万元", "")),
        ("1亿2000.5万元", (120005, 1, "万元", "")),
        ("约1亿2000万元", (12000, 0, "万元", "约")),
        ("1亿2000余万元", (12000, 0, "万元", "余")),
        ("1亿2000万元左右", (12000, 0, "万元", "左右")),
        ("-1亿2000万", (-12000, 0, "万", "")),
        ("3万5千", (35, 1, "万", "")),
        ("3万5千套", (35, 1, "万套", "")),
        ("1万2千3百套", (123, 2, "万套", "")),
        ("3万5000套", (35000, 4, "万套", "")),
        ("1万0500套", (10500, 4, "万套", "")),
        ("1亿2万3千元", (100023, 1, "万元", "")),
        ("5千万", (5000, 0, "万", "")),
        ("5千万元", (5, 0, "千万元", "")),
        ("3千亿元", (3000, 0, "亿元", "")),
        ("2百亿", (200, 0, "亿", "")),
        ("100亿0005万元", (1000005, 0, "万元", "")),
    ],
)
def test_parts_with_magnitudes_add_up(text, expected):
    parsed = parse_number(text)
    assert (parsed.digits, parsed.places, parsed.unit, parsed.approx) == expected


@pytest.mark.parametrize(
    "text",
    [
        "3万5",
        "3万5套",
        "1万200元",
        "1亿2",
        "1亿2000",
        "1亿2000元",
        "3万5千6",
        "1.5亿2000万",
        "1亿12000万",
        "2000万1亿",
        "5万5万",
        "1亿 2000万",
        "5千",
        "3千5百",
        "1亿余2000万",
        "1亿2000万%",
        "5万%",
        "1亿零5万",
        "1万两千",
        "两万",
        "1亿-2000万",
        "1亿2000万人次",
        "1,23万5千",
        "万",
        "千5",
    ],
)
def test_parts_that_could_be_read_otherwise_are_refused(text):
    parsed = parse_number(text)
    assert parsed.state == BAD
    assert parsed.flaw


@given(st.text(max_size=40))
def test_no_text_makes_it_fall(text):
    assert isinstance(parse_number(text), ParsedNumber)


@given(st.integers(0, 10**12), st.integers(0, 4), st.sampled_from(["", "\u2009", "\u202f", ","]), st.booleans())
def test_a_printed_number_is_read_back_exactly(digits, places, grouping, wide):
    text = quantities.scaled_text(digits, places)
    whole, _, fraction = text.partition(".")
    whole = f"{int(whole):,}".replace(",", grouping) if grouping else whole
    text = whole + ("." + fraction if fraction else "")
    if wide:
        text = text.translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789.,"})
    assert (parse_number(text).digits, parse_number(text).places) == (digits, places)


@pytest.mark.parametrize(
    ("value", "code", "digits", "places"),
    [
        (9.1, "0.00", 910, 2),
        (27.27, "General", 2727, 2),
        (27.270000000000003, "General", 2727, 2),
        (0.1 + 0.2, "0.00", 30, 2),
        (4776.0, "#,##0", 4776, 0),
        (1.388, "0.0%", 1388, 1),
        (5.0, "0.##", 5, 0),
        (0.0, "0.00%", 0, 2),
        (2.5, '0.00_ ;[Red]-0.00"元"', 250, 2),
        (1e21, "0", 10**21, 0),
    ],
)
def test_a_cell_is_read_as_its_format_shows_it(value, code, digits, places):
    number = number_from_cell(value, read_number_format(code))
    assert (number.digits, number.places, number.hidden) == (digits, places, "")


@pytest.mark.parametrize(
    ("value", "code", "expected"),
    [
        (500.0, '0"亿元"', (500, 0, "亿元", "")),
        (500.0, "0亿元", (500, 0, "亿元", "")),
        (12.5, '#,##0.00"万元"', (1250, 2, "万元", "")),
        (500.0, '0_ "元"', (500, 0, "元", "")),
        (700.0, '0"余户"', (700, 0, "户", "余")),
        (43.0, '"约"0', (43, 0, "", "约")),
        (5.0, 'General"套"', (5, 0, "套", "")),
        (5.0, "¥#,##0.00", (500, 2, "", "")),
        (5.0, "[$￥-804]#,##0", (5, 0, "", "")),
        (5000000.0, '0!.0,"万元"', (5000, 1, "万元", "")),
        (5000000.0, '0!.0000"万元"', (5000000, 4, "万元", "")),
        (12345678.0, '0!.00,,"亿"', (12, 2, "亿", "")),
        (5.0, '[>=10000]0!.0,"万";0', (5, 0, "", "")),
        (50000.0, '[>=10000]0!.0,"万";0', (50, 1, "万", "")),
        (-5.0, "#,##0_);(#,##0)", (-5, 0, "", "")),
        (-5.0, "0;[Red]-0", (-5, 0, "", "")),
        (-5.0, '0"亿元";-0"亿元"', (-5, 0, "亿元", "")),
        (-5.0, '0"亿元"', (-5, 0, "亿元", "")),
        (0.0, "0;-0;;@", (0, 0, "", "")),
        (0.0, '_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * "-"??_ ;_ @_ ', (0, 2, "", "")),
        (5000000.0, "0!.0,", None),
        (5000.0, "0,", None),
        (5000000.0, "0.0,,", None),
        (5000.0, '0,"万元"', None),
        (5.0, ";;;", None),
        (5.0, '"合格"', None),
        (5.0, '0"①"', None),
        (5.0, '0"名"', None),
        (5.0, "$#,##0", None),
        (12345678.0, '000"-"00000', None),
        (5.0, '"-"0', None),
        (-5.0, "0;0", None),
        (-5.0, '0"套";0"套"', None),
        (-5.0, "0;[Red]0", (-5, 0, "", "")),
    ],
)
def test_what_a_number_format_states_counts(value, code, expected):
    number = number_from_cell(value, read_number_format(code))
    if expected is None:
        assert number.state == BAD
        assert number.flaw
    else:
        assert (number.digits, number.places, number.unit, number.approx) == expected


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf"), 5e300, 1e31, -1e300])
@pytest.mark.parametrize("code", ["General", "0.00", "0.00%", '0"套"'])
def test_what_is_no_number_or_absurdly_large_is_bad(value, code):
    assert number_from_cell(value, read_number_format(code)).state == BAD


def test_noise_below_the_shown_decimals_is_what_is_shown():
    assert number_from_cell(2.775557561562891e-17, read_number_format("0.00")) == ParsedNumber(
        "number", 0, 2, hidden="2.77555756156289E-17"
    )
    assert number_from_cell(-5e-324, read_number_format("0")).digits == 0
    assert number_from_cell(1e-300, read_number_format("General")).state == BAD


@given(st.floats(), st.text('0#?.,%;-_()*[]\\!"@ 元万约$>=1E+/ymdG', max_size=12))
def test_no_format_makes_it_fall(value, code):
    number = number_from_cell(value, read_number_format(code))
    assert number.state in ("number", BAD)


def test_decimals_that_the_format_hides_are_told():
    assert number_from_cell(9.104, read_number_format("0.00")) == ParsedNumber("number", 910, 2, hidden="9.104")


@pytest.mark.parametrize("code", ["yyyy-m-d", 'm"月"d"日"', "[h]:mm", "yyyy/m/d;@"])
def test_date_formats_are_known(code):
    assert read_number_format(code).kind == "date"


@given(st.decimals(0, 10**9, places=4).map(float), st.sampled_from(["General", "0", "0.00", "0.0000", "#,##0.0"]))
def test_the_short_way_says_the_same_as_the_long_way(value, code):
    fmt = read_number_format(code)
    short = plain_number(value, fmt.least, 15 if fmt.kind == "general" else fmt.most)
    if short:
        long = number_from_cell(value, fmt)
        assert (short[0], short[1]) == (long.digits, long.places)
        assert short[2] == quantities.scaled_text(long.digits, long.places)
        assert Decimal(short[2]) == Decimal(repr(value))


def test_folding_keeps_chinese_and_loses_width():
    assert fold_text("　１２３，ＡＢ（套）\u200b ") == "123,AB(套)"


@pytest.mark.parametrize("text", ["0,583", "0，583", "0 583", "00,583", "100\t200"])
def test_a_separator_that_cannot_be_one_of_thousands_is_refused(text):
    assert parse_number(text).state == BAD


@pytest.mark.parametrize("code", ['0"000"', "0\\0", "0!0", '"1"0', '0",000"', '0" 000"', '0".5"'])
def test_digits_that_only_a_format_paints_are_refused(code):
    assert number_from_cell(5, read_number_format(code)).state == BAD


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ('@"万元"', ("number", 56, 1, "万元")),
        ('0.00;-0.00;0;@"万元"', ("number", 56, 1, "万元")),
        ('General;General;General;"约"@', ("number", 56, 1, "")),
        ("@", ("number", 56, 1, "")),
        ("0.00", ("number", 56, 1, "")),
    ],
)
def test_a_number_kept_as_text_is_read_with_what_its_format_writes_around_it(code, expected):
    number = text_from_cell("5.6", read_number_format(code))
    assert (number.state, number.digits, number.places, number.unit) == expected


@pytest.mark.parametrize("code", [";;;", '0;-0;0;"无"', '0;0;0;@"①"'])
def test_a_number_kept_as_text_that_its_format_hides_or_marks_is_refused(code):
    assert text_from_cell("5.6", read_number_format(code)).state == BAD
    assert text_from_cell("未报", read_number_format(code)).state == "unreported"


@pytest.mark.parametrize("size", [20, 60, 4_000])
@pytest.mark.parametrize("text", ["{}x", "{}户口", "1,{}X", "1亿{}x", "约{}多少", " {} {} x", "-{}余多x", "3万{}千{}y"])
def test_a_row_of_digits_that_is_no_number_is_told_at_once(text, size):
    """With terms that need no magnitude the ways to part the row double with each digit: forty held the site for ever."""
    assert parse_number(text.format("1" * size, "2" * size)).state == BAD
