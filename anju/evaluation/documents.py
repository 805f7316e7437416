"""The official documents of this room."""

from anju.documents.kinds import DocumentKind, register_kind
from anju.evaluation import reports

register_kind(
    DocumentKind(
        code="evaluation-report",
        name="绩效评价报告",
        template="evaluation/documents/report.html",
        gather=reports.gather_report,
        prose=(
            "opening",
            "prh_shanty_fund_management", "prh_shanty_project_management", "prh_shanty_subsidy", "prh_shanty_quality", "prh_shanty_satisfaction",
            "old_allocation", "old_use", "old_project_management", "old_quality", "old_satisfaction",
            "suggestions",
        ),
        options=("tables", "old_scope", "superior_short"),
        upward=True,
        needs=("organs", "addressee"),
    )
)  # fmt: skip
register_kind(
    DocumentKind(
        code="self-evaluation",
        name="绩效自评报告",
        template="evaluation/documents/self.html",
        gather=reports.gather_self_evaluation,
        prose=(
            "opening",
            "fund_management",
            "project_management",
            "project_effect",
            "satisfaction",
            "self_assessment",
            "problems",
            "suggestions",
        ),
        options=("tables",),
    )
)
register_kind(
    DocumentKind(
        code="region-evaluation",
        name="全区绩效评价报告",
        template="evaluation/documents/region.html",
        gather=reports.gather_region_evaluation,
        prose=("opening", "practice", "effect_prh", "effect_management", "effect_old", "result"),
        options=("tables",),
    )
)
