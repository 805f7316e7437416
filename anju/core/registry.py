"""The rooms of the house, and what each of them brings: names and texts, known before Django and without importing any room.

A room is a Django app whose folder has a `room.py`. It is read, never run: constants only.

    BAND = "ledgers"                                  # its place in the order of imports
    PREFIXES = ("projects/",)                         # the addresses that are its own; with one, its urls.py counts from there
    NAVIGATION = ({"order": 30, "label": "项目", "url": "projects:list", "permission": "projects.see"},)
    NOTICES = ("anju.projects.notices:count",)        # any kind of CALLS, OBJECTS, MODULES, FILES and NAMES below

What a text names is fetched when its kind is first asked for. Nobody is passed over: a text that leads nowhere refuses (ROOM-003),
so a hold or gate that is missing holds.
"""

import ast
import os
import re
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from anju.problems import ConfigurationFault, Problem

# Lower first: a room imports rooms of lower bands only. pyproject.toml says the same to import-linter.
BANDS = ("core", "figures", "runs", "documents", "ledgers", "returns", "evaluation", "oversight", "desk")
EXTRA = "ANJU_ROOMS"  # more rooms: dotted names of packages on sys.path, separated by commas

# Functions "package.module:name", by kind: what each is called with.
CALLS: dict[str, tuple[str, ...]] = {
    "commands": ("subparsers",),  # adds the room's commands; imports no Django
    "asker": ("key",),  # of who knows people: the operator of that key with the posts of now, or Refused
    "places": ("user",),  # regions that there is something for
    "periods": ("user", "region"),  # periods of a region that there is something for
    "notices": ("user",),  # how many things wait for a user: the bar shows the sum
    "waiting": ("user",),  # those things, the earliest deadline first: each with act, what, link, due, at
    "reminders": ("user", "at"),  # what is due at that moment, of the user's regions (core/reminders.py)
    "announcements": ("by", "region", "prefix", "wanted"),  # writes down what an act just handed on (core/reminders.py)
    "overdue": ("user", "region", "on"),  # what is overdue there and below, as of that day (core/overdue.py)
    "figure_changes": ("by",),  # figures that stood were replaced or taken back; part of that act
    "behind": (
        "user",
        "region",
        "on",
    ),  # what of a ledger holds this one region back, the most of it first (core/overdue.py)
    "uses": ("user", "figure", "reference"),  # what rests on a figure: [{"href": …, "text": …}], few and the newest
    "holds": (
        "user",
        "ledger",
        "items",
    ),  # by id of those held, which fields stand so somewhere and may not change: {id: {field: where}}
    "references": (),  # the kinds of references to figures that are the room's own (figures/references.py: ReferenceKind)
    "doors": ("request", "reference"),  # the panel of a reference that is no figure, None for another kind
    "things": (
        "user",
        "key",
    ),  # what a key like project/12 names, as the search tells it; None for another room's, or outside of their regions
    "page_acts": (
        "user",
        "key",
        "region",
    ),  # what a user may do besides from the page of that thing: [(address, label)]
    "gates": ("by", "document", "on"),  # before a paper is issued: Refused when it may not be
}
# Objects "package.module:NAME", by kind: the class that says what each of them offers.
OBJECTS: dict[str, str] = {
    "ledgers": "anju.core.ledgers:Ledger",  # what forms are filled from, compared with and recorded in
    "subjects": "anju.core.subjects:Subject",  # what the search of the site finds
    "cases": "anju.cases.kinds:CaseKind",  # a kind of case of a close-out ledger
    "demo": "anju.core.demo:DemoPart",  # a part of the demonstration and of the synthetic province
    "paper_lists": "anju.documents.styles.sources:PaperList",  # what styles of papers may go through
    "paper_annexes": "anju.documents.styles.sources:PaperAnnex",  # annexes of papers that the room lays out itself
    "paper_reminders": "anju.documents.styles.sources:PaperReminder",  # what the writer of a style's paper is reminded of
}
# Modules "package.module" whose import makes known what is in them, by kind.
MODULES = (
    "jobs",  # core/jobs/queue.py: work marked with register and register_daily
    "doctor",  # core/console/doctor.py: checks of what is in the database
    "documents",  # documents/kinds.py: kinds of papers
)
# Paths inside the room's folder, by kind: a file, or a folder of files.
FILES = (
    "measures",  # figures/catalogue.py: measures and calibres
    "styles",  # documents/styles/library/finding.py: papers as data
    "bindings",  # runs/binding/bindings.py: where the inputs of a warning or check come from
)
# Names inside the data folder, by kind.
NAMES = (
    "backup",  # core/database/backup.py: a file or folder of the office's own that a backup carries
)
NAME = re.compile(r"[a-z][a-z0-9-]*(\.[a-z]+)?")


@dataclass(frozen=True)
class NavigationLink:
    """An entry of the rail, shown to those who have the permission. url: the name of its address. guide: what its 帮助 opens (docs/)."""

    order: int
    label: str
    url: str
    permission: str
    guide: str = ""


@dataclass(frozen=True)
class Room:
    """package: its dotted name; texts: by kind, as the room wrote them."""

    package: str
    folder: Path
    band: str
    prefixes: tuple[str, ...]
    navigation: tuple[NavigationLink, ...]
    texts: dict[str, tuple[str, ...]]

    @property
    def name(self) -> str:
        return self.package.rpartition(".")[2]


