"""anju document bind FILE: a paper's numbers held against the ledger, and the style that the certain ones make."""

import argparse
from pathlib import Path
from typing import Any

from anju.core.console.command import OK, print_result
from anju.documents.console.base import act_handler, read_bytes, write_file

CODE = "own-paper"


@act_handler
def bind_file(args: argparse.Namespace, user: Any) -> int:
    """Nothing is stored. What is certain becomes a figure of the style, everything else is filled in next time."""
    from anju import periods
    from anju.core.regions.tree import find_region
    from anju.documents.binding.marking import differing, mark_numbers
    from anju.documents.binding.proposing import CERTAIN, STATE_NAMES
    from anju.documents.binding.styling import make_style
    from anju.documents.queries.bindings import read_proposed

    path = Path(args.file)
    region = find_region(user, args.region, periods.period_end(args.period))
    paper, period, made = read_proposed(user, region, args.period, path.name, read_bytes(path))
    states = [one.state for one in made.numbers.values()]
    counts = {name: states.count(state) for state, name in STATE_NAMES.items()}
    otherwise = differing(mark_numbers(paper, made.numbers, {}))
    meanings = {one.serial: one.figures[0].meant for one in made.numbers.values() if one.state == CERTAIN}
    style = make_style(paper, meanings, made.holdings, period, code=args.code, name=args.name or "工作通报")
    data = {"period": period, "numbers": len(states), **counts, "differing": otherwise, "notes": style.notes}
    text = [f"{one['where']}：这里{one['printed']}，台账{one['ledger']}（{one['name']}）" for one in otherwise]
    text.append(
        f"{period}，共 {len(states)} 个数：" + "，".join(f"{name} {count}" for name, count in counts.items()) + "。"
    )
    if args.output:
        write_file(Path(args.output), style.text.encode())
        text.append(f"已写出 {args.output}，{len(style.notes)} 处请看一看（写在开头）。")
    print_result(args, data, text)
    return OK
