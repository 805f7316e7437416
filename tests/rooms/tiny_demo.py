"""The demonstration with the tiny room in it: `python -m tests.rooms.tiny_demo FOLDER` loads a place, a small province and its practice county,
everything twice, and says as JSON what is there."""

import json
import sys
from datetime import date
from pathlib import Path

from anju.core.console import command


def main(folder: Path) -> dict:
    command.set_up_django()
    from anju.core.demo import ProvinceSize
    from anju.core.people.scope import local_actor, open_scope
    from anju.demo.places import load_place
    from anju.demo.practice import make_practice_county
    from anju.demo.province import counts_text, generate_province
    from anju.figures.catalogue import load_catalogue
    from tests.rooms.tiny.models import Bench

    with open_scope(local_actor()) as by:
        load_catalogue(by=by)
    lines: list[str] = []
    size = ProvinceSize(counties=2, projects=4, years=1, observations=0, until=date(2026, 9, 30), months=1)
    for _ in range(2):
        load_place(folder, say=lines.append)
        counts = generate_province(size, say=lines.append)
        make_practice_county(say=lines.append, today=date(2026, 11, 30))
    with open_scope(local_actor()):
        benches = Bench.objects.filter(name__in=["河边长椅", "模拟长椅", "模拟2026年长椅"])
        there = sorted([bench.region.code, bench.name] for bench in benches.select_related("region"))
    return {"benches": there, "counted": counts_text(counts), "lines": lines}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(Path(sys.argv[1])), ensure_ascii=False))
