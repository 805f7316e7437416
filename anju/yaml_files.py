"""Reading YAML that offices write: whatever is wrong with it is one kind of error, at its line. Below every room."""

from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

SLIPS = (ValueError, OverflowError, LookupError, TypeError, AttributeError)  # what the library lets through


def load_yaml(text: str, *, plain: bool = False) -> Any:
    """The data with their lines; plain: without. MarkedYAMLError for what is no YAML and for a date, a number or a nesting that cannot be."""
    yaml = YAML(typ="safe", pure=True) if plain else YAML()
    try:
        return yaml.load(text)
    except MarkedYAMLError:
        raise
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
