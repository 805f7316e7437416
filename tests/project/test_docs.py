"""The guides are complete: every command is told, every link leads somewhere, every decision on a dependency is there."""

import argparse
import re
from pathlib import Path

import pytest

from anju.cli import build_parser

ROOT = Path(__file__).parents[2]
GUIDES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def commands(parser: argparse.ArgumentParser, path: str = "anju") -> dict[str, argparse.ArgumentParser]:
    subparsers = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    if not subparsers:
        return {path: parser}
    return {
        name: leaf
        for action in subparsers
        for word, below in action.choices.items()
        for name, leaf in commands(below, f"{path} {word}").items()
    }


COMMANDS = commands(build_parser())


def test_every_command_is_in_the_guide_and_every_one_told_exists():
    told = set(re.findall(r"^\| `(anju(?: [a-z][a-z-]*)+)", (ROOT / "docs" / "commands.md").read_text("utf-8"), re.M))
    assert told == set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself_in_chinese(name):
    text = COMMANDS[name].format_help()
    assert re.search(r"[\u4e00-\u9fff]", COMMANDS[name].description or "")
    for option in COMMANDS[name]._actions:
        assert re.search(r"[\u4e00-\u9fff]", option.help or ""), f"{name}: {option.option_strings or option.dest}"
    assert not re.search(r"\b(usage|optional|positional|show this)\b", text)


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_of_a_guide_leads_somewhere(guide):
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", guide.read_text("utf-8"))
    assert not [link for link in links if not re.match(r"[a-z]+:", link) and not (guide.parent / link).exists()]


def test_every_dependency_has_its_sentence():
    project = (ROOT / "pyproject.toml").read_text("utf-8").split("[project.scripts]")[0]
    named = {
        re.split(r"[\[><=]", name)[0].lower()
        for name in re.findall(r'^  "([A-Za-z][^"]*)",$', project, re.M)
        if "::" not in name
    }
    told = re.sub(r"[（）、\s]", " ", (ROOT / "docs" / "decisions" / "0002-dependencies.md").read_text("utf-8")).lower()
    told = told.replace("pytest -django -xdist", "pytest pytest-django pytest-xdist").replace("psycopg 3", "psycopg")
    assert named
    assert not [name for name in named if name not in told]
