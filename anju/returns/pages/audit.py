"""审计核查: what an auditor looks at first: corrections after the lock, and answers that were given alike to many findings."""

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from anju.core.pages.context import needs_region, page_context, render_page
from anju.core.pages.request import Request
from anju.core.people.permissions import requires_permission
from anju.core.wording import period_label
from anju.returns.models import Return
from anju.returns.queries import checks, returns


@requires_permission("returns.audit")
@require_GET
@needs_region("returns/audit.html", heading="没有可核查的报表")
def show_audit(request: Request) -> HttpResponse:
    made, user = page_context(request), request.actor
    corrections = returns.list_corrections(user, made.region, made.period)
    answers = checks.list_repeated_answers(user, made.region, made.period)
    return render_page(
        request, "returns/audit.html", heading=f"审计核查：锁定后的更正{len(corrections)}次，成批的答复{len(answers)}组",
        sub=f"{made.region.name}{period_label(made.period)}，只含已上报的报表",
        corrections=[(one, Return.STATES.label(one.state)) for one in corrections], answers=answers,
    )  # fmt: skip
