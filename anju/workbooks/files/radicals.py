"""Radicals (部首) that look like characters and are others: text copied from a PDF holds them. Folded in names only, and asked about."""

import unicodedata

# The CJK Radicals Supplement has no compatibility mapping in Unicode; those of it that are whole characters, as a name may hold them.
_SUPPLEMENT = {
    0x2E81: "厂", 0x2E84: "乙", 0x2E8A: "卜",
    0x2E8E: "兀", 0x2E90: "尢", 0x2E92: "巳", 0x2E93: "幺", 0x2E95: "彐",
    0x2E9B: "旡", 0x2E9C: "日", 0x2E9D: "月", 0x2E9E: "歺", 0x2E9F: "母", 0x2EA0: "民", 0x2EA7: "牛", 0x2EA9: "王", 0x2EAA: "疋",
    0x2EAB: "目", 0x2EAC: "示", 0x2EAF: "糸", 0x2EB6: "羊", 0x2EBB: "聿", 0x2EBC: "肉",
    0x2EBD: "臼", 0x2EC1: "虎", 0x2EC4: "西", 0x2EC5: "见", 0x2EC6: "角", 0x2EC7: "角", 0x2EC9: "贝", 0x2ECB: "车",
    0x2ED1: "长", 0x2ED3: "长", 0x2ED4: "门", 0x2ED8: "青", 0x2ED9: "韦", 0x2EDA: "页", 0x2EDB: "风", 0x2EDC: "飞",
    0x2EDD: "食", 0x2EE2: "马", 0x2EE3: "骨", 0x2EE4: "鬼", 0x2EE5: "鱼", 0x2EE6: "鸟", 0x2EE7: "卤", 0x2EE8: "麦", 0x2EE9: "黄",
    0x2EEA: "黾", 0x2EEC: "齐", 0x2EEE: "齿", 0x2EF0: "龙", 0x2EF3: "龟",
}  # fmt: skip
_KANGXI = {code: unicodedata.normalize("NFKC", chr(code)) for code in range(0x2F00, 0x2FD6)}
_TABLE = {**_SUPPLEMENT, **_KANGXI}


def fold_radicals(text: str) -> str:
    """⻄区 → 西区, ⼄区 → 乙区."""
    return text if text.isascii() else text.translate(_TABLE)


def radicals_in(text: str) -> list[str]:
    """The radicals in a name that stand for a character."""
    return [letter for letter in text if ord(letter) in _TABLE]
