"""anju staff: the first administrators of an installation, people and their posts, by whoever sits at the machine."""

import argparse
from typing import Any

from anju.core.console.command import OK, add_group, add_parser, print_result, set_up_django
from anju.problems import Problem, Refused

SITE = "http://127.0.0.1:8000"
FIRST = (
    ("system_admin", "system", "系统管理员"),
    ("security_admin", "security", "安全管理员"),
    ("audit_admin", "audit", "审计管理员"),
)
ONCE = "每个链接只显示这一次，七十二小时内有效，用一次就作废。主机和端口换成本人能打开的。"


def add_commands(subparsers: Any) -> None:
    staff = add_group(subparsers, "staff", "人员：登记、授予岗位、解除锁定、首次登录链接")
    begin = add_parser(staff, "begin", "新装好时登记三员：系统、安全、审计管理员，三个不同的人", staff_begin)
    begin.add_argument("region", metavar="区划代码", help="管到哪里，例如一个市的代码")
    begin.add_argument("--office", metavar="机构", required=True, help="三员所在机构的全称")
    for _, option, label in FIRST:
        begin.add_argument(f"--{option}", nargs=2, metavar=("用户名", "姓名"), required=True, help=label)
    command = add_parser(staff, "add", "登记一个人，给出首次登录链接", staff_add)
    command.add_argument("username", metavar="用户名", help="小写字母、数字、点、横线")
    command.add_argument("name", metavar="姓名", help="本人姓名")
    named = add_parser(staff, "correct", "更正姓名", staff_correct)
    named.add_argument("username", metavar="用户名", help="已登记的人")
    named.add_argument("name", metavar="姓名", help="改正后的姓名")
    named.add_argument("--reason", metavar="依据", default="", help="文号或原因，必须写")
    post = add_parser(staff, "post", "授予岗位", staff_post)
    post.add_argument("username", metavar="用户名", help="已登记的人")
    post.add_argument("post", metavar="岗位", help="岗位代码或名称，例如 clerk 或 填报")
    post.add_argument("--region", metavar="区划代码", required=True, help="机构所在的区划")
    post.add_argument("--office", metavar="机构", required=True, help="机构全称；还没有登记的同时登记")
    post.add_argument("--kind", metavar="类别", default="住建", help="新登记的机构是哪一类（默认 住建）")
    post.add_argument("--since", metavar="日期", help="第一天（默认今天）")
    post.add_argument("--until", metavar="日期", help="最后一天；审计只读必须写")
    post.add_argument("--ground", metavar="文号", default="", help="任命文号；审计只读写审计通知书文号")
    unlock = add_parser(staff, "unlock", "解除锁定", staff_unlock)
    unlock.add_argument("username", metavar="用户名", help="被锁定的人")
    unlock.add_argument("--codes", action="store_true", help="同时重置动态口令（手机丢了）")
    add_parser(staff, "list", "列出人员和岗位", staff_list).add_argument(
        "words", metavar="文字", nargs="?", default="", help="姓名或用户名里的字"
    )
    link = add_parser(staff, "first-link", "发一个首次登录链接；已有密码的，原密码作废", staff_first_link)
    link.add_argument("username", metavar="用户名", help="已登记的人")
    code = add_parser(staff, "code", "按动态口令的密钥算出现在的六位数字（手边没有手机时用，不连数据库）", staff_code)
    code.add_argument("secret", metavar="密钥", help="启用动态口令的页上显示的密钥")
    for parser in (begin, command, link):
        parser.add_argument("--site", metavar="网址", default=SITE, help=f"网站地址，写进链接里（默认 {SITE}）")


def staff_begin(args: argparse.Namespace) -> int:
    set_up_django()
    from django.utils import timezone

    from anju.core.models.region import Region
    from anju.core.people import organisations, postings, staff
    from anju.core.people.scope import local_actor, open_scope
    from anju.core.regions import tree

    named = [(post, label, *getattr(args, option)) for post, option, label in FIRST]
    with open_scope(local_actor()) as by:
        if len({username.lower() for _, _, username, _ in named}) < len(named) or len(
            {name for *_, name in named}
        ) < len(named):
            raise Refused(Problem("STAFF-012", "三员", "写成了同一个人。", "系统、安全、审计管理员须是三个不同的人。"))
        try:
            office = organisations.register_organisation(
                by=by, region=tree.find_region(by, args.region), kind="office", name=args.office
            )
        except Region.DoesNotExist:
            raise Refused(missing_person_problem(f"区划 {args.region}")) from None
        data = []
        for post, label, username, name in named:
            person = staff.register_staff(by=by, username=username, name=name)
            postings.give_post(
                by=by, username=person.username, organisation=office, post=post, since=timezone.localdate()
            )
            data.append(
                {
                    "post": label,
                    "name": name,
                    "username": person.username,
                    "link": args.site + staff.make_first_link(by=by, username=person.username),
                }
            )
    print_result(
        args, data, [*(f"{one['post']} {one['name']}（{one['username']}）：{one['link']}" for one in data), ONCE]
    )
    return OK


def staff_add(args: argparse.Namespace) -> int:
    set_up_django()
    from anju.core.people import staff
    from anju.core.people.scope import local_actor, open_scope

    with open_scope(local_actor()) as by:
        person = staff.register_staff(by=by, username=args.username, name=args.name)
        link = args.site + staff.make_first_link(by=by, username=person.username)
    print_result(
        args,
        {"username": person.username, "link": link},
        [f"{person.name}（{person.username}）：{link}", ONCE, "岗位另用 anju staff post 授予。"],
    )
    return OK


