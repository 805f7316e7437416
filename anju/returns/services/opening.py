"""Forms into the database, and returns opened: lines and cells filled from the ledgers and the last period."""

import hashlib
from collections.abc import Iterable
from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone

from anju import periods
from anju.core.ledgers import Item, ledger
from anju.core.models.people import Organisation
from anju.core.models.region import Region
from anju.core.people.permissions import may, require_permission
from anju.core.people.scope import Actor, visible_rows
from anju.core.trail import trail
from anju.problems import Problem, Refused
from anju.quantities import places_needed
from anju.returns.base import FILL, hold_return, require_own_organisation, require_state
from anju.returns.forms import calendar
from anju.returns.forms import spec as forms
from anju.returns.forms.book import compile_form
from anju.returns.forms.spec import FormColumn, FormSpec
from anju.returns.models import Cell, Change, Form, Line, Return, Step
from anju.returns.queries import reading
from anju.returns.queries.values import ReturnValues
from anju.returns.sources import ledgers
from anju.returns.sources.figures import RegionNumbers, figure_in_base_units

BATCH = 2_000
KINDS = {
    "county": (Region.Kind.COUNTY, Region.Kind.PSEUDO),
    "city": (Region.Kind.CITY,),
    "province": (Region.Kind.PROVINCE,),
}


@transaction.atomic
@trail.act("returns.load_forms")
def load_forms(*, by: Actor, specs: Iterable[FormSpec] | None = None) -> list[Form]:
    """Bring the shipped forms (or these) into the database; those that were new. The same again changes nothing.

    Refused RET-001 … RET-003 and RET-005 what is wrong with them, ROOM-004 a ledger that is not there, RET-004 when a version that is known already says something else now.
    """
    made, problems = [], []
    known = {(form.code, form.since): form for form in Form.objects.all()}
    for spec in forms.shipped_specs() if specs is None else specs:
        form = known.get((spec.code, spec.since))
        try:
            compile_form(spec)
            ledgers.check(spec)
        except Refused as refused:
            problems += refused.problems
            continue
        if form is not None and form.digest != spec.digest:
            what = f"自 {spec.since} 起施行的这一版已经装入，内容不同。"
            problems.append(
                Problem("RET-004", f"表 {spec.code}", what, "已用过的表式不改；请写新的 since 作为新的一版。")
            )
        elif form is None:
            made.append(
                Form(
                    code=spec.code, since=spec.since, name=spec.name, digest=spec.digest, spec=spec.canonical, language=spec.language,
                )
            )  # fmt: skip
    if problems:
        raise Refused(*problems)
    for form in made:
        form.save(force_insert=True)
    if made:
        listed = [
            {"code": form.code, "name": form.name, "since": str(form.since), "digest": form.digest} for form in made
        ]
        trail.describe(
            obj=trail.Subject("returns.form", "", "表式"),
            after={"forms": listed},
            count=len(made),
            digest=hashlib.sha256("".join(f"{form.digest}\n" for form in made).encode()).hexdigest(),
        )
    return made


def form_in_force(code: str, period: str) -> Form:
    """The version in force at the end of the period. Refused RET-013 when there is none."""
    form = Form.objects.filter(code=code, since__lte=periods.period_end(period)).order_by("-since").first()
    if form is None:
        raise Refused(Problem("RET-013", f"表 {code} {period}", "没有这张表，或当时还没有施行。", "请核对表号和期间。"))
    return form


def organisation_of(by: Actor, spec: FormSpec, region: Region) -> Organisation | None:
    """Whose return it is: the region's organisation of the form's kind; of several the one the person is at."""
    found = list(Organisation.objects.filter(region=region, kind=spec.unit, ended_on=None).order_by("id"))
    return next((one for one in found if one.pk in by.organisation_ids), found[0] if found else None)


@transaction.atomic
@trail.act("returns.open")
def open_return(*, by: Actor, form_code: str, region: Region, period: str) -> Return:
    """The return of that form, region and period, made and filled in if there is none (建立填报). Repeating gives the same.

    Refused: ACT-001, RET-010 and RET-011 the period is none of the form's, RET-012 another organisation's, RET-013 no such form,
    RET-014 the form is not of this level.
    """
    if region.pk not in by.region_ids:
        raise Region.DoesNotExist(f"没有区划 {region.code}")
    every = Return.objects.filter(form__code=form_code, region=region, period=period)
    known = visible_rows(every.exclude(state=Return.VOID), by)
    if found := known.select_related("form", "region", "organisation").order_by("-serial").first():
        return found
    form = form_in_force(form_code, period)
    spec = forms.form_spec(form)
    where = f"{form.name} {region.name} {period}"
    require_permission(by, FILL, region.pk, where)
    calendar.check_period(spec, period)
    if region.kind not in KINDS[spec.level]:
        raise Refused(Problem("RET-014", where, "这张表不由这一级填报。", "请核对表号和区划。"))
    organisation = organisation_of(by, spec, region)
    require_own_organisation(by, organisation, where)
    made = Return(
        form=form, region=region, organisation=organisation, period=period, cut_off=calendar.cut_off_day(spec, period),
        due=calendar.form_deadlines(spec, period), by=by.key,
    )  # fmt: skip
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:  # someone else opened it at the same moment
        return known.select_related("form", "region", "organisation").order_by("-serial").first()
    lines = Line.objects.bulk_create(_lines(by, made, spec), batch_size=BATCH)
    filled = Cell.objects.bulk_create(_prefill(by, made), batch_size=BATCH)
    Step.objects.create(
        ret=made, region=region, move="open", source="", target=Return.DRAFT, by=by.key, by_name=by.name
    )
    trail.describe(obj=made, after={"lines": len(lines), "prefilled": len(filled)}, region_id=region.pk)
    return made


