"""What the services of money share: the head and the rows of a paper as they were typed, what is wrong with them, and keeping them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from anju.core.ledgers import Item
from anju.core.models.file import File
from anju.core.models.region import Region
from anju.core.people.permissions import require_permission, signature
from anju.core.people.scope import Actor, visible_rows
from anju.core.trail import trail
from anju.documents.text.numbering import parse_number
from anju.funds.models import QuotaDocument, QuotaLine, QuotaRecall
from anju.funds.queries.quotas import standing_lines
from anju.funds.reminders import announce_quota
from anju.problems import Place, Problem
from anju.quantities import exact_text
from anju.workbooks.files.typed import InvalidField, read_quantity

REGISTER, HAND_DOWN, ASSIGN, CONFIRM, RECEIVE, RECALL, VOID = (
    f"funds.{act}" for act in ("register", "hand_down", "assign", "confirm", "receive", "recall", "void")
)
UNIT = "万元"  # in which papers of finance offices state amounts
FIRST_YEAR, YEARS_AHEAD, MOST_LINES = 2007, 1, 500
LONGEST_REASON = 300
LARGEST = 10**16  # 分, a hundred trillion 元: as much as the book of the clock takes


@dataclass(frozen=True)
class QuotaPaper:
    """What a paper's head says. file: its scan, without which only the finance office itself enters one."""

    number: str
    title: str
    issuer: str
    dated: date | None
    budget_year: int | None
    stage: str = QuotaDocument.Stage.WHOLE
    follows: QuotaDocument | None = None
    file: File | None = None

    @property
    def standard_number(self) -> str:
        """As GB/T 9704 prints it, whichever brackets were typed: one paper is entered once."""
        parts = parse_number(self.number)
        return parts.text if parts else " ".join(self.number.split())


@dataclass(frozen=True)
class QuotaRow:
    """A line as it was typed. Amounts are text in 万元 unless they name another unit; whole, already: of a formal quota.

    receiver: the region, of a quota that is handed down. item: of one that is assigned, the project as its ledger lists it. taken_from: the line that it is taken from.
    label: how its problems name it, where it is no numbered line.
    """

    amount: str
    source: str = ""
    subject: str = ""
    purpose: str = ""
    direct: str = ""
    unit: str = ""
    whole: str = ""
    already: str = ""
    receiver: Region | None = None
    item: Item | None = None
    taken_from: int | None = None
    label: str = ""

    def place(self, number: int, field: str) -> Place:
        return Place.of(self.label or f"第{number}行", field)


def require_act(by: Actor, permission: str, region: Region) -> None:
    if region.pk not in by.region_ids:
        raise Region.DoesNotExist(f"没有区划 {region.code}")
    require_permission(by, permission, region.pk, f"{region.name} 资金")


