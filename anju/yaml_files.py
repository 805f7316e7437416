"""Reading YAML that offices write: whatever is wrong with it is one kind of error, at its line. Below every room."""

import re
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, StringMark, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

SLIPS = (ValueError, OverflowError, LookupError, TypeError, AttributeError)  # what the library lets through


MAX_DEPTH = 100  # brackets in brackets, more than any file of ours needs
BRACKETS = re.compile(r"[\[{\]}\n]")
WRITTEN_TWICE = re.compile(r'found duplicate key "(.*?)" with value', re.DOTALL)


def load_yaml(text: str, *, plain: bool = False) -> Any:
    """The data with their lines; plain: without. MarkedYAMLError, in Chinese, for what is no YAML and for a date, a number or a nesting that cannot be."""
    if (line := too_deep(text)) is not None:
        raise MarkedYAMLError(
            problem="嵌套太深", problem_mark=StringMark("", 0, line - 1, 0, None, 0)
        ) from RecursionError()
    yaml = YAML(typ="safe", pure=True) if plain else YAML()
    try:
        return yaml.load(text)
    except MarkedYAMLError as error:
        raise MarkedYAMLError(problem=_flaw(error, text), problem_mark=error.problem_mark) from None
    except RecursionError as error:
        raise MarkedYAMLError(problem="嵌套太深") from error
    except YAMLError as error:
        raise MarkedYAMLError(problem="里面有看不见的控制字符") from error
    except SLIPS as error:
        node = _wrong_scalar(text)
        raise MarkedYAMLError(
            problem=f"“{str(node.value)[:40]}”不是能有的日期、时间或数字（是文字的，请加引号）"
            if node
            else "有一个值写得不对",
            problem_mark=node.start_mark if node else None,
        ) from error


def too_deep(text: str) -> int | None:
    """The line, from 1, where brackets stand in more brackets than any file needs: the reader would take minutes over them."""
    depth, line = 0, 1
    for bracket in BRACKETS.finditer(text):
        if bracket[0] == "\n":
            line += 1
        elif bracket[0] in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                return line
        else:
            depth = max(0, depth - 1)
    return None


def _flaw(error: MarkedYAMLError, text: str) -> str:
    """What the library says in English, for who wrote the file."""
    told = str(error.problem)
    if twice := WRITTEN_TWICE.match(told):
        return f"“{twice[1][:40]}”写了两次"
    if "another document" in told:
        return "一个文件里有几份（---）"
    if "\t" in text:
        return "用了制表符（Tab）缩进"
    return "这一行或它的上一行，缩进、冒号或引号不对"


def _wrong_scalar(text: str) -> ScalarNode | None:
    """The first value that cannot be what its form says."""
    todo: list[Node] = [YAML(typ="safe", pure=True).compose(text)]
    while todo:
        node = todo.pop(0)
        if isinstance(node, MappingNode):
            todo += [part for pair in node.value for part in pair]
        elif isinstance(node, SequenceNode):
            todo += node.value
        elif isinstance(node, ScalarNode):
            yaml = YAML(typ="safe", pure=True)
            try:
                yaml.constructor.construct_document(node)
            except (*SLIPS, YAMLError):
                return node
    return None