@cache
def rooms() -> tuple[Room, ...]:
    """Every room, the lower bands first. Refused ROOM-001 when one that ANJU_ROOMS names is not there; ROOM-002 when two are called
    the same or claim one prefix."""
    house = Path(__file__).parents[1]
    packages = {f"{house.name}.{path.parent.name}": path for path in house.glob("*/room.py")}
    for package in filter(None, (name.strip() for name in os.environ.get(EXTRA, "").split(","))):
        packages[package] = _find(package)
    known = [_read(package, path) for package, path in packages.items()]
    known.sort(key=lambda room: (BANDS.index(room.band), room.name))
    refuse_clashes("名称", ((room.name, room.package) for room in known))
    refuse_clashes("网址", ((f"/{prefix}", room.package) for room in known for prefix in room.prefixes))
    refuse_clashes("数据目录里的", ((name, room.package) for room in known for name in room.texts.get("backup", ())))
    return tuple(known)


def room_texts(kind: str) -> list[str]:
    """What the rooms wrote under a kind, in their order."""
    return [text for room in rooms() for text in room.texts.get(kind, ())]


def room_files(kind: str) -> list[Path]:
    """The YAML files that the rooms brought of a kind, those of a folder by name."""
    named = [room.folder / text for room in rooms() for text in room.texts.get(kind, ())]
    return [path for one in named for path in (sorted(one.glob("*.yaml")) if one.is_dir() else [one])]


@cache
def navigation() -> list[NavigationLink]:
    """The rail of every room, in its order."""
    return sorted((link for room in rooms() for link in room.navigation), key=lambda link: link.order)


@cache
def fetch_hooks(kind: str) -> tuple[Any, ...]:
    """What the rooms brought of a kind: functions of CALLS, OBJECTS, modules of MODULES. After django.setup() for all but the commands.

    Refused ROOM-003 when a text leads nowhere; the next call tries again.
    """
    return tuple(_resolve(kind, text) for text in room_texts(kind))


def _resolve(kind: str, text: str) -> Any:
    module, _, name = text.partition(":")
    try:
        named = import_module(module)
        return getattr(named, name) if name else named
    except (ImportError, AttributeError) as error:
        raise ConfigurationFault(
            Problem(
                "ROOM-003",
                f"模块登记的 {kind}“{text}”",
                f"取不到，依赖它的事项一律不予办理：{error}",
                "请重新安装程序或该模块；不要删改程序文件。",
            )
        ) from error


def _find(package: str) -> Path:
    """By looking for the file: to ask Python would import the package above."""
    for entry in sys.path:
        path = Path(entry or ".", *package.split("."), "room.py")
        if path.is_file():
            return path
    raise ConfigurationFault(
        Problem(
            "ROOM-001",
            f"环境变量 {EXTRA}",
            f"没有找到模块 {package}（要有 room.py 文件）。",
            "请核对名称（用逗号分隔），并把模块装进程序所用的 Python。",
        )
    )


def _read(package: str, path: Path) -> Room:
    """ValueError for what no room.py may say: that is a slip of whoever wrote it."""
    constants: dict[str, Any] = {}
    for node in ast.parse(path.read_text("utf-8"), str(path)).body:
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue  # the docstring
        try:
            [target] = node.targets  # type: ignore[attr-defined]
            constants[target.id.lower()] = ast.literal_eval(node.value)  # type: ignore[attr-defined]
        except (AttributeError, ValueError):
            raise ValueError(f"{path}:{node.lineno}: a room says constants only, NAME = value") from None
    if constants.get("band") not in BANDS:
        raise ValueError(f"{path}: BAND is one of {', '.join(BANDS)}")
    written = {
        kind: constants.pop(kind)
        for kind in [*CALLS, *OBJECTS, *MODULES, *FILES, *NAMES, "prefixes", "navigation"]
        if kind in constants
    }
    for kind, value in written.items():
        if not isinstance(value, tuple) or not all(
            isinstance(text, dict if kind == "navigation" else str) for text in value
        ):
            raise ValueError(f"{path}: {kind.upper()} is a tuple")
        if kind in NAMES and not all(map(NAME.fullmatch, value)):
            raise ValueError(f"{path}: {kind.upper()} has plain names")
    if strange := set(constants) - {"band"}:
        raise ValueError(f"{path}: there is no kind {', '.join(sorted(strange)).upper()}")
    navigation = tuple(NavigationLink(**link) for link in written.pop("navigation", ()))
    return Room(package, path.parent, constants["band"], written.pop("prefixes", ()), navigation, written)


def refuse_clashes(what: str, claims: Iterable[tuple[str, str]]) -> None:
    """Refused ROOM-002 when two rooms claim the same. claims: what, and the package that claims it."""
    listed = list(claims)
    counted = Counter(claim for claim, _ in listed)
    problems = [
        Problem(
            "ROOM-002",
            f"{what}“{claim}”",
            f"有 {times} 个模块都要用：{'、'.join(package for claimed, package in listed if claimed == claim)}。",
            f"请改其中一个，或在 {EXTRA} 里去掉一个。",
        )
        for claim, times in counted.items()
        if times > 1
    ]
    if problems:
        raise ConfigurationFault(*problems)
