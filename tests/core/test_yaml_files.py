"""YAML that offices write: what is wrong with it is told in Chinese, at its line, at once."""

import time

import pytest
from ruamel.yaml.error import MarkedYAMLError

from anju.yaml_files import load_yaml


@pytest.mark.parametrize(
    ("text", "what", "line"),
    [
        ("a: 1\nb: 2\na: 3\n", "“a”写了两次", 3),
        ("a: 1\n---\nb: 2\n", "几份（---）", 2),
        ("a:\n\tb: 1\n", "制表符", 2),
        ("a: [1, 2\nb: 3\n", "缩进、冒号或引号不对", 2),
        ("a: 1\nb: *c\n", "缩进、冒号或引号不对", 2),
        ("a: 1\nb: " + "[" * 5000, "嵌套太深", 2),
        ("a: 1\nb: 2020-13-45\n", "不是能有的日期", 2),
    ],
)
@pytest.mark.parametrize("plain", [True, False])
def test_what_is_wrong_is_told_in_chinese_at_its_line(text, what, line, plain):
    start = time.monotonic()
    with pytest.raises(MarkedYAMLError) as told:
        load_yaml(text, plain=plain)
    assert what in told.value.problem
    assert not any(word in told.value.problem for word in ("found", "expected", "but", "while"))
    assert told.value.problem_mark.line + 1 == line
    assert time.monotonic() - start < 2


def test_brackets_side_by_side_are_not_deep():
    assert load_yaml("a: [" + "[1], " * 3000 + "]\n", plain=True)["a"][2999] == [1]
