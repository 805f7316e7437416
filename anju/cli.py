"""The anju command. Each room brings its own commands; Django and the database start only when one needs them."""

import datetime
import os
import signal
import sys
import traceback

from anju.core.console.command import Parser, run_handler, show_problems
from anju.core.registry import fetch_hooks
from anju.problems import Problem, Refused

INTERRUPTED = 130
ONCE_MORE = 0.01  # seconds after which an interrupt that Python dropped comes again

ABOUT = "安居：城镇保障性安居工程的一本账。事实 → 规则 → 文书。"
FIRST = "第一次用：anju demo（载入五个示例地方并打开网站）。各命令后加 --help 看说明。"


def build_parser() -> Parser:
    """The parser with every room's commands."""
    parser = Parser(prog="anju", description=ABOUT, epilog=FIRST)
    commands = parser.add_subparsers(title="命令", metavar="命令", dest="command", required=True, parser_class=Parser)
    for add in sorted(
        fetch_hooks("commands"), key=lambda add: not add.__module__.startswith("anju.demo.")
    ):  # FIRST names it
        add(commands)
    return parser


STOPPED = "\n已按 Ctrl-C 停止。做完的部分都已保存，没做完的一步不留痕迹；再运行一次即可接着做。\n"


class Interrupts:
    """Ctrl-C, noted when it comes: the libraries it hits (DuckDB, the database driver, pandoc) answer with errors of their own."""

    came = False

    @classmethod
    def note(cls, *_: object) -> None:
        cls.came = True
        raise KeyboardInterrupt

    @staticmethod
    def again(lost: "sys.UnraisableHookArgs") -> None:
        """Where Python may not raise (a finalizer, __del__) it drops what was raised there; the interrupt then comes once more, a moment later."""
        if isinstance(lost.exc_value, KeyboardInterrupt):
            signal.setitimer(signal.ITIMER_REAL, ONCE_MORE)
        else:
            sys.__unraisablehook__(lost)


def main(arguments: list[str] | None = None) -> int:
    """0: all is well; 1: refused, with every problem said; 2: the words of the command are off; 130: interrupted."""
    try:
        try:
            parser = build_parser()
        except Refused as refused:  # by the rooms: before there is a command
            return show_problems(refused.problems)
        return run_handler(parser.parse_args(arguments))
    except KeyboardInterrupt:
        sys.stderr.write(STOPPED)
        return INTERRUPTED
    except Exception:
        if Interrupts.came:
            sys.stderr.write(STOPPED)
            return INTERRUPTED
        return show_problems([_unforeseen()])


def _unforeseen() -> Problem:
    """A slip of ours: the details go to a file for the developers, never to the user's screen."""
    from anju.core.database.folder import data_folder

    details, log = traceback.format_exc(), data_folder() / "error.log"
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("a", encoding="utf-8") as out:
            out.write(
                f"{datetime.datetime.now(datetime.UTC):%Y-%m-%d %H:%M:%S} anju {' '.join(sys.argv[1:])}\n{details}\n"
            )
    except OSError:
        sys.stderr.write(details)
        return Problem("SYS-001", "程序", "遇到没有料到的情况，做到一半的一步已撤回。", "请把上面的内容发给维护人员。")
    return Problem("SYS-001", "程序", "遇到没有料到的情况，做到一半的一步已撤回。", f"请把 {log} 发给维护人员。")


def run() -> None:
    """The console script: a reader that goes away (head) is no error."""
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGALRM):
        signal.signal(name, Interrupts.note)
    sys.unraisablehook = Interrupts.again
    code = main()
    if Interrupts.came:  # also when what it hit was told as a refusal
        code = INTERRUPTED
    if (
        code == INTERRUPTED
    ):  # Python forgets that an interrupt inside exec() was dealt with, and would die of it once more on leaving
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    sys.exit(code)
