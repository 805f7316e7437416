"""批示: written from a county, a project or a warning; the list of what came of each; one demand with its answers."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import Case, Value, When
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anju.cases.kinds import CLOSED
from anju.core.models.people import Organisation
from anju.core.models.region import Region
from anju.core.pages.addresses import page_address, path_of
from anju.core.pages.context import may_open, needs_region, page_context, render_page
from anju.core.pages.files import file_response
from anju.core.pages.forms import Input, PostedForm
from anju.core.pages.layout.lists import list_page
from anju.core.pages.request import Request
from anju.core.people.permissions import may, requires_permission
from anju.core.people.scope import Actor
from anju.core.regions import tree
from anju.oversight.cases import ANSWERED, DEMAND
from anju.oversight.models import Demand, DemandStep
from anju.oversight.queries import instructions
from anju.oversight.queries.instructions import InstructionSubject
from anju.oversight.services import instructions as instruction_services
from anju.problems import Problem, Refused
from anju.returns.forms import calendar

GIVE = "instructions.give"
PAGE = 50


class InstructionForm(PostedForm):
    """A form about an instruction or a demand."""

    code, file_code = "OVER-021", "OVER-023"


@requires_permission("instructions.see")
@require_GET
@needs_region("oversight/instructions.html", heading="还没有批示", lines=[], states=[])
def show_instructions(request: Request) -> HttpResponse:
    """What is not closed first, the earliest due first."""
    made, user = page_context(request), request.actor
    state = request.GET.get("state", "")
    every = instructions.list_demands(user, made.region)
    rows = every.filter(case__state=state) if state in DEMAND.states.labels else every
    closed_last = Case(When(case__state=CLOSED, then=Value(1)), default=Value(0))
    page = list_page(request, rows.order_by(closed_last, "due_on", "case_id"), PAGE)
    ids = [one.pk for one in page]
    lines = {
        line.demand.pk: line for line in instructions.demand_lines(user, every.filter(pk__in=ids), timezone.localdate())
    }
    waiting = every.exclude(case__state=CLOSED).count()
    return render_page(
        request, "oversight/instructions.html", shown=page, lines=[lines[pk] for pk in ids], state=state,
        states=[("", "全部"), *DEMAND.states.labels.items()],
        heading=f"{made.region.name}：批示交办{every.count()}件" + (f"，{waiting}件没有办结" if waiting else ""),
    )  # fmt: skip


@requires_permission(GIVE)
@require_http_methods(["GET", "POST"])
@needs_region()
def give_instruction(request: Request) -> HttpResponse:
    """The form, about what the address names, and what was posted of it."""
    made, user = page_context(request), request.actor
    key = request.GET.get("about", "")
    try:
        subject = instructions.find_subject(user, made.region, made.period, key)
    except LookupError as error:
        raise Http404(key) from error
    units = instructions.list_units(user, made.region)
    posted = InstructionForm(request, "批示")
    status, problems = 200, []
    if request.method == "POST":
        try:
            instruction = instruction_services.give_instruction(
                by=user, region=_giving_region(request), subject=subject, text=posted.text("text"),
                organisations=[one for one in units if str(one.pk) in posted.every("unit")],
                on=timezone.localdate(), due_on=posted.day("due_on", "期限", required=False),
                workdays=posted.number("workdays", "期限") if posted.text("workdays") else None,
                leader=posted.text("leader"), person=posted.text("person"),
            )  # fmt: skip
            messages.success(request, f"已交办{instruction.demands.count()}个单位，列入他们的“等您办”。")
            return redirect(page_address(request, "oversight:instructions"))
        except Refused as refused:
            status, problems = 422, [*posted.problems, *refused.problems]
    chosen = posted.every("unit") if request.method == "POST" else _likely(units, subject)
    return render_page(
        request, "oversight/instruct.html", status=status, heading=f"批示：{subject.text}", subject=subject,
        units=[(one, str(one.pk) in chosen) for one in units], problems=problems,
        inputs=_instruction_inputs(request, posted, problems),
    )  # fmt: skip


def _giving_region(request: Request) -> Region:
    """Whose leader they are: the region that the page is about, or the nearest above it where they hold the post at home."""
    made, user = page_context(request), request.actor
    path = [one for one in tree.region_path(made.region) if one.pk in user.region_ids and may(user, GIVE, one.pk)]
    return path[-1] if path else made.region


def _likely(units: list[Organisation], subject: InstructionSubject) -> list[str]:
    """The housing offices of the places that it is about."""
    return [
        str(one.pk) for one in units if one.region_id in subject.region_ids and one.kind == Organisation.Kind.HOUSING
    ]


def _instruction_inputs(request: Request, posted: PostedForm, problems: list[Problem]) -> list[Input]:
    wrong = {problem.where.field: f"{problem.what}{problem.fix}" for problem in problems if problem.where.field}
    fresh = request.method != "POST"
    proposed, hint = calendar.proposed_workdays(timezone.localdate(), instructions.lead_number("answer_workdays"))
    days = proposed if fresh else posted.text("workdays")
    region = _giving_region(request)
    inputs = [Input("text", "批示", "area", posted.text("text"), wrong=wrong.get("批示", ""), whole=True)]
    if not (request.actor.posts is not None and request.actor.holds("head", region.pk)):
        inputs.append(Input("leader", "领导（代为登记）", value=posted.text("leader"), wrong=wrong.get("领导", "")))
    inputs += [
        Input("workdays", "几个工作日内答复", "number", days, hint=hint, wrong=wrong.get("期限", "")),
        Input("due_on", "或者到哪一天", "date", posted.text("due_on"), hint="写了日期的，以日期为准"),
        Input("person", "责任人（可不写）", value=posted.text("person")),
    ]
    return inputs


@requires_permission("instructions.see")
@require_GET
def show_demand(request: Request, pk: int) -> HttpResponse:
    return render_demand(request, instructions.find_demand(request.actor, pk))


def render_demand(request: Request, demand: Demand, status: int = 200, **extra: Any) -> HttpResponse:
    made, user = page_context(request), request.actor
    [line] = instructions.demand_lines(
        user, instructions.list_demands(user, demand.region).filter(pk=demand.pk), timezone.localdate()
    )
    standing = demand.case.state != CLOSED
    gives = standing and instructions.is_of_giver(user, demand)
    return render_page(
        request, "oversight/demand.html", status=status, heading=f"{demand.leader}批示", demand=demand, line=line,
        steps=instructions.list_steps(user, demand), answers=standing and instructions.is_of_unit(user, demand),
        opens=may_open(user, demand.about_link), asks=gives and demand.case.state == ANSWERED, closes=gives,
        typed=InstructionForm(request).typed, made=made, **extra,
    )  # fmt: skip


def _act(request: Request, pk: int, act: Callable[[InstructionForm], str]) -> HttpResponse:
    posted = InstructionForm(request, "交办事项")
    try:
        messages.success(request, act(posted))
    except Refused as refused:
        demand = instructions.find_demand(request.actor, pk)
        return render_demand(request, demand, status=422, problems=[*posted.problems, *refused.problems])
    return redirect(page_address(request, "oversight:demand", pk))


@requires_permission("demands.answer")
@require_POST
def answer_demand(request: Request, pk: int) -> HttpResponse:
    def answer(posted: InstructionForm) -> str:
        file = posted.file("file", "佐证")
        posted.check()
        instruction_services.answer_demand(
            by=request.actor, demand_id=pk, text=posted.text("text"), name=file.name if file else "",
            content=file.content if file else None,
        )  # fmt: skip
        return "已答复，送交办的领导和办公室。"

    return _act(request, pk, answer)


@requires_permission(GIVE)
@require_POST
def close_demand(request: Request, pk: int) -> HttpResponse:
    def close(posted: InstructionForm) -> str:
        instruction_services.close_demand(by=request.actor, demand_id=pk, text=posted.text("text"))
        return "已办结。"

    return _act(request, pk, close)


@requires_permission(GIVE)
@require_POST
def ask_again(request: Request, pk: int) -> HttpResponse:
    def ask(posted: InstructionForm) -> str:
        due_on = posted.day("due_on", "期限")
        posted.check()
        assert due_on is not None
        instruction_services.ask_again(by=request.actor, demand_id=pk, text=posted.text("text"), due_on=due_on)
        return "已请再办，列入责任单位的“等您办”。"

    return _act(request, pk, ask)


@requires_permission("instructions.see")
@require_GET
def download_evidence(request: Request, pk: int, step_id: int) -> HttpResponse:
    """A file that was given with an answer. Http404 when it is none of this demand's."""
    demand = instructions.find_demand(request.actor, pk)
    step = DemandStep.objects.filter(demand=demand, pk=step_id).exclude(file=None).select_related("file").first()
    if step is None or step.file is None:
        raise Http404(str(step_id))
    return file_response(bytes(step.file.content), step.file.name)


def acts_of_thing(user: Actor, key: str, region: Region) -> list[tuple[str, str]]:
    """批示, from the page of a project and the like."""
    if not may(user, GIVE, region.pk):
        return []
    return [(f"{path_of('oversight:instruct')}?region={region.code}&about={key}", "写批示")]
