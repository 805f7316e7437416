"""What of a project stands in a locked return: the ledger changes it no more without a document."""

from anju.core import regions
from anju.core.scope import Operator, visible
from anju.projects.models import Project
from anju.returns import spec as forms
from anju.returns.models import Cell, Return


def fixed(user: Operator, project: Project) -> dict[str, str]:
    """Fields of the project that a locked return of its region, or of one above it, gives; with the first return that did."""
    above = [region.pk for region in regions.path(project.region)]
    rets = {
        one.pk: one
        for one in visible(Return.objects.filter(state=Return.LOCKED, region_id__in=above), user).select_related(
            "form", "region"
        )
    }
    written = Cell.objects.filter(ret_id__in=list(rets), line=f"p{project.pk}", state__in=(Cell.NUMBER, Cell.TEXT))
    found: dict[str, str] = {}
    for ret_id, code in written.order_by("ret__locked_at", "ret_id").values_list("ret_id", "column"):
        column = forms.of(rets[ret_id].form).by_code.get(code)
        if column and column.source and column.source.project:
            found.setdefault(column.source.project, str(rets[ret_id]))
    return found
