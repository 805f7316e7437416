"""All the styles under the folders in use, and the one that applies: by kind, region and day, as rulebooks are found."""

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from datetime import date
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from anju.core import registry
from anju.core.database.folder import data_folder
from anju.documents.styles.language.schema import Style
from anju.documents.styles.library.loading import load_style
from anju.problems import Problem, Refused

FOLDERS = "ANJU_STYLES"  # more folders of styles, as PATH separates them
OFFICE = "styles"  # the office's own, within its data folder
MOST = 400  # files
CODE = re.compile(r"^style:[ \t]*[\"']?([a-z][a-z0-9_-]*)", re.MULTILINE)


class StyleLibrary:
    """paths: folders, searched whole. A file that cannot be read stops its own kind alone: broken has the problems by kind, "" where that cannot be told."""

    def __init__(self, paths: Iterable[Path]) -> None:
        self.styles: list[Style] = []
        self.published: tuple[Style, ...] = ()  # by offices, last published first
        self.broken: dict[str, list[Problem]] = {}
        files = [file for path in paths for file in (sorted(path.rglob("*.yaml")) if path.is_dir() else [path])]
        for file in files[:MOST]:
            try:
                self.styles += load_style(file).each_kind()
            except Refused as refused:
                self.broken.setdefault(spoken_code(file), []).extend(refused.problems)
        if len(files) > MOST:
            what = f"有 {len(files)} 个文件，最多 {MOST} 个，后面的没有读。"
            self.broken[""] = [*self.broken.get("", ()), Problem("DOC-074", "文书样式的文件夹", what, "请移走不用的。")]
        for problem, code in self._overlaps():
            self.broken.setdefault(code, []).append(problem)

    def with_published(self, published: Sequence[Style], broken: Mapping[str, Sequence[Problem]]) -> "StyleLibrary":
        """The same with the styles that offices published, which go before files of the same region. This library does not change."""
        library = copy(self)
        library.published = tuple(published)
        library.broken = {
            code: [*self.broken.get(code, ()), *broken.get(code, ())] for code in dict.fromkeys((*self.broken, *broken))
        }
        return library

    @property
    def problems(self) -> list[Problem]:
        return [problem for problems in self.broken.values() for problem in problems]

    def _overlaps(self) -> list[tuple[Problem, str]]:
        problems = []
        for styles in self._by_identity().values():
            for one, two in pairwise(sorted(styles, key=lambda style: style.applies_from)):
                if one.applies_until is None or two.applies_from <= one.applies_until:
                    what = f"与 {one.file} 文种、区划相同，适用期重叠：都包括 {two.applies_from}。"
                    fix = "请给前一种写明 applies.until，或改后一种的起始日。"
                    problems.append((Problem("DOC-077", two.file, what, fix), two.code))
        return problems

    def _by_identity(self) -> dict[tuple[str, str | None], list[Style]]:
        found: dict[tuple[str, str | None], list[Style]] = {}
        for style in self.styles:
            found.setdefault((style.code, style.region), []).append(style)
        return found

    def codes(self) -> dict[str, str]:
        """What each kind is called, by code."""
        every = (*self.styles, *self.published)
        return {code: code for code in self.broken if code} | {style.code: style.name for style in every}

    def find(self, code: str, regions: Sequence[str], on: date) -> Style:
        """The style in force on that day. regions: codes from the nearest up the tree; one without region is the last resort.

        The nearest region that has one wins; where its own has lapsed that is an error, as with rulebooks. Refused DOC-078, and what is wrong with
        a file of that kind.
        """
        if code in self.broken:
            raise Refused(*self.broken[code])
        mine = [style for style in (*self.published, *self.styles) if style.code == code]
        for region in (*regions, None):
            own = [style for style in mine if style.region == region]
            for style in own:
                if style.in_force(on):
                    return style
            if begun := [style for style in own if style.applies_from <= on]:
                last = max(begun, key=lambda style: style.applies_from)
                what = f"{on} 没有适用的样式：{last.file} 已于 {last.applies_until} 截止。"
                raise Refused(
                    Problem(
                        "DOC-078", f"文书样式 {code}（{region or '不限区划'}）", what, "请核对期间，或补充其后的样式。"
                    )
                )
        first = min(
            (style.applies_from for style in mine if style.region is None or style.region in regions), default=None
        )
        what = f"{on} 没有适用的样式" + (f"，最早一种自 {first} 起适用。" if first else "。")
        raise Refused(Problem("DOC-078", f"文书样式 {code}", what, "请核对期间和区划，或补充样式。"))

    def any_of(self, code: str) -> Style | None:
        """The newest of a kind, the one for everybody first: where no region is known."""
        mine = sorted(
            (style for style in (*self.styles, *self.published) if style.code == code),
            key=lambda style: (style.region is not None, -style.applies_from.toordinal()),
        )
        return mine[0] if mine else None


def spoken_code(file: Path) -> str:
    """Of which kind a file says that it is, though it cannot be read."""
    try:
        match = CODE.search(file.read_bytes()[:200_000].decode("utf-8", "replace"))
    except OSError:
        return ""
    return match[1] if match else ""


def style_folders() -> list[Path]:
    named = [Path(name) for name in os.environ.get(FOLDERS, "").split(os.pathsep) if name]
    office = data_folder() / OFFICE
    return [*registry.room_files("styles"), *([office] if office.is_dir() else []), *named]


def style_library() -> StyleLibrary:
    """Every style of the folders; read again when a file changes."""
    paths = style_folders()
    stamp = tuple(
        (str(file), file.stat().st_mtime_ns)
        for path in paths
        for file in ([path] if path.is_file() else sorted(path.rglob("*.yaml")))
    )
    return _library(tuple(paths), stamp)


@lru_cache(maxsize=4)
def _library(paths: tuple[Path, ...], stamp: tuple[tuple[str, int], ...]) -> StyleLibrary:
    return StyleLibrary(paths)
