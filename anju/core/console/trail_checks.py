"""What 体检 says of the trail: whether the chain holds, whether it goes on, and whether its head and its files are still what they were."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.db import connections, transaction
from django.utils import timezone

from anju.core.console.doctor import BAD, OK, WARN, CheckResult, doctor_check
from anju.core.database.drill import check_restored_chain, read_chain_head
from anju.core.trail import keeping, sealing
from anju.problems import Problem, Refused

LONGEST = timedelta(hours=1)  # that an act may stand unsealed
NAME = "留痕"


@doctor_check(NAME)
def check_chain(user: Any) -> Iterator[CheckResult]:
    start = sealing.chain_start()
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        head = read_chain_head(cursor)
        broken = check_restored_chain(connections["owner"].connection, head)
    if broken:
        yield CheckResult(NAME, BAD, f"{broken[0].where}起，链与原文对不上。", broken[0].fix)
    for problem in sealing.check_trail():
        broken.append(problem)
        yield _fault(problem)
    count, oldest = sealing.unsealed_rows()
    if oldest is not None and timezone.now() - oldest > LONGEST:
        yield CheckResult(
            NAME,
            BAD,
            f"{count} 条还没有封存，最早的一条已超过一小时：封存以前改动它看不出来。",
            "请打开网站或运行 anju worker（每几分钟封存一次），或马上运行 anju trail seal。",
        )
    elif not head[0]:
        yield CheckResult(
            NAME,
            WARN,
            f"封存的一条也没有，没有核对什么；{count} 条等待封存。" if count else "还没有留痕，没有核对什么。",
            "请运行 anju trail seal。" if count else "办理过事情以后再查。",
        )
    elif not broken:
        rotated = f"，前面 {start[0]:,} 条已转存" if start[0] else ""
        yield CheckResult(NAME, OK, f"{head[0] - start[0]:,} 条，逐条算到链头都对得上{rotated}；{count} 条等待封存")


@doctor_check("留痕保存")
def check_keeping(user: Any) -> Iterator[CheckResult]:
    months = keeping.retention_months()
    kept = "一直留在库里" if months is None else f"满 {months} 个月转存"
    for problem in keeping.archive_problems():
        yield _fault(problem)
    try:
        sends = keeping.head_settings()
        if problem := keeping.contradicted_head():
            yield _fault(problem)
            return
        if sends.file and not sends.file.exists():
            yield CheckResult(
                "留痕保存", WARN, f"链头还没有写到 {sends.file}。", "请核对那个目录能不能写；后台任务每几分钟写一次。"
            )
            return
    except Refused as refused:
        for problem in refused.problems:
            yield _fault(problem)
        return
    ways = "、".join(name for name, way in (("文件", sends.file), ("邮件", sends.mail), ("打印", sends.printer)) if way)
    yield CheckResult(
        "留痕保存", OK, f"{kept}；链头{f'送出本机：{ways}' if ways else f'只在本机，要自动送出请设 {keeping.HEAD}'}"
    )


def _fault(problem: Problem) -> CheckResult:
    return CheckResult(
        "留痕" if problem.code in ("TRAIL-009",) else "留痕保存", BAD, f"{problem.where}：{problem.what}", problem.fix
    )
