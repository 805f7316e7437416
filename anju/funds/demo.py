"""What money's way brings to the demonstration: an advance and a formal quota of the practice city, a part handed down, a part on a project."""

import datetime

from django.utils import timezone

from anju.core.demo import MARK, DemoPart, Say
from anju.core.models.region import Region
from anju.core.people.scope import Actor, open_scope
from anju.core.regions.tree import child_regions
from anju.funds.base import QuotaPaper, QuotaRow
from anju.funds.models import QuotaDocument
from anju.funds.queries.quotas import list_items
from anju.funds.services.quotas import receive_quota, register_quota
from anju.funds.services.sharing_out import assign_quota, hand_down

ADVANCE, FORMAL, WHOLE = "6000", "3800", "9800"  # 万元
GIVEN, ASSIGNED = "2140", "1500"
HELD_DAYS = 41  # from the city's receipt until it sent its part on: eleven too many


class FundsDemo(DemoPart):
    def practise(self, *, by: Actor, city: Region, today: datetime.date, say: Say) -> None:
        """Of the year: received in two papers, of the second one county's part sent on late, of the first one project's."""
        year, today = today.year, min(today, timezone.localdate())  # nobody registers what is still to come
        with open_scope(by):
            counties = child_regions(by, city)
            if not counties or QuotaDocument.objects.filter(region=city, budget_year=year).exists():
                return
            told = datetime.date(year - 1, 11, 24)
            notice = self._received(by, city, "advance", f"{MARK}财综〔{year - 1}〕60号", told, year, amount=ADVANCE)
            received = max(told, today - datetime.timedelta(days=50))
            formal = self._received(
                by, city, "formal", f"{MARK}财综〔{year}〕9号", received, year, amount=FORMAL, follows=notice
            )
            sent = min(received + datetime.timedelta(days=HELD_DAYS), today)
            paper = _paper(f"{MARK}市财〔{year}〕3号", f"{city.name}财政局", sent, year)
            rows = [QuotaRow(amount=GIVEN, receiver=counties[0], taken_from=formal.lines.get().pk)]
            line = hand_down(by=by, region=city, paper=paper, rows=rows).lines.get()
            receive_quota(by=by, line_id=line.pk, on=min(sent + datetime.timedelta(days=2), today))
            items = [one for one in list_items(by, counties[0], year) if one.kind == "old"]
            if items:
                dated = min(sent + datetime.timedelta(days=5), today)
                paper = _paper(f"{MARK}县财〔{year}〕1号", f"{counties[0].name}财政局", dated, year)
                rows = [QuotaRow(amount=ASSIGNED, item=items[0], taken_from=line.pk)]
                assign_quota(by=by, region=counties[0], paper=paper, rows=rows)
        say("指标：提前下达、正式下达各一份，一份晚下达")

    def _received(
        self, by: Actor, city: Region, stage: str, number: str, on: datetime.date, year: int, *, amount: str, follows: QuotaDocument | None = None
    ) -> QuotaDocument:  # fmt: skip
        paper = _paper(number, f"{MARK}省财政厅", on - datetime.timedelta(days=3), year, stage=stage, follows=follows)
        row = QuotaRow(
            amount=amount,
            source="central",
            subject="2210108",
            purpose="old",
            direct="01",
            whole=WHOLE if follows else "",
            already=ADVANCE if follows else "",
        )
        return register_quota(by=by, region=city, paper=paper, rows=[row], received_on=on)


def _paper(
    number: str,
    issuer: str,
    dated: datetime.date,
    year: int,
    *,
    stage: str = "whole",
    follows: QuotaDocument | None = None,
) -> QuotaPaper:
    return QuotaPaper(
        number=number, title=f"关于下达{year}年度城镇老旧小区改造补助资金的通知（{MARK}）", issuer=issuer, dated=dated, budget_year=year,
        stage=stage, follows=follows,
    )  # fmt: skip


FUNDS = FundsDemo()
