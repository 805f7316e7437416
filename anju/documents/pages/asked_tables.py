"""临时取数: a head pasted from Excel, what its columns are taken for, the table with every number a door, kept for next time."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from anju.core.models.region import Region
from anju.core.pages.addresses import page_address
from anju.core.pages.context import needs_region, page_context, render_page
from anju.core.pages.files import file_response
from anju.core.pages.forms import PostedForm
from anju.core.pages.layout.markup import trusted
from anju.core.pages.request import Request
from anju.core.people.permissions import requires_permission
from anju.core.people.scope import Actor
from anju.core.reading import DRAWING, turn_of
from anju.core.regions import tree
from anju.core.wording import period_label
from anju.documents.asking.pasted import PastedTable
from anju.documents.asking.picks import PERIODS, ColumnPick, Picks
from anju.documents.asking.proposing import (
    BLANK,
    NUMBER,
    ColumnProposal,
    RowProposal,
    propose_columns,
    propose_rows,
    spoken_measure,
)
from anju.documents.layout.annex import Annex
from anju.documents.models import AskedTable
from anju.documents.queries import asked_tables
from anju.documents.services import asked_tables as services
from anju.documents.tables.alone import table_article
from anju.documents.writers import formats
from anju.figures.queries.current import calibres, catalogue
from anju.problems import Refused
from anju.quantities import UNITS

FORMS = ("xlsx", "docx", "pdf")
REFUSED = 422


class AskedForm(PostedForm):
    """A form about a table that is asked for."""

    code, file_code = "DOC-120", "DOC-120"

    @property
    def pasted(self) -> str:
        """As it was pasted: a tab at its beginning is a blank cell."""
        return self.typed.get("pasted", "")


@requires_permission("documents.tables")
@require_GET
@needs_region("documents/asked_tables.html", heading="临时取数", tables=[])
def list_tables(request: Request) -> HttpResponse:
    return render_tables(request)


def render_tables(request: Request, status: int = 200, pasted: str = "", **extra: Any) -> HttpResponse:
    made = page_context(request)
    tables = asked_tables.list_tables(request.actor, made.region)
    return render_page(
        request, "documents/asked_tables.html", status=status, heading="临时取数", tables=tables, pasted=pasted, **extra
    )


@requires_permission("documents.tables")
@require_POST
@needs_region()
def read_head(request: Request) -> HttpResponse:
    """What was pasted, each column and row with what it is taken for. Nothing is stored."""
    made, user = page_context(request), request.actor
    text = AskedForm(request).pasted
    try:
        pasted = asked_tables.read_head(user, made.region, made.period, text)
    except Refused as refused:
        return render_tables(request, status=REFUSED, pasted=text, problems=refused.problems)
    columns, rows = propose_columns(pasted, made.period), propose_rows(user, made.region, made.period, pasted.names)
    name = pasted.title or asked_tables.free_name(user, made.region)
    return render_picks(request, text, pasted, columns, rows, name, read_in=made.period)


def render_picks(
    request: Request, text: str, pasted: PastedTable, columns: list[ColumnProposal], rows: list[RowProposal], name: str, *,
    read_in: str, status: int = 200, **extra: Any,
) -> HttpResponse:  # fmt: skip
    made, user = page_context(request), request.actor
    below = (
        [made.region, *tree.descendant_regions(user, made.region)]
        if any(not row.region and row.name for row in rows)
        else []
    )
    unsure = sum(not one.sure for one in columns) + sum(not row.region and bool(row.name) for row in rows)
    return render_page(
        request, "documents/asked_picks.html", status=status, heading=name or "临时取数", name=name, pasted=text, table=pasted, columns=columns,
        rows=rows, unsure=unsure, regions=below, measures=[spoken_measure(one) for one in catalogue().values()], words=(BLANK, NUMBER),
        units=list(UNITS), periods=period_choices(columns), calibre_names=calibres(), read_in=read_in, **extra,
    )  # fmt: skip


def period_choices(columns: list[ColumnProposal]) -> list[tuple[str, str]]:
    """The relative ones, and those that the headings name."""
    named = {one.period: period_label(one.period) for one in columns if one.period not in PERIODS}
    return [*PERIODS.items(), *sorted(named.items())]


@requires_permission("documents.tables")
@require_POST
@needs_region()
def keep_table(request: Request) -> HttpResponse:
    """What was confirmed becomes a kept table, which the page then shows."""
    made, user, posted = page_context(request), request.actor, AskedForm(request)
    text = posted.pasted
    read_in = posted.text("read_in") or made.period
    pasted = None
    try:
        pasted = asked_tables.read_head(user, made.region, read_in, text)
        picks = posted_picks(user, made.region, posted, pasted, read_in)
        table = services.keep_table(by=user, region=made.region, period=made.period, pasted=text, picks=picks)
    except Refused as refused:
        if pasted is None:
            return render_tables(request, status=REFUSED, pasted=text, problems=refused.problems)
        columns, rows = shown_again(posted_picks(user, made.region, posted, pasted, read_in), pasted)
        return render_picks(
            request,
            text,
            pasted,
            columns,
            rows,
            posted.text("name"),
            read_in=read_in,
            status=REFUSED,
            problems=refused.problems,
        )
    messages.success(request, f"已保留为“{table.name}”，下次从列表里打开，换个期间就是新的数。")
    return redirect(page_address(request, table))


def posted_picks(user: Actor, region: Region, posted: AskedForm, pasted: PastedTable, read_in: str) -> Picks:
    """Only regions within the user's own may be named; a row of another stays blank."""
    columns = tuple(
        ColumnPick(
            posted.text(f"says_{number}"),
            posted.text(f"unit_{number}"),
            posted.text(f"period_{number}") or "own",
            posted.text(f"calibre_{number}"),
        )
        for number in range(len(pasted.heads))
    )
    known = {one.code for one in (region, *tree.descendant_regions(user, region))}
    codes = [posted.text(f"row_{number}") for number in range(len(pasted.names))]
    rows = tuple(code if code in known else "" for code in codes)
    return Picks(posted.text("name"), columns, rows, whole=region.code, read_in=read_in)


