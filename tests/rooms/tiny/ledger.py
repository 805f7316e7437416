"""Benches as a ledger: what forms are filled from, and the repairs (维修) that a locked return brings."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Sum

from anju.core.ledgers import Happening, Item, Stated
from anju.core.models.region import Region
from anju.core.people.scope import Actor, visible_rows
from anju.core.regions.tree import below
from anju.core.trail import trail
from tests.rooms.tiny.models import Bench, Repair


class BenchLedger:
    """See anju/core/ledgers.py."""

    code, label, initial = "benches", "长椅", "b"

    def kinds(self) -> Sequence[str]:
        return ("bench",)

    def known_fields(self) -> Mapping[str, str]:
        return {"name": "text", "seats": "number"}

    def known_events(self) -> Mapping[str, Happening]:
        return {"repair": Happening(), "condition": Happening(text=True)}

    def fixed(self) -> Collection[str]:
        return ("seats",)

    def lines(self, user: Actor, region: Region, kinds: Sequence[str], since: date, until: date) -> list[Item]:
        found = visible_rows(Bench.objects.filter(region_id__in=below(user, region)), user)
        return [Item(bench.pk, bench.name, "bench") for bench in found]

    def fields(
        self, user: Actor, items: Collection[int], names: Collection[str]
    ) -> dict[int, dict[str, int | str | None]]:
        return {row["pk"]: row for row in visible_rows(Bench.objects.filter(pk__in=items), user).values("pk", *names)}

    def sums(self, user: Actor, items: Collection[int], since: date | None, until: date) -> dict[int, dict[str, int]]:
        rows = visible_rows(Repair.objects.filter(bench_id__in=items, on__lte=until, times__isnull=False), user)
        if since:
            rows = rows.filter(on__gte=since)
        return {pk: {"repair": times} for pk, times in rows.values_list("bench_id").annotate(Sum("times")).order_by()}

    def texts(self, user: Actor, items: Collection[int], event: str, until: date) -> dict[int, str]:
        rows = visible_rows(Repair.objects.filter(bench_id__in=items, on__lte=until).exclude(condition=""), user)
        return dict(rows.order_by("on", "id").values_list("bench_id", "condition"))

    def counts(
        self, user: Actor, region: Region, since: date, until: date, measures: Collection[str]
    ) -> dict[str, int | None]:
        if "tiny.benches" not in measures:
            return {}
        return {"tiny.benches": visible_rows(Bench.objects.filter(region_id__in=below(user, region)), user).count()}

    def differences(self, stated: Sequence[Stated], on: date, why: str) -> list[dict[str, Any]]:
        found = []
        for one in stated:
            if one.event == "condition" and one.value != one.recorded:
                found.append({"bench_id": one.item, "on": on, "condition": one.value})
            elif one.event == "repair" and one.value != (one.recorded or 0):
                found.append({"bench_id": one.item, "on": on, "times": one.value - (one.recorded or 0)})
        return found

    @transaction.atomic
    def record(self, *, by: Actor, entries: Sequence[dict[str, Any]], origin: str, act: str) -> None:
        with trail.open_act(act, by=by):
            regions = dict(
                Bench.objects.filter(pk__in=[one["bench_id"] for one in entries]).values_list("pk", "region")
            )
            made = Repair.objects.bulk_create(
                Repair(region_id=regions[one["bench_id"]], origin=origin, **one) for one in entries
            )
            trail.describe(obj=trail.Subject("tiny.origin", origin, origin), after={"repairs": len(made)})


BENCHES = BenchLedger()
