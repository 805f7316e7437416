"""anju figures …, anju import …: the same acts as the pages."""

import argparse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from anju.core.console.command import OK, REFUSED, add_group, add_parser, print_result, set_up_django
from anju.isolation import read_isolated
from anju.problems import Problem, Refused
from anju.quantities import unit_of_measure


def add_commands(subparsers: Any) -> None:
    figures = add_group(subparsers, "figures", "统计数字：查看、更正、核对")
    listed = add_parser(figures, "list", "列出统计指标", _with_database(run_list))
    listed.add_argument("find", nargs="?", default="", metavar="文字", help="只列代码或名称里有这些文字的")
    load = add_parser(figures, "load", "装载指标目录，以及一个地方自己的 measures.yaml", _with_database(run_load))
    load.add_argument(
        "files", nargs="*", type=Path, metavar="文件", help="一个地方自己的指标文件 measures.yaml，可写多个"
    )
    load.add_argument("--region", metavar="代码", help="是哪个区划的文件；旁边有 place.yaml 的不用写")
    show = add_parser(figures, "show", "查看一个区划一个期间的数", _with_database(run_show))
    show.add_argument(
        "codes", nargs="*", metavar="指标", help="代码，可带口径（invest.done:cal2）；不写则列出全部有数的"
    )
    _where(show)
    history = add_parser(
        figures, "history", "查看一个数的来历：谁、何时、从几改到几、为什么", _with_database(run_history)
    )
    history.add_argument("code", metavar="指标", help="指标代码；anju figures list 列出全部")
    _where(history)
    correct = add_parser(figures, "correct", "更正一个数；原来的数保留在来历里", _with_database(run_correct))
    correct.add_argument("code", metavar="指标", help="指标代码；anju figures list 列出全部")
    correct.add_argument("value", metavar="数值", help="照要印的样子写，如 27.27")
    correct.add_argument("--unit", default="", metavar="单位", help="不写则用指标自己的单位")
    correct.add_argument("--reason", required=True, metavar="原因", help="为什么改、依据什么改")
    _where(correct)
    add_parser(figures, "check", "核对现行数与全部观测是否一致，不改动", _with_database(run_check))
    add_parser(figures, "rebuild", "按全部观测重建现行数，并核对一致", _with_database(run_rebuild))

    brought = add_parser(
        subparsers, "import", "导入表格：anju import 文件；撤销：anju import undo 编号", _with_database(run_import)
    )
    brought.add_argument("file", metavar="文件|undo", help="xlsx 或 xls 文件；写 undo 则撤销一次导入")
    brought.add_argument("number", nargs="?", type=int, metavar="编号", help="要撤销的导入的编号")
    brought.add_argument("--region", metavar="区划代码", help="表格所属的区划，如 140500")
    brought.add_argument("--period", metavar="期间", help="2021（年）、2021-Q3（季）、2021-08（月）或 2021-12-31（日）")
    brought.add_argument(
        "--map", default="", metavar="对照表", help="对照表的文件名或代号；不写则在文件旁的 maps 目录里自动找"
    )
    brought.add_argument(
        "--answer",
        action="append",
        default=[],
        metavar="哪一条=说明",
        help="答复一条提醒，可写多次：WB-045 附件1!D3=说明；情况相同的可写几格，D3、D7",
    )
    brought.add_argument(
        "--period-from", choices=["title", "sheet", "map", "choice"], default="",
        help="标题、工作表名、对照表和 --period 说的期间不一样时，按哪一个：title 标题，sheet 工作表名，map 对照表，choice 命令写的",
    )  # fmt: skip
    brought.add_argument("--preview", action="store_true", help="只看会怎样，不入库")
    brought.add_argument("--reason", default="", metavar="原因", help="撤销的原因")


def _with_database(handler: Callable[[argparse.Namespace], int]) -> Callable[[argparse.Namespace], int]:
    """The database and Django first: a handler's own imports need them."""

    def run(args: argparse.Namespace) -> int:
        set_up_django()
        return handler(args)

    return run


