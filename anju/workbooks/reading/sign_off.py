"""The row under a form in which it is signed: 填表人 | 张三 | 审核人 | 李四 | 日期 | 2022年1月5日, spread over cells as it comes."""

import re

from anju.workbooks.files.numbers import BAD, fold_text, parse_number

_WHO = "填表|填报|制表|编制|经办|审核|审批|复核|核对|统计|联系|单位|分管|主管|主要|科室"
_WORD = re.compile(
    rf"(?:(?:{_WHO})(?:人员?|者|领导|负责人|科室)?|负责人|领导|盖章|签字|签章|公章|单位)(?:\((?:签字|签章|签名|盖章|公章)\))?"
)
_DATED = re.compile(rf"(?:{_WHO}|报送|上报)?(?:人员?)?(?:联系)?(?:电话|手机号?码?|方式|日期|时间|年月日)")


def is_sign_off(values: list) -> bool:
    """Whether the row is nothing but that: each cell a word of signing, or what was written behind one. A bare number is data, unless it is a telephone."""
    word = dated = False
    for value in values:
        if value == "":
            continue
        text = re.sub(r"\s+", "", fold_text(value)) if isinstance(value, str) else ""
        head, colon, _ = text.partition(":")
        if _DATED.fullmatch(head):
            word = dated = True
        elif _WORD.fullmatch(head) and (colon or not isinstance(value, str) or parse_number(value).state == BAD):
            word, dated = True, False
        elif not word or not (
            dated or (isinstance(value, str) and parse_number(value).state == BAD) or hasattr(value, "year")
        ):
            return False
    return word
