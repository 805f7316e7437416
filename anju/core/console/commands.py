"""anju db, anju doctor, anju worker, anju trail, anju regions."""

import argparse
import sys
from typing import Any

from anju.core.console import staff
from anju.core.console.command import OK, add_group, add_parser, print_result, set_up_django, show_problems
from anju.problems import Problem


def add_commands(subparsers: Any) -> None:
    db = add_group(subparsers, "db", "数据库：启动、停止、状态、升级")
    add_parser(db, "start", "启动随程序的数据库（已在运行则什么也不做）", db_start)
    add_parser(db, "stop", "停止随程序的数据库", db_stop)
    add_parser(db, "status", "查看数据库在哪里、是否在运行、表结构是否最新", db_status)
    add_parser(db, "upgrade", "把表结构和全国区划更新到本程序的版本", db_upgrade)
    parser = add_parser(db, "backup", "把整个数据库备份到一个文件", db_backup)
    parser.add_argument(
        "file", metavar="文件", nargs="?", help="写到哪个文件（默认写到数据目录的 backups，以时间命名）"
    )
    add_parser(db, "restore", "从备份文件恢复（只进空的数据库）", db_restore).add_argument(
        "file", metavar="文件", help="备份文件"
    )
    add_parser(db, "drill", "恢复演练：备份、恢复到临时的数据库、逐表核对，然后删除临时的数据库", db_drill)

    add_parser(subparsers, "doctor", "体检：逐项说明这套安装好不好，哪里不好、怎样修；什么也不改动", run_doctor)
    worker = add_parser(subparsers, "worker", "做后台任务，直到停止（anju serve 自带一个，不必另开）", run_worker)
    worker.add_argument("--beside", action="store_true", help="随网站一起：死了再起，标准输入结束时停止")

    trail = add_group(subparsers, "trail", "留痕：封存、导出、离线核验")
    add_parser(trail, "seal", "把已提交的留痕接入散列链", trail_seal)
    add_parser(trail, "head", "打印链头（序号:散列值），请抄录到系统之外保存", trail_head)
    add_parser(trail, "export", "封存并导出全部留痕", trail_export).add_argument(
        "file", metavar="文件", help="写到哪个文件"
    )
    parser = add_parser(trail, "verify", "离线核验导出的留痕文件，不需要数据库", trail_verify)
    parser.add_argument(
        "file", metavar="文件", nargs="+", help="anju trail export 写出的文件；转存过的，按先后列出转存的文件和现在的"
    )
    parser.add_argument("--head", metavar="链头", action="append", default=[], help="另行保存的链头，可给多个")
    add_parser(trail, "rotate", "把满了保存期（ANJU_TRAIL_MONTHS）的留痕转存到文件", trail_rotate)
    add_parser(trail, "send", "把链头送出本机：文件、邮件、打印（ANJU_TRAIL_HEAD）", trail_send)

    staff.add_commands(subparsers)

    regions = add_group(subparsers, "regions", "区划：列出、按名称对照")
    parser = add_parser(regions, "list", "列出一个区划和它的下一级", regions_list)
    parser.add_argument("code", metavar="代码", nargs="?", default="100000", help="区划代码（默认全国）")
    parser.add_argument("--on", metavar="日期", help="按哪一天的区划，如 2020-12-31（默认现在）")
    parser = add_parser(regions, "match", "表格里的名称对应哪个区划", regions_match)
    parser.add_argument("code", metavar="代码", help="在哪个区划之内找")
    parser.add_argument("names", metavar="名称", nargs="+", help="表格里的写法")
    parser.add_argument("--on", metavar="日期", help="按哪一天的区划，如 2020-12-31（默认现在）")


def db_start(args: argparse.Namespace) -> int:
    started = set_up_django()
    print_result(args, {"started": started}, "数据库已启动。" if started else "数据库已在运行。")
    return OK


def db_stop(args: argparse.Namespace) -> int:
    from anju.core.database import server
    from anju.core.database.postgres import Cluster

    if server.is_server_named():
        return show_problems(
            [Problem("DB-015", "DATABASE_URL", "数据库是另外的服务器，不由本程序启停。", "请联系服务器管理员。")], args
        )
    stopped = Cluster().stop()
    print_result(args, {"stopped": stopped}, "数据库已停止。" if stopped else "数据库没有在运行。")
    return OK


