"""Which post may do what: posts.yaml and the permissions.yaml of every room. Menus, buttons, services and the test of all routes read it.

It knows no Django and imports no room: the files are found by looking.
"""

from collections.abc import Callable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from ruamel.yaml import YAML

from anju.core.registry import rooms
from anju.problems import Problem, Refused

if TYPE_CHECKING:
    from anju.core.people.scope import Actor

View = TypeVar("View", bound=Callable[..., Any])
denied: ContextVar[bool] = ContextVar("permission_denied", default=False)  # in the request in hand
PUBLIC = ""  # the permission of a view that asks for no sign-in


@dataclass(frozen=True)
class Post:
    """A post (岗位). admin: one of the three separated administrators; bounded: given by a document and for a time only; deputy: its holder
    may name one for a time. delivered: of returns it sees only what was delivered to the superior.

    first: the name of the page to which signing in leads; without one it leads to the front page.
    """

    code: str
    label: str
    admin: bool = False
    bounded: bool = False
    deputy: bool = False
    delivered: bool = False
    first: str = ""

    @property
    def drafts(self) -> bool:
        """Does it see what was not submitted yet?"""
        return not (self.admin or self.bounded or self.delivered)


@dataclass(frozen=True)
class Permission:
    """What may be done (权限), by the holders of which posts. above: of a region's thing by those of the region above it."""

    code: str
    label: str
    posts: tuple[str, ...]
    above: bool = False

    @property
    def who(self) -> str:
        """The posts as people call them: 审核、市级审定."""
        return "、".join(posts()[post].label for post in self.posts)


def read_declarations(name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """What the rooms' files of that name say: each file, as "room/file.yaml", with its entries."""
    reader = YAML(typ="safe", pure=True)
    for room in rooms():
        path = room.folder / name
        if path.exists():
            yield f"{room.name}/{name}", reader.load(path.read_text(encoding="utf-8")) or {}


def collect_entries(name: str, part: str = "") -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(file, code, entry) of all rooms' files of that name, or of that part of them. Refused: a code that two entries claim."""
    seen: dict[str, str] = {}
    for file, content in read_declarations(name):
        for code, entry in (content.get(part, {}) if part else content).items():
            if code in seen:
                raise ValueError(f"{file}: {code} is in {seen[code]} already")
            seen[code] = file
            yield file, code, entry


@cache
def posts() -> dict[str, Post]:
    return {code: Post(code, **entry) for _, code, entry in collect_entries("posts.yaml", "posts")}


@cache
def permissions() -> dict[str, Permission]:
    """Every permission by its code. ValueError names the file of one that is there twice, or that names an unknown post."""
    readers = [post for _, content in read_declarations("posts.yaml") for post in content.get("readers", ())]
    by_code = {}
    for file, code, entry in collect_entries("permissions.yaml"):
        wanted = readers if entry["posts"] == "readers" else entry["posts"]
        if strange := set(wanted) - set(posts()):
            raise ValueError(f"{file}: {code} names unknown posts {sorted(strange)}")
        by_code[code] = Permission(code, entry["label"], tuple(wanted), entry.get("above", False))
    return by_code


def may(user: "Actor", permission: str, region_id: int | None = None) -> bool:
    """May this user do it — somewhere, or for that region?"""
    return any(user.holds(post, region_id) for post in permissions()[permission].posts)


def signature(user: "Actor", permission: str, region_id: int | None) -> str:
    """The name under which this user does it, for papers: of a deputy (代) with the name of whom they stand for."""
    held = [post for post in permissions()[permission].posts if user.holds(post, region_id)]
    if not held or any(post not in user.acting_for for post in held):
        return user.name
    return f"{user.name}（代{user.acting_for[held[0]]}）"


def require_permission(user: "Actor", permission: str, region_id: int | None, obj: str) -> None:
    """Refused ACT-001 unless the user holds one of its posts for the region. obj: what it is about, for the sentence."""
    if not may(user, permission, region_id):
        denied.set(True)
        raise Refused(missing_permission_problem(permission, obj))


def missing_permission_problem(permission: str, obj: str) -> Problem:
    wanted = permissions()[permission]
    return Problem("ACT-001", obj, f"“{wanted.label}”须由{wanted.who}岗办理，您没有这个岗位。", "请转交该岗位的人员。")


def requires_permission(permission: str) -> Callable[[View], View]:
    """Mark a view with its permission: the middleware lets nobody else in, and a view without a mark lets nobody in at all."""
    if permission != PUBLIC and permission not in permissions():
        raise ValueError(f"no permissions.yaml has {permission}")

    def mark(view: View) -> View:
        view.act = permission  # type: ignore[attr-defined]
        return view

    return mark
