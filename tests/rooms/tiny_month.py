"""A month of benches: a form on the tiny room's ledger is opened, filled, locked and corrected, and the ledger gets its record."""

from typing import Any

FORM = """
code: bench-month
name: 长椅月报
since: "2020-01-01"
authority: {issuer: 示例机关, source: 示例, trust: 核}
unit: housing
period: month
due: {unit: {days: 5}}
rows: {ledger: benches}
columns:
  - {code: name, label: 名称, type: text, from: {ledger: benches, field: name}, locked: true}
  - {code: seats, label: 座位, unit: 个, from: {ledger: benches, field: seats}}
  - {code: repairs, label: 维修, unit: 个, from: {ledger: benches, event: repair, since: year}}
  - {code: condition, label: 状况, type: text, from: {ledger: benches, event: condition}}
checks:
  - {id: repairs, level: 阻断, columns: [repairs], formula: repairs >= ledger_repairs, says: "维修 {repairs} 少于台账的 {ledger_repairs}"}
publish:
  - {measure: tiny.benches, column: seats}
  - {measure: tiny.seats, column: seats}
"""
WRONG = {
    "field": ("field: seats}", "field: legs}"),
    "event": ("event: repair,", "event: burn,"),
    "text": ("unit: 个, from: {ledger: benches, event: repair, since: year}", "unit: 个, from: {ledger: benches, event: condition}"),
    "mode": ("since: year}", "since: year, mode: twice}"),
    "kind": ("rows: {ledger: benches}", "rows: {ledger: benches, kinds: [stool]}"),
    "other ledger": ("rows: {ledger: benches}", "rows: {ledger: projects}"),
    "no ledger": ("rows: {ledger: benches}", "rows: {ledger: fountains}"),
}  # fmt: skip


def month(by: Any, bench: Any) -> dict[str, Any]:
    """What became of it. bench: with two seats, repaired twice in January and once the year before."""
    from datetime import date

    from anju.core import registry
    from anju.core.models.people import Organisation
    from anju.core.models.trail import Trail
    from anju.figures.models import Observation
    from anju.figures.queries import current
    from anju.returns.forms import spec
    from anju.returns.queries.grid import lay_out_grid
    from anju.returns.services import corrections, filling, locking, opening, review
    from anju.returns.services.filling import CellEntry
    from tests.rooms.tiny.models import Repair

    region = bench.region
    for on, times in ((date(2021, 12, 1), 1), (date(2022, 1, 5), 2)):
        Repair.objects.create(bench=bench, region=region, on=on, times=times, condition="尚好", origin="ledger")
    Organisation.objects.get_or_create(region=region, kind="housing", name="示例县住房局")
    said: dict[str, Any] = {"refused": {name: refused(by, FORM.replace(*change)) for name, change in WRONG.items()}}
    opening.load_forms(by=by, specs=[spec.read_spec(FORM, "bench-month.yaml")])

    def row(ret: Any) -> dict[str, str]:
        grid = lay_out_grid(by, ret)
        return {code: grid.cells[f"b{bench.pk}", code].text for code in ("name", "seats", "repairs", "condition")}

    def fill(ret: Any, **texts: str) -> None:
        cells = lay_out_grid(by, ret).cells
        puts = [
            CellEntry(f"b{bench.pk}", code, text, cells[f"b{bench.pk}", code].version) for code, text in texts.items()
        ]
        done = filling.fill_cells(by=by, ret_id=ret.pk, changes=puts)
        assert not done.problems and not done.conflicts, done

    def pass_on(ret: Any) -> None:
        for act in (review.hand_in_return, review.review_return, review.submit_return, locking.lock_return):
            act(by=by, ret_id=ret.pk)

    def recorded(ret: Any) -> list[list[Any]]:
        rows = Repair.objects.filter(origin=f"return:{ret.pk}").order_by("id")
        return [[repair.bench_id, str(repair.on), repair.times, repair.condition] for repair in rows]

    ret = opening.open_return(by=by, form_code="bench-month", region=region, period="2022-01")
    said["prefilled"] = row(ret)
    fill(ret, repairs="5", condition="已换板")
    pass_on(ret)
    said["recorded"] = recorded(ret)
    figures = current.current_figures(by, ["tiny.benches", "tiny.seats"], [region], ["2022-01"])
    said["figures"] = [figure.text() for figure in figures.values()]
    said["cited"] = Observation.objects.get(measure_id="tiny.seats", region=region).cited
    said["held"] = [held for ask in registry.fetch_hooks("holds") for held in ask(by, "benches", [bench]).values()]
    said["acts"] = list(Trail.objects.filter(act="returns.record_in_ledger").values_list("obj", flat=True))
    again = corrections.begin_correction(by=by, ret_id=ret.pk, reason="多计一次")
    fill(again, repairs="4")
    said["corrected"] = row(again)
    said["blocked"] = sorted(
        problem.code for problem in problems(lambda: review.hand_in_return(by=by, ret_id=again.pk))
    )
    fill(again, repairs="6")
    pass_on(again)
    said["recorded again"] = recorded(again)
    said["return"] = ret.pk
    return said


def problems(do: Any) -> list[Any]:
    from anju.problems import Refused

    try:
        do()
    except Refused as refused:
        return refused.problems
    return []


def refused(by: Any, text: str) -> list[str]:
    """What is wrong with a form."""
    from anju.returns.forms import spec
    from anju.returns.services import opening

    return [
        str(problem)
        for problem in problems(lambda: opening.load_forms(by=by, specs=[spec.read_spec(text, "坏表.yaml")]))
    ]
