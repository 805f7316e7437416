"""The text of a style as parts that can be read, set, added, moved and taken out one by one. Comments, quotes and layout of the rest stay. Pure."""

import io
import re
from collections.abc import Sequence
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from anju.documents.styles.language.schema import Style
from anju.documents.styles.library.checking import check_style
from anju.documents.styles.library.loading import MAX_BYTES, MAX_NODES, StyleLoader, StyleReport
from anju.problems import Place, Problem, Refused
from anju.rules.book.tree import read_tree
from anju.yaml_files import SLIPS, load_yaml, too_deep

Path = tuple[str | int, ...]
FILE = "样式"
LONG_NUMBER = re.compile(r"\b0[xob][0-9a-f_]{1000}", re.IGNORECASE)  # it can be read, and never be written again


class StyleSource:
    """What a text says, by paths of keys and numbers. Refused when the text is no YAML that a style may be; whatever else is wrong with it stays."""

    def __init__(self, text: str) -> None:
        report = StyleReport(FILE)
        if len(text.encode()) > MAX_BYTES or too_deep(text) is not None:
            where = Place(file=FILE, line=too_deep(text) or 1)
            raise Refused(Problem("DOC-074", where, "太长，或括号套得太深。", "请分成几种样式，检查括号是否配对。"))
        self.tree, _ = read_tree(text.encode(), FILE, report, MAX_NODES)
        self.report = report
        self.written = text
        self.data: Any = _data(text)
        if not isinstance(self.data, CommentedMap):
            self.data = CommentedMap()

    def style(self) -> tuple[Style | None, list[Problem]]:
        """As far as it can be read, and all that is wrong with it but measures, which the catalogue knows."""
        style = StyleLoader(self.report).style(self.tree, self.written.encode())
        if style is not None and not self.report.problems:
            check_style(style, self.report)
        return style, sorted(self.report.problems, key=lambda problem: problem.where.line)

    def text(self) -> str:
        out = io.StringIO()
        _yaml().dump(self.data, out)
        return out.getvalue()

    def get(self, path: Path) -> Any:
        """LookupError where there is nothing."""
        part = self.data
        for step in path:
            keyed = isinstance(part, CommentedMap) and isinstance(step, str)
            if keyed or (isinstance(part, CommentedSeq) and isinstance(step, int) and 0 <= step < len(part)):
                part = part[step]
            else:
                raise LookupError(path)
        return part

    def mapping(self, path: Path) -> CommentedMap:
        part = self.get(path)
        if not isinstance(part, CommentedMap):
            raise LookupError(path)
        return part

    def listing(self, path: Path) -> CommentedSeq:
        """The list there; an empty one is begun where the key is missing."""
        parent = self.get(path[:-1])
        if isinstance(parent, CommentedMap) and isinstance(path[-1], str) and path[-1] not in parent:
            parent[path[-1]] = CommentedSeq()
        part = self.get(path)
        if not isinstance(part, CommentedSeq):
            raise LookupError(path)
        return part

    def set(self, path: Path, value: Any) -> None:
        """None takes the key out."""
        parent, key = self.get(path[:-1]), path[-1]
        if isinstance(parent, CommentedMap) and isinstance(key, str):
            if value is None:
                parent.pop(key, None)
            else:
                parent[key] = value
        elif isinstance(parent, CommentedSeq) and isinstance(key, int) and 0 <= key < len(parent) and value is not None:
            parent[key] = value
        else:
            raise LookupError(path)

    def insert(self, path: Path, value: Any) -> None:
        """Before what is at that number of the list."""
        self.listing(path[:-1]).insert(_number(path), value)

    def remove(self, path: Path) -> None:
        """An item of a list, or a key."""
        parent, key = self.get(path[:-1]), path[-1]
        self.get(path)
        del parent[key]

    def move(self, path: Path, to: int) -> None:
        """An item within its list, to that number."""
        items, number = self.listing(path[:-1]), _number(path)
        if not 0 <= to < len(items):
            raise LookupError(path)
        order = [items[at] for at in range(len(items))]
        item = order.pop(number)
        order.insert(to, item)
        for at, one in enumerate(order):  # each in place, so that what is remarked between them stays
            items[at] = one


def _number(path: Path) -> int:
    if not isinstance(path[-1], int):
        raise LookupError(path)
    return path[-1]


def quoted(text: str) -> DoubleQuotedScalarString:
    """A sentence, as sentences are written."""
    return DoubleQuotedScalarString(text)


def flow(**values: Any) -> CommentedMap:
    """A small mapping on one line: {measure: shanty.start, show: 套 0}."""
    made = CommentedMap((key, value) for key, value in values.items() if value not in (None, "", ()))
    made.fa.set_flow_style()
    return made


def entry(**values: Any) -> CommentedMap:
    """A mapping over several lines."""
    return CommentedMap((key, value) for key, value in values.items() if value is not None)


def items(values: Sequence[Any]) -> CommentedSeq:
    return CommentedSeq(values)


def _data(text: str) -> Any:
    """Refused DOC-070 what is a tree, but has a value that cannot be: a 99th of a month, 5,000 digits, a key twice."""
    try:
        if LONG_NUMBER.search(text):
            raise ValueError
        return _yaml().load(text)
    except (YAMLError, RecursionError, *SLIPS):
        try:
            load_yaml(text)
        except MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            what = f"{error.problem}。"
        else:
            line, what = 1, "有一个值写得不对。"
    where = Place(f"{FILE} 第 {line} 行", file=FILE, line=line)
    raise Refused(Problem("DOC-070", where, what, "请在“写法”里改正；日期、很长的数字请加引号。"))


def _yaml() -> YAML:
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 1_000_000
    yaml.brace_single_entry_mapping_in_flow_sequence = True
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml
