"""Which post may do which act (acts.yaml): the one table that menus, buttons, services and the test of all routes read."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TypeVar

from ruamel.yaml import YAML

from anju.core.scope import Operator
from anju.problems import Problem, Refused

View = TypeVar("View", bound=Callable)
PUBLIC = ""  # the act of a view that asks for no sign-in


@dataclass(frozen=True)
class Post:
    """A post (岗位). admin: one of the three separated administrators; bounded: given by a document and for a time only.

    first: the name of the page to which signing in leads; without one it leads to the front page.
    """

    code: str
    label: str
    admin: bool = False
    bounded: bool = False
    first: str = ""


@dataclass(frozen=True)
class Act:
    code: str
    label: str
    posts: tuple[str, ...]

    @property
    def who(self) -> str:
        """The posts as people call them: 审核、市级审定."""
        return "、".join(posts()[post].label for post in self.posts)


@cache
def _table() -> tuple[dict[str, Post], dict[str, Act]]:
    data = YAML(typ="safe", pure=True).load(files("anju.core").joinpath("acts.yaml").read_text(encoding="utf-8"))
    known = {code: Post(code, **said) for code, said in data["posts"].items()}
    made = {}
    for code, said in data["acts"].items():
        wanted = data["readers"] if said["posts"] == "readers" else said["posts"]
        if strange := set(wanted) - set(known):
            raise ValueError(f"acts.yaml: {code} names unknown posts {sorted(strange)}")
        made[code] = Act(code, said["label"], tuple(wanted))
    return known, made


def posts() -> dict[str, Post]:
    return _table()[0]


def acts() -> dict[str, Act]:
    return _table()[1]


def may(user: Operator, act: str, region_id: int | None = None) -> bool:
    """May this user do it — somewhere, or for that region?"""
    return any(user.holds(post, region_id) for post in acts()[act].posts)


def require(user: Operator, act: str, region_id: int | None, obj: str) -> None:
    """Refused ACT-001 unless the user holds one of the act's posts for the region. obj: what it is about, for the sentence."""
    if not may(user, act, region_id):
        raise Refused(refusal(act, obj))


def refusal(act: str, obj: str) -> Problem:
    found = acts()[act]
    return Problem("ACT-001", obj, f"“{found.label}”须由{found.who}岗办理，您没有这个岗位。", "请转交该岗位的人员。")


def acting(act: str) -> Callable[[View], View]:
    """Mark a view with the act that it is: the middleware lets nobody else in, and a view without a mark lets nobody in at all."""
    if act != PUBLIC and act not in acts():
        raise ValueError(f"acts.yaml has no act {act}")

    def mark(view: View) -> View:
        view.act = act  # type: ignore[attr-defined]
        return view

    return mark
