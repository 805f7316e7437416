"""What the benches bring to the demonstration: those of a place's benches.yaml, one that the practice city gets, one in every made-up county."""

from datetime import date
from pathlib import Path
from typing import Any

from anju.core.demo import MARK, DemoPart, ProvinceSize, Say, has_province_rows
from anju.core.models.region import Region
from anju.core.people.scope import Actor, open_scope
from anju.yaml_files import load_yaml
from tests.rooms.tiny import services
from tests.rooms.tiny.models import Bench

FILE = "benches.yaml"


def _benches(cursor: Any, size: ProvinceSize) -> str:
    if has_province_rows(cursor, "tiny_bench"):
        return "长椅：已有，不再生成"
    cursor.execute(
        "INSERT INTO tiny_bench (region_id, name, broken, seats) SELECT id, %s, false, 1 + pg_temp.dice(code, 3)"
        " FROM core_region WHERE code LIKE '99%%' AND kind = 'county'",
        [f"{MARK}长椅"],
    )
    return f"长椅：{cursor.rowcount} 张"


class BenchesDemo(DemoPart):
    steps = (_benches,)
    counts = {"benches": ("tiny_bench", "张长椅")}
    tables = ("tiny_bench",)

    def load(self, *, by: Actor, folder: Path, region: Region, say: Say) -> None:
        if (folder / FILE).exists():
            for name in load_yaml((folder / FILE).read_text("utf-8")):
                _put_up(by, region, name)
            say("长椅已载入")

    def practise(self, *, by: Actor, city: Region, today: date, say: Say) -> None:
        with open_scope(by):
            _put_up(by, city, f"{MARK}{today.year}年长椅")


def _put_up(by: Actor, region: Region, name: str) -> None:
    if not Bench.objects.filter(region=region, name=name).exists():
        services.put_up(by=by, region=region, name=name)


BENCHES = BenchesDemo()
