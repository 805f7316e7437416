"""What of a project stands in a locked return: the ledger changes it no more without a document."""

from collections import defaultdict
from collections.abc import Sequence

from anju.core.people.scope import Operator, visible
from anju.core.regions import tree
from anju.projects.models import Project
from anju.returns.forms import spec as forms
from anju.returns.models import Cell, Return


def fixed(user: Operator, ledger: str, items: Sequence[Project]) -> dict[int, dict[str, str]]:
    """By project, the fields that a locked return of its region, or of one above it, gives; with the first return that did."""
    if ledger != "projects":
        return {}
    above = {project.pk: {region.pk for region in tree.path(project.region)} for project in items}
    locked = Return.objects.filter(state=Return.LOCKED, region_id__in=frozenset().union(*above.values()))
    rets = {one.pk: one for one in visible(locked, user).select_related("form", "region")}
    lines = {f"p{pk}": pk for pk in above}
    written = Cell.objects.filter(ret_id__in=list(rets), line__in=list(lines), state__in=(Cell.NUMBER, Cell.TEXT))
    found: dict[int, dict[str, str]] = defaultdict(dict)
    for ret_id, line, code in written.order_by("ret__locked_at", "ret_id").values_list("ret_id", "line", "column"):
        ret, pk = rets[ret_id], lines[line]
        column = forms.of(ret.form).by_code.get(code)
        if ret.region_id in above[pk] and column and column.source and column.source.project:
            found[pk].setdefault(column.source.project, str(ret))
    return found
