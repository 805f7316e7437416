"""The back office's pages: home, panel, and those about figures, runs, documents and the trail."""

BAND = "desk"
PREFIXES = (
    "",
    "notices/",
    "targets/",
    "dispatch/",
    "figures/",
    "figures.xlsx",
    "runs/",
    "rules/",
    "documents/",
    "imports/",
    "trail/",
)
NAVIGATION = (
    {"order": 10, "label": "总览", "url": "desk:leader", "permission": "leader.see"},
    {"order": 20, "label": "目标", "url": "figures:targets", "permission": "targets.see"},
    {"order": 50, "label": "调度", "url": "oversight:dispatch", "permission": "dispatch.see"},
    {"order": 60, "label": "指标", "url": "figures:explorer", "permission": "figures.see"},
    {"order": 70, "label": "评价", "url": "runs:list", "permission": "runs.see"},
    {"order": 80, "label": "文书", "url": "documents:list", "permission": "documents.see"},
    {"order": 90, "label": "规则", "url": "runs:books", "permission": "rules.see"},
    {"order": 100, "label": "导入", "url": "figures:imports", "permission": "imports.see"},
    {"order": 130, "label": "留痕", "url": "trail:trail", "permission": "trail.see"},
)
