"""anju demo, anju place load, anju serve: the whole path in one go."""

import argparse
import os
import sys
import time
import webbrowser
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from anju.core.console.command import OK, add_group, add_parser, print_result, set_up_django

PORT, LOOPBACK = 8000, "127.0.0.1"
PLACES = Path(__file__).parent / "places"


def add_commands(subparsers: Any) -> None:
    demo = add_parser(subparsers, "demo", "载入五个示例地方，评分、预警、写出全部公文，并打开网站", run_demo)
    demo.add_argument("--no-serve", action="store_true", help="只载入和写出，不打开网站")
    demo.add_argument("--out", type=Path, default=Path("out"), metavar="目录", help="公文写到哪个目录（默认 out）")
    demo.add_argument("--port", type=int, default=PORT, metavar="端口", help=f"网站端口（默认 {PORT}，被占用时顺延）")
    place = add_group(subparsers, "place", "地方：载入一个地方的资料夹")
    load = add_parser(place, "load", "载入资料夹（place.yaml 与表格），评分、预警并写出公文", run_load)
    load.add_argument("folder", type=Path, metavar="资料夹", help="含 place.yaml 的目录")
    load.add_argument("--out", type=Path, default=Path("out"), metavar="目录", help="公文写到哪个目录（默认 out）")
    generate = add_group(subparsers, "generate", "生成：模拟数据，用来试一试系统承不承受得住")
    province = add_parser(
        generate, "province", "生成一个模拟省（名称都写明“模拟”，不要放进办公用的数据库）", run_generate
    )
    for name, default, what in (
        ("counties", 120, "县的个数"),
        ("projects", 100_000, "项目的个数"),
        ("years", 5, "几年的月报"),
        ("observations", 3_000_000, "填报数的个数"),
    ):
        province.add_argument(f"--{name}", type=int, default=default, metavar="数", help=f"{what}（默认 {default}）")
    serve = add_parser(subparsers, "serve", "打开网站（默认只在本机）", run_serve)
    serve.add_argument(
        "--listen",
        default=LOOPBACK,
        metavar="地址",
        help="听哪个地址：默认只有本机；0.0.0.0 让别的电脑也能打开，须先设 ANJU_HOSTS",
    )
    serve.add_argument("--port", type=int, default=PORT, metavar="端口", help=f"网站端口（默认 {PORT}，被占用时顺延）")
    serve.add_argument("--certificate", type=Path, metavar="文件", help="证书（PEM，连同中间证书）：网站自己说 HTTPS")
    serve.add_argument("--key", type=Path, metavar="文件", help="证书的私钥（PEM，不设密码）")
    serve.add_argument("--open", action="store_true", help="同时打开浏览器")


class ProgressPrinter:
    """What is being done, how far, and how long it took: one line a step, on stderr."""

    def __init__(self, total: int) -> None:
        self.total, self.done, self.started = total, 0, time.monotonic()

    def place(self, title: str) -> None:
        self.done += 1
        sys.stderr.write(f"[{self.done}/{self.total}] {title}\n")

    def step(self, text: str) -> None:
        sys.stderr.write(f"      {text}（{time.monotonic() - self.started:.0f} 秒）\n")
        sys.stderr.flush()


def run_demo(args: argparse.Namespace) -> int:
    folders = sorted(path for path in PLACES.iterdir() if (path / "place.yaml").exists())
    sys.stderr.write("正在启动数据库……\n")
    return _served(args, lambda: _load_all(args, folders, people=True))


def run_load(args: argparse.Namespace) -> int:
    set_up_django()
    _load_all(args, [args.folder])
    return OK


def run_generate(args: argparse.Namespace) -> int:
    set_up_django()
    _catalogue()
    from anju.core.demo import ProvinceSize
    from anju.demo.province import counts_text, generate_province

    progress = ProgressPrinter(1)
    counts = generate_province(
        ProvinceSize(args.counties, args.projects, args.years, args.observations), say=progress.step
    )
    print_result(args, counts, counts_text(counts))
    return OK


def run_serve(args: argparse.Namespace) -> int:
    args.no_serve = False
    if args.certificate or args.key:
        from anju.core.console.serve import check_certificate

        check_certificate(args.certificate or Path(), args.key or Path())
        os.environ["ANJU_HTTPS"] = "1"  # before the settings are read
        os.environ.setdefault("ANJU_PROXY", "")
    return _served(args, lambda: None)


def _load_all(args: argparse.Namespace, folders: list[Path], *, people: bool = False) -> None:
    from anju.demo.places import load_place
    from anju.demo.summary import summarise_load, write_documents

    if people:
        from anju.demo.people import refuse_real_people

        refuse_real_people()
    progress = ProgressPrinter(len(folders) + people)
    loaded, files = [], []
    for folder in folders:
        progress.place(folder.name)
        loaded.append(load_place(folder, say=progress.step))
        files += write_documents(loaded[-1], args.out / folder.resolve().name, say=progress.step)
    data, text = summarise_load(loaded, files, args.out)
    if people:
        from anju.demo import people as cast
        from anju.demo.practice import make_practice_county

        progress.place("练习县")
        accounts = cast.make_accounts(
            make_practice_county(say=progress.step), ((one.place.title, one.region) for one in loaded)
        )
        data["people"] = [asdict(one) for one in accounts]
        text += cast.account_lines(accounts)
    print_result(args, data, text)


def _catalogue() -> None:
    """A newer program brings newer measures, which the templates of its documents name, and newer forms of returns."""
    from anju.core.people.scope import local_actor, open_scope
    from anju.figures.catalogue import load_catalogue
    from anju.returns.services.opening import load_forms

    with open_scope(local_actor()) as by:
        load_catalogue(by=by)
        load_forms(by=by)


def _served(args: argparse.Namespace, before: Callable[[], None]) -> int:
    """Start what is needed, do the work, serve until Ctrl-C; the database is stopped only if this call started it."""
    from anju.core.database.postgres import Cluster

    started, process = set_up_django(), os.getpid()
    shared = Cluster().share()
    try:
        _catalogue()
        before()
        if args.no_serve:
            return OK
        from anju.core.console.serve import find_free_port, serve

        listen = getattr(args, "listen", LOOPBACK)
        port = find_free_port(args.port, listen)
        certificate = (args.certificate, args.key) if getattr(args, "certificate", None) else None
        address = f"{'https' if certificate else 'http'}://127.0.0.1:{port}/"
        who = "只有这台电脑能访问" if listen == LOOPBACK else f"别的电脑用 ANJU_HOSTS 里的名称或地址加 :{port} 访问"
        sys.stderr.write(f"\n网站已打开：{address}\n{who}。按 Ctrl-C 停止。\n")
        if getattr(args, "open", False):
            webbrowser.open(address)
        serve(port, listen, certificate)
        return OK
    finally:
        if os.getpid() == process:  # the site's workers are forked from here and leave by the same door
            if started and Cluster().is_last(shared):
                Cluster().stop()
            os.close(shared)
