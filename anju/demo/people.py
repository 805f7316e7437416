"""People of the demonstration: everybody of the practice county's month, three for each place, and the three administrators.

Their passwords are random, shown once at the end of the load and stored nowhere; a second load makes nobody anew.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from anju.core.database.folder import data_folder
from anju.core.models.people import Organisation, Staff
from anju.core.models.region import Region
from anju.core.people import organisations, postings, staff
from anju.core.people.permissions import posts
from anju.core.people.scope import Actor, local_actor, open_scope
from anju.core.regions import tree
from anju.problems import Problem, Refused

LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is taken for another
COUNTY = (
    ("clerk", "housing"),
    ("reviewer", "housing"),
    ("head", "housing"),
    ("clerk", "finance"),  # fills the finance department's own forms
    ("reviewer", "finance"),
    ("head", "finance"),
    ("finance", "finance"),
    ("joint", "reform"),
    ("joint", "land"),
)
CITY = (
    ("city_reviewer", "housing"),
    ("head", "housing"),  # the city's leader
    ("finance", "finance"),
    ("publisher", "office"),
    ("auditor", "audit"),
)
FEW = (
    (("clerk", "housing"),),
    (("city_reviewer", "housing"), ("publisher", "office")),
)  # of a place: in its county, in its city
ADMINS = ("system_admin", "security_admin", "audit_admin")
DEMO_NAME = r"^[a-z-]+\.[0-9]{6}$"  # clerk.140522
DAYS = 90  # of the auditor's post


@dataclass(frozen=True)
class DemoAccount:
    """password: "" for who was there already."""

    place: str
    post: str
    name: str
    username: str
    password: str


def refuse_real_people() -> None:
    """Refused DEMO-021 where somebody is registered who is not of a demonstration: its places and people would be mixed with an office's."""
    with open_scope(local_actor()):
        count = Staff.objects.exclude(username__regex=DEMO_NAME).count()
    if count:
        what = f"这里已登记了{count}名正式人员；演示的市县、报表和人员会混进来。"
        fix = "请另选一个数据目录，例如 ANJU_HOME=~/anju-demo anju demo。"
        raise Refused(Problem("DEMO-021", f"数据目录 {data_folder()}", what, fix))


def make_accounts(practice: Region | None, places: Iterable[tuple[str, Region]]) -> list[DemoAccount]:
    """The whole cast of the practice county, a few of each place (its title, its region), and the administrators."""
    accounts = []
    with open_scope(local_actor()) as by:
        if practice is not None:
            accounts += [_make_account(by, "练习县", practice, post, kind) for post, kind in COUNTY]
            accounts += [_make_account(by, "练习县", practice.parent, post, kind) for post, kind in CITY]
        for title, region in places:
            below = [
                part
                for part in tree.descendant_regions(by, region)
                if part.kind == Region.Kind.COUNTY and part.valid_until is None
            ]
            county = below[0] if below else region
            above = region if below else region.parent or region
            accounts += [_make_account(by, title, county, post, kind) for post, kind in FEW[0]]
            accounts += [_make_account(by, title, above, post, kind) for post, kind in FEW[1]]
        nation = Region.objects.get(code=tree.NATION)
        accounts += [_make_account(by, "三员", nation, post, "office") for post in ADMINS]
    return accounts


def _make_account(by: Actor, place: str, region: Region, post: str, kind: str) -> DemoAccount:
    label, username = posts()[post].label, f"{_user_word(post, kind)}.{region.code}"
    if kind == "finance" and post != "finance":
        label = f"{Organisation.Kind(kind).label}{label}"
    if known := Staff.objects.filter(username=username).first():
        return DemoAccount(place, label, known.name, username, "")
    whole = region.code == tree.NATION
    area = "全国" if whole else region.name
    name = Organisation.Kind(kind).label
    office = Organisation.objects.filter(region=region, kind=kind, ended_on=None).order_by(
        "id"
    ).first() or organisations.register_organisation(
        by=by, region=region, kind=kind, name=area + (name if kind == "office" else f"{name}部门")
    )
    person = staff.register_staff(by=by, username=username, name=label if whole else f"{region.short}{label}")
    today = timezone.localdate()
    bounded = (
        {"ground": f"示例审通〔{today.year}〕1号", "until": today + timedelta(days=DAYS)}
        if posts()[post].bounded
        else {}
    )
    postings.give_post(by=by, username=username, organisation=office, post=post, since=today, **bounded)
    password = "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(3))
    person.set_password(password)
    person.save(update_fields=["password"])
    return DemoAccount(place, label, person.name, username, password)


def _user_word(post: str, kind: str) -> str:
    """How a demonstration's user name begins: clerk, finance-clerk, land."""
    word = kind if post == "joint" else post.replace("_", "-")
    return f"{kind}-{word}" if kind == "finance" and post != "finance" else word


def account_lines(accounts: list[DemoAccount]) -> list[str]:
    """How to come in, said once."""
    new = [account for account in accounts if account.password]
    lines = []
    if new:
        lines.append("\n用下面的用户名和密码登录。密码只显示这一次，系统不保存明文：")
        place = ""
        for account in new:
            if account.place != place:
                place = account.place
                lines.append(f"  {place}")
            lines.append(f"    {account.post:\u3000<6}  {account.username:<22}  {account.password}")
        lines.append(
            "\n三员第一次登录后先启用动态口令：手机上装任何一个支持 TOTP 的软件扫码，不需要联网；"
            "\n手边没有手机的，在本机运行 anju staff code 密钥（密钥显示在那一页上），得到六位数字。"
        )
    if len(new) < len(accounts):
        lines.append(
            f"\n{len(accounts) - len(new)} 人以前已登记，密码不再显示。看有哪些人：anju staff list；忘了密码："
            "anju staff first-link 用户名（给出链接，自己设新密码）；输错太多要等的：anju staff unlock 用户名。"
        )
    return lines
