"""What of a ledger's item stands in a locked return: the ledger changes it no more without a document."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from anju.core.ledgers import ledgers
from anju.core.people.scope import Actor, visible_rows
from anju.core.regions import tree
from anju.returns.forms import spec as forms
from anju.returns.models import Cell, Return
from anju.returns.sources.ledgers import key_of


def locked_fields(user: Actor, ledger: str, items: Sequence[Any]) -> dict[int, dict[str, str]]:
    """By item, the fields that a locked return of its region, or of one above it, gives and the ledger holds fast; with the first return
    that did. items: rows with their region."""
    of = ledgers().get(ledger)
    if of is None:  # no form can name it
        return {}
    fields = of.fixed()
    above = {item.pk: {region.pk for region in tree.region_path(item.region)} for item in items}
    locked = Return.objects.filter(state=Return.LOCKED, region_id__in=frozenset().union(*above.values()))
    rets = {one.pk: one for one in visible_rows(locked, user).select_related("form", "region")}
    lines = {key_of(of, pk): pk for pk in above}
    written = Cell.objects.filter(ret_id__in=list(rets), line__in=list(lines), state__in=(Cell.NUMBER, Cell.TEXT))
    found: dict[int, dict[str, str]] = defaultdict(dict)
    for ret_id, line, code in written.order_by("ret__locked_at", "ret_id").values_list("ret_id", "line", "column"):
        ret, pk = rets[ret_id], lines[line]
        column = forms.form_spec(ret.form).by_code.get(code)
        source = column.source if column else None
        if ret.region_id in above[pk] and source and source.ledger == ledger and source.field in fields:
            found[pk].setdefault(source.field, str(ret))
    return found