def _lines(by: Actor, ret: Return, spec: FormSpec) -> list[Line]:
    if spec.rows.ledger:
        items = ledgers.lines(by, spec, ret.region, ret.cut_off)
        return [_item_line(ret, spec, item, order) for order, item in enumerate(items)]
    return [
        Line(ret=ret, region_id=ret.region_id, key=one.key, label=one.label, facts=dict(one.facts), order=order)
        for order, one in enumerate(spec.rows.fixed)
    ]


def _item_line(ret: Return, spec: FormSpec, item: Item, order: int) -> Line:
    key = ledgers.key_of(ledger(spec.rows.ledger), item.id)
    return Line(
        ret=ret, region_id=ret.region_id, key=key, label=item.label, item=item.id, facts=dict(item.facts), order=order
    )


def _prefill(by: Actor, ret: Return, keys: set[str] | None = None) -> list[Cell]:
    """Cells with what is known already; of these lines, or of all. What is not known stays blank."""
    read = reading.read_return(by, ret)
    spec, now = read.spec, read.now
    moved = _events_since_cut_off(by, read)
    wanted = {
        c.source.target or c.source.measure: c
        for c in spec.columns
        if c.source and (c.source.target or c.source.measure)
    }
    numbers = RegionNumbers(
        by, ret.region, ret.period,
        {("target" if c.source.target else "measure", code, c.source.calibre) for code, c in wanted.items()},
    ) if wanted else None  # fmt: skip
    others = reading.other_forms_values(by, ret, {c.source.form for c in spec.columns if c.source and c.source.form})
    found = []
    for line in now.lines.values():
        for column in spec.columns:
            if (keys is None or line.key in keys) and column.source and spec.has(column, line.key, line.facts):
                value, text, places = _known_value(read, line, column, moved, numbers, others)
                if value is not None or text:
                    found.append(_cell(ret, line=line.key, column=column, value=value, text=text, places=places, by=by))
    return found


def _events_since_cut_off(by: Actor, read: reading.ReadReturn) -> ledgers.EventSums | None:
    """What the ledger recorded after the last period's cut-off, when that period's differences are not in the ledger yet."""
    last, ret, code = read.last_ret, read.ret, read.spec.rows.ledger
    if last is None or last.state == Return.LOCKED or not code:
        return None
    items = [line.item for line in read.now.lines.values() if line.item]
    columns = ledgers.by_ledger(read.spec).get(code, [])
    return ledgers.event_sums(by, ledger(code), columns, ret.period, items, ret.cut_off, after=last.cut_off)


def _known_value(
    read: reading.ReadReturn, line: Line, column: FormColumn, moved: ledgers.EventSums | None, numbers: RegionNumbers | None, others: dict[str, ReturnValues]
) -> tuple[int | None, str, int]:  # fmt: skip
    source, key = column.source, (line.key, column.code)
    before = read.before(read.last, line.key, column)
    places = column.places
    if source.ledger:
        value, text = read.ledger_numbers.get(key), read.ledger_texts.get(key, "")
        if source.event and source.since == "year" and moved is not None and before is not None:
            # Last period's word plus what was recorded since: its own differences reach the ledger only when it is locked.
            value = before + (moved.value(source, ledgers.counting_start(source, read.ret.period), line.item) or 0)
        if source.event and value is None and not text and source.since != "period":
            value, text = before, (read.last and read.last.text(*key)) or ""
    elif source.target or source.measure:
        figure = (
            numbers.target(source.target, source.calibre)
            if source.target
            else numbers.measure(source.measure, source.calibre)
        )
        value, text = figure_in_base_units(figure, column.unit), ""
    elif source.form:
        other = others.get(source.form)
        value, text = other.total(source.column) if other and source.column in other.spec.by_code else None, ""
    else:
        value, text = before, (read.last and read.last.text(*key)) or ""
        cell = read.last.cells.get(key) if read.last else None
        places = cell.places if cell is not None else places
    return value, text, min(places, column.places)


def _cell(ret: Return, line: str, column: FormColumn, value: int | None, text: str, places: int, by: Actor) -> Cell:
    state = Cell.TEXT if value is None else Cell.NUMBER
    kept = 0 if value is None else min(places_needed(value, column.unit), 9)
    return Cell(
        ret=ret, region_id=ret.region_id, line=line, column=column.code, state=state, value=value, places=kept, text=text, via="prefill", by=by.key,
        version=1, at=timezone.now(),  # said here, so that all go in by one statement of arrays
    )  # fmt: skip


