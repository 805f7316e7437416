"""YAML as a tree whose every node knows its line, and strict readers over it that collect problems instead of stopping.

What YAML would silently turn into something else (010100 → 4160, 12.50 → a float, 2020-01-01 → a date) must be quoted.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from ruamel.yaml import YAML
from ruamel.yaml.composer import Composer
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from anju.problems import Place, Problem, Refused

MAX_BYTES, MAX_NODES, MOST_PROBLEMS = 1_000_000, 60_000, 300
INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,17})\Z")
DECIMAL = re.compile(r"-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,12})?\Z")
UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
LIMIT = re.compile(r"-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,12}|[eE][0-9]{1,2})?\Z")


@dataclass
class ProblemReport:
    """The problems of one file, with its name as the reader knows it; the first of them, where there are hundreds."""

    file: str
    problems: list[Problem] = field(default_factory=list)
    too_many: ClassVar[str] = "BOOK-001"  # the code of a file with too many keys and values, or problems

    def add(self, code: str, line: int, path: str, what: str, fix: str) -> None:
        if self.is_full():
            return
        if len(self.problems) == MOST_PROBLEMS:
            code, path, what = self.too_many, "", f"错误超过 {MOST_PROBLEMS} 处，后面的没有列出。"
            fix = "请先改正列出的。"
        text = f"{self.file} 第 {line} 行" + (f" {path}" if path else "")
        self.problems.append(Problem(code, Place(text, file=self.file, line=line, field=path), what, fix))

    def is_full(self) -> bool:
        """Whether enough is told: to look for the nearest name of ten thousand slips would take minutes."""
        return len(self.problems) > MOST_PROBLEMS


class YamlNode:
    """One node of the file: where it is, what it is called from the root, and typed readers of it."""

    def __init__(self, node: Node, path: str, report: ProblemReport) -> None:
        self.node, self.path, self.report = node, path, report

    @property
    def line(self) -> int:
        return int(self.node.start_mark.line) + 1

    def wrong(self, code: str, what: str, fix: str) -> None:
        self.report.add(code, self.line, self.path, what, fix)

    # -- mappings and lists

    def is_mapping(self) -> bool:
        return isinstance(self.node, MappingNode)

    def is_list(self) -> bool:
        return isinstance(self.node, SequenceNode)

    def items(self) -> Iterator[tuple[str, YamlNode]]:
        """The pairs of a mapping; keys are read as text, twice the same key is a problem."""
        if not isinstance(self.node, MappingNode):
            self.wrong("BOOK-002", "这里应是一组“键: 值”。", "请按规则书格式改写。")
            return
        seen: set[str] = set()
        for key_node, value in self.node.value:
            if not isinstance(key_node, ScalarNode):
                self.wrong("BOOK-002", "键须是一个词。", "请按规则书格式改写。")
                continue
            key = str(key_node.value)
            child = YamlNode(value, f"{self.path}.{key}" if self.path else key, self.report)
            if key in seen:
                self.report.add(
                    "BOOK-003",
                    int(key_node.start_mark.line) + 1,
                    child.path,
                    f"“{key}”写了两次。",
                    "请删去一处，或改用不同的名称。",
                )
                continue
            seen.add(key)
            yield key, child

    def fields(self, allowed: Collection[str], required: Collection[str] = ()) -> dict[str, YamlNode]:
        """A mapping with known keys: unknown ones are refused, missing ones named."""
        children: dict[str, YamlNode] = {}
        for key, child in self.items():
            if key in allowed:
                children[key] = child
            else:
                child.wrong("BOOK-004", f"不认识的键“{key}”。", f"这里可写：{'、'.join(allowed)}。")
        if self.is_mapping():
            for key in required:
                if key not in children:
                    self.wrong("BOOK-005", f"缺少“{key}”。", "请补上。")
        return children

    def elements(self) -> list[YamlNode]:
        if not isinstance(self.node, SequenceNode):
            self.wrong("BOOK-002", "这里应是一个列表。", "请写成 [甲, 乙]，或逐行以“- ”开头。")
            return []
        return [YamlNode(node, f"{self.path}[{index}]", self.report) for index, node in enumerate(self.node.value, 1)]

    # -- scalars

    def scalar(self) -> ScalarNode | None:
        if isinstance(self.node, ScalarNode):
            return self.node
        self.wrong("BOOK-002", "这里应是一个值。", "请按规则书格式改写。")
        return None

    def quoted(self) -> bool:
        return isinstance(self.node, ScalarNode) and self.node.style in ("'", '"', "|", ">")

    def text(self) -> str:
        """Text; what YAML would take for a number, date, truth or null must be quoted."""
        node = self.scalar()
        if node is None:
            return ""
        if not self.quoted() and not str(node.tag).endswith(":str"):
            self.wrong("BOOK-006", f"“{node.value}”没有加引号，会被当作数、日期或真假。", f'请写成 "{node.value}"。')
            return str(node.value)
        if not str(node.value).strip():
            self.wrong("BOOK-007", "这里是空的。", "请填写内容，或删去这一行。")
        return str(node.value).strip()

    def integer(self) -> int | None:
        node = self.scalar()
        if node is None or not INTEGER.match(str(node.value)) or self.quoted():
            if node is not None:
                self.wrong("BOOK-008", f"“{node.value}”不是整数。", "请写成不加引号的整数。")
            return None
        return int(node.value)

    def decimal(self) -> Decimal | None:
        """A quoted decimal, or a plain integer."""
        node = self.scalar()
        if node is None:
            return None
        value = str(node.value)
        if not self.quoted() and not INTEGER.match(value):
            self.wrong("BOOK-006", f"“{value}”没有加引号：小数不加引号会变成不精确的数。", f'请写成 "{value}"。')
            return None
        if not DECIMAL.match(value):
            self.wrong(
                "BOOK-008",
                f"“{value}”不是小数。",
                '请写成 "12.50" 的样子：最多 18 位整数、12 位小数，不带单位和千分号。',
            )
            return None
        return Decimal(value)

    def limit(self) -> Decimal | None:
        """An end of a range: as a decimal, and 1e9 is allowed because it is read as text, never as a float."""
        node = self.scalar()
        if node is None:
            return None
        value = str(node.value)
        if not LIMIT.match(value) or (not self.quoted() and "." in value):
            self.wrong("BOOK-008", f"范围的一端“{value}”不是数。", '请写成 0、1e9 或 "12.5" 的样子。')
            return None
        return Decimal(value)

    def day(self) -> date | None:
        node = self.scalar()
        if node is None:
            return None
        value = str(node.value)
        if not self.quoted():
            self.wrong("BOOK-006", f"日期 {value} 没有加引号。", f'请写成 "{value}"。')
            return None
        try:
            if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value) or not "1800" < value < "2999":
                raise ValueError
            return date.fromisoformat(value)
        except ValueError:
            self.wrong("BOOK-009", f"“{value}”不是一个日期。", '请写成 "2020-01-31" 的样子。')
            return None

    def truth(self) -> bool | None:
        node = self.scalar()
        if node is None:
            return None
        if self.quoted() or node.value not in ("true", "false"):
            self.wrong("BOOK-010", f"“{node.value}”不是 true 或 false。", "请写 true 或 false，不加引号。")
            return None
        return bool(node.value == "true")

    def choice(self, allowed: Collection[str]) -> str:
        value = self.text()
        if value and value not in allowed:
            self.wrong("BOOK-011", f"“{value}”不在可选之列。", f"可写：{'、'.join(allowed)}。")
        return value

    def plain(self) -> Any:
        """A value of an example: text (quoted), integer, truth or None."""
        node = self.scalar()
        if node is None:
            return None
        value = str(node.value)
        tag = str(node.tag)
        if self.quoted() or tag.endswith(":str"):
            return value
        if tag.endswith(":null"):
            return None
        if tag.endswith(":bool"):
            return self.truth()
        if INTEGER.match(value):
            return int(value)
        self.wrong("BOOK-006", f"“{value}”没有加引号。", f'请写成 "{value}"。')
        return None

    def plain_list(self) -> list[Any]:
        return [element.plain() for element in self.elements()]


HIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
                    "\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U000e0000-\U000e0fff\ud800-\udfff]")  # fmt: skip


def check_characters(tree: YamlNode) -> None:
    """Characters that nobody sees, and spellings that look like another, in any text of the file."""
    for node in _nodes(tree.node):
        if not isinstance(node, ScalarNode):
            continue
        line, text = int(node.start_mark.line) + 1, str(node.value)
        if hidden := HIDDEN.search(text):
            what = f"“{HIDDEN.sub('□', text)[:40]}”里有看不见的字符 U+{ord(hidden.group()):04X}（方框处）。"
            tree.report.add("BOOK-051", line, "", what, "请删去这个字符，重新打一遍这几个字。")
        elif not unicodedata.is_normalized("NFC", text):
            what = f"“{text[:40]}”里有用两个字符拼成的字（不是 NFC）。"
            tree.report.add("BOOK-051", line, "", what, "请重新打一遍这几个字，或把全文转成 NFC。")


def _nodes(root: Node | None) -> Iterator[Node]:
    """Every node of the file, without recursion; lazily, for an alias may lead round."""
    todo = [root] if root is not None else []
    while todo:
        node = todo.pop()
        yield node
        if isinstance(node, MappingNode):
            todo += [part for pair in node.value for part in pair]
        elif isinstance(node, SequenceNode):
            todo += node.value


PLAIN_TAGS = frozenset(
    f"tag:yaml.org,2002:{kind}" for kind in ("str", "int", "float", "bool", "null", "timestamp", "map", "seq", "merge")
)


def _references(root: Node | None) -> Iterator[int]:
    """Lines of anchors and of tags of one's own. An alias needs an anchor, and the walk stops at the first."""
    return (int(node.start_mark.line) + 1 for node in _nodes(root) if node.anchor or str(node.tag) not in PLAIN_TAGS)


