"""The same people in every test. A person is a post in a region: person("clerk", EAST). Regions are real, people are invented."""

from datetime import date, timedelta

from django.test import Client

EAST, WEST, CITY = "140525", "140581", "140500"  # two counties of one city
ELSEWHERE = "450300"  # a city of another province

# Posts of a county's month, of the city above it, and of the three administrators, with the kind of organisation that has them.
KINDS = {"joint": "reform", "finance": "finance", "auditor": "audit"}
COUNTY_POSTS = ("clerk", "reviewer", "head", "joint", "finance")
CITY_POSTS = ("city_reviewer", "publisher")
BUSINESS = (*COUNTY_POSTS, *CITY_POSTS, "auditor")
ADMINS = ("system_admin", "security_admin", "audit_admin")
PHONE = "JBSWY3DPEHPK3PXP"  # the secret of the three administrators' second factor
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def person(posts: str | tuple[str, ...], regions: str | tuple[str, ...] = EAST):
    """The one person who holds these posts in these regions; registered when first asked for. Nothing they type opens the door: use `sign_in`."""
    from allauth.mfa.models import Authenticator
    from allauth.mfa.utils import encrypt
    from django.db import transaction

    from anju.core.models.people import Organisation, Posting, Staff
    from anju.core.models.region import Region
    from anju.core.people.scope import local_actor, open_scope

    posts = (posts,) if isinstance(posts, str) else posts
    regions = (regions,) if isinstance(regions, str) else regions
    name = f"{'+'.join(posts) if len(posts) < 3 else 'all'}-{'+'.join(regions)}"
    if found := Staff.objects.filter(username=name).first():
        return found
    with transaction.atomic(), open_scope(local_actor()):
        staff = Staff.objects.create(username=name, name=f"示例{len(name)}{name[:1]}", password="none opens it")
        for code in regions:
            region = Region.objects.get(code=code, valid_until=None)
            for post in posts:
                kind = KINDS.get(post, "housing")
                office, _ = Organisation.objects.get_or_create(
                    region=region, kind=kind, name=f"{region.name}{Organisation.Kind(kind).label}局"
                )
                bounded = (
                    {"ground": "示例审通〔2026〕1号", "until": date.today() + timedelta(days=30)}
                    if post == "auditor"
                    else {}
                )
                Posting.objects.create(
                    staff=staff, organisation=office, post=post, bounded=post == "auditor", since=date(2020, 1, 1),
                    by="local", **bounded,
                )  # fmt: skip
        if set(posts) & set(ADMINS):  # as they must before any page but their own opens
            Authenticator.objects.create(user=staff, type=Authenticator.Type.TOTP, data={"secret": encrypt(PHONE)})
    return staff


def operator(posts: str | tuple[str, ...], regions: str | tuple[str, ...] = EAST):
    """That person as the *user* of queries and services."""
    from anju.core.people.identity import actor_of_staff

    return actor_of_staff(person(posts, regions))


def everyone(*regions: str):
    """One person with every business post there: for tests that are not about who may."""
    return person(BUSINESS, regions or (CITY,))


def sign_in(visitor, staff) -> None:
    """Sign a person in: a django.test.Client, or a Playwright page (before its first address). No password is asked."""
    client = visitor if isinstance(visitor, Client) else Client()
    client.force_login(staff, backend=BACKEND)
    if client is not visitor:
        visitor.context.add_cookies(
            [{"name": "sessionid", "value": client.cookies["sessionid"].value, "domain": "127.0.0.1", "path": "/"}]
        )