def db_status(args: argparse.Namespace) -> int:
    from anju.core.database import server

    status = server.database_status()
    if status["running"]:
        set_up_django(migrated=False)
        from anju.core.database.upgrade import pending_migrations

        status["pending"] = pending_migrations()
    where = (
        [f"地址：{status['server']}"]
        if server.is_server_named()
        else [f"数据目录：{status['home']}", f"日志：{status['log']}"]
    )
    tables = {True: "是最新的", False: "需要升级：请运行 anju db upgrade"}[not status.get("pending")]
    print_result(
        args,
        status,
        [
            f"数据库{'正在运行' if status['running'] else '没有运行'}（PostgreSQL {status['version'] or '尚未建立'}）",
            *where,
        ]
        + ([f"表结构：{tables}"] if status["running"] else []),
    )
    return OK


def db_upgrade(args: argparse.Namespace) -> int:
    from anju.core.database.upgrade import explain_major_upgrade

    if steps := explain_major_upgrade():
        print_result(args, {"done": [], "steps": steps}, steps)
        return 1
    set_up_django(migrated=False)
    from anju.core.database.upgrade import upgrade_tables

    done = upgrade_tables()
    print_result(args, {"done": done}, ["已完成升级：", *done] if done else "已是最新，无须升级。")
    return OK


def db_backup(args: argparse.Namespace) -> int:
    set_up_django()
    from anju.core.database.backup import new_backup_path, write_backup

    file = args.file or str(new_backup_path())
    seq, digest = write_backup(file)
    print_result(
        args,
        {"file": file, "seq": seq, "head": digest},
        f"已备份到 {file}，留痕链头 {seq}:{digest}（请与备份分开保存）",
    )
    return OK


def db_restore(args: argparse.Namespace) -> int:
    set_up_django(migrated=False)
    from anju.core.database.restore import restore_backup

    count = restore_backup(args.file)
    print_result(
        args,
        {"file": args.file, "seq": count},
        f"已从 {args.file} 恢复，留痕 {count} 条。请用 anju trail export 和 verify --head 核对。",
    )
    return OK


def db_drill(args: argparse.Namespace) -> int:
    set_up_django()
    from dataclasses import asdict

    from anju.core.database.drill import run_drill

    done = run_drill()
    data = asdict(done) | {"problems": [problem.as_json() for problem in done.problems]}
    text = [
        f"备份 {done.size:,} 字节，已恢复到临时的数据库，核对 {done.tables} 张表、{done.rows:,} 行，留痕 {done.seq} 条。",
        "演练没有通过："
        if done.problems
        else f"演练通过：逐表行数和内容一致，留痕链完整，链头 {done.seq}:{done.head}。临时的数据库已删除。",
    ]
    print_result(args, data, text)
    if done.problems and not args.json:
        sys.stdout.flush()
        show_problems(done.problems)
    return 1 if done.problems else OK


def run_doctor(args: argparse.Namespace) -> int:
    from anju.core.console import doctor

    findings = []
    for finding in doctor.run_checks():
        findings.append(finding)
        if not args.json:
            print_result(args, None, str(finding))
    worst = doctor.worst_level(findings)
    text = {
        doctor.OK: "一切正常。",
        doctor.WARN: "可以使用，有需要留意的地方。",
        doctor.BAD: "有问题，请按上面箭头后的办法处理。",
    }
    print_result(args, doctor.results_as_data(findings), text[worst])
    return 1 if worst == doctor.BAD else OK


def run_worker(args: argparse.Namespace) -> int:
    def work() -> int:
        set_up_django()
        from anju.core.jobs.worker import do_jobs

        do_jobs()
        return OK

    if not args.beside:
        return work()
    from anju.core.jobs.worker import keep_worker_running

    keep_worker_running(work)
    return OK


def trail_seal(args: argparse.Namespace) -> int:
    set_up_django()
    from anju.core.trail.sealing import chain_head, seal_trail

    count, (seq, digest) = seal_trail(), chain_head()
    print_result(args, {"sealed": count, "seq": seq, "head": digest}, f"新封存 {count} 条，链头 {seq}:{digest}")
    return OK


def trail_head(args: argparse.Namespace) -> int:
    set_up_django()
    from anju.core.trail.sealing import chain_head

    seq, digest = chain_head()
    print_result(args, {"seq": seq, "head": digest}, f"{seq}:{digest}")
    return OK


def trail_export(args: argparse.Namespace) -> int:
    set_up_django()
    from anju.core.trail.sealing import chain_start, check_trail, export_chain

    (seq, digest), first = export_chain(args.file), chain_start()[0] + 1
    print_result(
        args,
        {"file": args.file, "first": first, "seq": seq, "head": digest},
        f"已导出第 {first} 至 {seq} 条到 {args.file}，链头 {seq}:{digest}",
    )
    problems = check_trail()
    return show_problems(problems) if problems else OK


