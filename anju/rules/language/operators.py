"""The operators (算子) a formula may call: their names, how many arguments, and how they read in Chinese.

What they mean is written twice and independently: `lower` (for the engines) and `evaluation` (by Decimal);
docs/operators.md shows each with a worked table, which a test executes.
"""

from __future__ import annotations

from dataclasses import dataclass

MODES = {"ceil": "不足一档按一档", "floor": "不足一档不计", "prorata": "按比例"}


@dataclass(frozen=True)
class Operator:
    """signature: the arguments as documented; least/most: their number; reads: Chinese template with {0} {1} …"""

    name: str
    signature: str
    least: int
    most: int
    reads: str
    pairs: bool = False

    def accepts(self, count: int) -> bool:
        return self.least <= count <= self.most and not (self.pairs and count % 2)


_MANY = 40

OPERATORS: dict[str, Operator] = {
    operator.name: operator
    for operator in (
        Operator("greatest", "greatest(值, 值, …)", 2, _MANY, "取大({all})"),
        Operator("least", "least(值, 值, …)", 2, _MANY, "取小({all})"),
        Operator("abs", "abs(值)", 1, 1, "绝对值({0})"),
        Operator("mean", "mean(值, 值, …)", 2, _MANY, "平均({all})"),
        Operator("full_if", "full_if(条件, 分值)", 2, 2, "符合({0})得{1}，否则0"),
        Operator("parts", "parts(条件, 分值, 条件, 分值, …)", 2, _MANY, "逐项相加({all})", pairs=True),
        Operator("veto", "veto(条件, 值)", 2, 2, "一票否决({0})为0，否则{1}"),
        Operator(
            "lose_per_step",
            "lose_per_step(差额, 每档, 每档扣分, 最多扣分, 'ceil'|'floor'|'prorata')",
            5,
            5,
            "扣分(差{0}，每{1}扣{2}，最多{3}，{4})",
        ),
        Operator(
            "gain_per_step",
            "gain_per_step(超出额, 每档, 每档加分, 最多加分, 'ceil'|'floor'|'prorata')",
            5,
            5,
            "加分(超出{0}，每{1}加{2}，最多{3}，{4})",
        ),
        Operator("gain_per_item", "gain_per_item(项数, 每项加分, 最多加分)", 3, 3, "加分({0}项，每项{1}，最多{2})"),
        Operator("reaches_or_rises", "reaches_or_rises(值, 目标, 基数, 升幅)", 4, 4, "{0}达到{1}，或比{2}高出{3}"),
        Operator("lose_per_item", "lose_per_item(项数, 每项扣分, 最多扣分)", 3, 3, "扣分({0}项，每项{1}，最多{2})"),
        Operator("lose_per_day", "lose_per_day(天数, 每天扣分, 最多扣分)", 3, 3, "扣分({0}天，每天{1}，最多{2})"),
        Operator("floor_to", "floor_to(值, 取整单位)", 2, 2, "向下取整({0}，到{1})"),
        Operator("ceil_to", "ceil_to(值, 取整单位)", 2, 2, "向上取整({0}，到{1})"),
        Operator("round_to", "round_to(值, 取整单位)", 2, 2, "四舍五入({0}，到{1})"),
        Operator("to_unit", "to_unit(金额, '单位')", 2, 2, "换算成{1}({0})"),
        Operator("share", "share(值)", 1, 1, "占本组合计之比({0})"),
        Operator("total", "total(值)", 1, 1, "本组合计({0})"),
        Operator("largest_remainder", "largest_remainder(值)", 1, 1, "最大余额法取整({0})"),
        Operator("count_of", "count_of(条件)", 0, 1, "成员中{all}的个数"),
        Operator("sum_of", "sum_of(值)", 1, 1, "各成员{0}之和"),
        Operator("min_of", "min_of(值)", 1, 1, "各成员{0}中最小"),
        Operator("max_of", "max_of(值)", 1, 1, "各成员{0}中最大"),
        Operator("any_of", "any_of(条件)", 1, 1, "有成员{0}"),
        Operator("all_of", "all_of(条件)", 1, 1, "每名成员都{0}"),
        Operator("if_unknown", "if_unknown(值, 未知时的值)", 2, 2, "{0}（未知时按{1}）"),
        Operator("age_on", "age_on(出生日期, 计算日期)", 2, 2, "周岁({0}，算到{1})"),
        Operator("months_between", "months_between(起, 止)", 2, 2, "整月数({0}至{1})"),
        Operator("days_between", "days_between(起, 止)", 2, 2, "天数({0}至{1})"),
    )
}

ROLLUPS = frozenset(("count_of", "sum_of", "min_of", "max_of", "any_of", "all_of"))  # of the members of a row
WINDOWS = frozenset(("share", "total", "largest_remainder")) | ROLLUPS  # of more rows than one