@transaction.atomic
@trail.act("returns.refresh")
def refresh_return(*, by: Actor, ret_id: int) -> int:
    """Bring a draft up to the ledgers (按台账更新): lines of items that came since, and cells that nobody has touched. How many changed."""
    ret = hold_return(by, ret_id, FILL)
    require_state(ret, Return.DRAFT, doing="按台账更新")
    spec = forms.form_spec(ret.form)
    there = {line.key: line for line in Line.objects.filter(ret=ret)}
    if spec.rows.ledger:
        last = max((line.order for line in there.values()), default=-1)
        every = (_item_line(ret, spec, item, 0) for item in ledgers.lines(by, spec, ret.region, ret.cut_off))
        new = [line for line in every if line.key not in there]
        for order, line in enumerate(new, last + 1):
            line.order = order
        Line.objects.bulk_create(new, batch_size=BATCH)
    cells = {(cell.line, cell.column): cell for cell in Cell.objects.filter(ret=ret)}
    fresh, changed, changes = [], [], []
    for known in _prefill(by, ret):
        cell = cells.get((known.line, known.column))
        if cell is None:
            fresh.append(known)
        elif cell.via == "prefill" and (cell.value, cell.text) != (known.value, known.text):
            before = cell_as_change(cell)
            cell.state, cell.value, cell.places, cell.text, cell.version = (
                known.state,
                known.value,
                known.places,
                known.text,
                cell.version + 1,
            )
            changed.append(cell)
            changes.append(_change(cell, before, by))
    Cell.objects.bulk_create(fresh, batch_size=BATCH)
    Cell.objects.bulk_update(changed, ["state", "value", "places", "text", "version"], batch_size=BATCH)
    Change.objects.bulk_create(changes, batch_size=BATCH)
    count = len(fresh) + len(changed)
    if count:
        trail.describe(obj=ret, after={"new": len(fresh), "changed": len(changed)}, region_id=ret.region_id)
    return count


def cell_as_change(cell: Cell) -> dict[str, object]:
    """A cell as a change keeps it."""
    return {
        "state": cell.state,
        "value": cell.value,
        "places": cell.places,
        "text": cell.text,
        "via": cell.via,
        "by": cell.by,
    }


def _change(cell: Cell, before: dict[str, object] | None, by: Actor) -> Change:
    return Change(
        ret_id=cell.ret_id, region_id=cell.region_id, line=cell.line, column=cell.column, version=cell.version, before=before,
        after=cell_as_change(cell), via=cell.via, by=by.key,
    )  # fmt: skip


def returns_asked_for(user: Actor, on: date) -> list[tuple[Form, Organisation, str]]:
    """Every return that is asked for on a day: form, organisation, period. Units report that are registered (机构), of the form's kind and level."""
    newest: dict[str, list[Form]] = {}
    for form in Form.objects.defer("spec").order_by("code", "-since"):  # read already, but the first time
        newest.setdefault(form.code, []).append(form)
    offices: dict[tuple[str, str], list[Organisation]] = {}
    units = {forms.form_spec(versions[0]).unit for versions in newest.values()}
    for one in visible_rows(
        Organisation.objects.filter(ended_on=None, kind__in=units).select_related("region"), user
    ).order_by("region__order", "id"):
        if one.region.valid_until is None or one.region.valid_until > on:
            offices.setdefault((one.kind, one.region.kind), []).append(one)
    found = []
    for versions in newest.values():
        spec = forms.form_spec(versions[0])
        for period in calendar.periods_around(spec, on):
            form = next((f for f in versions if f.since <= periods.period_end(period)), None)
            if form is None:
                continue
            seen: set[int] = set()
            for kind in KINDS[spec.level]:
                for office in offices.get((spec.unit, kind), ()):
                    if office.region_id not in seen:
                        seen.add(office.region_id)
                        found.append((form, office, period))
    return found


@transaction.atomic
@trail.act("returns.open_due")
def open_due(*, by: Actor, on: date) -> list[Return]:
    """Open every return that is asked for on that day, of the regions the person may fill for (建立到期报表). Those made now."""
    wanted = [
        (form, office, period) for form, office, period in returns_asked_for(by, on) if may(by, FILL, office.region_id)
    ]
    there = set(
        visible_rows(Return.objects.filter(period__in={period for *_, period in wanted}), by).values_list(
            "form__code", "region_id", "period"
        )
    )
    made = []
    for form, office, period in wanted:
        mine = by.posts is None or office.pk in by.organisation_ids
        if mine and (form.code, office.region_id, period) not in there:
            made.append(open_return(by=by, form_code=form.code, region=office.region, period=period))
    if made:
        trail.describe(
            obj=trail.Subject("returns.due", str(on), f"{on} 到期的报表"),
            after={"returns": [ret.pk for ret in made]},
            count=len(made),
        )
    return made