def trail_verify(args: argparse.Namespace) -> int:
    from anju.core.trail.chain import verify_chain, versions_text

    check = verify_chain(args.file, args.head)
    if check.problems:
        return show_problems(check.problems, args)
    notes = [] if args.head else ["没有给出另行保存的链头，整条链若被改写后重新计算，这里看不出来。"]
    if check.start[0]:
        notes.append(f"第 1 至 {check.start[0]} 条不在里面，请把转存的文件按先后一并给出。")
    data = {
        "problems": [],
        "note": "".join(notes),
        "first": check.start[0] + 1,
        "seq": check.end[0],
        "versions": dict(check.versions),
    }
    text = f"核验通过：第 {check.start[0] + 1} 至 {check.end[0]} 条（{versions_text(check.versions)}），没有发现改动、删除、调换或截断。"
    print_result(args, data, [text, *notes])
    return OK


def trail_rotate(args: argparse.Namespace) -> int:
    set_up_django()
    from anju.core.people.scope import local_actor, open_scope
    from anju.core.trail.keeping import rotate_trail

    with open_scope(local_actor()) as by:
        done = rotate_trail(by=by)
    first, last, path = done or (None, None, None)
    text = f"第 {first} 至 {last} 条已转存到 {path}，请另存一份到别处。" if done else "没有到期的留痕，什么也没有动。"
    print_result(args, {"first": first, "last": last, "file": path}, text)
    return OK


def trail_send(args: argparse.Namespace) -> int:
    set_up_django()
    from anju.core.people.scope import local_actor, open_scope
    from anju.core.trail import keeping

    keeping.keep_sealed()
    with open_scope(local_actor()) as by:
        sent = keeping.send_head(by=by)
    file = keeping.head_settings().file
    ways = [*([str(file)] if file else []), *sent]
    none = f"没有设把链头送到哪里（{keeping.HEAD}，见 docs/trail.md），什么也没有送。"
    print_result(args, {"sent": ways}, f"链头已送出：{'、'.join(ways)}" if ways else none)
    return OK


def _read_day(args: argparse.Namespace) -> Any:
    from datetime import date

    from anju.problems import Refused

    try:
        return date.fromisoformat(args.on) if args.on else None
    except ValueError:
        raise Refused(Problem("REG-007", f"--on {args.on}", "不是日期。", "请写成 2020-12-31。")) from None


def _region(user: Any, code: str, on: Any) -> Any:
    from anju.core.models.region import Region
    from anju.core.regions.tree import find_region
    from anju.problems import Refused

    try:
        return find_region(user, code, on)
    except Region.DoesNotExist as error:
        raise Refused(Problem("REG-001", f"区划代码 {code}", f"{error}。", "请核对代码和日期。")) from None


def regions_list(args: argparse.Namespace) -> int:
    set_up_django()
    from anju.core.people.scope import local_actor, open_scope
    from anju.core.regions.tree import child_regions

    on = _read_day(args)
    with open_scope(local_actor()) as user:
        here = _region(user, args.code, on)
        rows = [here, *child_regions(user, here, on)]
    data = [
        {"code": r.code, "name": r.name, "kind": r.kind, "from": r.valid_from, "until": r.valid_until} for r in rows
    ]
    print_result(args, data, [f"{r.code}\t{r.name}\t{r.get_kind_display()}" for r in rows])
    return OK


def regions_match(args: argparse.Namespace) -> int:
    set_up_django()
    from anju.core.people.scope import local_actor, open_scope
    from anju.core.regions.matching import RegionMatcher

    on = _read_day(args)
    with open_scope(local_actor()) as user:
        matcher = RegionMatcher(user, _region(user, args.code, on), on)
        matches = {name: matcher.match(name) for name in args.names}
    problems = [answer for answer in matches.values() if isinstance(answer, Problem)]
    matched = {name: row for name, row in matches.items() if not isinstance(row, Problem)}
    data = {
        "matched": {name: {"code": r.code, "name": r.name} for name, r in matched.items()},
        "problems": [p.as_json() for p in problems],
    }
    if matched or args.json:
        print_result(args, data, [f"{name}\t{row.code}\t{row.name}" for name, row in matched.items()])
    if problems and not args.json:
        sys.stdout.flush()
        show_problems(problems)
    return 1 if problems else OK
