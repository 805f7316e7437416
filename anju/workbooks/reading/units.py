"""Units that words name: in a head, over a table, beside it, below it. Which characters are simplified for that. Pure."""

import itertools
import re

from anju import quantities
from anju.workbooks.files.numbers import fold_text

_TRADITIONAL = (
    "區区縣县戶户開开關关設设資资產产債债貨货幣币補补貼贴發发標标準准際际實实計计劃划務务總总數数額额單单個个項项萬万億亿舊旧樓楼棟栋築筑積积續续價价"
    "適适經经濟济買买賣卖購购應应會会議议員员財财環环節节點点據据報报審审問问題题歸归類类組组織织級级鄉乡鎮镇號号處处時时間间門门齊齐備备註注說说國国"
    "農农業业專专貸贷餘余結结轉转撥拨達达運运營营監监證证書书約约滿满義义為为與与無无後后過过還还遷迁徵征簽签訂订協协變变異异條条線线網网電电動动車车"
    "場场險险壞坏髒脏亂乱評评績绩優优質质責责領领導导辦办團团體体係系統统廠厂礦矿陽阳陰阴縂总佔占佈布製制復复複复鋪铺園园圍围圖图壓压屬属層层師师帶带廣广"
    "廳厅強强從从愛爱態态損损據据擇择擬拟擴扩攤摊敗败斷断暫暂術术權权歲岁殘残毀毁氣气滯滞燈灯燒烧爭争獎奖獨独現现療疗盡尽確确禮礼種种稅税窮穷競竞籌筹"
    "簡简糧粮紀纪納纳級级細细終终給给維维緊紧縮缩繳缴聯联職职臨临莊庄華华萊莱蓋盖藝艺蘇苏虧亏術术裝装製制見见規规視视覺觉觀观訪访訴诉診诊詢询該该誤误課课"
    "調调請请諸诸證证識识護护讓让貧贫貫贯費费貿贸賃赁賠赔賬账賽赛輔辅輕轻輪轮農农進进遠远選选遲迟邊边鄰邻醫医釋释鋼钢錄录錢钱錯错鍵键鐵铁長长閉闭"
    "稱称況况狀状僅仅齡龄覽览筆笔練练寫写雖虽驟骤繼继紹绍嚴严夠够對对導导濱滨灣湾瓊琼黃黄龍龙鳳凤鎖锁滬沪蘭兰寧宁漢汉衛卫"
    "隊队階阶隨随難难雙双雜杂離离靈灵靜静韌韧預预頂顶順顺須须頒颁頓顿頻频額额願愿類类風风養养館馆駐驻驗验體体"
)
SIMPLIFY = str.maketrans(_TRADITIONAL[::2], _TRADITIONAL[1::2])
BRACKETED = re.compile(r"\(([^()]*)\)")
_UNIT_WORD = re.compile(
    r"[十百千万亿]*(?:[美港欧日]?元|美金|港币|套|户|间|栋|幢|人|人次|个|平方米|平米|㎡|m2|公顷|亩|米|公里|吨|%|‰)"
)
_OFFICE = "填报|编制|报送|填表|上报|主管|责任|实施|建设|牵头|所属|施工|产权|制表|编报|申报|报告|管理|配合|工作|成员|监理|设计|用人"
_AFTER_OFFICE = re.compile(rf"(?:{_OFFICE})$")
_AS_UNIT = re.compile(r"以([^\s以]{1,8})为(?:计量|统计|金额|货币)?单位")
_UNIT_OF_TIME = {"年", "月", "天", "岁", "次", "档", "条", "部"}  # 统计表（月）is a monthly table, and counts no months
_SEPARATORS = re.compile(r"[/、,，;；或和()\s]+")


def units_in(text: str) -> tuple[str, ...]:
    """套（户） → (套, 户); what is not a unit gives nothing."""
    plain = re.sub(r"^单位\s*[:：]?|人民币", "", fold_text(text))
    names = [quantities.ALIASES.get(word, word) for word in _SEPARATORS.split(plain) if word]
    return tuple(names) if names and all(map(_is_unit, names)) else ()


def _is_unit(name: str) -> bool:
    return name in quantities.UNITS and name not in ("1", "fen", "point")


def strange_unit(text: str) -> str:
    """A unit in a heading's brackets that nobody here knows, such as （百套）; ''."""
    for bracketed in BRACKETED.findall(fold_text(text).translate(SIMPLIFY)):
        word = re.sub(r"^单位[:：]?|人民币|\s", "", bracketed)
        if _UNIT_WORD.fullmatch(word) and not units_in(word):
            return word
    return ""


def table_units(above: list[str]) -> tuple[tuple[str, ...], int, str]:
    """The units that the lines over the head state, the first one's row, and a unit there that nobody here knows."""
    units: list[str] = []
    first = 0
    for row, line in enumerate(above):
        named, strange = stated_units(line)
        if (named or strange) and not units:
            first = row
        units += [name for name in named if name not in units]
        if strange:
            return tuple(units), row, strange
    return tuple(units), first, ""


def bracketed_units(text: str) -> tuple[str, ...]:
    """The units in a title's brackets: 资金情况（千元）."""
    named = (units_in(bracketed) for bracketed in BRACKETED.findall(fold_text(text).translate(SIMPLIFY)))
    return tuple(name for names in named if not _UNIT_OF_TIME.intersection(names) for name in names)


def stated_units(line: str) -> tuple[tuple[str, ...], str]:
    """The units that a line beside a table states, each 单位 by itself, and one that nobody here knows. An office (单位：某某局) is none."""
    text = fold_text(line).translate(SIMPLIFY)
    units, strange = list(bracketed_units(text)), ""
    parts = text.split("单位")
    for before, part in itertools.pairwise(parts):
        sign = re.match(r"\s*([:：]|[为是](?=[^:：])|[(\s])", part)
        if not sign or _AFTER_OFFICE.search(before):
            continue
        words = [word for word in _SEPARATORS.split(part[sign.end() :].replace("人民币", "")) if word]
        names = [quantities.ALIASES.get(word.rstrip("。.;:："), word.rstrip("。.;:：")) for word in words]
        known = list(itertools.takewhile(_is_unit, names))
        units += known
        if sign[1] in ":：":
            strange = strange or next(
                (one for one in names[len(known) : len(known) + 1] if _UNIT_WORD.fullmatch(one)), ""
            )
    units += [name for written in _AS_UNIT.findall(text) for name in units_in(written)]
    return tuple(dict.fromkeys(units)), strange