def _where(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--region", required=True, metavar="区划代码", help="区划的代码，如 140502")
    parser.add_argument(
        "--period", required=True, metavar="期间", help="2021（年）、2021-Q3（季）、2021-08（月）或 2021-12-31（日）"
    )
    if not any(action.dest == "codes" for action in parser._actions):
        parser.add_argument("--calibre", default="", metavar="口径", help="同一指标分口径的才写")


@contextmanager
def _inside() -> Iterator[Any]:
    """The operator of this machine, and their scope."""
    from django.core.exceptions import ObjectDoesNotExist

    from anju.core.people.scope import local_actor, open_scope

    try:
        with open_scope(local_actor()) as user:
            yield user
    except ObjectDoesNotExist as missing:
        raise Refused(Problem("FIG-061", "命令", f"{missing}。", "请核对编号、代码和日期。")) from None


def _region(user: Any, args: argparse.Namespace) -> Any:
    """As it was at the end of the period: a county may have become a district since."""
    from anju import periods
    from anju.core.regions.tree import find_region

    return find_region(user, args.region, periods.period_end(args.period))


def _check_codes(user: Any, codes: list[str]) -> None:
    from anju.figures.queries import current

    found = current.find_measures(user, [current.split_calibre(code)[0] for code in codes])
    if missing := [code for code in codes if current.split_calibre(code)[0] not in found]:
        raise Refused(
            Problem("FIG-012", "命令", f"没有统计指标 {'、'.join(missing)}。", "anju figures list 列出全部指标。")
        )


def run_list(args: argparse.Namespace) -> int:
    from anju.figures.queries import current

    with _inside() as user:
        found = [m for m in current.find_measures(user).values() if args.find in m.code or args.find in m.name]
    keys = ("code", "name", "unit", "kind", "calibres")
    data = [{key: getattr(measure, key) for key in keys} for measure in found]
    print_result(
        args,
        data,
        [f"{m.code}\t{m.name}\t{unit_of_measure(m.unit).name}\t{m.get_kind_display()}" for m in found]
        or "没有这样的指标。目录还没有装载的，请运行 anju figures load。",
    )
    return OK


def run_load(args: argparse.Namespace) -> int:
    from anju.figures.catalogue import load_catalogue

    with _inside() as user:
        done = load_catalogue(by=user, paths=args.files, place=args.region or "")
    said = f"指标目录共 {done.total} 个指标，新增 {len(done.new)}，改动 {len(done.changed)}。"
    print_result(args, {"new": done.new, "changed": done.changed, "total": done.total}, said)
    return OK


def run_show(args: argparse.Namespace) -> int:
    from anju import periods
    from anju.core.regions.tree import child_regions
    from anju.figures.models import CurrentFigure
    from anju.figures.queries import current

    with _inside() as user:
        region = _region(user, args)
        codes = args.codes
        if not codes:
            places = {region.pk, *(part.pk for part in child_regions(user, region, periods.period_end(args.period)))}
            rows = CurrentFigure.objects.filter(region_id__in=places & user.region_ids, period=args.period)
            keys = rows.values_list("measure__order", "measure_id", "calibre_id").distinct()
            codes = [f"{code}:{calibre}" for _, code, calibre in sorted(keys)]
        _check_codes(user, codes)
        figures = current.current_figures(user, codes, [region], [args.period])
        found = [(key.code, figures[key]) for key in figures] if codes else []
        found = [one for one in found if args.codes or one[1].observation_id is not None or one[1].parts]
    print_result(
        args,
        [_data(figure, code) for code, figure in found],
        [_line(figure, code) for code, figure in found] or f"{region.name} {args.period} 还没有数。",
    )
    return OK


def _data(figure: Any, code: str = "") -> dict[str, Any]:
    """code: of what was asked for, where the figure is a sum that has none."""
    return {
        "code": figure.code or code, "name": figure.name, "calibre": figure.calibre, "region": figure.region.code, "period": figure.period,
        "state": figure.state, "value": figure.value, "text": figure.text(), "unit": figure.unit, "approx": figure.approx,
        "assumed": figure.assumed, "observation": figure.observation_id, "missing": figure.missing, "why": figure.why,
    }  # fmt: skip


def _line(figure: Any, code: str = "") -> str:
    mark = "（推定）" if figure.assumed else ""
    return f"{figure.code or code}{':' + figure.calibre if figure.calibre else ''}\t{figure.name}\t{figure.spoken() or figure.why or figure.state_text}{mark}"


def run_history(args: argparse.Namespace) -> int:
    from django.utils.timezone import localtime

    from anju.figures.queries import provenance

    with _inside() as user:
        _check_codes(user, [args.code])
        entries = provenance.figure_history(user, args.code, _region(user, args), args.period, args.calibre)
        data, text = [], []
        for entry in entries:
            row = entry.observation
            place = f"《{entry.title}》{row.sheet} {row.cell}".strip() if row.cell else entry.title
            data.append({
                "observation": row.pk, "at": row.at, "by": row.by, "act": entry.act, "value": entry.figure.spoken_or_state, "before": entry.before,
                "reason": entry.reason, "basis": row.basis, "from": place, "undone": entry.undone,
            })  # fmt: skip
            change = f"{entry.before} → " if entry.before else ""
            why = "；".join(
                filter(None, [entry.reason, row.basis and f"推定依据：{row.basis}", "已撤销" if entry.undone else ""])
            )
            text.append(
                f"{localtime(row.at):%Y-%m-%d %H:%M}\t{row.by}\t{entry.act}\t{change}{entry.figure.spoken_or_state}\t{place}\t{why}"
            )
    print_result(args, data, text or "还没有数。")
    return OK


def run_correct(args: argparse.Namespace) -> int:
    from anju.figures.queries import current, provenance
    from anju.figures.services import observations

    with _inside() as user:
        region = _region(user, args)
        observations.correct_figure(
            by=user, measure=args.code, region=region, period=args.period, calibre=args.calibre, value=args.value, unit=args.unit,
            reason=args.reason,
        )  # fmt: skip
        now, *_ = provenance.figure_history(user, args.code, region, args.period, args.calibre)
        figure = current.current_figure(user, args.code, region, args.period, args.calibre)
    print_result(
        args,
        _data(figure),
        f"{region.name} {args.period} “{figure.name}”：{now.before} → {now.figure.spoken_or_state}。",
    )
    return OK


def run_check(args: argparse.Namespace) -> int:
    from anju.figures.services.current import check_current

    with _inside() as user:
        found = check_current(user)
    said = f"共 {found.total} 个现行数，" + (
        f"有 {found.differing} 个不一致，请运行 anju figures rebuild。" if found.differing else "全部一致。"
    )
    print_result(args, {"total": found.total, "differing": found.differing}, said)
    return REFUSED if found.differing else OK


def run_rebuild(args: argparse.Namespace) -> int:
    from anju.figures.services.current import rebuild_current

    with _inside() as user:
        found = rebuild_current(by=user)
    said = (
        f"共 {found.total} 个现行数，"
        + (f"重建了不一致的 {found.differing} 个，" if found.differing else "")
        + "与全部观测一致。"
    )
    print_result(args, {"total": found.total, "rebuilt": found.differing}, said)
    return OK


def run_import(args: argparse.Namespace) -> int:
    if args.file == "undo":
        return _undo(args)
    from anju import periods
    from anju.figures.services import imports

    path = Path(args.file)
    if not path.is_file():
        raise Refused(Problem("FIG-062", f"文件 {path}", "没有这个文件。", "请核对文件名和目录。"))
    if not args.region or not args.period:
        raise Refused(
            Problem(
                "FIG-063",
                "命令",
                "没有写 --region 或 --period。",
                "请写明表格所属的区划和期间，如 --region 140500 --period 2021。",
            )
        )
    answers = dict(answer.partition("=")[::2] for answer in args.answer)
    periods.period_bounds(args.period)
    with _inside() as user:
        region = _region(user, args)
        from anju.figures.services.import_period import read_in_period, refuse_stamped
        from anju.workbooks.reading.maps import TableMap, load_map

        refuse_stamped(path.read_bytes(), path.name)
        table = _map(path, args.map)
        reading, _ = read_in_period(
            path,
            table if isinstance(table, TableMap) else load_map(table),
            choice=args.period,
            decided=args.period_from,
            area=region.name,
        )
        wanted = {
            "by": user,
            "readings": reading,
            "region": region,
            "period": args.period,
            "answers": answers,
            "content": path.read_bytes(),
        }
        done = (imports.preview_import if args.preview else imports.import_tables)(**wanted)
    data = {
        "import": done.source.pk if done.source and not args.preview else None, "new": done.new, "changed": done.changed,
        "unchanged": done.unchanged, "reminders": [problem.as_json() for problem in done.reminders], "notes": [problem.as_json() for problem in done.notes], "stored": not args.preview,
    }  # fmt: skip
    said = (
        f"预览：新增 {done.new} 个数，改动 {done.changed} 个，{done.unchanged} 个没有变化。"
        if args.preview
        else done.says
    )
    print_result(args, data, [said, *map(str, (*done.reminders, *done.notes))])
    return OK


def _map(path: Path, named: str) -> Any:
    """A map file by its path, or by its name among those beside the workbook; without one, the one that fits."""
    from anju.workbooks.reading import reader

    beside = sorted((path.parent / "maps").glob("*.yaml"))
    if not named:
        if not beside:
            raise Refused(
                Problem(
                    "FIG-064",
                    f"文件 {path.name}",
                    "旁边没有 maps 目录，不知道用哪个对照表。",
                    "请用 --map 写明对照表文件。",
                )
            )
        return read_isolated(reader.find_map, path, beside)
    return next((one for one in beside if one.stem == named), Path(named))


def _undo(args: argparse.Namespace) -> int:
    from anju.figures.services.imports import undo_import

    if args.number is None:
        raise Refused(
            Problem("FIG-063", "命令", "没有写要撤销的导入的编号。", "请写 anju import undo 编号 --reason 原因。")
        )
    with _inside() as user:
        count = undo_import(by=user, source=args.number, reason=args.reason)
    print_result(
        args, {"undone": args.number, "figures": count}, f"已撤销第 {args.number} 号导入，{count} 个数恢复到导入以前。"
    )
    return OK
