"""Names of regions as people write them: 城 区, 恭城县, 永福, ××市城区. Pure text; no database."""

import re
import unicodedata

PEOPLES = """
蒙古 回 藏 维吾尔 苗 彝 壮 布依 朝鲜 满 侗 瑶 白 土家 哈尼 哈萨克 傣 黎 傈僳 佤 畲 高山 拉祜 水 东乡 纳西 景颇 柯尔克孜 土 达斡尔
仫佬 羌 布朗 撒拉 毛南 仡佬 锡伯 阿昌 普米 塔吉克 怒 乌孜别克 俄罗斯 鄂温克 德昂 保安 裕固 京 塔塔尔 独龙 鄂伦春 赫哲 门巴 珞巴 基诺 各
"""
PEOPLE = "|".join(sorted((f"{people}族" for people in PEOPLES.split()), key=len, reverse=True))
BARE = "维吾尔|哈萨克|柯尔克孜|塔吉克|锡伯|蒙古"  # written without 族 in some names
SELF_RULED = re.compile(rf"(.{{2,}}?)(?:(?:{PEOPLE})+|{BARE})?自治(?:区|州|县|旗)")
PLAIN = re.compile(r"(.{2,}?)(?:特别行政区|地区|新区|林区|特区|省|市|盟|州|县|区|旗)")
WHOLE = {"全国", "全省", "全自治区", "全市", "全州", "全盟", "全区", "全县", "全旗"}


def clean_name(name: str) -> str:
    """Without spaces, and with one form of brackets and letters: 市本级 （开发区） → 市本级(开发区)."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", name)).strip("*、.:")


def short_name(name: str) -> str:
    """The name without its kind: 恭城瑶族自治县, 恭城县 → 恭城; 城区 and 赵县 stay, nothing would be left of them."""
    name = clean_name(name)
    for pattern in (SELF_RULED, PLAIN):
        if match := pattern.fullmatch(name):
            return match[1].removesuffix("族")
    return name
