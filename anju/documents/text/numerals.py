"""Numbers as Chinese numerals (一、十二) for headings and fractions; the other way, from text to number: `documents/checker/numerals.py`. Pure."""


def chinese_numeral(number: int) -> str:
    """1 → 一, 12 → 十二, 23 → 二十三; up to 99, as headings need."""
    digits = "零一二三四五六七八九"
    tens, ones = divmod(number, 10)
    return ("" if tens == 0 else "十" if tens == 1 else digits[tens] + "十") + (
        digits[ones] if ones or not tens else ""
    )