def _unprintable(root: Node | None) -> Iterator[tuple[int, str]]:
    """Lines with a letter that no paper can print, written as an escape: NUL, half a letter, what turns the direction of writing round."""
    for node in _nodes(root):
        if isinstance(node, ScalarNode) and (strange := UNPRINTABLE.search(str(node.value))):
            yield int(node.start_mark.line) + 1, strange[0]


class TooManyNodes(MarkedYAMLError):
    """The file has more keys and values than its kind may have; the rest of it was not read."""


class _CountingComposer(Composer):
    """Stops at one node more than the limit: the reader needs some 40 microseconds for each."""

    limit, count = MAX_NODES, 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        self.count += 1
        if self.count > self.limit:
            raise TooManyNodes(problem_mark=self.loader.parser.peek_event().start_mark)
        return super().compose_node(parent, index)


def read_tree(
    content: bytes, file: str, report: ProblemReport | None = None, most: int = MAX_NODES
) -> tuple[YamlNode, ProblemReport]:
    """The tree of one file. Refused with the line when it is not YAML, or YAML with anchors, tags or several documents, or has more than so many
    keys and values (most), of which nothing beyond is read.

    report: of another kind of file than a rulebook, which has codes of its own. A rulebook's letters are looked at under its language
    (`check_characters`): one that was stored before is read as it is.
    """
    is_book = report is None
    report = report or ProblemReport(file)
    if len(content) > MAX_BYTES:
        report.add("BOOK-001", 1, "", f"文件有 {len(content)} 字节，最多 {MAX_BYTES} 字节。", "请拆成几本规则书。")
        raise Refused(*report.problems)

    class _Limited(_CountingComposer):
        limit = most

    try:
        text = content.decode("utf-8")
        yaml = YAML(typ="safe", pure=True)
        yaml.Composer = _Limited
        node = yaml.compose(text)
        for line in _references(node):
            report.add("BOOK-001", line, "", "用了 & * 或 ! 的写法。", "规则书里每个值都直接写出，不用引用和标签。")
            raise Refused(*report.problems)
        for line, letter in () if is_book else _unprintable(node):
            what = f"里面有看不见的控制字符（U+{ord(letter):04X}）。"
            report.add("BOOK-001", line, "", what, "请删去它；引号里的 \\ 写法也算。")
        if report.problems:
            raise Refused(*report.problems)
    except UnicodeDecodeError:
        report.add("BOOK-001", 1, "", "文件不是 UTF-8 编码。", "请另存为 UTF-8。")
        raise Refused(*report.problems) from None
    except TooManyNodes as error:
        line = int(error.problem_mark.line) + 1
        report.add(
            report.too_many, line, "", f"键和值超过 {most} 个，从这一行起没有读。", "请分成几个文件，删去不用的。"
        )
        raise Refused(*report.problems) from None
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        line = int(mark.line) + 1 if mark else 1
        report.add(
            "BOOK-001", line, "", "不是正确的 YAML。", "请检查这一行及上一行的缩进、冒号后的空格、引号和括号是否配对。"
        )
        raise Refused(*report.problems) from None
    except RecursionError:
        report.add("BOOK-001", 1, "", "嵌套太深。", "请按规则书格式改写。")
        raise Refused(*report.problems) from None
    if node is None:
        report.add("BOOK-001", 1, "", "文件是空的。", "请按规则书格式写一本。")
        raise Refused(*report.problems)
    return YamlNode(node, "", report), report
