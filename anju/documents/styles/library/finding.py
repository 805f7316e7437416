"""All the styles under the folders in use, and the one that applies: by kind, region and day, as rulebooks are found."""

import os
from collections.abc import Iterable, Sequence
from copy import copy
from datetime import date
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from anju.core import registry
from anju.core.database.folder import data_folder
from anju.documents.styles.language.schema import Style
from anju.documents.styles.library.loading import MAX_BYTES, load_style
from anju.documents.styles.library.unusable import UnusableStyle, set_aside, spoken_code
from anju.problems import Problem, Refused

FOLDERS = "ANJU_STYLES"  # more folders of styles, as PATH separates them
OFFICE = "styles"  # the office's own, within its data folder
MOST = 400  # files
AnyStyle = Style | UnusableStyle


class StyleLibrary:
    """paths: folders, searched whole. A style that cannot be read is set aside (`unusable`): refused where it would apply, and only there. One that does
    not say which it is, where and from when stops its kind everywhere: broken has the problems by kind, "" where that cannot be told."""

    def __init__(self, paths: Iterable[Path]) -> None:
        self.files: list[AnyStyle] = []
        self.offices: tuple[AnyStyle, ...] = ()  # published by offices, last published first
        self.broken: dict[str, list[Problem]] = {}
        files = [file for path in paths for file in (sorted(path.rglob("*.yaml")) if path.is_dir() else [path])]
        for file in files[:MOST]:
            try:
                self.files += load_style(file).each_kind()
            except Refused as refused:
                text = file.read_bytes()[:MAX_BYTES].decode("utf-8", "replace")
                aside = set_aside(text, "/".join(file.parts[-2:]), refused.problems)
                self.files += aside
                if not aside:
                    self.broken.setdefault(spoken_code(text), []).extend(refused.problems)
        if len(files) > MOST:
            what = f"有 {len(files)} 个文件，最多 {MOST} 个，后面的没有读。"
            self.broken[""] = [*self.broken.get("", ()), Problem("DOC-074", "文书样式的文件夹", what, "请移走不用的。")]

    def with_published(self, published: Sequence[AnyStyle]) -> "StyleLibrary":
        """The same with the styles that offices published, which go before files of the same region. This library does not change."""
        library = copy(self)
        library.offices = tuple(published)
        return library

    @property
    def styles(self) -> list[Style]:
        """Of the files, those that can be read."""
        return [one for one in self.files if isinstance(one, Style)]

    @property
    def published(self) -> list[Style]:
        return [one for one in self.offices if isinstance(one, Style)]

    @property
    def unusable(self) -> list[UnusableStyle]:
        """Set aside; of a text with variants the first."""
        aside = [one for one in (*self.offices, *self.files) if isinstance(one, UnusableStyle)]
        return list({(one.file, one.region): one for one in reversed(aside)}.values())[::-1]

    @property
    def problems(self) -> list[Problem]:
        told = [problem for problems in self.broken.values() for problem in problems]
        return [*told, *(problem for one in self.unusable for problem in one.problems), *self._overlaps()]

    def _overlaps(self) -> list[Problem]:
        found: dict[tuple[str, str | None], list[AnyStyle]] = {}
        for style in self.files:
            found.setdefault((style.code, style.region), []).append(style)
        problems = []
        for styles in found.values():
            for one, two in pairwise(sorted(styles, key=lambda style: style.applies_from)):
                if one.applies_until is None or two.applies_from <= one.applies_until:
                    problems.append(_overlap(one, two))
        return problems

    def codes(self) -> dict[str, str]:
        """What each kind is called, by code."""
        every = (*self.files, *self.offices)
        named = {one.code: one.name for one in sorted(every, key=lambda one: isinstance(one, Style))}
        return {code: code for code in self.broken if code} | named

    def find(self, code: str, regions: Sequence[str], on: date) -> Style:
        """The style in force on that day. regions: codes from the nearest up the tree; one without region is the last resort.

        The nearest region that has one wins; where its own has lapsed that is an error, as with rulebooks, and where its own cannot be read too
        (DOC-159): the next nearest is never taken for it. Refused DOC-078; DOC-077 where two files of a region apply; what is wrong with a file
        of that kind that does not say where it applies.
        """
        if code in self.broken:
            raise Refused(*self.broken[code])
        mine = [style for style in (*self.offices, *self.files) if style.code == code]
        for region in (*regions, None):
            own = [style for style in mine if style.region == region]
            in_force = [style for style in own if style.in_force(on)]
            if in_force:
                return self._the_one(in_force)
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

    def _the_one(self, in_force: Sequence[AnyStyle]) -> Style:
        """Of those of one region on one day: the one published last, else the file."""
        first = in_force[0]
        if first not in self.offices and len(in_force) > 1:
            raise Refused(_overlap(first, in_force[1]))
        if isinstance(first, UnusableStyle):
            raise first.refusal()
        return first

    def any_of(self, code: str) -> Style | None:
        """The newest of a kind, the one for everybody first: where no region is known. Refused where none of them can be read."""
        mine = sorted(
            (style for style in (*self.files, *self.offices) if style.code == code),
            key=lambda style: (
                isinstance(style, UnusableStyle),
                style.region is not None,
                -style.applies_from.toordinal(),
            ),
        )
        if mine and isinstance(mine[0], UnusableStyle):
            raise mine[0].refusal()
        return next((one for one in mine if isinstance(one, Style)), None)


def _overlap(one: AnyStyle, two: AnyStyle) -> Problem:
    what = f"与 {one.file} 文种、区划相同，适用期重叠：都包括 {max(one.applies_from, two.applies_from)}。"
    return Problem("DOC-077", two.file, what, "请给前一种写明 applies.until，或改后一种的起始日。")


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
