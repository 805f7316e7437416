"""What every command shares: Chinese argparse, --json, problems, and a database before Django."""

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterable
from typing import Any, NoReturn

from anju.problems import Problem, Refused

OK, REFUSED, USAGE = 0, 1, 2

CHINESE = {
    "usage: ": "用法：",
    "positional arguments": "参数",
    "options": "选项",
    "optional arguments": "选项",
    "subcommands": "命令",
    "show this help message and exit": "显示本帮助",
    "show program's version number and exit": "显示版本号",
    "the following arguments are required: %s": "缺少：%s",
    "unrecognized arguments: %s": "多余的参数：%s",
    "expected one argument": "后面要跟一个值",
    "expected at least one argument": "后面至少要跟一个值",
    "expected at most one argument": "后面最多跟一个值",
    "expected %s argument": "后面要跟 %s 个值",
    "expected %s arguments": "后面要跟 %s 个值",
    "invalid choice: %(value)r (choose from %(choices)s)": "没有 %(value)r 这一项，可用：%(choices)s",
    "invalid choice: %(value)r, maybe you meant %(closest)r? (choose from %(choices)s)": "没有 %(value)r 这一项，是不是 %(closest)r？可用：%(choices)s",
    "invalid %(type)s value: %(value)r": "%(value)r 不是合适的值",
    "argument %(argument_name)s: %(message)s": "%(argument_name)s：%(message)s",
    "ambiguous option: %(option)s could match %(matches)s": "选项 %(option)s 不明确，可能是 %(matches)s",
    "not allowed with argument %s": "不能与 %s 同时使用",
    "one of the arguments %s is required": "%s 中必须给一个",
    "ignored explicit argument %r": "不接受值 %r",
    "can't open '%(filename)s': %(error)s": "打不开 %(filename)s：%(error)s",
    "%(prog)s: error: %(message)s\n": "%(prog)s：%(message)s\n",
    "unknown parser %(parser_name)r (choices: %(choices)s)": "没有命令 %(parser_name)r，可用：%(choices)s",
    " (default: %(default)s)": "（默认 %(default)s）",
}
# argparse asks gettext for its sentences; there is no Chinese catalogue to give it, so it asks this table.
argparse._ = lambda text: CHINESE.get(text, text)  # type: ignore[attr-defined]
argparse.ngettext = lambda one, many, n: CHINESE.get(one if n == 1 else many, one if n == 1 else many)  # type: ignore[attr-defined]


class Parser(argparse.ArgumentParser):
    """argparse that speaks Chinese; its sub-parsers do too."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"formatter_class": argparse.RawDescriptionHelpFormatter, "allow_abbrev": False} | options)

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(USAGE, f"{self.prog}：{message}\n运行 {self.prog} --help 查看说明。\n")


def add_parser(
    subparsers: Any, name: str, help_zh: str, handler: Callable[[argparse.Namespace], int] | None = None
) -> Parser:
    """A command with its Chinese help and --json. With handler it runs; without, give it sub-commands by `add_group`."""
    parser = subparsers.add_parser(name, help=help_zh, description=help_zh)
    if handler:
        parser.add_argument("--json", action="store_true", help="输出 JSON，供程序读取")
        parser.set_defaults(handler=handler)
    return parser


def add_group(subparsers: Any, name: str, help_zh: str) -> Any:
    """A command that has sub-commands (`anju db start`): what to pass to `add_parser` for each."""
    parser = add_parser(subparsers, name, help_zh)
    return parser.add_subparsers(
        title="命令", metavar="命令", dest=f"{name}_command", required=True, parser_class=Parser
    )


def print_result(args: argparse.Namespace, data: Any, text: str | Iterable[str]) -> None:
    """Print the result: data with --json, else the Chinese text (one string, or lines)."""
    if getattr(args, "json", False):
        text = json.dumps(data, ensure_ascii=False, indent=2, default=str)
    sys.stdout.write((text if isinstance(text, str) else "\n".join(text)).rstrip("\n") + "\n")


def show_problems(problems: Iterable[Problem], args: argparse.Namespace | None = None) -> int:
    """Print every problem (to stderr; with --json to stdout) and give the exit code for a refusal."""
    problems = list(problems)
    if args is not None and getattr(args, "json", False):
        print_result(args, {"problems": [problem.as_json() for problem in problems]}, "")
    else:
        sys.stderr.write("".join(f"{problem}\n" for problem in problems))
    return REFUSED


def set_up_django(*, migrated: bool = True) -> bool:
    """A database, then Django. True: the embedded server was started by this call (who started it may stop it).

    migrated: also bring the tables up to date, which a first run needs.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anju.settings")
    from anju.core.database import server

    started = server.ensure_database()
    import django

    django.setup()
    if migrated:
        from anju.core.database.upgrade import upgrade_tables

        upgrade_tables()
    return started


def run_handler(args: argparse.Namespace) -> int:
    """Run the chosen handler; a refusal is shown and becomes exit code 1."""
    try:
        return args.handler(args)
    except Refused as refused:
        return show_problems(refused.problems, args)
    except Exception as error:
        from anju.core.database.problems import database_problem

        if isinstance(error, BrokenPipeError):  # the reader (head, less) has seen enough
            sys.stderr.close()
            return OK
        if problem := database_problem(error):
            return show_problems([problem], args)
        raise