def hold_number(region: Region, paper: QuotaPaper) -> None:
    """One entry of a number at a time: of two at once the later one sees the earlier."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [region.pk, paper.standard_number])


def hold_lines(by: Actor, lines: QuerySet[QuotaLine]) -> dict[int, QuotaLine]:
    """These lines locked in the order of their keys, then read anew: without those whose document became void while one waited."""
    held = [line.pk for line in visible_rows(lines.select_for_update(of=("self",)), by).order_by("pk")]
    rows = visible_rows(standing_lines().filter(pk__in=held), by).select_related("document", "region")
    return {line.pk: line for line in rows.order_by("pk")}


def taking_problems(paper: QuotaPaper, row: QuotaRow, place: int, line: QuotaLine) -> list[Problem]:
    """A paper that moves money of a line is not older than the line came in, and of the same budget year."""
    problems, since = [], line.received_on or line.document.dated
    if paper.dated is not None and paper.dated < since:
        what = f"落款日期{paper.dated}早于{line.document}{'收到' if line.received_on else '落款'}的日期{since}。"
        problems.append(Problem("FUND-017", row.place(place, "落款日期"), what, "请核对这份文件的落款日期。"))
    if paper.budget_year is not None and paper.budget_year != line.document.budget_year:
        what = f"{line.document}是{line.document.budget_year}年度的，这份文件是{paper.budget_year}年度的。"
        problems.append(Problem("FUND-017", row.place(place, "预算年度"), what, "请切换到那一年度再登记。"))
    return problems


def _is_finance(by: Actor, region: Region) -> bool:
    return by.holds("finance", region.pk)


def paper_problems(by: Actor, region: Region, paper: QuotaPaper, way: str) -> list[Problem]:
    problems = [
        Problem("FUND-001", Place(f"指标文件 {label}", field=label), f"写了{len(text.strip())}个字，最多{most}个。" if text.strip() else "没有填写。", fix)
        for label, text, most, fix in (
            ("文号", paper.standard_number, 80, "请照文件填写文号，如“财综〔2024〕15号”。"),
            ("标题", paper.title, 200, "请照文件填写标题。"),
            ("发文机关", paper.issuer, 80, "请照文件填写发文机关。"),
        )
        if not 0 < len(text.strip()) <= most
    ]  # fmt: skip
    today = timezone.localdate()
    if paper.dated is None or paper.dated > today:
        what = "没有填写。" if paper.dated is None else f"{paper.dated}还没有到。"
        problems.append(Problem("FUND-002", Place("指标文件 落款日期", field="落款日期"), what, "请照文件的落款填写。"))
    if paper.budget_year is None or not FIRST_YEAR <= paper.budget_year <= today.year + YEARS_AHEAD:
        fix = f"请填{FIRST_YEAR}至{today.year + YEARS_AHEAD}之间的年度。"
        problems.append(
            Problem("FUND-002", Place("指标文件 预算年度", field="预算年度"), "没有填写或不在可登记的年度之内。", fix)
        )
    if paper.stage not in QuotaDocument.Stage.values:
        problems.append(
            Problem(
                "FUND-007",
                Place("指标文件 下达方式", field="下达方式"),
                "没有选。",
                "请选一次下达、提前下达或正式下达。",
            )
        )
    if paper.standard_number and _is_known(by, region, paper.standard_number, way):
        what = "这个文号已经登记过。"
        problems.append(
            Problem(
                "FUND-003",
                Place(f"指标文件 {paper.number}", field="文号"),
                what,
                "上级已下达到本级的请“签收”；其余请打开原来的那一份核对。",
            )
        )
    if not _is_finance(by, region) and paper.file is None:
        fix = "财政部门以外的人员登记，须附文件扫描件，由另一人确认。"
        problems.append(Problem("FUND-009", Place("指标文件 扫描件", field="扫描件"), "没有附。", fix))
    return problems


def _is_known(by: Actor, region: Region, number: str, way: str) -> bool:
    """Entered here before, or handed down to here by that number."""
    known = QuotaDocument.objects.filter(region=region, number=number, way=way, voided_at=None)
    given = standing_lines().filter(region=region, document__number=number, document__way=QuotaDocument.Way.GIVEN)
    return known.exists() or (way == QuotaDocument.Way.RECEIVED and given.exclude(document__region=region).exists())


def count_problems(rows: Sequence[QuotaRow]) -> list[Problem]:
    if 0 < len(rows) <= MOST_LINES:
        return []
    what = f"有{len(rows)}行。"
    return [Problem("FUND-004", Place("指标文件 明细"), what, f"请填1至{MOST_LINES}行。")]


def read_amount(text: str, where: Place, problems: list[Problem], *, least: int = 1) -> int | None:
    """A typed amount in 分; None where it is missing or will not do, which is told."""
    try:
        amount = read_quantity(text, UNIT)
    except InvalidField as invalid:
        problems.append(Problem("FUND-004", where, invalid.what, invalid.fix))
        return None
    if amount is None or not least <= amount <= LARGEST:
        what = "没有填写。" if amount is None else f"“{text}”不是大于0的金额。" if amount < least else f"“{text}”太大。"
        problems.append(Problem("FUND-004", where, what, f"请填以{UNIT}计的金额；收回、上缴另行登记。"))
        return None
    return amount


def keep_document(
    by: Actor,
    region: Region,
    paper: QuotaPaper,
    way: str,
    lines: Sequence[QuotaLine] | Sequence[QuotaRecall],
    permission: str,
) -> QuotaDocument:
    assert paper.dated is not None and paper.budget_year is not None
    known = QuotaDocument.Known.REGISTERED if _is_finance(by, region) else QuotaDocument.Known.PAPER
    document = QuotaDocument.objects.create(
        region=region, way=way, stage=paper.stage, number=paper.standard_number, title=paper.title.strip(), issuer=paper.issuer.strip(),
        dated=paper.dated, budget_year=paper.budget_year, follows=paper.follows, known=known,
        file=paper.file, by=by.key, by_name=signature(by, permission, region.pk)[:80],
    )  # fmt: skip
    for line in lines:
        line.document = document
    (QuotaRecall if way == QuotaDocument.Way.RECALLED else QuotaLine).objects.bulk_create(lines)  # type: ignore[arg-type]
    announce_quota(by, document)
    said = {
        "number": document.number, "known": known, "lines": len(lines), "amount": exact_text(sum(line.amount for line in lines), "元", 2),
    }  # fmt: skip
    trail.describe(obj=document, after=said, region_id=region.pk)
    return document


def shown_money(amount: int | None) -> str:
    return f"{exact_text(amount, UNIT)}{UNIT}"