def staff_first_link(args: argparse.Namespace) -> int:
    set_up_django()
    from anju.core.people import staff

    link = _for_one(args, lambda by: args.site + staff.make_first_link(by=by, username=args.username))
    print_result(args, {"username": args.username, "link": link}, [link, ONCE])
    return OK


def staff_code(args: argparse.Namespace) -> int:
    import base64
    import hmac
    import time

    text = "".join(args.secret.split()).upper()
    try:
        key = base64.b32decode(text + "=" * (-len(text) % 8))
    except ValueError:
        key = b""
    if not key:
        fix = "请照抄启用动态口令的页上“密钥”后面的字母和数字。"
        raise Refused(Problem("STAFF-018", f"密钥“{args.secret[:40]}”", "不是动态口令的密钥。", fix))
    step, now = 30, int(time.time())  # RFC 6238
    digest = hmac.digest(key, (now // step).to_bytes(8, "big"), "sha1")
    number = int.from_bytes(digest[digest[-1] & 15 :][:4], "big") & 0x7FFFFFFF
    print_result(
        args,
        {"code": f"{number % 10**6:06}", "seconds": step - now % step},
        f"{number % 10**6:06}（{step - now % step}秒内有效）",
    )
    return OK


def staff_correct(args: argparse.Namespace) -> int:
    set_up_django()
    from anju.core.people import staff

    person = _for_one(
        args, lambda by: staff.correct_staff_name(by=by, username=args.username, name=args.name, reason=args.reason)
    )
    print_result(
        args, {"username": person.username, "name": person.name}, f"{person.username} 的姓名已更正为{person.name}。"
    )
    return OK


def staff_unlock(args: argparse.Namespace) -> int:
    set_up_django()
    from anju.core.people import staff

    def work(by: Any) -> None:
        staff.unlock_staff(by=by, username=args.username)
        if args.codes:
            staff.reset_codes(by=by, username=args.username)

    _for_one(args, work)
    print_result(args, {"username": args.username}, "已解除锁定。" + ("动态口令已重置。" if args.codes else ""))
    return OK


def _for_one(args: argparse.Namespace, work: Any) -> Any:
    from anju.core.models.people import Staff
    from anju.core.people.scope import local_actor, open_scope

    try:
        with open_scope(local_actor()) as by:
            return work(by)
    except Staff.DoesNotExist:
        raise Refused(missing_person_problem(f"用户 {args.username}")) from None


def missing_person_problem(what: str) -> Problem:
    return Problem(
        "STAFF-013", what, "没有登记。", "请核对；已登记的人员用 anju staff list 查看，区划用 anju regions list 查看。"
    )


def staff_post(args: argparse.Namespace) -> int:
    set_up_django()
    from datetime import date

    from django.utils import timezone

    from anju.core.models.people import Organisation
    from anju.core.models.region import Region
    from anju.core.people import organisations, postings
    from anju.core.people.permissions import posts
    from anju.core.regions import tree

    def day(text: str | None) -> date | None:
        try:
            return date.fromisoformat(text) if text else None
        except ValueError:
            raise Refused(
                Problem("STAFF-007", f"日期“{text}”", "不是日期。", "请写成 2026-01-31 这样的形式。")
            ) from None

    def work(by: Any) -> Any:
        code = next((one.code for one in posts().values() if args.post in (one.code, one.label)), args.post)
        kind = next((value for value, label in Organisation.Kind.choices if args.kind in (value, label)), args.kind)
        try:
            region = tree.find_region(by, args.region)
        except Region.DoesNotExist:
            raise Refused(missing_person_problem(f"区划 {args.region}")) from None
        office = organisations.register_organisation(by=by, region=region, kind=kind, name=args.office)
        return postings.give_post(
            by=by, username=args.username, organisation=office, post=code, since=day(args.since) or timezone.localdate(),
            until=day(args.until), ground=args.ground,
        )  # fmt: skip

    posting = _for_one(args, work)
    print_result(
        args,
        {"username": args.username, "post": posting.post, "until": posting.until},
        f"已授予：{posting}，{posting.since} 起{f'，到 {posting.until}' if posting.until else ''}。",
    )
    return OK


def staff_list(args: argparse.Namespace) -> int:
    set_up_django()
    from django.db.models import Prefetch, Q
    from django.utils import timezone

    from anju.core.people import directory
    from anju.core.people.scope import local_actor, open_scope

    with open_scope(local_actor()) as by:
        held = Prefetch(
            "postings",
            directory.list_postings(by).filter(Q(until=None) | Q(until__gte=timezone.localdate())),
            to_attr="held",
        )
        people = (
            directory.list_people(by)
            .filter(Q(username__icontains=args.words) | Q(name__icontains=args.words))
            .prefetch_related(held)
        )
        locked = set(directory.list_locked_staff(by))
        data = [
            {
                "username": person.username,
                "name": person.name,
                "active": person.is_active,
                "locked": person in locked,
                "password": person.has_usable_password(),
                "posts": [
                    f"{post.label}·{post.organisation.name}" + (f"（到 {post.until}）" if post.until else "")
                    for post in person.held
                ],
            }
            for person in people
        ]
    lines = [
        f"{person['username']}  {person['name']}  {'、'.join(person['posts']) or '没有岗位'}"
        + ("" if person["active"] else "  已停用") + ("  暂缓登录" if person["locked"] else "") + ("" if person["password"] else "  还没有设密码")
        for person in data
    ]  # fmt: skip
    print_result(args, data, lines or ["还没有登记人员。新装好的先用 anju staff begin 登记三员。"])
    return OK
