"""The next month by the people of before: `python -m tests.upgrade.going_on` prints what became of each act."""

import json
import sys
from collections.abc import Callable
from datetime import date
from typing import Any

from django.db import connections
from django.test import Client

from tests.upgrade.current import (
    SIGN_IN,
    Entry,
    Return,
    Staff,
    answers,
    cases,
    checks,
    current,
    documents,
    filling,
    find_actor,
    grid,
    local_actor,
    locking,
    open_scope,
    opening,
    papers,
    returns,
    review,
    stale,
    tree,
)

COUNTY, CITY, FORM = "990120", "990100", "anju-project-month"
LAST, NEXT = "2026-10", "2026-11"
CITY_REVIEWER, PUBLISHER = f"city-reviewer.{CITY}", f"publisher.{CITY}"


def act(who: str, work: Callable[[Any], Any]) -> Any:
    """work(user) as that person (local: the machine's own operator), in a transaction of its own."""
    with open_scope(
        local_actor() if who == "local" else find_actor(f"{who}.{COUNTY}" if "." not in who else who)
    ) as by:
        return work(by)


def month() -> dict[str, Any]:
    """A new return of the county: opened, filled, reviewed, submitted, locked."""
    ret = act(
        "clerk", lambda by: opening.open_return(by=by, form_code=FORM, region=tree.find_region(by, COUNTY), period=NEXT)
    )
    act("clerk", lambda by: fill(by, ret))
    act("clerk", lambda by: review.hand_in_return(by=by, ret_id=ret.pk))
    act("reviewer", lambda by: review.review_return(by=by, ret_id=ret.pk))
    for office in ("finance", "reform", "land"):
        act(office, lambda by: review.give_opinion(by=by, ret_id=ret.pk, agrees=True))
    act("reviewer", lambda by: review.end_joint_review(by=by, ret_id=ret.pk, remark="各部门意见一致"))
    act("head", lambda by: review.submit_return(by=by, ret_id=ret.pk))
    act(CITY_REVIEWER, lambda by: locking.lock_return(by=by, ret_id=ret.pk))
    locked = act("clerk", lambda by: Return.objects.get(pk=ret.pk))
    return {"id": ret.pk, "state": locked.state, "digest": locked.digest}


def fill(by: Any, ret: Any) -> None:
    """0 in every blank (of a stage: 未报), an answer to every question."""
    puts = []
    for one in checks.check_return(by, ret):
        if one.check_id == "blank":
            column, cell = (
                returns.return_spec(ret).by_code[one.column],
                grid.lay_out_grid(by, ret).cells.get((one.line, one.column)),
            )
            puts.append(
                filling.CellEntry(one.line, one.column, "未报" if column.choices else "0", cell.version if cell else 0)
            )
    done = filling.fill_cells(by=by, ret_id=ret.pk, changes=puts)
    assert not done.problems and not done.conflicts, done
    for one in checks.check_return(by, ret):
        if one.open and one.level == "提醒":
            answers.answer_check(by=by, ret_id=ret.pk, check_id=one.check_id, line=one.line, text="情况属实。")


def correction(draft: int) -> str:
    """The correction that stood half done is finished."""

    def finish(by: Any) -> None:
        fill(by, Return.objects.select_related("form", "region").get(pk=draft))
        review.hand_in_return(by=by, ret_id=draft)
        review.review_return(by=by, ret_id=draft)
        review.end_joint_review(by=by, ret_id=draft, remark="各部门意见一致")
        review.submit_return(by=by, ret_id=draft)
        locking.lock_return(by=by, ret_id=draft)

    act("local", finish)
    return act("local", lambda by: Return.objects.get(pk=draft).state)


def paper() -> dict[str, Any]:
    """A new pack of the city: written, signed, issued, read."""
    made = act(
        PUBLISHER,
        lambda by: papers.write_document(
            by=by,
            kind="dispatch-month",
            region=tree.find_region(by, CITY),
            period=LAST,
            options={"organs": ["示例机关"]},
        ),
    )
    act(PUBLISHER, lambda by: papers.sign_off_document(by=by, document=made, on=date(2026, 11, 30)))
    act(
        PUBLISHER,
        lambda by: papers.issue_document(by=by, document=made, number="模拟保办〔2026〕10号", on=date(2026, 11, 30)),
    )
    wrong = act(
        PUBLISHER, lambda by: [one.where for one in stale.stale_sentences(by, documents.find_document(by, made.pk))]
    )
    return {"id": made.pk, "state": made.state, "number": made.number, "stale": wrong}


def ledger() -> list[str]:
    """An entry that was open is explained and reported, another is closed out."""

    def entry(code: str) -> Callable[[Any], Any]:
        return lambda by: Entry.objects.select_related("case").get(
            project__code=code, case__ledger="due-unfinished", region__code=COUNTY
        )

    on = date(2026, 11, 30)
    first, last = act("clerk", entry("L1")), act("clerk", entry("L4"))
    act("clerk", lambda by: cases.explain(by=by, case_id=first.pk, reason="资金没有到位"))
    act("clerk", lambda by: cases.report(by=by, case_id=first.pk, on=on, number="模拟报〔2026〕12号"))
    act("reviewer", lambda by: cases.close_case(by=by, case_id=last.pk, on=on, note="已建成"))
    return [act("clerk", entry("L1")).case.state, act("clerk", entry("L4")).case.state]


def pages(wanted: list[str]) -> dict[str, int]:
    """Each address as its person sees it (`user name address`): its status."""
    found = {}
    for one in wanted:
        username, address = one.split(" ", 1)
        client = Client(SERVER_NAME="127.0.0.1")
        client.force_login(Staff.objects.get(username=username), backend=SIGN_IN)
        found[one] = client.get(address).status_code
    return found


def links() -> list[str]:
    """Addresses that were stored: of reminders, and of jobs' results."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT link FROM oversight_notice UNION SELECT result FROM core_job WHERE result <> '' ORDER BY 1"
        )
        return [address for (address,) in cursor.fetchall()]


def go_on(draft: int) -> dict[str, Any]:
    found = {"return": month(), "correction": correction(draft), "document": paper(), "ledger": ledger()}
    rebuilt = act("local", lambda by: current.rebuild_current(by=by))
    seen = [f"clerk.{COUNTY} {address}" for address in (
        "/", f"/returns/{found['return']['id']}/", f"/returns/{draft}/", f"/projects/ledger/?region={COUNTY}", f"/figures/?region={COUNTY}&period=2026", "/me/",
    )] + [f"{PUBLISHER} {address}" for address in (
        f"/documents/{found['document']['id']}/", f"/targets/?region={CITY}&period=2026", f"/dispatch/?region={CITY}&period={LAST}",
    )] + [f"{CITY_REVIEWER} {address}" for address in links()]  # fmt: skip
    return found | {"differing": rebuilt.differing, "pages": pages(seen)}


if __name__ == "__main__":
    json.dump(go_on(int(sys.argv[1])), sys.stdout, ensure_ascii=False)
