"""Tables that were asked for and kept (临时取数): whose they are, and what they hold today."""

from django.db.models import Q, QuerySet

from anju.core.models.region import Region
from anju.core.people.scope import Actor, visible_rows
from anju.core.wording import period_label
from anju.documents.asking.pasted import PastedTable, read_pasted
from anju.documents.asking.picks import Picks, declare_table
from anju.documents.asking.proposing import is_place_within
from anju.documents.layout.annex import Annex
from anju.documents.models import AskedTable
from anju.documents.tables.filling import fill_table
from anju.documents.tables.loading import read_table
from anju.problems import Problem, Refused


def list_tables(user: Actor, region: Region | None = None) -> QuerySet[AskedTable]:
    """Those of the user's own offices, newest first; of one region where it is named."""
    own = Q(organisation__in=user.organisation_ids) if user.posts is not None else Q()
    kept = AskedTable.objects.filter(own, dropped_at__isnull=True)
    if region is not None:
        kept = kept.filter(region=region)
    return visible_rows(kept, user).select_related("region")


def find_table(user: Actor, pk: int) -> AskedTable:
    """AskedTable.DoesNotExist when there is none, or it is another office's."""
    return list_tables(user).get(pk=pk)


def free_name(user: Actor, region: Region) -> str:
    """A name that no kept table has."""
    taken = set(list_tables(user, region).values_list("name", flat=True))
    return next(name for number in range(1, len(taken) + 2) if (name := f"{region.name}取数{number}") not in taken)


def read_head(user: Actor, region: Region, period: str, text: str) -> PastedTable:
    """What was pasted, with the names of its rows told from its head. Refused DOC-120, DOC-121."""
    return read_pasted(text, is_place_within(user, region, period))


def picks_of(table: AskedTable) -> Picks:
    return Picks.of_stored(table.name, table.picks)


def fill_asked(user: Actor, region: Region, period: str, text: str, picks: Picks) -> Annex:
    """The table as the ledger stands in that period, within what the user sees. Refused DOC-122 for a column that will not do."""
    pasted = read_head(user, region, picks.read_in or period, text)
    if len(pasted.heads) != len(picks.columns) or (picks.rows and len(pasted.names) != len(picks.rows)):
        raise Refused(Problem("DOC-120", "粘贴的表头", "和所选的栏、行对不上。", "请重新粘贴一次。"))
    table = read_table(declare_table(pasted, picks))
    annex = fill_table(user, table, region, period, {"span": period_label(period)})
    if annex is None:  # it needs no option
        raise LookupError(picks.name)
    return annex


def fill_kept(user: Actor, table: AskedTable, period: str) -> Annex:
    """A kept table in any period."""
    return fill_asked(user, table.region, period, table.pasted, picks_of(table))
