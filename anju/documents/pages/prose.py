"""What the official's own paragraphs of a document are called, where they are edited."""

from anju.documents import kinds
from anju.documents.models import Document
from anju.problems import Refused

NAMES = {
    "correction": {"reasons": "变化的原因", "requirements": "要求"},
    "evaluation-report": {
        "opening": "开头",
        "prh_shanty_fund_management": "公租房和棚改：资金管理", "prh_shanty_project_management": "公租房和棚改：项目管理",
        "prh_shanty_subsidy": "公租房和棚改：租赁补贴", "prh_shanty_quality": "公租房和棚改：工程质量安全",
        "prh_shanty_satisfaction": "公租房和棚改：服务对象满意度",
        "old_allocation": "老旧小区：资金分配", "old_use": "老旧小区：资金使用管理", "old_project_management": "老旧小区：项目管理",
        "old_quality": "老旧小区：工程质量安全", "old_satisfaction": "老旧小区：服务对象满意度",
        "suggestions": "相关建议",
    },
    "self-evaluation": {
        "opening": "开头", "fund_management": "资金管理", "project_management": "项目管理", "project_effect": "项目效益", "satisfaction": "居民满意度",
        "self_assessment": "自评情况", "problems": "存在的问题", "suggestions": "几点建议",
    },
    "region-evaluation": {
        "opening": "开头", "practice": "主要做法", "effect_prh": "效果：住房困难家庭", "effect_management": "效果：运营管理",
        "effect_old": "效果：老旧小区", "result": "评价结果",
    },
}  # fmt: skip


def section_names(document: Document, keys: list[str]) -> list[tuple[str, str]]:
    """(key, name) of every section the kind has, in the order of the document; a key that it does not know comes last, by itself."""
    try:
        kind = kinds.find_kind(document.kind, document.region, document.period)
        order, names = list(kind.prose), kind.sections or NAMES.get(kind.code, {})
    except Refused:  # its kind is gone
        order, names = [], NAMES.get(document.kind, {})
    return [(key, names.get(key, f"自拟段落“{key}”")) for key in dict.fromkeys([*order, *keys])]