def shown_again(picks: Picks, pasted: PastedTable) -> tuple[list[ColumnProposal], list[RowProposal]]:
    """What was confirmed, as it is shown for another look."""
    columns = [
        ColumnProposal(path, one.says, one.unit, one.period, one.calibre, calibres_of(one.says), sure=True)
        for path, one in zip(pasted.heads, picks.columns, strict=True)
    ]
    rows = [
        RowProposal(name, code) for name, code in zip(pasted.names, picks.rows or [""] * len(pasted.names), strict=True)
    ]
    return columns, rows


def calibres_of(says: str) -> tuple[str, ...]:
    measure = next((one for one in catalogue().values() if says.endswith(f"〔{one.code}〕")), None)
    return tuple(measure.calibres) if measure else ()


@requires_permission("documents.tables")
@require_GET
def show_table(request: Request, pk: int) -> HttpResponse:
    table = find_table(request, pk)
    period = request.GET.get("period") or table.period
    made = page_context(request, Standing(table.region, period))
    try:
        annex = asked_tables.fill_kept(request.actor, table, made.period)
    except Refused as refused:
        return render_page(
            request,
            "documents/asked_table.html",
            status=REFUSED,
            heading=table.name,
            table=table,
            problems=refused.problems,
        )
    return render_page(
        request, "documents/asked_table.html", heading=table.name, table=table, article=trusted(table_article(annex)), reminders=annex.problems,
        forms=FORMS,
    )  # fmt: skip


class Standing:
    """Where and when a page stands."""

    def __init__(self, region: Region, period: str) -> None:
        self.region, self.period = region, period


def find_table(request: Request, pk: int) -> AskedTable:
    try:
        return asked_tables.find_table(request.actor, pk)
    except AskedTable.DoesNotExist as error:
        raise Http404(str(pk)) from error


@requires_permission("documents.tables")
@require_GET
def show_picks(request: Request, pk: int) -> HttpResponse:
    """What a kept table was taken for, to be changed."""
    table = find_table(request, pk)
    made = page_context(request, Standing(table.region, request.GET.get("period") or table.period))
    picks = asked_tables.picks_of(table)
    read_in = picks.read_in or made.period
    pasted = asked_tables.read_head(request.actor, table.region, read_in, table.pasted)
    columns, rows = shown_again(picks, pasted)
    return render_picks(request, table.pasted, pasted, columns, rows, table.name, read_in=read_in)


@requires_permission("documents.tables")
@require_GET
def download_table(request: Request, pk: int, form: str) -> HttpResponse:
    """As Excel, Word or PDF."""
    if form not in FORMS:
        raise Http404(form)
    table = find_table(request, pk)
    made = page_context(request, Standing(table.region, request.GET.get("period") or table.period))
    try:
        annex: Annex = asked_tables.fill_kept(request.actor, table, made.period)
    except Refused as refused:
        return render_page(
            request,
            "documents/asked_table.html",
            status=REFUSED,
            heading=table.name,
            table=table,
            problems=refused.problems,
        )
    with turn_of(request.actor, annex.title, DRAWING):
        content = formats.write_formats(table_article(annex), [form], annex.title)[form]
    return file_response(content, f"{table.name}{made.period}.{form}")


@requires_permission("documents.tables")
@require_POST
def drop_table(request: Request, pk: int) -> HttpResponse:
    table = services.drop_table(by=request.actor, table_id=find_table(request, pk).pk)
    messages.success(request, f"“{table.name}”不再保留。")
    return redirect(page_address(request, "documents:tables"))
